/** Markets of the first configuration. A market exists where the rules name both its currencies. */

export type MarketSpec = {
  name: string;
  kind: 'spot' | 'perpetual';
  base: string;
  quote: string;
  makerFeeBps: bigint;
  takerFeeBps: bigint;
  /** Perpetual: collateral per notional at the mark before an order is taken, and below which positions are closed. */
  initialMarginBps: bigint;
  maintenanceMarginBps: bigint;
  /** A liquidation order does not trade further from the mark than this; the Liquidation Fund takes the rest at the mark. */
  liquidationBandBps: bigint;
};

export const MARKETS: readonly MarketSpec[] = [
  {
    name: 'ETH-PERP', kind: 'perpetual', base: 'ETH', quote: 'USDC', makerFeeBps: 2n, takerFeeBps: 5n,
    initialMarginBps: 1_000n, maintenanceMarginBps: 500n, liquidationBandBps: 500n,
  },
  {
    name: 'ETH-USDC', kind: 'spot', base: 'ETH', quote: 'USDC', makerFeeBps: 5n, takerFeeBps: 10n,
    initialMarginBps: 0n, maintenanceMarginBps: 0n, liquidationBandBps: 0n,
  },
];

/** Decimals of one lot: 10⁻⁹ ETH and 10⁻⁶ USDC, whatever the token's own decimals on a chain. */
export const LOT_DECIMALS: Readonly<Record<string, number>> = {ETH: 9, USDC: 6};

export const OPEN_ORDERS_MAX = 1_000;
/** Closed client order ids an account's idempotency still remembers. */
export const CLIENT_IDS_MAX = 4_096;
export const CLIENT_ID_LENGTH_MAX = 64;
export const PRICE_LIMIT = 1n << 53n;
export const QUANTITY_LIMIT = 1n << 60n;
