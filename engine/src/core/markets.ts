/** Markets of the first configuration. A market exists where the rules name both its currencies. */
import {MARKET_KIND, type MarketSpec} from './venue/market.ts';

export type MarketTemplate = Omit<MarketSpec, 'base' | 'quote'> & {base: string; quote: string};

/** 0.01 USDC per ETH and 0.0001 ETH make one micro-dollar: notionals are whole lots, only fees round. */
const ETH_GRID = {tick: 10_000, lot: 100_000, unit: 1, ladderTicks: 2 ** 22};

export const MARKETS: readonly MarketTemplate[] = [
  {
    name: 'ETH-PERP', kind: MARKET_KIND.perpetual, base: 'ETH', quote: 'USDC', ...ETH_GRID, fees: [{makerPpm: 200, takerPpm: 500}], fundSharePpm: 200_000,
    margins: [{upTo: 2 ** 50, initialPpm: 100_000, maintenancePpm: 50_000}], bandPpm: 500_000, marketBandPpm: 200_000, penaltyPpm: 10_000,
    openInterestMax: 0, interestFrom: 0, interestFull: 0,
  },
  {
    name: 'ETH-USDC', kind: MARKET_KIND.spot, base: 'ETH', quote: 'USDC', ...ETH_GRID, fees: [{makerPpm: 500, takerPpm: 1_000}], fundSharePpm: 0,
    margins: [], bandPpm: 0, marketBandPpm: 200_000, penaltyPpm: 0, openInterestMax: 0, interestFrom: 0, interestFull: 0,
  },
];

/** Decimals of one lot: 10⁻⁹ ETH and 10⁻⁶ USDC, whatever the token's own decimals on a chain. */
export const LOT_DECIMALS: Readonly<Record<string, number>> = {ETH: 9, USDC: 6};

export const CLIENT_ID_LENGTH_MAX = 64;
