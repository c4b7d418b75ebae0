/**
 * The naive exchange: everything it knows, as plain lists. Money and quantities are BigInt; prices are ticks, quantities market lots, amounts
 * currency lots. Nothing is indexed, cached or incremental: what can be recomputed from a list is recomputed from it, every time.
 */
import type {Rules} from '@pobs/protocol';
import type {Address} from 'viem';
import type {Command} from '../../../src/core/commands.ts';
import type {Event} from '../../../src/core/events.ts';
import {MARKETS} from './markets.ts';
import {LOTS_MAX} from './numbers.ts';

export type Side = 'buy' | 'sell';
export type Place = Extract<Command, {type: 'placeOrder'}>;

/** Why the model refuses: the reason the core gives, and the numbers that go with it. */
export type Refusal = {reason: string; needed?: bigint; available?: bigint; orderId?: bigint; index?: number; item?: string; withdrawable?: bigint; minimum?: bigint; expected?: bigint; epoch?: bigint};
export const refuse = (reason: string, about: Omit<Refusal, 'reason'> = {}): Refusal => ({reason, ...about});

export type Account = {
  number: number; wallet: Address;
  /** Main account of the wallet and 0 for it, else which of its sub-accounts. */
  owner: number; sub: number;
  secret?: string; viewingKey?: string; tier: number;
  /** By asset: what the custody owes, and what of it is requested or sealed for withdrawal. */
  claims: bigint[]; requested: bigint[]; sealed: bigint[];
  /** By asset: ever authorised, ever paid on the chain. */
  authorised: bigint[]; paid: bigint[];
  /** Settlement lots won or lost on perpetuals that no seal has turned into claims. */
  cash: bigint;
};

export type Position = {account: number; market: Market; lots: bigint; cost: bigint; isolated: boolean; collateral: bigint};

export type Order = {
  id: bigint; account: number; market: Market; side: Side; price: bigint; isMarket: boolean;
  time: 'GTC' | 'IOC' | 'FOK' | 'GTD'; selfTrade: 'cancelTaker' | 'cancelMaker' | 'cancelBoth' | 'decrement';
  postOnly: boolean; reduceOnly: boolean; deadMan: boolean; lease: number;
  /** Of the exchange itself: no fee, no check. */
  system: boolean;
  clientId: string; expiresAt: bigint;
  /** Lots wanted in all, open, visible, and what an iceberg shows at a time (0: all). */
  total: bigint; left: bigint; shown: bigint; peak: bigint;
  /** Ticks worse than the mark at placing. */
  loss: bigint;
  /** Place in the queue of its level; 0 while it is not in the book. */
  place: bigint;
};

export type Asset = {
  index: number; chainId: number; custody: Address; token: Address; currency: string; lotSize: bigint; fee: bigint; minimum: bigint; deposited: bigint; authorisedOut: bigint;
};
export type Chain = {chainId: number; custody: Address; withdrawEvery: bigint; blockNumber: bigint; blockHash: string; activeEpoch: bigint; kills: number; frozen: boolean};
/** An open request on chain: `lots` were proven as due, `baseline` had been authorised by then. */
export type Forced = {asset: Asset; wallet: Address; lots: bigint; baseline: bigint; exit: boolean};
export type Leg = {seq: bigint; from: number; to: number; asset: number; lots: bigint; kind: string};
export type Member = {
  programme: 'maker' | 'longHedger' | 'shortHedger'; feePpm: bigint; spreadPpm: bigint; lots: bigint; timePpm: bigint; total: bigint; quoted: bigint; stands: boolean;
};
/** What a session makes of members' fees and of what makers promised. */
export type Makers = {feePpm: bigint; spreadPpm: bigint; sizePpm: bigint; timePpm: bigint};
export const FULL_MAKERS: Makers = {feePpm: 1_000_000n, spreadPpm: 1_000_000n, sizePpm: 1_000_000n, timePpm: 1_000_000n};
export type Session = {makers: Makers; start: bigint; feePpm: bigint; fundingClampPpm: bigint; bandPpm: bigint; marginPpm: bigint; warnPpm: bigint};
export type Lookback = {startedAt: bigint; current: bigint; previous: bigint};

export type MarketSpec = {
  name: string; perpetual: boolean; base: string; quote: string; tick: bigint; lot: bigint; unit: bigint; ticks: bigint;
  fees: readonly {maker: bigint; taker: bigint}[]; fundShare: bigint; margins: readonly {upTo: bigint; initial: bigint; maintenance: bigint}[];
  band: bigint; marketBand: bigint; penalty: bigint; openInterestMax: bigint; interestFrom: bigint; interestFull: bigint;
  impactNotional: bigint; fundingInterest: bigint; fundingClamp: bigint; collateralInterest: bigint;
};

