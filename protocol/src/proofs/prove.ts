/** Makes inclusion proofs, from a tree at hand or from published files (PROTOCOL §4). */
import type {Address, Hex} from 'viem';
import {hexToBytes} from '../bytes.ts';
import {linesTree} from '../gpmp/payouts.ts';
import {buildTreeFromColumns, type GpmpTree} from '../gpmp/tree.ts';
import {accountId, ID_BYTES} from '../ids.ts';
import {parseBalanceColumns} from '../snapshot/balances.ts';
import {type BalanceColumns, rowAt} from '../snapshot/columns.ts';
import type {Line, SnapshotRow, Summary} from '../types.ts';
import type {InclusionProof, ProofNetwork} from './shape.ts';

type Owner = {wallet: Address; blinding: Hex};

export type ProveInput = {
  network: ProofNetwork;
  summary: Summary;
  /** In the order of `linesRoot`. */
  lines: readonly Line[];
  lineIndex: number;
  assetIndex: number;
  tree: GpmpTree;
  leaf: SnapshotRow;
  leafIndex: number;
  owner?: Owner;
};

/** @throws {GpmpError} `INDEX_OUT_OF_RANGE`. */
export const proveInclusion = ({network, summary, lines, lineIndex, assetIndex, tree, leaf, leafIndex, owner}: ProveInput): InclusionProof => ({
  v: 1,
  network,
  summary,
  line: lines[lineIndex]!,
  lineIndex,
  linePath: linesTree(lines).prove(lineIndex),
  assetIndex,
  leaf,
  leafIndex,
  siblings: tree.prove(leafIndex),
  treeHash: tree.hash,
  ...(owner && {wallet: owner.wallet, blinding: owner.blinding}),
});

export type FilesInput = {
  network: ProofNetwork;
  summary: Summary;
  lines: readonly Line[];
  chainId: bigint | number;
  token: Address;
  /** The whole `balances/<chainId>-<token>.csv`: nobody learns which row was looked up. */
  balancesBytes: Uint8Array;
  /** Either the id, or the wallet and blinding it is made of. */
  id?: Hex;
  owner?: Owner;
};

/** Finds the row and proves it; the reason says what is missing. */
export function proofFromFiles({network, summary, lines, chainId, token, balancesBytes, id, owner}: FilesInput):
  {ok: true; proof: InclusionProof} | {ok: false; reason: string} {
  const wanted = owner === undefined ? id : accountId(owner.wallet, owner.blinding);
  if (wanted === undefined) return {ok: false, reason: 'neither an id nor a wallet with its blinding was given'};
  const lineIndex = lines.findIndex((line) => line.chainId === BigInt(chainId));
  if (lineIndex < 0) return {ok: false, reason: `the epoch has no line for chain ${chainId}`};
  const assetIndex = lines[lineIndex]!.assets.findIndex((asset) => asset.token.toLowerCase() === token.toLowerCase());
  if (assetIndex < 0) return {ok: false, reason: `the line of chain ${chainId} has no token ${token}`};
  const {columns, findings} = parseBalanceColumns(balancesBytes);
  if (findings.length > 0) return {ok: false, reason: `the balances file is not canonical: ${findings[0]!.code} in line ${findings[0]!.line}`};
  const leafIndex = findId(columns, hexToBytes(wanted, ID_BYTES));
  if (leafIndex < 0) return {ok: false, reason: `no row has the id ${wanted}`};
  const tree = buildTreeFromColumns(assetIndex, columns);
  const leaf = rowAt(columns, leafIndex);
  return {ok: true, proof: proveInclusion({network, summary, lines, lineIndex, assetIndex, tree, leaf, leafIndex, owner})};
}

/** Binary search over sorted ids; −1 when absent. */
function findId({ids, count}: BalanceColumns, id: Uint8Array): number {
  let low = 0;
  let high = count - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const order = compareAt(ids, middle * ID_BYTES, id);
    if (order === 0) return middle;
    if (order < 0) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

function compareAt(ids: Uint8Array, at: number, id: Uint8Array): number {
  for (let i = 0; i < ID_BYTES; i += 1) if (ids[at + i] !== id[i]) return ids[at + i]! - id[i]!;
  return 0;
}
