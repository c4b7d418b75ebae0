/** Everything a verdict rests on, already fetched: the rules themselves do no I/O (PROTOCOL §5). */
import type {Address, Hex} from 'viem';
import type {Line, Rules, Summary} from '../types.ts';

export type Evidence = {
  /** EIP-712 salt of the network. */
  salt: Hex;
  /** The rules this validator knows; their hash must be the summary's. */
  rules: Rules;
  /** Summary, lines and digest as EpochManager stored and emitted them. */
  summary: Summary;
  lines: readonly Line[];
  digest: Hex;
  /** Block time of the proposal, seconds. */
  proposalTime: bigint;
  /** The registry's set with the greatest `activeFrom ≤ snapshotTime`; undefined when there is none. */
  expectedSetId: number | undefined;
  /** Newest Approved summary before this epoch; undefined before the first. */
  approved: {epoch: bigint; digest: Hex; snapshotTime: bigint} | undefined;
  /** `logRoot` of `approved`, 32 zero bytes before the first; undefined where the log is not judged. */
  logParent?: Hex;
  /** Epochs between `approved` and this one that are neither rejected nor dead by age. */
  undead: readonly bigint[];
  /** What storage holds under `snapshotCid`, whatever its hash; undefined when no store has anything. */
  manifest: Uint8Array | undefined;
  /** Stored bytes by the name the manifest gives them; a missing name was retrievable nowhere. */
  files: ReadonlyMap<string, Uint8Array>;
  /** Decrypted `mapping.csv`; undefined when none was published to this validator. */
  mapping: Uint8Array | undefined;
  /** The reader holds no key that mappings are wrapped to: what needs one is left to validators ({@link uncheckedRules}). */
  mappingWithheld?: boolean;
  /** Chain facts at each line's block, keyed by {@link custodyKey}. */
  custodies: ReadonlyMap<string, CustodyFacts>;
  /** Undefined when a mapping that V11 needs, of J or of an epoch since, cannot be read: V11 is then not judged. */
  active: ActiveEpoch | undefined;
  /** Rows of the newest Approved epoch by {@link assetKey}: they help to name rows, never decide. */
  previous: ReadonlyMap<string, WalletBook>;
};

export type CustodyFacts = {
  /** The chain's hash at the line's block; undefined when the chain has no such block. */
  blockHash: Hex | undefined;
  kills: number;
  /** By lower-case token. */
  assets: ReadonlyMap<string, AssetFacts>;
  /** Lots ever paid at the line's block, by {@link paidKey}; holds every key of `payeesOf`. */
  paid: ReadonlyMap<string, bigint>;
  /** Lower-case custodies, tokens and forwarders; none may be paid. */
  notPayees: ReadonlySet<string>;
  /** Base line (PROTOCOL §7) and its payout file; undefined before the first approved line. */
  base: {line: Line; payouts: Uint8Array} | undefined;
  /** Undefined where the line's block is unknown: V2 names it then. */
  forced?: ForcedFacts;
};

/** What V10 needs of one custody; times in seconds. */
export type ForcedFacts = {
  /** Of the line's block. */
  blockTime: bigint;
  /** Of the block of the newest Approved line that could carry withdrawals; 0 before the first. */
  carriedTime: bigint;
  /** Forced withdrawals that nothing had answered at the line's block. */
  requests: readonly {token: string; wallet: string; requestedAt: bigint}[];
};

export type AssetFacts = {
  /** Base units held by the Custody. */
  balance: bigint;
  /** Lots ever paid out. */
  paidOut: bigint;
  /** Base units ever received, by lower-case sender, up to the line's block. */
  deposits: ReadonlyMap<string, bigint>;
};

/** J of V11: the lowest epoch active over the live custodies at the lines' blocks; 0 before the first. */
export type ActiveEpoch = {
  epoch: bigint;
  /** Rows at J by {@link assetKey}. */
  books: ReadonlyMap<string, WalletBook>;
  /** Base units received up to J's line block by asset key, then lower-case sender. */
  deposits: ReadonlyMap<string, ReadonlyMap<string, bigint>>;
  /** Lots withdrawn in Approved epochs after J and before this one, by asset key, then lower-case wallet. */
  withdrawnSince: ReadonlyMap<string, ReadonlyMap<string, bigint>>;
};

/** Amounts in lots of one wallet in one custody asset. */
export type WalletRow = {id: Hex; total: bigint; withdrawable: bigint; withdrawal: bigint};

/** Rows of one sheet by wallet. */
export type WalletBook = {
  size: number;
  /** By lower-case text. */
  get(wallet: string): WalletRow | undefined;
  /** `total − withdrawal` of the wallet at `offset` of `wallets`, 0 without a row: what it kept of that epoch. */
  keptAt(wallets: Uint8Array, offset: number): bigint;
  /** Wallets with a row, lower-case. */
  wallets(): Iterable<string>;
};

export const custodyKey = (chainId: bigint | number, custody: string): string => `${chainId}-${custody.toLowerCase()}`;

export const assetKey = (chainId: bigint | number, custody: string, token: string): string =>
  `${custodyKey(chainId, custody)}-${token.toLowerCase()}`;

export const paidKey = (token: string, wallet: string): string => `${token.toLowerCase()}-${wallet.toLowerCase()}`;

export const balancesName = (chainId: bigint | number, token: Address): string =>
  `balances/${chainId}-${token.toLowerCase()}.csv`;

export const payoutsName = (chainId: bigint | number): string => `payouts/${chainId}.csv`;