export type Market = {
  spec: MarketSpec; index: number; status: 'open' | 'cancelOnly' | 'halted' | 'delisted';
  /** Ticks; 0 = none yet. */
  mark: bigint; indexPrice: bigint; last: bigint;
  trades: bigint; hourVolume: bigint[]; sources: {price: bigint; at: bigint}[];
  symmetric: boolean; disturbedAt: bigint; marks: Lookback;
  /** Factor of initial margin from open interest, set at each mark. */
  interestPpm: bigint;
  funding: {sum: bigint; samples: bigint; nextSample: bigint; nextFunding: bigint};
  rolls: Map<number, {take: bigint; loss: bigint}>;
  members: Map<number, Member>; measuredAt: bigint; makers: Makers;
  calendar: Session[]; session: number; warned: number;
  /** What the running session makes of the market's rates. */
  feePpm: bigint; clampPpm: bigint; bandPpm: bigint; marginPpm: bigint;
};

export type Trigger = {
  id: bigint; account: number; market: Market; by: 'mark' | 'index' | 'last'; direction: 'rise' | 'fall'; price: bigint; side: Side; quantity: bigint; limit: bigint;
  reduceOnly: boolean; trail: bigint; sibling: bigint;
};
export type Parent = {
  id: bigint; account: number; market: Market; side: Side; quantity: bigint; done: bigint; limit: bigint; byVolume: boolean; reduceOnly: boolean; slices: number; next: number;
  at: bigint; interval: bigint;
};
export type Offer = {id: bigint; from: number; to: number; market: Market; lots: bigint; price: bigint};
export type Due = {at: bigint; kind: 'expiry' | 'slice' | 'deadMan'; subject: bigint; lease?: number};
/** What later bounds of withdrawals need of a sealed epoch. */
export type Sheet = {sealedAt: bigint; claims: Map<number, bigint[]>; withdrawals: Map<number, bigint[]>; deposits: Map<string, bigint[]>};
export type Standing = {collateral: bigint; value: bigint; samples: number};

export const [FEES, FUND, FIRST_USER] = [0, 1, 4];
export const OUTSIDE = -1;
export const UNMATCHED = 3;

const SYSTEM_WALLETS = [1, 2, 3, 4].map((digit): Address => `0x${digit.toString().padStart(40, '0')}`);

export class World {
  now = 0n;
  readonly settlement: string;
  readonly currencies: string[];
  assets: Asset[] = [];
  chains: Chain[] = [];
  markets: Market[] = [];
  accounts: Account[] = [];
  positions: Position[] = [];
  /** In the book, and the one being matched. */
  orders: Order[] = [];
  lastOrder = 0n;
  lastPlace = 0n;
  /** Client ids ever used: account and text; the order that has it now, what was asked for, and how its placing was answered. */
  clientIds = new Map<string, {id: bigint; content: string; filled: bigint; state: 'open' | 'filled' | 'cancelled'}>();
  triggers: Trigger[] = [];
  lastTrigger = 0n;
  parents: Parent[] = [];
  lastParent = 0n;
  offers: Offer[] = [];
  lastOffer = 0n;
  due: Due[] = [];
  /** By account and lease; lease 0 is the account's own timer. */
  readonly deadMen = new Map<string, bigint>();
  readonly fundPeak: Lookback = {startedAt: 0n, current: 0n, previous: 0n};
  readonly standings = new Map<number, Standing>();
  lastHour = 0n;
  /** When standings are sampled next, and the four words that draw that moment. */
  nextSample = 0n;
  sampleSeed: bigint[] = [0n, 0n, 0n, 0n];
  /** Base units ever received, by sender, then asset. */
  readonly senders = new Map<string, bigint[]>();
  forced: Forced[] = [];
  /** An active root is older than a day. */
  halted = false;
  legs: Leg[] = [];
  lastLeg = 0n;
  sealedLegs = 0;
  readonly sheets = new Map<bigint, Sheet>();
  lastSealed = 0n;
  lastSnapshotTime = 0n;
  lastApproved = 0n;
  lastOutcome: 'approved' | 'dead' | undefined;
  events: Event[] = [];

