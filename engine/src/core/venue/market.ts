/** One market: what it allows, what it charges, where its prices stand, who holds it. Prices in ticks, quantities in market lots. */
import {NONE} from './accounts.ts';
import {grown} from './columns.ts';
import {MarketControls} from './controls.ts';
import {FundingState} from './funding.ts';
import {ensure, isWhole, PPM, QUANTITY_MAX, SAFE_MAX, TICKS_MAX, VALUE_MAX} from './integers.ts';
import {Ladder} from './ladder.ts';
import {Sources} from './prices.ts';
import type {Programme} from './programmes.ts';
import type {RollSetting} from './roll.ts';
import type {Session} from './sessions.ts';

export const MARKET_KIND = {spot: 0, perpetual: 1} as const;
export type MarketKind = (typeof MARKET_KIND)[keyof typeof MARKET_KIND];

export const MARKET_STATUS = {open: 0, cancelOnly: 1, halted: 2, delisted: 3} as const;
export type MarketStatus = (typeof MARKET_STATUS)[keyof typeof MARKET_STATUS];

/** Rates of one fee tier, ppm of notional; a negative maker rate is a rebate. */
export type FeeTier = {makerPpm: number; takerPpm: number};

/** Margin rates for positions worth up to `upTo` settlement lots; the last tier is open. */
export type MarginTier = {upTo: number; initialPpm: number; maintenancePpm: number};

/** Everything a market is made of; amounts are whole numbers. */
export type MarketSpec = {
  name: string;
  kind: MarketKind;
  /** Currency numbers; `base` is −1 for a perpetual on something no custody holds, which `underlying` names. */
  base: number;
  quote: number;
  underlying?: string;
  /** Interface price units (10⁻⁶ quote per whole base) per tick. */
  tick: number;
  /** Base currency lots per market lot. */
  lot: number;
  /** Quote currency lots per tick·lot. */
  unit: number;
  ladderTicks: number;
  fees: readonly FeeTier[];
  /** Share of fees that feeds the Liquidation Fund, ppm. */
  fundSharePpm: number;
  margins: readonly MarginTier[];
  /** A resting price lies within this of the mark (perpetual) or the last price (spot); 0 = no band. */
  bandPpm: number;
  /** A market order takes no price further than this from the best one. */
  marketBandPpm: number;
  /** What the Liquidation Fund may charge a position it takes over, ppm of its value. */
  penaltyPpm: number;
  /** Long lots the market may hold; 0 = no cap. */
  openInterestMax: number;
  /** Value of open interest from which initial margin grows, and at which it is 100 %; 0 = never. */
  interestFrom: number;
  interestFull: number;
  /** Settlement lots whose average price through the book is the impact price that funding looks at; absent or 0 = the best price. */
  impactNotional?: number;
  /** Interest per hour towards which funding is drawn, parts per 10⁹; {@link DEFAULT_TERMS} unless said, as the next two. */
  fundingInterestPpb?: number;
  /** Outside sessions |funding rate| ≤ this share of (initial − maintenance margin), ppm. */
  fundingClampPpm?: number;
  /** Hourly interest under symmetric liquidation of a position with no collateral at all, ppm of its value. */
  collateralInterestPpm?: number;
};

/** 0.01 % per 8 hours; 60 % of the margin's difference; 0.01 % per hour. */
export const DEFAULT_TERMS = {impactNotional: 0, fundingInterestPpb: 12_500, fundingClampPpm: 600_000, collateralInterestPpm: 100} as const;

/** What may change while a market is open. Name, kind, currencies, tick, lot, unit and ladder never do: positions and orders are counted in them. */
export type MarketTerms = Omit<MarketSpec, 'name' | 'kind' | 'base' | 'quote' | 'underlying' | 'tick' | 'lot' | 'unit' | 'ladderTicks'>;

/** Orders name their market by 8 bits. */
export const MARKETS_MAX = 256;

/** First fault of a specification, or `undefined`. */
export function faultOfMarket(spec: MarketSpec): string | undefined {
  if (!/^[A-Z0-9][A-Z0-9./-]{0,31}$/.test(spec.name)) return 'a name has 1 to 32 capital letters, digits, dots, slashes and dashes';
  if (!isWhole(spec.kind, 0, 1)) return 'a market is spot or perpetual';
  if (!isWhole(spec.tick, 1, VALUE_MAX) || !isWhole(spec.lot, 1, VALUE_MAX) || !isWhole(spec.unit, 1, 2 ** 26)) return 'tick, lot and unit are whole and positive';
  if (!isWhole(spec.ladderTicks, 1 << 10, 1 << 24) || (spec.ladderTicks & (spec.ladderTicks - 1)) !== 0) return 'a ladder has 2^10 to 2^24 ticks, a power of two';
  return faultOfFees(spec) ?? faultOfLimits(spec) ?? (spec.kind === MARKET_KIND.spot ? faultOfPair(spec) : faultOfMargins(spec));
}

