/** Markets by command: listed, changed, delisted (operator). Interface amounts become the venue's numbers here. */
import {big} from './amounts.ts';
import type {Command, MarketTermsInput, Rejection} from './commands.ts';
import {sessionsFrom, badCalendar} from './calendars.ts';
import type {MarketTermsView} from './events.ts';
import {LOT_DECIMALS} from './markets.ts';
import type {Context, State} from './state.ts';
import {NONE} from './venue/accounts.ts';
import {REASON} from './venue/codes.ts';
import {SAFE_MAX} from './venue/integers.ts';
import {delistMarket as delistOf, faultOfListing, revised, reviseMarket} from './venue/listing.ts';
import {DEFAULT_TERMS, faultOfMarket, type Market, MARKET_KIND, MARKET_STATUS, type MarketSpec, type MarketTerms} from './venue/market.ts';
import {faultOfCalendar, setCalendar} from './venue/sessions.ts';

type Of<T extends Command['type']> = Extract<Command, {type: T}>;

const KINDS = {spot: MARKET_KIND.spot, perpetual: MARKET_KIND.perpetual} as const;
/** Decimals of an interface price: 10⁻⁶ quote per whole base. */
const PRICE_DECIMALS = 6;
const BASE_DECIMALS_MAX = 18;

const invalid = (reason: string): Rejection => ({code: 'INVALID_MARKET', reason});

/** A whole number the venue can hold; NaN where there is none, which every check refuses. */
const numberOf = (value: bigint): number => (value >= 0n && value <= big(SAFE_MAX) ? Number(value) : Number.NaN);

/** Terms as the venue counts them; a cap on open interest in market lots, rounded down. */
function termsOf(input: Partial<MarketTermsInput>, lot: number): Partial<MarketTerms> {
  const {margins, openInterestMax, interestFrom, interestFull, impactNotional, ...rates} = input;
  return {
    ...rates,
    ...(margins && {margins: margins.map(({upTo, ...tier}) => ({...tier, upTo: numberOf(upTo)}))}),
    ...(openInterestMax !== undefined && {openInterestMax: Math.floor(numberOf(openInterestMax) / lot)}),
    ...(interestFrom !== undefined && {interestFrom: numberOf(interestFrom)}),
    ...(interestFull !== undefined && {interestFull: numberOf(interestFull)}),
    ...(impactNotional !== undefined && {impactNotional: numberOf(impactNotional)}),
  };
}

/** Quote lots per tick·lot, exactly; `undefined` where it is no whole number. */
function unitOf({tick, lot, baseDecimals, quoteDecimals}: {tick: bigint; lot: bigint; baseDecimals: number; quoteDecimals: number}): number | undefined {
  const numerator = tick * lot * 10n ** big(quoteDecimals);
  const denominator = 10n ** big(PRICE_DECIMALS + baseDecimals);
  return numerator > 0n && numerator % denominator === 0n ? numberOf(numerator / denominator) : undefined;
}

/** The specification a command asks for, or what is wrong with it. */
function specOf(state: State, command: Of<'createMarket'>): MarketSpec | string {
  const {market: name, base: baseName, quote: quoteName, tick, lot, ladderTicks} = command;
  const kind = KINDS[command.kind];
  const [base, quote] = [state.currencies.indexOf(baseName), state.currencies.indexOf(quoteName)];
  if (quote < 0) return `no custody holds ${quoteName}`;
  if (kind === MARKET_KIND.perpetual && quote !== state.settlementCurrency) return `perpetuals settle in ${state.rules.settlementCurrency}`;
  if (kind === MARKET_KIND.spot && base < 0) return `no custody holds ${baseName}`;
  if (!/^[A-Za-z0-9][A-Za-z0-9./-]{0,31}$/.test(baseName)) return 'the base has 1 to 32 letters, digits, dots, slashes and dashes';
  const baseDecimals = base < 0 ? command.baseDecimals : LOT_DECIMALS[baseName];
  if (baseDecimals === undefined || !Number.isInteger(baseDecimals) || baseDecimals < 0 || baseDecimals > BASE_DECIMALS_MAX) return `baseDecimals of ${baseName} is 0 to ${BASE_DECIMALS_MAX}`;
  const unit = unitOf({tick, lot, baseDecimals, quoteDecimals: LOT_DECIMALS[quoteName]!});
  if (unit === undefined) return 'tick · lot must make whole lots of the quote currency';
  const lots = numberOf(lot);
  return {
    openInterestMax: 0, interestFrom: 0, interestFull: 0, penaltyPpm: 0, margins: [], fundSharePpm: 0, bandPpm: 0, marketBandPpm: 200_000, fees: [],
    ...termsOf(command.terms, lots), name, kind, base: base < 0 ? NONE : base, quote, tick: numberOf(tick), lot: lots, unit, ladderTicks,
    ...(base < 0 && {underlying: baseName}),
  };
}

