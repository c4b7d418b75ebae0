/**
 * The data every part of the system shares (PROTOCOL §§2–6). Amounts are lots unless a name says otherwise.
 */
import type {Address, Hex} from 'viem';

/** A custody asset: `(chainId, custody, token)`; native ETH is token `0x0…0`. */
export type AssetKey = {chainId: number; custody: Address; token: Address};

/** One public row of `balances/<chainId>-<token>.csv`: id is 24 bytes. */
export type SnapshotRow = {id: Hex; total: bigint; withdrawable: bigint; withdrawal: bigint};

/** One row of `payouts/<chainId>.csv`. */
export type PayoutRow = {token: Address; wallet: Address; cumulative: bigint};

/** One row of `mapping.csv`; ids and wallets of one era. */
export type MappingRow = {id: Hex; wallet: Address; blinding: Hex};

export type AssetLine = {
  token: Address;
  lotSize: bigint;
  deposited: bigint;
  liabilities: bigint;
  withdrawable: bigint;
  withdrawals: bigint;
  authorisedOut: bigint;
  count: number;
  root: Hex;
};

export type Line = {
  chainId: bigint;
  custody: Address;
  blockNumber: bigint;
  blockHash: Hex;
  kills: number;
  payoutRoot: Hex;
  payoutCount: number;
  assets: readonly AssetLine[];
};

export type Summary = {
  epoch: bigint;
  snapshotTime: bigint;
  setId: number;
  parent: Hex;
  linesRoot: Hex;
  lineCount: number;
  snapshotCid: Hex;
  mappingHash: Hex;
  logRoot: Hex;
  journalHead: Hex;
  rulesHash: Hex;
};

/** `rules.json`; `rulesHash = keccak256(JCS(rules))`. Numbers are JSON integers, amounts decimal strings. */
export type Rules = {
  version: 1;
  l1ChainId: number;
  registry: Address;
  settlementCurrency: string;
  maxAgeSeconds: number;
  eraEpochs: number;
  custodies: readonly RulesCustody[];
};

export type RulesCustody = {
  chainId: number;
  custody: Address;
  /** A line's withdrawals are zero unless `epoch mod withdrawEvery = 0`. */
  withdrawEvery: number;
  tokens: readonly {
    token: Address;
    symbol: string;
    currency: string;
    decimals: number;
    lotSize: string;
    /** Lots; fixed fee kept by the system row `fees`, charged at request. */
    withdrawalFeeLots: string;
    withdrawalMinimumLots: string;
  }[];
};

export const VoteKind = {Approve: 1, Reject: 2, Dispute: 3} as const;
export type VoteKind = (typeof VoteKind)[keyof typeof VoteKind];

export type SetHeader = {
  setId: number;
  membersRoot: Hex;
  /** G1, x‖y, 96 bytes. */
  aggregateKey: Hex;
  totalWeight: bigint;
  count: number;
  activeFrom: bigint;
  activeUntil: bigint;
};

export type Member = {index: number; validator: Address; key: Hex; weight: bigint};

export type VoteGroup = {
  rule: number;
  absent: boolean;
  members: readonly Member[];
  siblings: readonly Hex[];
  /** G2, x.c0‖x.c1‖y.c0‖y.c1, 192 bytes. */
  signature: Hex;
};

export type Certificate = {setId: number; kind: VoteKind; groups: readonly VoteGroup[]};

/** Rule numbers as signed in votes: V1 = 1 … V8 = 8, V9 = 9, V10 = 10, V11 = 11. */
export type RuleNumber = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11;

/** A broken rule and the rows that break it; ids, wallets or labels, at most {@link VIOLATION_ROWS_MAX}. */
export type Violation = {rule: RuleNumber; detail: string; where?: string; rows: readonly string[]};

export const VIOLATION_ROWS_MAX = 20;

/** Canonical manifest, RFC 8785 JSON; its CIDv1 (raw, sha2-256) is `snapshotCid` (the 32-byte digest on-chain). */
export type Manifest = {
  format: 1;
  epoch: string;
  files: readonly {
    name: string;
    size: number;
    /** Lower-case hex without prefix. */
    sha256: string;
    /** UnixFS CID with the fixed import parameters; equals the raw CID for files of one block (1 MiB). */
    cid: string;
  }[];
};

