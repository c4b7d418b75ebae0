/** One run: seeded traffic through the core, everything that must hold after each command, crashes, and a tally of what happened. */
import type {Command} from '../../src/core/commands.ts';
import {type Core, createCore} from '../../src/core/engine.ts';
import type {Event} from '../../src/core/events.ts';
import {accountView, assetViews, bookView, digest, marketViews, sealedEpoch, withdrawableOf} from '../../src/core/queries.ts';
import {restoreSnapshot, takeSnapshot} from '../../src/core/snapshot.ts';
import {buildRules, ETHER, FUND, L1, L1_USDC, L2, L2_USDC, secretOf, unitsPerLot, USDC} from '../model/exchange.ts';
import {brokenInvariants, brokenSettlement} from '../model/invariants.ts';
import {brokenVenue} from '../venue/invariants.ts';
import {SheetRules} from '../model/sheet-rules.ts';
import {accountOf, Shadow} from './shadow.ts';
import {PERP, TRADERS, Traffic} from './traffic.ts';

const LOT = 100_000n;
/** Commands between two looks at all views; and, on average, between two snapshots and two crashes. */
const WHOLE_EVERY = 2_000;
const SNAPSHOT_EVERY = 1_500;
const CRASH_EVERY = 4_000;

export class Simulation {
  #core: Core = createCore();
  readonly #shadow = new Shadow();
  readonly #sheets: SheetRules;
  readonly #traffic: Traffic;
  readonly #random: () => number;
  #now = 1_700_000_000_000n;
  /** The newest snapshot and what came after it. */
  #image: Uint8Array | undefined;
  #tail: {command: Command; at: bigint}[] = [];
  readonly seen = new Map<string, number>();
  accepted = 0;
  given = 0;

  /** @param isPoor - The Liquidation Fund has nothing and gets no share of fees: winners bear what losers cannot. */
  constructor(random: () => number, isPoor: boolean) {
    const rules = buildRules({withdrawEvery: [2, 1], fee: 2n, minimum: 100n});
    this.#random = random;
    this.#traffic = new Traffic(random);
    this.#sheets = new SheetRules(rules);
    this.#run({type: 'genesis', rules}, 1n);
    for (const wallet of TRADERS) this.#run({type: 'bindAccount', wallet, secret: secretOf(wallet)}, 1n);
    const deposits = TRADERS.flatMap((from, index) => [
      {chainId: L1, token: L1_USDC, from, lots: (6_000n + 2_000n * BigInt(index)) * USDC}, {chainId: L2, token: L2_USDC, from, lots: 1_500n * USDC}, {chainId: L1, token: ETHER, from, lots: 5_000_000_000n},
    ]);
    for (const chainId of [L1, L2]) {
      const own = deposits.filter((deposit) => deposit.chainId === chainId).map(({token, from, lots}, logIndex) => ({token, from, amount: lots * unitsPerLot(token), txHash: `0x${'1'.repeat(64)}` as const, logIndex}));
      this.#run({type: 'advanceChain', chainId, blockNumber: 1n, blockHash: `0x${'0'.repeat(64)}`, deposits: own, payouts: [], activeEpoch: 0n, kills: 0}, 1n);
    }
    this.#traffic.feedsFund = !isPoor;
    if (isPoor) this.#run({type: 'changeMarket', market: PERP, terms: {fundSharePpm: 0}}, 1n);
    else this.#run({type: 'transfer', from: TRADERS[11]!, to: FUND, chainId: L1, token: L1_USDC, lots: 2_000n * USDC}, 1n);
    this.#run({type: 'setMark', market: PERP, price: 2_000n * USDC}, 1n);
    this.#run({type: 'setSourcePrice', market: PERP, source: 0, price: 2_000n * USDC}, 1n);
  }