export function createMarket(context: Context, command: Of<'createMarket'>): Rejection | undefined {
  const {state, emit} = context;
  const spec = specOf(state, command);
  if (typeof spec === 'string') return invalid(spec);
  const fault = faultOfListing(state.venue, spec);
  if (fault !== undefined) return invalid(fault);
  const sessions = sessionsFrom(command.sessions ?? []);
  if (faultOfCalendar(sessions) !== REASON.none) return badCalendar;
  const market = state.venue.addMarket(spec);
  state.markets.set(spec.name, market);
  emit(marketCreated(state, market));
  if (sessions.length > 0) setCalendar(state.venue, market.index, sessions);
  return undefined;
}

export function changeMarket({state, emit}: Context, {market: name, terms}: Of<'changeMarket'>): Rejection | undefined {
  const market = state.markets.get(name);
  if (!market) return {code: 'UNKNOWN_MARKET', market: name};
  if (market.status === MARKET_STATUS.delisted) return {code: 'MARKET_CLOSED', market: name};
  const spec = revised(market, termsOf(terms, market.spec.lot));
  const fault = faultOfMarket(spec);
  if (fault !== undefined) return invalid(fault);
  emit({type: 'marketChanged', market: name, terms: termsView(spec)});
  reviseMarket(state.venue, market, spec);
  return undefined;
}

export function delistMarket({state}: Context, {market: name}: Of<'delistMarket'>): Rejection | undefined {
  const market = state.markets.get(name);
  if (!market) return {code: 'UNKNOWN_MARKET', market: name};
  return delistOf(state.venue, market.index) === REASON.none ? undefined : {code: 'MARKET_CLOSED', market: name};
}

/** Name of what a market is on. */
export const baseNameOf = (state: State, {spec}: Market): string => spec.underlying ?? state.currencies[spec.base]!;

export const marketCreated = (state: State, market: Market) => {
  const {spec, perpetual} = market;
  return {
    type: 'marketCreated' as const, market: spec.name, index: market.index, kind: perpetual ? 'perpetual' as const : 'spot' as const, base: baseNameOf(state, market),
    quote: state.currencies[spec.quote]!, tick: big(spec.tick), lot: big(spec.lot), unit: big(spec.unit), terms: termsView(spec),
  };
};

export function termsView(spec: MarketSpec): MarketTermsView {
  return {
    fees: spec.fees.map((tier) => ({...tier})), fundSharePpm: spec.fundSharePpm, margins: spec.margins.map(({upTo, ...tier}) => ({...tier, upTo: big(Math.min(upTo, SAFE_MAX))})),
    bandPpm: spec.bandPpm, marketBandPpm: spec.marketBandPpm, penaltyPpm: spec.penaltyPpm, openInterestMax: big(spec.openInterestMax) * big(spec.lot),
    interestFrom: big(spec.interestFrom), interestFull: big(spec.interestFull), impactNotional: big(spec.impactNotional ?? DEFAULT_TERMS.impactNotional),
    fundingInterestPpb: spec.fundingInterestPpb ?? DEFAULT_TERMS.fundingInterestPpb, fundingClampPpm: spec.fundingClampPpm ?? DEFAULT_TERMS.fundingClampPpm,
    collateralInterestPpm: spec.collateralInterestPpm ?? DEFAULT_TERMS.collateralInterestPpm,
  };
}
