/** The tree of a set's members and its multiproofs (PROTOCOL §6). */
import type {Hex} from 'viem';
import {bytesToHex, concatBytes, hexToBytes, uintBytes} from '../bytes.ts';
import {pairHash, type PlainTree, plainTree} from '../gpmp/plain-tree.ts';
import {keccak256} from '../keccak.ts';
import type {Member} from '../types.ts';
import {KEY_BYTES} from './bls.ts';

const MEMBER_LEAF = 0x10;
const MEMBER_NODE = 0x11;
const ZERO: Uint8Array = new Uint8Array(32);

/** `keccak256(0x10 ‖ index:4 ‖ validator:20 ‖ key:96 ‖ weight:16)`. */
export const memberLeaf = ({index, validator, key, weight}: Member): Hex =>
  bytesToHex(keccak256(concatBytes(
    Uint8Array.of(MEMBER_LEAF), uintBytes(index, 4), hexToBytes(validator, 20), hexToBytes(key, KEY_BYTES), uintBytes(weight, 16),
  )));

export type MembersTree = PlainTree & {
  /** Siblings a multiproof of these ascending indices needs, bottom-up, left to right. */
  proveMany(indices: readonly number[]): Hex[];
};

/** Tree over members in seat order; `members[i].index = i`. */
export function membersTree(members: readonly Member[]): MembersTree {
  const leaves = members.map(memberLeaf);
  return {...plainTree(MEMBER_NODE, leaves), proveMany: (indices) => multiproof(leaves, indices)};
}

/** What a verifier does not know: siblings of known nodes, level by level; an odd last node consumes nothing. */
function multiproof(leaves: readonly Hex[], indices: readonly number[]): Hex[] {
  const siblings: Hex[] = [];
  let level = leaves.map((leaf) => hexToBytes(leaf, 32));
  let known = [...indices];
  while (level.length > 1) {
    const have = new Set(known);
    for (const index of known) {
      const sibling = index ^ 1;
      if (sibling < level.length && !have.has(sibling)) siblings.push(bytesToHex(level[sibling]!));
    }
    known = [...new Set(known.map((index) => index >> 1))];
    const below = level;
    level = Array.from({length: Math.ceil(below.length / 2)}, (_, i) => pairHash(MEMBER_NODE, below[2 * i]!, below[2 * i + 1] ?? ZERO));
  }
  return siblings;
}

/**
 * Root that ascending members and siblings lead to; undefined when siblings are missing or left over.
 *
 * @param count - Seats of the set.
 */
export function rootFromMany({members, siblings, count}: {members: readonly Member[]; siblings: readonly Hex[]; count: number}): Hex | undefined {
  let known = members.map((member) => ({index: member.index, hash: hexToBytes(memberLeaf(member), 32)}));
  let used = 0;
  for (let width = count; width > 1; width = Math.ceil(width / 2)) {
    const above: typeof known = [];
    for (let i = 0; i < known.length; i += 1) {
      const {index, hash} = known[i]!;
      let sibling: Uint8Array = ZERO;
      if (index % 2 === 0 && known[i + 1]?.index === index + 1) {
        sibling = known[i + 1]!.hash;
        i += 1;
      } else if ((index ^ 1) < width) {
        const next = siblings[used];
        if (next === undefined) return undefined;
        sibling = hexToBytes(next, 32);
        used += 1;
      }
      const [left, right] = index % 2 === 0 ? [hash, sibling] : [sibling, hash];
      above.push({index: index >> 1, hash: pairHash(MEMBER_NODE, left, right)});
    }
    known = above;
  }
  if (used !== siblings.length || known.length !== 1 || known[0]!.index !== 0) return undefined;
  return bytesToHex(known[0]!.hash);
}