  /** Runs `count` commands; stops at the first fault and answers it. */
  run(count: number): string | undefined {
    for (let index = 0; index < count; index += 1) {
      this.#traffic.now = this.#now;
      const {command, after} = this.#traffic.next(index, this.#core, this.#shadow);
      const faults = this.#run(command, after);
      if (index % WHOLE_EVERY === 0) faults.push(...this.#brokenViews());
      if (this.#random() < 1 / SNAPSHOT_EVERY) this.#snapshot();
      if (this.#random() < 1 / CRASH_EVERY) faults.push(...this.#crash());
      if (faults.length > 0) return `command ${index}, ${text(command)} at ${this.#now}:\n${faults.join('\n')}`;
    }
    for (const [weather, times] of this.#traffic.weathers) this.seen.set(`weather ${weather}`, times);
    return undefined;
  }

  #count(what: string): void {
    this.seen.set(what, (this.seen.get(what) ?? 0) + 1);
  }

  #run(command: Command, after: bigint): string[] {
    this.#now += after;
    this.given += 1;
    const faults = this.#before(command);
    const holders = new Set(this.#shadow.positions.get(PERP)?.keys());
    const applied = this.#core.apply(command, this.#now);
    if (!applied.ok) {
      this.#count(`refused ${applied.rejection.code}`);
      return [...faults, ...brokenVenue(this.#core.state.venue, {accounts: [], markets: []})].map((fault) => `refused ${applied.rejection.code}, yet ${fault}`);
    }
    this.accepted += 1;
    this.#count(`command ${command.type}`);
    if (this.#image) this.#tail.push({command, at: this.#now});
    this.#shadow.follow(applied.events);
    for (const event of applied.events) {
      this.#tally(event);
      if (event.type === 'shortfallCovered') faults.push(...brokenCover(event, holders));
    }
    faults.push(...this.#shadow.faults.splice(0), ...this.#brokenCore(command, applied.events), ...this.#followSheets(command));
    return faults;
  }

  /** Everything, where the ledger was touched and now and then; else all money, and the books and reserves that the events name. */
  #brokenCore(command: Command, events: readonly Event[]): string[] {
    if (LEDGER.has(command.type) || this.given % 64 === 0) return brokenInvariants(this.#core);
    const {state} = this.#core;
    const touched = new Set<number>();
    const markets = new Set<string>();
    const touch = (wallet: `0x${string}`, sub = 0): void => {
      const main = state.byWallet.get(wallet)!;
      touched.add(sub === 0 ? main : state.subs.get(main)![sub - 1]!);
    };
    for (const event of events) {
      if ('market' in event) markets.add(event.market);
      if ('wallet' in event) touch(event.wallet, 'sub' in event ? event.sub : 0);
      if (event.type !== 'tradeExecuted') continue;
      touch(event.maker, event.makerSub);
      touch(event.taker, event.takerSub);
    }
    return brokenVenue(state.venue, {accounts: touched, markets: [...markets].map((name) => state.markets.get(name)!)});
  }

  #before(command: Command): string[] {
    const each = command.type === 'batch' ? command.commands : [command];
    for (const order of each) if (order.type === 'placeOrder') this.#shadow.sending(order, LOT);
    if (command.type !== 'requestWithdrawal') return [];
    const limit = withdrawableOf(this.#core, command);
    const {requested} = accountView(this.#core, command.wallet)!.balances.find(({chainId, token}) => chainId === command.chainId && token === command.token)!;
    // What is asked for beyond this bound must be refused; the state after an accepted one is checked as ever.
    this.#asked = {command, over: requested + command.lots > limit};
    return [];
  }

  #asked: {command: Command; over: boolean} | undefined;

  #followSheets(command: Command): string[] {
    const sheet = command.type === 'seal' ? sealedEpoch(this.#core, command.epoch) : undefined;
    const faults = this.#sheets.follow(command, sheet);
    if (sheet) faults.push(...brokenSettlement(this.#core));
    if (command.type === 'requestWithdrawal' && this.#asked?.command === command && this.#asked.over) faults.push('a withdrawal beyond withdrawable was accepted');
    return faults;
  }

  #tally(event: Event): void {
    const {triggers, parents, offers} = this.#traffic;
    const drop = (ids: bigint[], id: bigint): void => void ids.splice(ids.indexOf(id), 1);
    switch (event.type) {
      case 'triggerPlaced': triggers.push(event.triggerId); break;
      case 'triggerClosed': drop(triggers, event.triggerId); break;
      case 'parentPlaced': parents.push(event.parentId); break;
      case 'parentClosed': drop(parents, event.parentId); break;
      case 'novationOffered': offers.push({id: event.offerId, to: event.to}); break;
      case 'novationWithdrawn':
      case 'novationAccepted': {
        const at = offers.findIndex(({id}) => id === event.offerId);
        if (at >= 0) offers.splice(at, 1);
        break;
      }
      default:
    }
    if (event.type === 'orderClosed') return this.#count(`closed ${event.reason}`);
    if (event.type === 'positionLiquidated') return this.#count(`liquidated by ${event.by}`);
    if (event.type === 'shortfallCovered') return this.#count(`covered by ${event.by}`);
    if (event.type === 'symmetricLiquidationChanged') return this.#count(`symmetric ${event.active ? 'on' : 'off'}`);
    if (event.type === 'withdrawalCancelled') return this.#count(`request returned for ${event.reason}`);
    return this.#count(event.type);
  }

  #snapshot(): void {
    this.#image = takeSnapshot(this.#core);
    this.#tail = [];
    this.#count('snapshot');
  }

  /** The process dies: the newest snapshot and the commands since then must make the same engine, which goes on. */
  #crash(): string[] {
    if (!this.#image) return [];
    const core = restoreSnapshot(this.#image);
    for (const {command, at} of this.#tail) if (!core.apply(command, at).ok) return [`${command.type} was refused in the replay`];
    const [before, after] = [digest(this.#core), digest(core)];
    this.#core = core;
    this.#count('crash');
    return before === after ? [] : [`digest ${after} after the replay of ${this.#tail.length} commands, ${before} before the crash`];
  }

  /** Whole views against the shadow: claims, books, open interest. */
  #brokenViews(): string[] {
    const faults: string[] = [];
    for (const {chainId, token, deposited, authorisedOut, liabilities} of assetViews(this.#core)) {
      const rows = [...this.#shadow.claims.get(`${chainId} ${token}`) ?? []].filter(([account]) => !account.startsWith(ETHER)).reduce((sum, [, lots]) => sum + lots, 0n);
      if (liabilities !== deposited - authorisedOut || rows !== liabilities) faults.push(`${token} on ${chainId}: liabilities ${liabilities}, legs ${rows}, deposited ${deposited} − ${authorisedOut}`);
    }
    for (const {market, openInterest} of marketViews(this.#core)) {
      const book = bookView(this.#core, {market, levels: 100_000})!;
      for (const [side, levels] of [['buy', book.bids], ['sell', book.asks]] as const) {
        const ours = this.#shadow.book(market)[side];
        if (ours.size !== levels.length || levels.some(({price, quantity}) => ours.get(price)?.told !== quantity)) faults.push(`${market} ${side}: the view's levels are not those of the events`);
      }
      const long = [...this.#shadow.positions.get(market)?.values() ?? []].reduce((sum, size) => (size > 0n ? sum + size : sum), 0n);
      if (long !== openInterest) faults.push(`${market}: open interest ${openInterest}, positions say ${long}`);
    }
    return faults;
  }
}

const LEDGER = new Set<Command['type']>(['advanceChain', 'requestWithdrawal', 'cancelWithdrawal', 'transfer', 'seal', 'decideEpoch', 'bindAccount', 'genesis', 'createSubAccount']);

/** Losses are borne by the fund or by those who held a position, never by accounts without one, and never by nobody. */
function brokenCover({by, payer, payerSub}: Extract<Event, {type: 'shortfallCovered'}>, holders: ReadonlySet<string>): string[] {
  if (by === 'nobody') return ['a loss nobody could bear'];
  if (by === 'fund' || (payer !== undefined && (payer === FUND || holders.has(accountOf(payer, payerSub))))) return [];
  return [`${payer} covers a loss without a position`];
}

const text = (value: unknown): string => JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? `${each}` : each));
