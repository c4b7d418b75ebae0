/** Markets by command: listed, given other terms, and ended. */
import type {Command, MarketTermsInput} from '../../../src/core/commands.ts';
import {close, queue} from './book.ts';
import {change} from './fills.ts';
import {free, worstFee} from './ledger.ts';
import {scaleByInterest} from './liquidation.ts';
import {TERMS} from './markets.ts';
import {withdrawNovation} from './novation.ts';
import {closeParents} from './parents.ts';
import {checkCalendar, setCalendar} from './sessions.ts';
import {closeTriggers} from './triggers.ts';
import {type Market, type MarketSpec, type Refusal, refuse, type World} from './world.ts';

const DECIMALS: Readonly<Record<string, number>> = {ETH: 9, USDC: 6};
const AMOUNT_MAX = (1n << 53n) - 1n;
const invalid = refuse('INVALID_MARKET');

const isWithin = (value: number, least: number, most: number): boolean => Number.isInteger(value) && value >= least && value <= most;

/** Terms that a market may have, the spec's own where the command says nothing. */
function withTerms(spec: MarketSpec, terms: Partial<MarketTermsInput>): MarketSpec | undefined {
  const big = (value: number | undefined, otherwise: bigint): bigint => (value === undefined ? otherwise : BigInt(value));
  const shares = [terms.fundSharePpm, terms.bandPpm, terms.fundingClampPpm].every((ppm = 0) => isWithin(ppm, 0, 1_000_000));
  const rates = isWithin(terms.marketBandPpm ?? 0, 0, 999_999) && isWithin(terms.fundingInterestPpb ?? 0, -1_000_000, 1_000_000) && isWithin(terms.collateralInterestPpm ?? 0, 0, 10_000);
  const amounts = [terms.openInterestMax, terms.interestFrom, terms.interestFull, terms.impactNotional].every((amount = 0n) => amount >= 0n && amount <= AMOUNT_MAX);
  const tiers = terms.margins?.every(({initialPpm, maintenancePpm}) => isWithin(maintenancePpm, 1, 1_000_000) && isWithin(initialPpm, maintenancePpm, 1_000_000)) ?? true;
  const least = Math.min(...(terms.fees ?? []).map(({takerPpm}) => takerPpm));
  const fees = terms.fees?.every(({makerPpm, takerPpm}) => isWithin(takerPpm, 0, 100_000) && isWithin(makerPpm, -least, takerPpm)) ?? true;
  if (!shares || !rates || !amounts || !tiers || !fees) return undefined;
  const made: MarketSpec = {
    ...spec, fees: terms.fees?.map(({makerPpm, takerPpm}) => ({maker: BigInt(makerPpm), taker: BigInt(takerPpm)})) ?? spec.fees,
    margins: terms.margins?.map(({upTo, initialPpm, maintenancePpm}) => ({upTo, initial: BigInt(initialPpm), maintenance: BigInt(maintenancePpm)})) ?? spec.margins,
    fundShare: big(terms.fundSharePpm, spec.fundShare), band: big(terms.bandPpm, spec.band), marketBand: big(terms.marketBandPpm, spec.marketBand),
    penalty: big(terms.penaltyPpm, spec.penalty), fundingInterest: big(terms.fundingInterestPpb, spec.fundingInterest), fundingClamp: big(terms.fundingClampPpm, spec.fundingClamp),
    collateralInterest: big(terms.collateralInterestPpm, spec.collateralInterest), impactNotional: terms.impactNotional ?? spec.impactNotional, interestFrom: terms.interestFrom ?? spec.interestFrom, interestFull: terms.interestFull ?? spec.interestFull,
    openInterestMax: terms.openInterestMax === undefined ? spec.openInterestMax : terms.openInterestMax / spec.lot,
  };
  const rises = made.margins.every(({upTo}, index) => upTo > (made.margins[index - 1]?.upTo ?? 0n) && upTo <= AMOUNT_MAX);
  const margins = !made.perpetual || (made.margins.length >= 1 && made.margins.length <= 8 && rises && made.penalty >= 0n && made.penalty <= made.margins[0]!.maintenance);
  return made.fees.length >= 1 && made.fees.length <= 32 && margins ? made : undefined;
}