/** Contracts around those that every network has. */
type Surroundings = {timelock?: Address; beacon?: Address; reserve?: Address};

/** Public description of one network, the `--network` file of every program. */
export type Network = {
  name: string;
  l1: {chainId: number; registry: Address; sets: Address; custody: Address; inbox: Address; startBlock: number; court?: Address} & Surroundings;
  l2: {
    chainId: number; epochManager: Address; sets: Address; custody: Address; startBlock: number; participation?: Address; rewards?: Address;
  } & Surroundings;
  rules: Rules;
  /** keccak256(abi.encode("PofBS", l1ChainId, registry)), the EIP-712 salt. */
  salt: Hex;
  /** `age1…` recipient of the auditor that can open the log. */
  auditor: string;
};

// ---------------------------------------------------------------- the engine's sealed epoch

/** What the engine hands to the builder for one epoch. JSON form: bigints as decimal strings. */
export type SealedEpoch = {
  epoch: bigint;
  snapshotTime: bigint;
  era: number;
  /** Chain head of the engine's journal right after the seal command. */
  journalHead: Hex;
  chains: readonly SealedChain[];
  assets: readonly SealedAsset[];
  /** One per wallet and token with anything ever authorised, this epoch's withdrawals included. */
  payouts: readonly SealedPayout[];
  /** Every movement since the newest Approved epoch, in order: a dead epoch's legs come again. */
  legs: readonly Leg[];
  /** X25519 viewing keys (`age1…`) by wallet, where the account registered one. */
  viewingKeys: Readonly<Record<Address, string>>;
};

export type SealedChain = {chainId: number; custody: Address; blockNumber: bigint; blockHash: Hex; kills: number};

export type SealedAsset = AssetKey & {
  lotSize: bigint;
  deposited: bigint;
  /** Cumulative lots, this epoch's withdrawals included. */
  authorisedOut: bigint;
  rows: readonly SealedRow[];
};

export type SealedRow = {wallet: Address; blinding: Hex; total: bigint; withdrawable: bigint; withdrawal: bigint};

/**
 * The same books as columns over one table of accounts: the form of large books, of which no row is ever an object.
 * Wallets are 20 bytes and blindings 32 bytes each, by account.
 */
export type PackedEpoch = Omit<SealedEpoch, 'assets'> & {
  accounts: {wallets: Uint8Array; blindings: Uint8Array};
  assets: readonly PackedAsset[];
};

/** Either form. */
export type SealedBooks = SealedEpoch | PackedEpoch;

export type PackedAsset = Omit<SealedAsset, 'rows'> & {
  /** Account by row. */
  owners: Uint32Array;
  /** Lots by row. */
  total: BigInt64Array;
  withdrawable: BigInt64Array;
  withdrawal: BigInt64Array;
};

/** `cumulative` and `paid` are lots; `paid` is read at the line's block. */
export type SealedPayout = {
  chainId: number;
  token: Address;
  wallet: Address;
  cumulative: bigint;
  paid: bigint;
  withdrawal: bigint;
};

export type LegKind =
  | 'deposit' | 'withdrawal' | 'trade' | 'fee' | 'pnl' | 'funding' | 'transfer' | 'bind' | 'convert' | 'rounding';

/** `from`/`to` are wallets; zero address = outside the sheet. `asset` indexes `SealedEpoch.assets`. */
export type Leg = {seq: bigint; from: Address; to: Address; asset: number; lots: bigint; kind: LegKind};

/** System rows: these wallets, blinding zero in every era (PROTOCOL §2). */
export const SYSTEM_WALLETS = {
  fees: '0x0000000000000000000000000000000000000001',
  liquidationFund: '0x0000000000000000000000000000000000000002',
  rounding: '0x0000000000000000000000000000000000000003',
  unmatched: '0x0000000000000000000000000000000000000004',
} as const satisfies Record<string, Address>;

export const LOTS_LIMIT = 1n << 63n;