function faultOfFees({fees, fundSharePpm}: MarketSpec): string | undefined {
  if (fees.length === 0 || fees.length > 32) return 'a market has 1 to 32 fee tiers';
  const leastTaker = Math.min(...fees.map(({takerPpm}) => takerPpm));
  for (const {makerPpm, takerPpm} of fees) {
    if (!isWhole(takerPpm, 0, 100_000) || !isWhole(makerPpm, -leastTaker, takerPpm)) return 'fees are 0 to 10 %, a rebate no more than the least taker fee';
  }
  return isWhole(fundSharePpm, 0, PPM) ? undefined : 'the share of the Liquidation Fund is 0 to 100 %';
}

function faultOfLimits(spec: MarketSpec): string | undefined {
  if (!isWhole(spec.bandPpm, 0, PPM) || !isWhole(spec.marketBandPpm, 0, PPM - 1)) return 'bands are 0 to 100 %';
  const amounts = [spec.openInterestMax, spec.interestFrom, spec.interestFull, spec.impactNotional ?? 0];
  if (amounts.some((amount) => !isWhole(amount, 0, SAFE_MAX))) return 'caps and notionals are whole and not negative';
  if (!isWhole(spec.fundingInterestPpb ?? 0, -PPM, PPM)) return 'funding interest is −0.1 % to 0.1 % an hour';
  if (!isWhole(spec.fundingClampPpm ?? 0, 0, PPM)) return 'the funding clamp is 0 to 100 %';
  return isWhole(spec.collateralInterestPpm ?? 0, 0, 10_000) ? undefined : 'collateral interest is 0 to 1 % an hour';
}

const faultOfPair = ({base, quote}: MarketSpec): string | undefined => (base === quote || base < 0 || quote < 0 ? 'a spot market trades two currencies' : undefined);

function faultOfMargins({margins, penaltyPpm}: MarketSpec): string | undefined {
  if (margins.length === 0 || margins.length > 8) return 'a perpetual has 1 to 8 margin tiers';
  let above = 0;
  for (const {upTo, initialPpm, maintenancePpm} of margins) {
    if (!(upTo > above) || Number.isNaN(upTo)) return 'margin tiers rise';
    if (!isWhole(maintenancePpm, 1, PPM) || !isWhole(initialPpm, maintenancePpm, PPM)) return 'initial margin is at least maintenance, both to 100 %';
    above = upTo;
  }
  return isWhole(penaltyPpm, 0, margins[0]!.maintenancePpm) ? undefined : 'the liquidation penalty is at most the maintenance margin';
}

export class Market {
  readonly index: number;
  spec: MarketSpec;
  readonly perpetual: boolean;
  readonly unit: number;
  readonly ladder: Ladder;
  status: MarketStatus = MARKET_STATUS.open;
  /** 0 = none yet. */
  mark = 0;
  indexPrice = 0;
  last = 0;
  trades = 0;
  /** Long lots. */
  openInterest = 0;
  /** Position slots of everybody with a record here. */
  holders: Int32Array = new Int32Array(16);
  holderCount = 0;
  /** Highest taker rate: what a waiting spot purchase holds for fees, and what margin reserves. */
  worstTakerPpm: number;
  /** Maker and taker ppm by tier, two words each. */
  rates: Float64Array;
  /** Initial margin is multiplied by this, ppm ≥ 10⁶: grows with open interest. */
  interestScalePpm = PPM;
  /** Symmetric liquidation is active (paper §3.5). */
  symmetric = false;
  readonly controls = new MarketControls();
  readonly funding = new FundingState();
  readonly sources = new Sources();
  /** Lots traded by hour of the day, all time: what VWAP slices follow. */
  readonly hourVolume = new Float64Array(24);
  /** Auto-roll thresholds by account. */
  readonly rolls = new Map<number, RollSetting>();
  calendar: readonly Session[] = [];
  /** Members of its liquidity programmes by account, and when the makers among them were measured last. */
  readonly programmes = new Map<number, Programme>();
  measuredAt = 0;
  /** Index of the running session, −1 before the first, and of the one warned of. */
  session = -1;
  warned = -1;
  /** The running session's share of fees and of margin rates, and its price band; ppm. */
  feePpm = PPM;
  marginPpm = PPM;
  /** Of members' maker fees, and of what makers promised; ppm. */
  memberFeePpm = PPM;
  makerSpreadPpm = PPM;
  makerSizePpm = PPM;
  makerTimePpm = PPM;
  bandPpm: number;
  /** |funding rate| ≤ this share of (initial − maintenance margin), ppm. */
  fundingClampPpm: number;

