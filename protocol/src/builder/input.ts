/** What the builder needs for one epoch, and what it gives. */
import type {Address, Hex} from 'viem';
import type {PayoutTree} from '../gpmp/payouts.ts';
import type {PlainTree} from '../gpmp/plain-tree.ts';
import type {GpmpTree} from '../gpmp/tree.ts';
import type {AssetKey, Line, PackedEpoch, Rules, SealedBooks, Summary, Violation} from '../types.ts';

export type BuildInput = {
  sealed: SealedBooks;
  setId: number;
  /** Digest of the newest Approved summary; 32 zero bytes before the first. */
  parent: Hex;
  /** `logRoot` of that summary; 32 zero bytes before the first. */
  previousLogRoot: Hex;
  rules: Rules;
  /** EIP-712 salt of the network. */
  salt: Hex;
  /** `age1…` of the auditor that can open the log. */
  auditor: string;
  /** 32 bytes known to the operator only; the log's keys derive from it. */
  logSecret: Hex;
  /** Chain facts for the joint test; what is absent is left to the engine, which checked it before sealing. */
  facts?: BuildFacts;
};

/** The input inside the builder. */
export type PackedInput = BuildInput & {sealed: PackedEpoch};

export type BuildFacts = {
  /** V2: what each Custody holds and has paid at its line's block. */
  reserves?: readonly Reserve[];
  /** V5: the parent's epoch and time. */
  approved?: {epoch: bigint; snapshotTime: bigint};
  /** V7: payees that must never be paid beside custodies, tokens and system wallets, such as forwarders. */
  notPayees?: readonly Address[];
  /** V11: the most a wallet may withdraw of an asset, in lots; undefined where unknown. */
  withdrawableLimit?: (asset: AssetKey, wallet: Address) => bigint | undefined;
};

/** `balance` in base units, `paidOut` in lots. */
export type Reserve = AssetKey & {balance: bigint; paidOut: bigint};

export type BuiltEpoch = {
  ok: true;
  summary: Summary;
  digest: Hex;
  /** Ordered by `(chainId, custody)`, assets by token. */
  lines: readonly Line[];
  linesTree: PlainTree;
  /** By line, then asset: `trees[i].map(({hash}) => hash)` are the `treeHashes` of `settle`. */
  trees: readonly (readonly GpmpTree[])[];
  /** By line; `rows` in tree order. */
  payoutTrees: readonly PayoutTree[];
  /** What the manifest names, by name. */
  files: ReadonlyMap<string, Uint8Array>;
  manifest: Uint8Array;
  /** Plain `mapping.csv`: encrypt before it leaves the operator. */
  mapping: Uint8Array;
  /** The summary's `logRoot`, next epoch's `previousLogRoot`. */
  logHead: Hex;
};

export type BuildResult = BuiltEpoch | {ok: false; violations: Violation[]};