export function createMarket(world: World, command: Extract<Command, {type: 'createMarket'}>): Refusal | undefined {
  const {market: name, base, quote, tick, lot, ladderTicks, terms, sessions = []} = command;
  const perpetual = command.kind === 'perpetual';
  const isHeld = (currency: string): boolean => world.currencies.includes(currency);
  if (!isHeld(quote) || (perpetual ? quote !== world.settlement : !isHeld(base) || base === quote)) return invalid;
  const decimals = isHeld(base) ? DECIMALS[base]! : command.baseDecimals;
  if (decimals === undefined || !isWithin(decimals, 0, 18) || !/^[A-Za-z0-9][A-Za-z0-9./-]{0,31}$/.test(base)) return invalid;
  // Whole quote lots of one tick of one lot; a price is 10⁻⁶ quote per whole base.
  const worth = tick * lot * 10n ** BigInt(DECIMALS[quote]!);
  const unit = worth / 10n ** BigInt(6 + decimals);
  if (worth <= 0n || worth % 10n ** BigInt(6 + decimals) !== 0n || unit > 1n << 26n || tick > 1n << 50n || lot > 1n << 50n) return invalid;
  const isPower = isWithin(ladderTicks, 1 << 10, 1 << 24) && Number.isInteger(Math.log2(ladderTicks));
  if (!isPower || !/^[A-Z0-9][A-Z0-9./-]{0,31}$/.test(name) || world.market(name)) return invalid;
  const bare: MarketSpec = {
    name, perpetual, base, quote, tick, lot, unit, ticks: BigInt(ladderTicks), fees: [], fundShare: 0n, margins: [], band: 0n, marketBand: 200_000n, penalty: 0n,
    openInterestMax: 0n, interestFrom: 0n, interestFull: 0n, ...TERMS,
  };
  const spec = withTerms(bare, terms);
  if (!spec) return invalid;
  const refused = checkCalendar(sessions);
  if (refused) return refused;
  const market = world.addMarket(spec);
  return sessions.length > 0 ? setCalendar(world, market, sessions) : undefined;
}

/** New terms. Waiting purchases hold the new worst fee; where it rose, the newest go while their account has less free than nothing. */
export function changeMarket(world: World, market: Market, terms: Partial<MarketTermsInput>): Refusal | undefined {
  const spec = withTerms(market.spec, terms);
  if (!spec) return invalid;
  const before = worstFee(market);
  market.spec = spec;
  if (market.session < 0) Object.assign(market, {bandPpm: spec.band, clampPpm: spec.fundingClamp});
  if (spec.margins.length > 0) scaleByInterest(world, market);
  if (spec.perpetual || worstFee(market) <= before) return undefined;
  const purchases = queue(world, market, 'buy').sort((a, b) => Number(b.id - a.id));
  for (const order of purchases) if (free(world, world.accounts[order.account]!, spec.quote) < 0n) close(world, order, 'margin');
  return undefined;
}

/** The end of a market: everything that waits is closed, every position settled at the last mark. */
export function delistMarket(world: World, market: Market): Refusal | undefined {
  market.status = 'delisted';
  for (const side of ['buy', 'sell'] as const) for (const order of queue(world, market, side)) close(world, order, 'delisted');
  closeTriggers(world, market);
  closeParents(world, market);
  for (const offer of world.offers.filter((open) => open.market === market)) withdrawNovation(world, world.accounts[offer.from]!, offer.id);
  market.rolls.clear();
  market.members.clear();
  for (const position of world.holders(market)) change(world, position, -position.lots, market.mark);
  for (const position of world.positions) if (position.market === market) position.isolated = false;
  if (market.symmetric) world.tell({type: 'symmetricLiquidationChanged', market: market.spec.name, active: false});
  market.symmetric = false;
  return undefined;
}