  constructor(index: number, spec: MarketSpec) {
    const fault = faultOfMarket(spec);
    ensure(fault === undefined, `market ${spec.name}: ${fault}`);
    this.index = index;
    this.spec = spec;
    this.perpetual = spec.kind === MARKET_KIND.perpetual;
    this.unit = spec.unit;
    this.bandPpm = spec.bandPpm;
    this.fundingClampPpm = spec.fundingClampPpm ?? DEFAULT_TERMS.fundingClampPpm;
    this.ladder = new Ladder(spec.ladderTicks);
    this.worstTakerPpm = Math.max(...spec.fees.map(({takerPpm}) => takerPpm));
    this.rates = Float64Array.from(spec.fees.flatMap(({makerPpm, takerPpm}) => [makerPpm, takerPpm]));
  }

  /** New terms; a running session's share of fees and margins stays, its band and clamp too. Grid and currencies must be the same. */
  revise(spec: MarketSpec): void {
    this.spec = spec;
    this.worstTakerPpm = Math.max(...spec.fees.map(({takerPpm}) => takerPpm));
    this.rates = Float64Array.from(spec.fees.flatMap(({makerPpm, takerPpm}) => [makerPpm, takerPpm]));
    if (this.session >= 0) return;
    this.bandPpm = spec.bandPpm;
    this.fundingClampPpm = spec.fundingClampPpm ?? DEFAULT_TERMS.fundingClampPpm;
  }

  makerPpm(tier: number): number {
    return this.#inSession(this.rates[2 * tier < this.rates.length ? 2 * tier : 0]!);
  }

  takerPpm(tier: number): number {
    return this.#inSession(this.rates[2 * tier < this.rates.length ? 2 * tier + 1 : 1]!);
  }

  /** Fees and rebates shrink together, so a rebate stays within the taker's fee. */
  #inSession(ppm: number): number {
    return this.feePpm === PPM ? ppm : Math.trunc((ppm * this.feePpm) / PPM);
  }

  /** Maintenance rate for a position of this value. */
  maintenancePpm(value: number): number {
    const {margins} = this.spec;
    let tier = 0;
    while (tier < margins.length - 1 && value > margins[tier]!.upTo) tier += 1;
    const rate = margins[tier]!.maintenancePpm;
    return this.marginPpm === PPM ? rate : Math.min(PPM, Math.ceil((rate * this.marginPpm) / PPM));
  }

  /** Initial rate for a position of this value, with the market's open interest in it. */
  initialPpm(value: number): number {
    const {margins} = this.spec;
    let tier = 0;
    while (tier < margins.length - 1 && value > margins[tier]!.upTo) tier += 1;
    const rate = margins[tier]!.initialPpm;
    if (this.interestScalePpm === PPM && this.marginPpm === PPM) return rate;
    return Math.min(PPM, Math.ceil((rate * this.interestScalePpm * this.marginPpm) / (PPM * PPM)));
  }

  /** Recomputed at each mark: from `interestFrom` on, initial margin grows linearly until it is 100 % at `interestFull`. */
  rescaleInterest(): void {
    const {interestFrom, interestFull, margins} = this.spec;
    this.interestScalePpm = PPM;
    if (interestFull <= interestFrom) return;
    const value = this.openInterest * this.mark * this.unit;
    if (value <= interestFrom) return;
    const base = margins[0]!.initialPpm;
    const share = Math.min(1, (value - interestFrom) / (interestFull - interestFrom));
    this.interestScalePpm = PPM + Math.floor(((PPM - base) * share * PPM) / base);
  }

  addHolder(slot: number): number {
    if (this.holderCount === this.holders.length) this.holders = grown(this.holders, this.holderCount * 2, NONE);
    this.holders[this.holderCount] = slot;
    this.holderCount += 1;
    return this.holderCount - 1;
  }
}

/** A tick price that a ladder of the market has. */
export const isPrice = (market: Market, price: number): boolean => isWhole(price, 1, Math.min(TICKS_MAX, market.ladder.ticks - 1));

export const isQuantity = (quantity: number): boolean => isWhole(quantity, 1, QUANTITY_MAX);
