/** The markets of the first configuration, as the engine's documentation states them. */
import type {MarketSpec} from './world.ts';

/** What holds unless a market says otherwise. */
export const TERMS = {impactNotional: 0n, fundingInterest: 12_500n, fundingClamp: 600_000n, collateralInterest: 100n};

const grid = {base: 'ETH', quote: 'USDC', tick: 10_000n, lot: 100_000n, unit: 1n, ticks: 1n << 22n, marketBand: 200_000n, openInterestMax: 0n, interestFrom: 0n, interestFull: 0n, ...TERMS};

export const MARKETS: readonly MarketSpec[] = [
  {
    ...grid, name: 'ETH-PERP', perpetual: true, fees: [{maker: 200n, taker: 500n}], fundShare: 200_000n,
    margins: [{upTo: 1n << 50n, initial: 100_000n, maintenance: 50_000n}], band: 500_000n, penalty: 10_000n,
  },
  {...grid, name: 'ETH-USDC', perpetual: false, fees: [{maker: 500n, taker: 1_000n}], fundShare: 0n, margins: [], band: 0n, penalty: 0n},
];
