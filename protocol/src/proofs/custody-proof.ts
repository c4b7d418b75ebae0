/** Proofs in the form a Custody takes them: what forces a withdrawal, shows one served, or escapes (PROTOCOL §7). */
import type {Address, Hex} from 'viem';
import type {ProofNode} from '../gpmp/node.ts';
import {payoutTree} from '../gpmp/payouts.ts';
import type {Line, PayoutRow, Summary} from '../types.ts';
import type {InclusionProof} from './shape.ts';

/** `LeafProof` of `ICustodyExits`. */
export type LeafOpening = {
  summary: Summary; line: Line; lineIndex: bigint; linePath: readonly Hex[]; assetIndex: number; wallet: Address; blinding: Hex;
  total: bigint; withdrawable: bigint; withdrawal: bigint; index: bigint; siblings: readonly ProofNode[];
};

/** `PayoutClaim`; {@link NO_PAYOUT_CLAIM} where a wallet has none. */
export type PayoutClaim = {token: Address; wallet: Address; cumulative: bigint; index: number; path: readonly Hex[]};

const ZERO_ADDRESS: Address = `0x${'00'.repeat(20)}`;

/** All zero: nothing is authorised and unpaid. */
export const NO_PAYOUT_CLAIM: PayoutClaim = {token: ZERO_ADDRESS, wallet: ZERO_ADDRESS, cumulative: 0n, index: 0, path: []};

/** Undefined for a proof that leaves out whose row it is. */
export function leafOpening({summary, line, lineIndex, linePath, assetIndex, leaf, leafIndex, siblings, wallet, blinding}: InclusionProof): LeafOpening | undefined {
  if (wallet === undefined || blinding === undefined) return undefined;
  const {total, withdrawable, withdrawal} = leaf;
  return {summary, line, lineIndex: BigInt(lineIndex), linePath, assetIndex, wallet, blinding, total, withdrawable, withdrawal, index: BigInt(leafIndex), siblings};
}

/** A wallet's leaf among a custody's payouts; undefined when it has none. */
export function payoutClaim(payer: {chainId: number | bigint; custody: Address}, payouts: readonly PayoutRow[], {token, wallet}: {token: Address; wallet: Address}): PayoutClaim | undefined {
  const tree = payoutTree(payer, payouts);
  const index = tree.rows.findIndex((row) => same(row.token, token) && same(row.wallet, wallet));
  const row = tree.rows[index];
  return row && {token: row.token, wallet: row.wallet, cumulative: row.cumulative, index, path: tree.prove(index)};
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
