/** The hot state of the exchange: accounts, books, positions. Functions of this folder change it; commands come from `engine.ts` or as records. */
import {Accounts} from './accounts.ts';
import {type ControlOptions, DEFAULT_CONTROLS, Lookback} from './controls.ts';
import {Draft, Probe} from './draft.ts';
import {ClientIds} from './client-ids.ts';
import type {Standing} from './incentives.ts';
import {Legs} from './legs.ts';
import {Market, type MarketSpec} from './market.ts';
import {OrderPool} from './order-pool.ts';
import {Parents} from './parents.ts';
import {PositionPool} from './positions.ts';
import {RecordLog} from './records.ts';
import {Offers} from './roll.ts';
import {Roots} from './roots.ts';
import {Timers} from './timers.ts';
import {Triggers} from './triggers.ts';
import {Undo} from './undo.ts';

export type VenueOptions = {
  /** Currency of each custody asset, by asset; assets are ordered by chain. */
  currencyOf: readonly number[];
  currencies: number;
  /** The currency in which PnL, funding and perpetual fees exist. */
  settlement: number;
  /** Client order ids remembered, a power of two. */
  clientIds?: number;
  controls?: ControlOptions;
};

/** Equity and margin of one account or bucket, settlement lots; one object, refilled by each assessment. */
export class Assessment {
  equity = 0;
  initial = 0;
  maintenance = 0;
  /** Unrealised PnL of all positions at the marks. */
  open = 0;
}

export class Venue {
  readonly accounts: Accounts;
  readonly legs = new Legs();
  readonly orders = new OrderPool();
  readonly positions = new PositionPool();
  readonly clients: ClientIds;
  readonly markets: Market[] = [];
  readonly currencyOf: readonly number[];
  /** Asset numbers by currency, in asset order. */
  readonly assetsOf: readonly (readonly number[])[];
  readonly settlement: number;
  /** Events of the running command. */
  readonly log = new RecordLog(256);
  readonly margin = new Assessment();
  /** What an iceberg order hides, by slot: lots behind, and lots shown at a time. */
  readonly icebergs = new Map<number, {hidden: number; peak: number}>();
  /** Expiry of resting good-till-date orders, by slot. */
  readonly expiries = new Map<number, number>();
  readonly timers = new Timers();
  readonly draft = new Draft();
  readonly probe = new Probe();
  readonly controls: ControlOptions;
  /** Highest equity of the Liquidation Fund in the last hours. */
  readonly fundPeak = new Lookback();
  /** When an account's marked orders go, and those of each of its leases: by `timerKey`. */
  readonly deadMen = new Map<number, number>();
  readonly standings = new Map<number, Standing>();
  /** Hour of the last hourly work, since 1970; 0 before the first tick. */
  lastHour = 0;
  /** When standings are sampled next, and what draws that moment in each hour. */
  nextSample = 0;
  readonly sampleSeed = new Int32Array(4);
  /** Withdrawals requested and not sealed, by account, then asset; inside `accounts.aside`. */
  readonly requested = new Map<number, Float64Array>();
  /** Milliseconds; moved by commands only. */
  now = 0;
  readonly roots = new Roots();
  readonly triggers = new Triggers();
  readonly parents = new Parents();
  readonly offers = new Offers();
  /** Main account of each sub-account; accounts that are not here are their own. */
  readonly owners = new Map<number, number>();
  /** Lots the last placed order took at once, and whether that was all of it. */
  filled = 0;
  whole = false;
  readonly undo = new Undo();
  /** Numbers behind the last refusal. */
  needed = 0;
  available = 0;

  constructor({currencyOf, currencies, settlement, clientIds, controls = DEFAULT_CONTROLS}: VenueOptions) {
    this.controls = controls;
    this.currencyOf = [...currencyOf];
    this.assetsOf = Array.from({length: currencies}, (_, currency) => currencyOf.flatMap((its, asset) => (its === currency ? [asset] : [])));
    this.settlement = settlement;
    this.accounts = new Accounts(currencyOf.length, currencies);
    this.clients = new ClientIds(clientIds);
  }

  /** An account becomes a sub-account of another one. */
  setOwner(account: number, main: number): void {
    this.owners.set(account, main);
    this.accounts.main[account] = main;
  }

  addMarket(spec: MarketSpec): Market {
    const market = new Market(this.markets.length, spec);
    this.markets.push(market);
    this.triggers.bounds = undefined;
    return market;
  }

  /** Lots that show at a price. */
  ladderQuantity(market: number, price: number): number {
    return this.markets[market]!.ladder.quantityAt(price);
  }
}