  constructor(rules: Rules) {
    this.settlement = rules.settlementCurrency;
    const custodies = [...rules.custodies].sort((a, b) => a.chainId - b.chainId);
    this.currencies = [...new Set(custodies.flatMap(({tokens}) => tokens.map(({currency}) => currency)))].sort();
    for (const {chainId, custody, withdrawEvery, tokens} of custodies) {
      this.chains.push({chainId, custody: lower(custody), withdrawEvery: BigInt(withdrawEvery), blockNumber: 0n, blockHash: '', activeEpoch: 0n, kills: 0, frozen: false});
      for (const token of [...tokens].sort((a, b) => (lower(a.token) < lower(b.token) ? -1 : 1))) {
        this.assets.push({
          index: this.assets.length, chainId, custody: lower(custody), token: lower(token.token), currency: token.currency, lotSize: BigInt(token.lotSize),
          fee: BigInt(token.withdrawalFeeLots), minimum: BigInt(token.withdrawalMinimumLots), deposited: 0n, authorisedOut: 0n,
        });
      }
    }
    for (const wallet of SYSTEM_WALLETS) this.addAccount(wallet);
    for (const spec of MARKETS) {
      if ((spec.quote === this.settlement || !spec.perpetual) && [spec.base, spec.quote].every((currency) => this.currencies.includes(currency))) this.addMarket(spec);
    }
  }

  addAccount(wallet: Address, belongs?: {owner: number; sub: number}): Account {
    const zeros = (): bigint[] => this.assets.map(() => 0n);
    const number = this.accounts.length;
    const account = {
      number, wallet, owner: belongs?.owner ?? number, sub: belongs?.sub ?? 0, tier: 0, claims: zeros(), requested: zeros(), sealed: zeros(), authorised: zeros(), paid: zeros(), cash: 0n,
    };
    this.accounts.push(account);
    return account;
  }

  addMarket(spec: MarketSpec): Market {
    const market: Market = {
      spec, index: this.markets.length, status: 'open', mark: 0n, indexPrice: 0n, last: 0n, trades: 0n, hourVolume: Array.from({length: 24}, () => 0n),
      sources: Array.from({length: 8}, () => ({price: 0n, at: 0n})), symmetric: false, disturbedAt: 0n, marks: {startedAt: 0n, current: 0n, previous: 0n},
      interestPpm: 1_000_000n, funding: {sum: 0n, samples: 0n, nextSample: 0n, nextFunding: 0n}, rolls: new Map(), members: new Map(), measuredAt: 0n, makers: FULL_MAKERS, calendar: [], session: -1, warned: -1,
      feePpm: 1_000_000n, clampPpm: spec.fundingClamp, bandPpm: spec.band, marginPpm: 1_000_000n,
    };
    this.markets.push(market);
    return market;
  }

  tell(event: Event): void {
    this.events.push(event);
  }

  /** An account of a bound wallet, the main one unless said; system rows are nobody's. */
  user(wallet: Address, sub = 0): Account | undefined {
    return this.accounts.slice(FIRST_USER).find((account) => account.wallet === lower(wallet) && account.sub === sub);
  }

  /** How events name an account. */
  who(account: number): {wallet: Address; sub?: number} {
    const sub = this.accounts[account]?.sub ?? 0;
    return {wallet: this.wallet(account), ...(sub > 0 && {sub})};
  }

  /** Accounts of one wallet do not trade with each other. */
  isOneOwner(one: number, other: number): boolean {
    return this.accounts[one]!.owner === this.accounts[other]!.owner;
  }

  /** All accounts of a wallet, the main one first. */
  family({owner}: Account): Account[] {
    return this.accounts.filter((account) => account.owner === owner);
  }

  market(name: string): Market | undefined {
    return this.markets.find(({spec}) => spec.name === name);
  }

  asset(chainId: number, token: Address): Asset | undefined {
    return this.assets.find((asset) => asset.chainId === chainId && asset.token === lower(token));
  }

  /** The account's position in a market; made flat where there is none. */
  position(account: number, market: Market): Position {
    const known = this.positions.find((position) => position.account === account && position.market === market);
    if (known) return known;
    const made = {account, market, lots: 0n, cost: 0n, isolated: false, collateral: 0n};
    this.positions.push(made);
    return made;
  }

  /** Holders of a market by account number. */
  holders(market: Market): Position[] {
    return this.positions.filter((position) => position.market === market && position.lots !== 0n).sort((a, b) => a.account - b.account);
  }

  wallet(account: number): Address {
    return account === OUTSIDE ? '0x0000000000000000000000000000000000000000' : this.accounts[account]!.wallet;
  }
}

export const lower = (address: Address): Address => address.toLowerCase() as Address;

/** Ticks and market lots of an outside price and quantity; `undefined` off the grid. */
export const ticksOf = ({spec}: Market, price: bigint): bigint | undefined => (price > 0n && price % spec.tick === 0n && price / spec.tick < spec.ticks ? price / spec.tick : undefined);
export const lotsOf = ({spec}: Market, quantity: bigint): bigint | undefined =>
  (quantity > 0n && quantity % spec.lot === 0n && quantity / spec.lot <= LOTS_MAX ? quantity / spec.lot : undefined);
