/** Seeded traffic: everything users and the operator do, and the weather it is done in. Resolved against what the shadow and the core's views show. */
import type {Address} from 'viem';
import type {Command} from '../../src/core/commands.ts';
import type {Core} from '../../src/core/engine.ts';
import {accountView, chainViews, epochsView} from '../../src/core/queries.ts';
import {ETHER, FUND, L1, L1_USDC, L2, L2_USDC, unitsPerLot, USDC} from '../model/exchange.ts';
import {accountOf, type Seen, type Shadow} from './shadow.ts';

export const PERP = 'ETH-PERP';
export const SPOT = 'ETH-USDC';
const TICK = 10_000n;
const LOT = 100_000n;
const MILLION = 1_000_000n;

export const TRADERS: readonly Address[] = Array.from({length: 12}, (_, index): Address => `0x${(0xd0 + index).toString(16).repeat(20)}`);
const ASSETS = [[L1, L1_USDC], [L2, L2_USDC], [L1, ETHER], [L2, ETHER]] as const;

/** What the market does for a while; each has what the others lack. */
const WEATHERS = ['calm', 'wild', 'flapping', 'empty', 'drained', 'detached'] as const;
export type Weather = (typeof WEATHERS)[number];

type Kind = 'limit' | 'cross' | 'market' | 'special' | 'cancel' | 'amend' | 'cancelAll' | 'mark' | 'source' | 'tick' | 'deposit' | 'money' | 'ledger' | 'trigger' | 'parent' | 'roll' | 'novate' | 'mode' | 'collateral' | 'arm' | 'batch' | 'admin';
const WEIGHTS: Record<Kind, number> = {
  limit: 30, cross: 10, market: 6, special: 8, cancel: 14, amend: 6, cancelAll: 1, mark: 8, source: 3, tick: 4, deposit: 2, money: 3, ledger: 1, trigger: 3, parent: 1, roll: 2, novate: 3,
  mode: 2, collateral: 2, arm: 1, batch: 2, admin: 1,
};
const KINDS = Object.entries(WEIGHTS).flatMap(([kind, weight]) => Array.from({length: weight}, () => kind as Kind));

export class Traffic {
  readonly #random: () => number;
  #client = 0;
  #weather: Weather = 'calm';
  #until = 0;
  readonly weathers = new Map<Weather, number>();
  /** Ids of what waits, from the events. */
  readonly triggers: bigint[] = [];
  readonly parents: bigint[] = [];
  readonly offers: {id: bigint; to: Address}[] = [];
  mark = 200_000n;
  /** Where the book is, ticks. */
  #centre = 200_000n;

  constructor(random: () => number) {
    this.#random = random;
  }

  below(most: number): number {
    return Math.floor(this.#random() * most);
  }

  pick<T>(values: readonly T[]): T | undefined {
    return values[this.below(values.length)];
  }

  #big(most: number): bigint {
    return BigInt(this.below(most));
  }

