/** Inclusion proofs, version 1: one file that shows one row counted in one epoch (PROTOCOL §4). */
import type {Address, Hex} from 'viem';
import {z} from 'zod';
import type {ProofNode} from '../gpmp/node.ts';
import {addressShape, hexShape, JsonError, parseWith, toJson, uintShape} from '../json.ts';
import type {Line, SnapshotRow, Summary} from '../types.ts';

/** Where to compare the digest: `EpochManager.digestOf(epoch)`. Only the salt enters the computation. */
export type ProofNetwork = {salt: Hex; name?: string; l2ChainId?: number; epochManager?: Address};

export type InclusionProof = {
  v: 1;
  network: ProofNetwork;
  summary: Summary;
  line: Line;
  lineIndex: number;
  linePath: readonly Hex[];
  assetIndex: number;
  leaf: SnapshotRow;
  leafIndex: number;
  siblings: readonly ProofNode[];
  /** Bare hash of the asset's tree, as `settle` takes it. */
  treeHash: Hex;
  /** Both or neither; left out of the shareable form. */
  wallet?: Address;
  blinding?: Hex;
};

const LEVELS_MAX = 32;
const uint32 = z.int().min(0).max(2 ** 32 - 1);
const uint64 = uintShape(64);
const hash = hexShape(32);

const summaryShape = z.strictObject({
  epoch: uint64, snapshotTime: uint64, setId: uint32, parent: hash, linesRoot: hash, lineCount: uint32, snapshotCid: hash,
  mappingHash: hash, logRoot: hash, journalHead: hash, rulesHash: hash,
});

const lineShape = z.strictObject({
  chainId: uint64, custody: addressShape, blockNumber: uint64, blockHash: hash, kills: uint32, payoutRoot: hash, payoutCount: uint32,
  assets: z.array(z.strictObject({
    token: addressShape, lotSize: uintShape(128), deposited: uint64, liabilities: uint64, withdrawable: uint64, withdrawals: uint64,
    authorisedOut: uint64, count: uint32, root: hash,
  })).min(1).max(65_535),
});

const proofShape = z.strictObject({
  v: z.literal(1),
  network: z.strictObject({
    salt: hash, name: z.string().max(100).optional(), l2ChainId: z.int().min(1).optional(), epochManager: addressShape.optional(),
  }),
  summary: summaryShape,
  line: lineShape,
  lineIndex: uint32,
  linePath: z.array(hash).max(LEVELS_MAX),
  assetIndex: z.int().min(0).max(65_535),
  leaf: z.strictObject({id: hexShape(24), total: uint64, withdrawable: uint64, withdrawal: uint64}),
  leafIndex: uint32,
  siblings: z.array(z.strictObject({
    hash, sums: z.strictObject({total: uint64, withdrawable: uint64, withdrawal: uint64, count: uint32}),
  })).max(LEVELS_MAX),
  treeHash: hash,
  wallet: addressShape.optional(),
  blinding: hash.optional(),
}).refine(({wallet, blinding}) => (wallet === undefined) === (blinding === undefined), 'wallet and blinding go together');

/** JSON text of a proof; amounts are decimal strings. */
export const encodeProof = (proof: InclusionProof): string => toJson(proof, 2);

/** Strict reader of pasted or dropped text: a sentence instead of an exception. */
export function parseProof(text: string): {ok: true; proof: InclusionProof} | {ok: false; reason: string} {
  try {
    return {ok: true, proof: parseWith(proofShape, text)};
  } catch (error) {
    if (error instanceof JsonError) return {ok: false, reason: `This is no inclusion proof: ${error.data.detail}.`};
    throw error;
  }
}

/** The proof without wallet and blinding: shows the row, not whose it is. */
export function shareableProof(proof: InclusionProof): InclusionProof {
  const {wallet: _, blinding: __, ...shareable} = proof;
  return shareable;
}
