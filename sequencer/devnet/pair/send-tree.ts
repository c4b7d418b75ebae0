import {concat, keccak256, type Hex} from 'viem';
import {ZERO32} from './encoding.ts';

/**
 * The Merkle tree of L2→L1 sends: leaf = keccak(sendHash); an absent right subtree is 32 zero bytes on every level.
 */

/** Root over the given send hashes; 32 zero bytes when there are none. */
export function sendRoot(sends: readonly Hex[]): Hex {
  let nodes = sends.map((send) => keccak256(send));
  while (nodes.length > 1) nodes = nextLevel(nodes);
  return nodes[0] ?? ZERO32;
}

/** Proof of send `leaf` against `sendRoot(sends)`, bottom-up. */
export function sendProof(sends: readonly Hex[], leaf: number): Hex[] {
  let nodes = sends.map((send) => keccak256(send));
  let position = leaf;
  const proof: Hex[] = [];
  while (nodes.length > 1) {
    proof.push(nodes[position ^ 1] ?? ZERO32);
    nodes = nextLevel(nodes);
    position >>= 1;
  }
  return proof;
}

function nextLevel(nodes: readonly Hex[]): Hex[] {
  const next: Hex[] = [];
  for (let i = 0; i < nodes.length; i += 2) {
    next.push(keccak256(concat([nodes[i] ?? ZERO32, nodes[i + 1] ?? ZERO32])));
  }
  return next;
}
