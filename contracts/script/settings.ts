/** Everything that distinguishes one deployment from another, as the plan takes it. Seconds and basis points are numbers, money is bigint. */
import type {Address, Hex} from 'viem';

export type AssetSettings = {
  /** Zero address: native ETH. `test`: a token that anybody may mint is deployed; `bridged`: one that the treasury's L2 gateway mints and burns as well. */
  token: Address | 'test' | 'bridged';
  symbol: string;
  decimals: number;
  /** Base units per lot. */
  lotSize: bigint;
};

export type ChainSettings = {
  role: 'l1' | 'l2' | 'further';
  chainId: number;
  isArbitrum: boolean;
  /** Withdrawals ride every n-th epoch. */
  withdrawEvery: number;
  assets: readonly AssetSettings[];
  /** Further chains: the set their mirror starts from, as `TermFixed` on L1 shows it. */
  firstSet?: SetHeaderSettings;
};

export type SetHeaderSettings = {
  setId: number; membersRoot: Hex; aggregateKey: Hex; totalWeight: bigint; count: number; activeFrom: bigint; activeUntil: bigint;
};

export type TimelockSettings = {delaySeconds: number; proposers: readonly Address[]; executors: readonly Address[]};

export type BeaconSettings = {
  /** G2 as drand's API serves it, 128 bytes. */
  groupKey: Hex;
  genesis: number;
  periodSeconds: number;
};

export type RewardSettings = {
  /** ERC-20 on L2: its address, or the symbol of an asset listed there. */
  token: Address | string;
  tickets: number;
  auditRows: number;
  commitSeconds: number;
  seedDelaySeconds: number;
  claimSeconds: number;
};

/** Moves the treasury's own reserves between L1 and L2; Arbitrum's routers of token gateways. */
export type TreasurySettings = {operator: Address; l1Router: Address; l2Router: Address};

export type Settings = {
  /** Names the deployment: it is in the salt of every address. */
  label: string;
  /** Sends the transactions and keeps nothing at the end. */
  deployer: Address;
  /** Upgrades, assets, rules, roles. An account without code only where nothing is at stake. */
  admin: Address | TimelockSettings;
  guardian: Address;
  /** First poster of epochs, until the registry names the bonded operator's. */
  poster: Address;
  /** Arbitrum's contracts on L1; the bridge is needed for reports of absence alone. */
  inbox: Address;
  bridge?: Address;
  stakeToken: Address | 'test';
  chains: readonly ChainSettings[];
  eraEpochs: number;
  maxAgeSeconds: number;
  disputeSeconds: number;
  /** Least delay of the admin before it may upgrade a Custody; 0 only without a timelock. */
  upgradeDelaySeconds: number;
  termSeconds: number;
  termLeadSeconds: number;
  drawSeconds: number;
  unbondingSeconds: number;
  fraudSeconds: number;
  /** Censorship a fraud proof must survive, in the unbonding bound. */
  marginSeconds: number;
  vetoSeconds: number;
  votePeriodSeconds: number;
  /** After its term, in which a set may still hand over on further chains. */
  handoverGraceSeconds: number;
  bootstrapValidators: number;
  seats: number;
  churnFloor: number;
  minimumStake: bigint;
  weightCap: bigint;
  minimumBond: bigint;
  /** Where slashed stake goes; nobody should hold its key. */
  sink: Address;
  bountyBps: number;
  dissentBps: number;
  dissentCapBps: number;
  absentBps: number;
  beacon?: BeaconSettings;
  rewards?: RewardSettings;
  treasury?: TreasurySettings;
};

/** Addresses without a key. */
export const BURN: Address = '0x000000000000000000000000000000000000dEaD';

/** What a production deployment starts from; the relations between these are checked by the contracts and by {@link problemsOf}. */
export const DEFAULTS = {
  eraEpochs: 24, maxAgeSeconds: 3_600, disputeSeconds: 300, upgradeDelaySeconds: 16 * 86_400,
  termSeconds: 86_400, termLeadSeconds: 21_600, drawSeconds: 7_200, unbondingSeconds: 21 * 86_400, fraudSeconds: 7 * 86_400,
  marginSeconds: 3 * 86_400, vetoSeconds: 17 * 86_400, votePeriodSeconds: 3_600, handoverGraceSeconds: 7 * 86_400,
  bootstrapValidators: 4, seats: 1_024, churnFloor: 4, bountyBps: 500, dissentBps: 50, dissentCapBps: 500, absentBps: 3_333, sink: BURN,
} as const satisfies Partial<Settings>;

/** drand's *evmnet*, BN254 (https://docs.drand.love). */
export const EVMNET: BeaconSettings = {
  groupKey: '0x07e1d1d335df83fa98462005690372c643340060d205306a9aa8106b6bd0b3820557ec32c2ad488e4d4f6008f89a346f18492092ccc0d594610de2732c8b808f0095685ae3a85ba243747b1b2f426049010f6b73a0cf1d389351d5aaaa1047f6297d3a4f9749b33eb2d904c9d9ebf17224150ddd7abd7567a9bec6c74480ee0b',
  genesis: 1_727_521_075,
  periodSeconds: 3,
};

const ESCAPE_SECONDS = 8 * 86_400;
const AFTER_ESCAPE_SECONDS = 8 * 86_400;

/** Settings that no contract can check alone: each would weaken a promise of the protocol. Empty means none. */
export function problemsOf(settings: Settings): string[] {
  const problems: string[] = [];
  if (typeof settings.admin !== 'string') {
    const {delaySeconds, proposers, executors} = settings.admin;
    const needed = ESCAPE_SECONDS + AFTER_ESCAPE_SECONDS;
    if (delaySeconds < needed) problems.push(`The timelock's delay of ${days(delaySeconds)} leaves no time to escape before an upgrade: it must be ${days(needed)} or more.`);
    if (settings.upgradeDelaySeconds < needed || settings.upgradeDelaySeconds > delaySeconds) problems.push(`upgradeDelaySeconds must lie between ${days(needed)} and the timelock's delay.`);
    if (proposers.length === 0 || executors.length === 0) problems.push('The timelock needs a proposer and an executor.');
    if (settings.disputeSeconds === 0) problems.push('Without a dispute window nobody can stop a settled root.');
    if (settings.chains.some(({assets}) => assets.some(({token}) => isTestToken(token))) || settings.stakeToken === 'test') problems.push('Tokens that anybody may mint are for test networks without a timelock.');
  } else if (settings.upgradeDelaySeconds !== 0) {
    problems.push('upgradeDelaySeconds needs a timelock as admin.');
  }
  for (const role of ['l1', 'l2'] as const) {
    const count = settings.chains.filter((chain) => chain.role === role).length;
    if (count !== 1) problems.push(`There must be exactly one ${role} chain, not ${count}.`);
  }
  if (new Set(settings.chains.map(({chainId}) => chainId)).size !== settings.chains.length) problems.push('Two chains have the same id.');
  return problems;
}

export const isTestToken = (token: AssetSettings['token']): token is 'test' | 'bridged' => token === 'test' || token === 'bridged';

export const days = (seconds: number): string => (seconds % 86_400 === 0 ? `${seconds / 86_400} days` : `${seconds} s`);
