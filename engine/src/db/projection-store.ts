/** The engine's projections in PostgreSQL. Hot tables take one statement per batch: `jsonb_to_recordset`. */
import type {AssetOf, ProjectionBatch, WithdrawalChange} from '../projections/fold.ts';
import type {ProjectionCursor, ProjectionStore} from '../projections/ports.ts';
import type {Prisma, PrismaClient} from './generated/client.ts';

const NAME = 'engine';
const TRANSACTION_TIMEOUT_MS = 60_000;
const TRADE_MAX = 2n ** 63n - 1n;
/** How many intervals without a trade, per one with trades, a look into the past steps over. */
const SPARSE = 8n;

export type TradeRow = {tradeId: bigint; market: string; price: bigint; quantity: bigint; takerSide: 'buy' | 'sell'; at: bigint};

/** `start` milliseconds; prices 1e-6 quote per whole base, `volume` base lots. */
export type CandleRow = {start: bigint; open: bigint; high: bigint; low: bigint; close: bigint; volume: bigint; trades: number};

type Transaction = Prisma.TransactionClient;

export class PrismaProjectionStore implements ProjectionStore {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  async cursor(): Promise<ProjectionCursor | undefined> {
    const row = await this.#prisma.projectionCursor.findUnique({where: {name: NAME}});
    return row === null ? undefined : {sequence: row.sequence, journal: row.journal};
  }