  /** The next command and the milliseconds before it. */
  next(index: number, core: Core, shadow: Shadow): {command: Command; after: bigint} {
    if (index >= this.#until) {
      this.#weather = WEATHERS[this.below(WEATHERS.length)]!;
      this.#until = index + 400 + this.below(1_600);
      this.weathers.set(this.#weather, (this.weathers.get(this.#weather) ?? 0) + 1);
    }
    const {status} = core.state.markets.get(PERP)!;
    if (status !== 0 && this.below(25) === 0) return {command: {type: 'setMarketStatus', market: PERP, status: 'open'}, after: 1n};
    const kind = KINDS[this.below(KINDS.length)]!;
    const long = this.below(this.#weather === 'drained' ? 20 : 120) === 0;
    const command = this.#make(kind, core, shadow) ?? this.#order({});
    return {command, after: long ? 60_000n + this.#big(3_600_000) : 1n + this.#big(400)};
  }

  #wallet(): Address {
    return TRADERS[this.below(TRADERS.length)]!;
  }

  /** An order near the book; wanted in one of five cases on the spot market. */
  #order(change: Partial<Extract<Command, {type: 'placeOrder'}>>): Extract<Command, {type: 'placeOrder'}> {
    this.#client += 1;
    const side = this.below(2) === 0 ? 'buy' : 'sell';
    const away = this.#big(300) * (side === 'buy' ? -1n : 1n);
    const size = this.below(12) === 0 ? 400_000 : 15_000;
    return {
      type: 'placeOrder', wallet: this.#wallet(), market: this.below(5) === 0 ? SPOT : PERP, side, orderType: 'limit', price: (this.#centre + away) * TICK,
      quantity: (1n + this.#big(size)) * LOT, timeInForce: 'GTC', clientOrderId: `t${this.#client}`, ...change,
    };
  }

  #crossing(): Extract<Command, {type: 'placeOrder'}> {
    const order = this.#order({});
    return {...order, price: (this.#centre + this.#big(120) * (order.side === 'buy' ? 1n : -1n)) * TICK};
  }

  #special(): Command {
    const {price: _price, ...order} = this.#crossing();
    const timeInForce = this.pick(['GTC', 'IOC', 'FOK', 'GTD'] as const)!;
    const rests = timeInForce === 'GTC' || timeInForce === 'GTD';
    const away = this.#big(200) * (order.side === 'buy' ? -1n : 1n);
    return {
      ...order, price: (this.#centre + (this.below(2) === 0 ? away : -away / 2n)) * TICK, timeInForce, selfTrade: this.pick(['cancelTaker', 'cancelMaker', 'cancelBoth', 'decrement'] as const)!,
      ...(rests && this.below(4) === 0 && {postOnly: true}), ...(order.market === PERP && this.below(3) === 0 && {reduceOnly: true}), ...(this.below(4) === 0 && {deadMan: true}),
      ...(timeInForce === 'GTD' && {expiresAt: this.now + 1n + this.#big(60_000)}), ...(rests && this.below(3) === 0 && {displayQuantity: (1n + this.#big(200)) * LOT}),
    };
  }

  now = 0n;
  feedsFund = true;

  #open(shadow: Shadow): Seen | undefined {
    // One of the oldest: a walk through all of them would cost more than it tells.
    const skip = this.below(Math.min(40, shadow.orders.size));
    let found: Seen | undefined;
    let index = 0;
    for (const order of shadow.orders.values()) {
      found = order;
      if (index === skip) break;
      index += 1;
    }
    return found;
  }

  /** Where the mark goes. */
  #nextMark(): bigint {
    const gap = {calm: 0.004, wild: this.below(12) === 0 ? 0.5 : 0.02, flapping: this.below(3) === 0 ? 0.24 : 0.01, empty: this.below(6) === 0 ? 0.3 : 0.01, drained: 0.02, detached: 0.06}[this.#weather];
    const moved = Number(this.mark) * (1 + (this.#random() - 0.5) * gap);
    // A weak pull towards 2,000 keeps the run where money lasts.
    const pulled = moved + (200_000 - moved) * 0.02;
    return BigInt(Math.round(Math.min(400_000, Math.max(80_000, pulled))));
  }

  #make(kind: Kind, core: Core, shadow: Shadow): Command | undefined {
    switch (kind) {
      case 'limit': return this.#order({});
      case 'cross': return this.#crossing();
      case 'special': return this.#special();
      case 'market': {
        const {price: _price, ...order} = this.#order({});
        return {...order, orderType: 'market'};
      }
      case 'cancel':
      case 'amend': {
        const open = this.#open(shadow);
        if (!open) return undefined;
        const about = {wallet: open.wallet, ...(open.sub > 0 && {sub: open.sub}), orderId: open.id};
        if (kind === 'cancel') return {type: 'cancelOrder', ...about};
        const price = this.below(2) === 0 ? open.price : open.price + (this.#big(60) - 30n) * TICK;
        return {type: 'amendOrder', ...about, price, quantity: (1n + this.#big(Number(open.left / LOT) + 200)) * LOT};
      }
      case 'cancelAll': return {type: 'cancelAll', wallet: this.#wallet(), ...(this.#weather !== 'empty' && {market: PERP})};
      case 'mark': return this.#markCommand();
      case 'source': return {type: 'setSourcePrice', market: PERP, source: this.below(4), price: (this.mark + this.#big(1_200) - 600n) * TICK};
      case 'tick': return {type: 'tick'};
      case 'deposit': return this.#deposit(core);
      case 'money': return this.#money(core);
      case 'ledger': return this.#ledger(core);
      case 'admin': return this.#admin(core);
      case 'batch': {
        const open = this.#open(shadow);
        const cancel = open ? [{type: 'cancelOrder' as const, wallet: open.wallet, ...(open.sub > 0 && {sub: open.sub}), orderId: open.id}] : [];
        return {type: 'batch', ...(this.below(2) === 0 && {atomic: true}), commands: [this.#order({}), ...cancel, this.#crossing(), this.#order({})]};
      }
      default: return this.#rarer(kind, shadow);
    }
  }

  #markCommand(): Command {
    this.mark = this.#nextMark();
    // The book follows the mark, but in one weather it stays behind.
    if (this.#weather !== 'detached') this.#centre = this.mark;
    return {type: 'setMark', market: PERP, price: this.mark * TICK};
  }

  #rarer(kind: Kind, shadow: Shadow): Command | undefined {
    const wallet = this.#wallet();
    const side = this.below(2) === 0 ? 'buy' as const : 'sell' as const;
    switch (kind) {
      case 'trigger': {
        const id = this.pick(this.triggers);
        if (id !== undefined && this.triggers.length > 60) return {type: 'cancelTrigger', wallet, triggerId: id};
        const rises = this.below(2) === 0;
        const condition = {
          by: this.pick(['mark', 'index', 'last'] as const)!, direction: rises ? 'rise' as const : 'fall' as const, price: (this.mark + (rises ? 1n : -1n) * (10n + this.#big(1_500))) * TICK,
          side, quantity: (1n + this.#big(2_000)) * LOT, ...(this.below(3) === 0 && {trail: (20n + this.#big(900)) * TICK}), ...(this.below(3) === 0 && {reduceOnly: true}),
        };
        return {type: 'placeTrigger', wallet, market: PERP, conditions: this.below(3) === 0 ? [condition, {...condition, direction: rises ? 'fall' : 'rise', price: 2n * this.mark * TICK - condition.price}] : [condition]};
      }
      case 'parent':
        return {type: 'placeParent', wallet, market: PERP, side, quantity: (100n + this.#big(6_000)) * LOT, strategy: this.below(2) === 0 ? 'twap' : 'vwap', slices: 2 + this.below(8), intervalMs: 1_000 + this.below(20_000)};
      case 'roll': return {type: 'setAutoRoll', wallet, market: PERP, takeLots: this.#big(400) * MILLION, lossLots: this.#big(300) * MILLION};
      case 'mode': {
        const busy = new Set([...shadow.positions.get(PERP)?.keys() ?? [], ...[...shadow.orders.values()].map(({account}) => account)]);
        const flat = this.pick(TRADERS.filter((each) => !busy.has(accountOf(each))));
        return {type: 'setMarginMode', wallet: flat ?? wallet, market: PERP, mode: this.below(3) > 0 ? 'isolated' : 'cross'};
      }
      case 'collateral': return {type: 'moveCollateral', wallet, market: PERP, lots: (this.#big(400) - 200n) * MILLION};
      case 'arm': return {type: 'armDeadMan', wallet, ...(this.below(4) > 0 && {at: this.now + 1n + this.#big(30_000)})};
      case 'novate': {
        const offer = this.pick(this.offers);
        if (offer) return {type: this.below(4) === 0 ? 'withdrawNovation' : 'acceptNovation', wallet: offer.to, offerId: offer.id};
        const [account, size] = this.pick([...shadow.positions.get(PERP) ?? []]) ?? [];
        if (account === undefined || size === undefined) return undefined;
        const [from, sub] = account.split(' ') as [Address, string];
        const part = (size / LOT / BigInt(1 + this.below(5))) * LOT;
        return part === 0n ? undefined : {type: 'offerNovation', wallet: from, sub: Number(sub), to: wallet, market: PERP, size: part, ...(this.below(2) === 0 && {price: (this.mark + this.#big(900) - 450n) * TICK})};
      }
      default: return undefined;
    }
  }

  #advance(core: Core, chainId: number, change: Partial<Extract<Command, {type: 'advanceChain'}>>): Command {
    const chain = chainViews(core).find((each) => each.chainId === chainId)!;
    const blockNumber = chain.blockNumber + 5n;
    return {
      type: 'advanceChain', chainId, blockNumber, blockHash: `0x${blockNumber.toString(16).padStart(64, '0')}`, deposits: [], payouts: [], activeEpoch: chain.activeEpoch, kills: chain.kills, ...change,
    };
  }

  /** Whoever has little gets something, so that the run goes on. */
  #deposit(core: Core): Command | undefined {
    const from = this.#wallet();
    const view = accountView(core, from)!;
    const [chainId, token] = this.pick(ASSETS)!;
    const total = view.balances.reduce((sum, {currency, total: lots}) => (currency === 'USDC' ? sum + lots : sum), 0n);
    if (token !== ETHER && total > 12_000n * USDC) return undefined;
    const lots = token === ETHER ? (1n + this.#big(4)) * 1_000_000_000n : (500n + this.#big(6_000)) * USDC;
    return this.#advance(core, chainId, {deposits: [{token, from, amount: lots * unitsPerLot(token), txHash: `0x${'1'.repeat(64)}`, logIndex: 0}]});
  }

  /** Transfers, to the fund and between sub-accounts, and withdrawals. */
  #money(core: Core): Command {
    const wallet = this.#wallet();
    const {balances} = accountView(core, wallet)!;
    const {chainId, token, available, requested} = this.pick(balances)!;
    const drain = this.#weather === 'drained' ? 100n : 1n + this.#big(100);
    const lots = (available * drain) / 100n;
    const roll = this.below(10);
    if (roll < 2 && this.feedsFund) return {type: 'transfer', from: wallet, to: FUND, chainId, token, lots: lots / 5n};
    if (roll < 4) return {type: 'transfer', from: wallet, to: this.#wallet(), chainId, token, lots};
    return roll < 9 || requested === 0n ? {type: 'requestWithdrawal', wallet, chainId, token, lots} : {type: 'cancelWithdrawal', wallet, chainId, token};
  }

  /** Epochs: sealed, decided, active. */
  #ledger(core: Core): Command {
    const {lastSealed, lastApproved, undecided} = epochsView(core);
    if (undecided !== undefined && this.below(2) === 0) return {type: 'decideEpoch', epoch: undecided, outcome: this.below(4) === 0 ? 'dead' : 'approved'};
    if (undecided === undefined && this.below(3) === 0) return {type: 'seal', epoch: lastSealed + 1n, snapshotTime: this.now};
    return this.#advance(core, this.below(2) === 0 ? L1 : L2, {activeEpoch: lastApproved});
  }

  #admin(core: Core): Command {
    const roll = this.below(6);
    const wallet = this.#wallet();
    if (roll === 0) return {type: 'setFeeTier', wallet, tier: this.below(3)};
    if (roll === 1) return {type: 'createSubAccount', wallet, sub: (accountView(core, wallet)?.subAccounts ?? 0) + 1};
    if (roll === 2) return {type: 'changeMarket', market: PERP, terms: {margins: [{upTo: 1n << 50n, initialPpm: 60_000 + this.below(60_000), maintenancePpm: 25_000 + this.below(25_000)}], fees: [{makerPpm: 200, takerPpm: 500}, {makerPpm: -100, takerPpm: 400}]}};
    if (roll === 3) return {type: 'setMarketStatus', market: PERP, status: this.pick(['cancelOnly', 'halted'] as const)!};
    const minute = Number((this.now / 60_000n + 4_320n) % 10_080n);
    const session = {feePpm: this.below(1_000_001), fundingClampPpm: 600_000, bandPpm: 300_000, marginPpm: 1_000_000 + this.below(1_000_000)};
    return {type: 'setCalendar', market: PERP, sessions: this.below(2) === 0 || minute > 10_000 ? [] : [{start: minute, ...session, marginPpm: 1_000_000}, {start: minute + 30, ...session}]};
  }
}