  async apply(batch: ProjectionBatch, journal: string): Promise<'applied' | 'outOfOrder'> {
    return this.#prisma.$transaction(async (tx) => {
      // What a crash of the database loses lies in the journal; its disk may be the journal's, which waits for every sync.
      await tx.$executeRawUnsafe('SET LOCAL synchronous_commit = off');
      const cursor = await tx.projectionCursor.findUnique({where: {name: NAME}});
      if ((cursor?.sequence ?? 0n) !== batch.from - 1n || (cursor && cursor.journal !== journal)) return 'outOfOrder';
      await tx.account.createMany({data: batch.accounts, skipDuplicates: true});
      await addBalances(tx, batch);
      await putOrders(tx, batch);
      await putPositions(tx, batch);
      for (const change of batch.withdrawals) await changeWithdrawal(tx, change);
      const sequence = batch.to;
      await tx.projectionCursor.upsert({where: {name: NAME}, create: {name: NAME, sequence, journal}, update: {sequence}});
      return 'applied';
    }, {timeout: TRANSACTION_TIMEOUT_MS});
  }

  /** Newest first; those with an id below `before`. */
  async trades(market: string, limit: number, before?: bigint): Promise<TradeRow[]> {
    const rows = await this.#prisma.fill.findMany({where: {market, ...(before !== undefined && {tradeId: {lt: before}})}, orderBy: {tradeId: 'desc'}, take: limit});
    return rows.map(({tradeId, price, quantity, takerSide, at}) => ({tradeId, market, price, quantity, takerSide: takerSide as 'buy' | 'sell', at}));
  }

  /** Candles that begin before a moment, the newest `limit` of them, oldest first; `belowTrade` leaves out newer trades. */
  async candles(market: string, {intervalMs, limit, before, belowTrade = TRADE_MAX}: {intervalMs: number; limit: number; before: bigint; belowTrade?: bigint}): Promise<CandleRow[]> {
    const interval = BigInt(intervalMs);
    const end = ((before + interval - 1n) / interval) * interval;
    const rows = await this.#prisma.$queryRaw<(Omit<CandleRow, 'volume'> & {volume: string})[]>`
      SELECT at / ${interval} * ${interval} AS start, (array_agg(price ORDER BY trade_id))[1] AS open, max(price) AS high, min(price) AS low,
        (array_agg(price ORDER BY trade_id DESC))[1] AS close, sum(quantity)::text AS volume, count(*)::int AS trades
      FROM fills WHERE market = ${market} AND at < ${end} AND at >= ${end - interval * BigInt(limit) * SPARSE} AND trade_id < ${belowTrade}
      GROUP BY 1 ORDER BY 1 DESC LIMIT ${limit}`;
    return rows.toReversed().map((row) => ({...row, volume: BigInt(row.volume)}));
  }

  async reset(): Promise<void> {
    await this.#prisma.$executeRawUnsafe('TRUNCATE projection_cursors, accounts, balances, orders, fills, withdrawals, positions');
  }
}

const json = (rows: Iterable<object>): string =>
  JSON.stringify([...rows], (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));

async function addBalances(tx: Transaction, {balances}: ProjectionBatch): Promise<void> {
  if (balances.size === 0) return;
  await tx.$executeRawUnsafe(`INSERT INTO balances (wallet, chain_id, token, lots)
    SELECT wallet, "chainId", token, lots FROM jsonb_to_recordset($1::jsonb) AS r(wallet text, "chainId" int, token text, lots bigint)
    ON CONFLICT (wallet, chain_id, token) DO UPDATE SET lots = balances.lots + excluded.lots`, json(balances.values()));
}

async function putOrders(tx: Transaction, {orders, orderChanges, fills}: ProjectionBatch): Promise<void> {
  if (orders.length > 0) {
    await tx.$executeRawUnsafe(`INSERT INTO orders (id, wallet, market, side, type, price, quantity, filled, state, client_order_id, at)
      SELECT id, wallet, market, side, type, price, quantity, 0, 'open', "clientOrderId", at FROM jsonb_to_recordset($1::jsonb)
      AS r(id bigint, wallet text, market text, side text, type text, price bigint, quantity bigint, "clientOrderId" text, at bigint)`, json(orders));
  }
  if (orderChanges.size > 0) {
    await tx.$executeRawUnsafe(`UPDATE orders SET filled = orders.filled + r.filled, state = coalesce(r.state, orders.state)
      FROM jsonb_to_recordset($1::jsonb) AS r(id bigint, filled bigint, state text) WHERE orders.id = r.id`, json(orderChanges.values()));
  }
  if (fills.length > 0) {
    await tx.$executeRawUnsafe(`INSERT INTO fills (trade_id, market, price, quantity, quote_lots, maker_order_id, taker_order_id, maker, taker,
        taker_side, maker_fee_lots, taker_fee_lots, at)
      SELECT "tradeId", market, price, quantity, "quoteLots", "makerOrderId", "takerOrderId", maker, taker,
        "takerSide", "makerFeeLots", "takerFeeLots", at
      FROM jsonb_to_recordset($1::jsonb) AS r("tradeId" bigint, market text, price bigint, quantity bigint, "quoteLots" bigint,
        "makerOrderId" bigint, "takerOrderId" bigint, maker text, taker text, "takerSide" text, "makerFeeLots" bigint, "takerFeeLots" bigint,
        at bigint)`, json(fills));
  }
}

async function putPositions(tx: Transaction, {positions}: ProjectionBatch): Promise<void> {
  if (positions.size === 0) return;
  await tx.$executeRawUnsafe(`INSERT INTO positions (wallet, sub, market, size, entry_price)
    SELECT wallet, sub, market, size, "entryPrice" FROM jsonb_to_recordset($1::jsonb)
      AS r(wallet text, sub int, market text, size bigint, "entryPrice" bigint)
    ON CONFLICT (wallet, sub, market) DO UPDATE SET size = excluded.size, entry_price = excluded.entry_price`, json(positions.values()));
}

async function changeWithdrawal(tx: Transaction, change: WithdrawalChange): Promise<void> {
  switch (change.kind) {
    case 'add': {
      const {epoch, lots, state} = change;
      const key = {...assetOf(change), epoch};
      await tx.withdrawal.upsert({
        where: {wallet_chainId_token_epoch: key}, create: {...key, lots, state}, update: {lots: {increment: lots}, state},
      });
      await tx.withdrawal.deleteMany({where: {...key, lots: {lte: 0n}}});
      return;
    }
    case 'state': {
      const {epoch, state, cumulative} = change;
      await tx.withdrawal.updateMany({where: {...assetOf(change), epoch}, data: {state, cumulative}});
      return;
    }
    case 'paid':
      await tx.withdrawal.updateMany({
        where: {...assetOf(change), state: {in: ['authorised', 'active']}, cumulative: {lte: change.cumulative}}, data: {state: 'paid'},
      });
      return;
    case 'active':
      await tx.withdrawal.updateMany({
        where: {chainId: change.chainId, state: 'authorised', epoch: {lte: change.epoch}}, data: {state: 'active'},
      });
  }
}

const assetOf = ({wallet, chainId, token}: AssetOf): AssetOf => ({wallet, chainId, token});
