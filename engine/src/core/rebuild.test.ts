/** Events are enough: what they alone give equals the core after a random run through trades, gaps, funding, seals, isolated margin and sub-accounts. */
import {expect, test} from 'vitest';
import {accountKey, FromEvents} from '../../test/core/from-events.ts';
import {ETH, ETHER, Exchange, L1, L1_USDC, L2, L2_USDC, USDC, WALLETS} from '../../test/model/exchange.ts';
import {brokenInvariants} from '../../test/model/invariants.ts';
import type {Command} from './commands.ts';
import {createCore} from './engine.ts';
import type {Event} from './events.ts';
import {accountView, bookView, marketViews} from './queries.ts';
import {NONE} from './venue/accounts.ts';
import {POSITION_FLAG} from './venue/positions.ts';
import {randomBelow} from '../../test/support/random.ts';

const seed = Number(process.env.POBS_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
const COMMANDS = Number(process.env.POBS_TEST_COMMANDS ?? 2_500);
const P = 2_000n * USDC;
const FUND = '0x0000000000000000000000000000000000000002' as const;

class Run {
  readonly it = new Exchange();
  readonly rebuilt = new FromEvents();
  readonly seen = new Map<string, number>();
  at = 3_600_000_000n;
  mark = P;
  #id = 0;

  do(command: Command): Event[] {
    const applied = this.it.core.apply(command, this.at);
    if (!applied.ok) return [];
    for (const event of applied.events) {
      this.rebuilt.apply(event);
      this.seen.set(event.type, (this.seen.get(event.type) ?? 0) + 1);
    }
    return applied.events;
  }

  /** A random command in the present state. */
  next(random: (below: number) => number): Command {
    const {core} = this.it;
    const wallet = WALLETS[random(5)]!;
    const sub = wallet === WALLETS[0] ? random(3) : 0;
    const market = ['ETH-PERP', 'ETH-PERP', 'ETH-USDC', 'BTC-PERP'][random(4)]!;
    const size = BigInt(1 + random(30)) * ETH / 5n;
    const side = random(2) === 0 ? 'buy' as const : 'sell' as const;
    const near = this.mark + BigInt(random(61) - 30) * USDC;
    const order = accountView(core, wallet, sub)!.orders[0];
    this.#id += 1;
    const roll = random(100);
    this.at += BigInt(random(random(20) === 0 ? 900_000 : 3_000));
    if (roll < 50) {
      const isMarket = random(6) === 0;
      return {
        type: 'placeOrder', wallet, sub, market, side, orderType: isMarket ? 'market' : 'limit', ...(!isMarket && {price: near}), quantity: size, clientOrderId: `r${this.#id}`,
        timeInForce: (['GTC', 'GTC', 'IOC'] as const)[random(3)]!, selfTrade: (['cancelTaker', 'cancelMaker', 'cancelBoth', 'decrement'] as const)[random(4)]!,
        ...(!isMarket && random(8) === 0 && {displayQuantity: ETH / 5n}), ...(random(10) === 0 && {reduceOnly: true}),
      };
    }
    if (roll < 55 && order) return {type: 'amendOrder', wallet, sub, orderId: order.orderId, price: random(2) === 0 ? order.price : near, quantity: size};
    if (roll < 58 && order) return {type: 'cancelOrder', wallet, sub, orderId: order.orderId};
    if (roll < 72) {
      const gap = random(12) === 0 ? random(501) - 250 : random(21) - 10;
      this.mark = (P * BigInt(1_000 + gap)) / 1_000n / 10_000n * 10_000n;
      return {type: 'setMark', market: random(4) === 0 ? 'BTC-PERP' : 'ETH-PERP', price: this.mark};
    }
    if (roll < 75) return {type: 'setSourcePrice', market: 'ETH-PERP', source: random(3), price: near};
    if (roll < 82) return {type: 'tick'};
    if (roll < 84) return {type: 'setMarginMode', wallet, sub, market: 'ETH-PERP', mode: side === 'buy' ? 'isolated' : 'cross'};
    if (roll < 86) return {type: 'moveCollateral', wallet, sub, market: 'ETH-PERP', lots: BigInt(random(200) - 100) * USDC};
    if (roll < 88) return {type: 'setAutoRoll', wallet, sub, market: 'ETH-PERP', takeLots: BigInt(random(300)) * USDC, lossLots: 0n};
    if (roll < 90) return {type: 'transfer', from: wallet, fromSub: sub, to: wallet === WALLETS[0] ? wallet : FUND, toSub: wallet === WALLETS[0] ? random(3) : 0, chainId: L1, token: L1_USDC, lots: BigInt(random(500)) * USDC};
    if (roll < 92) return {type: 'requestWithdrawal', wallet, chainId: L1, token: L1_USDC, lots: BigInt(1 + random(300)) * USDC};
    if (roll < 94) return {type: 'seal', epoch: core.state.lastSealed + 1n, snapshotTime: core.state.lastSnapshotTime + 5n};
    if (roll < 96) return {type: 'decideEpoch', epoch: core.state.lastSealed, outcome: random(3) === 0 ? 'dead' : 'approved'};
    if (roll < 97) return {type: 'offerNovation', wallet: WALLETS[0]!, sub: random(3), to: WALLETS[0]!, toSub: random(3), market: 'ETH-PERP', size: side === 'buy' ? size : -size};
    if (roll < 98) return {type: 'changeMarket', market, terms: {fundSharePpm: random(1_000_000), fees: [{makerPpm: random(400), takerPpm: 400 + random(500)}]}};
    return {type: 'batch', atomic: random(2) === 0, commands: [{type: 'cancelAll', wallet, sub}, {type: 'placeOrder', wallet, sub, market, side, orderType: 'limit', price: near, quantity: size, clientOrderId: `r${this.#id}`, timeInForce: 'GTC'}]};
  }
}

/** What the core holds, in the shape of what was rebuilt. */
function held({it: {core}}: Run) {
  const {venue, identities, assets} = core.state;
  const [claims, cash, requested, positions] = [new Map<string, bigint>(), new Map<string, bigint>(), new Map<string, bigint>(), new Map<string, object>()];
  for (const {number, wallet, sub} of identities) {
    const key = accountKey(wallet, sub);
    for (const {index, chainId, token} of assets) {
      const lots = venue.accounts.claims[number * assets.length + index]!;
      if (lots !== 0) claims.set(`${key} ${chainId} ${token}`, BigInt(lots));
      const asked = venue.requested.get(number)?.[index] ?? 0;
      if (asked !== 0) requested.set(`${wallet} ${chainId} ${token}`, BigInt(asked));
    }
    if (venue.accounts.cash[number] !== 0) cash.set(key, BigInt(venue.accounts.cash[number]!));
    for (let slot = venue.accounts.firstPosition[number]!; slot !== NONE; slot = venue.positions.next[slot]!) {
      const market = venue.markets[venue.positions.market[slot]!]!;
      const {quantity, cost, collateral, flags} = venue.positions;
      if (quantity[slot] === 0 && flags[slot] === 0) continue;
      positions.set(`${key} ${market.spec.name}`, {
        size: BigInt(quantity[slot]!) * BigInt(market.spec.lot), cost: BigInt(cost[slot]!), collateral: BigInt(collateral[slot]!), isolated: (flags[slot]! & POSITION_FLAG.isolated) !== 0,
      });
    }
  }
  return {claims, cash, requested, positions, ...orders(core)};
}

function orders(core: Run['it']['core']) {
  const open = core.state.identities.filter(({number}) => number > 3).flatMap(({wallet, sub}) => accountView(core, wallet, sub)!.orders);
  const books = new Map<string, bigint>();
  for (const {market} of marketViews(core)) {
    const {bids, asks} = bookView(core, {market, levels: 10_000})!;
    for (const {price, quantity} of bids) books.set(`${market} buy ${price}`, quantity);
    for (const {price, quantity} of asks) books.set(`${market} sell ${price}`, quantity);
  }
  return {books, orders: new Map(open.map(({orderId, wallet, sub, market, side, remaining}) => [orderId, {account: accountKey(wallet, sub), market, side, remaining}]))};
}

const sorted = <K extends string | bigint, V>(map: Map<K, V>): [K, V][] => [...map].sort(([a], [b]) => (a < b ? -1 : 1));

function compare(run: Run, where: string): void {
  const core = held(run);
  const {claims, cash, requested, positions, books, orders: known} = run.rebuilt;
  for (const [what, mine, its] of [['claims', claims, core.claims], ['cash', cash, core.cash], ['requested', requested, core.requested], ['books', books, core.books]] as const) {
    expect(sorted(mine), `${what} ${where}`).toEqual(sorted(its));
  }
  const live = new Map([...positions].filter(([, {size, isolated}]) => size !== 0n || isolated));
  expect(sorted(live), `positions ${where}`).toEqual(sorted(core.positions as typeof live));
  const open = new Map([...known].map(([id, {account, market, side, remaining}]) => [id, {account, market, side, remaining}]));
  expect(sorted(open), `orders ${where}`).toEqual(sorted(core.orders));
}

/** Seldom met at random: it takes an isolated position. */
function moveSomeCollateral(run: Run): void {
  const [seller, holder] = [WALLETS[3]!, WALLETS[4]!];
  run.do({type: 'setMarginMode', wallet: holder, market: 'ETH-PERP', mode: 'isolated'});
  for (const [wallet, side] of [[seller, 'sell'], [holder, 'buy']] as const) {
    run.do({type: 'placeOrder', wallet, market: 'ETH-PERP', side, orderType: 'limit', price: P, quantity: ETH / 10n, clientOrderId: `isolated ${side}`, timeInForce: 'GTC'});
  }
  for (const lots of [20n * USDC, -10n * USDC]) run.do({type: 'moveCollateral', wallet: holder, market: 'ETH-PERP', lots});
}

test('balances, cash, positions, open orders and books from events alone', () => {
  console.log(`seed ${seed}`);
  const random = randomBelow(seed);
  const run = new Run();
  // The exchange has applied its genesis already: the same genesis elsewhere tells the same events.
  const genesis = createCore().apply(run.it.history[0]!.command, 1n);
  if (genesis.ok) for (const event of genesis.events) run.rebuilt.apply(event);
  for (const wallet of WALLETS.slice(0, 5)) {
    run.do({type: 'bindAccount', wallet, secret: `0x${wallet.slice(2).toLowerCase().padStart(64, '5')}`});
    for (const [chainId, token, lots] of [[L1, L1_USDC, 20_000n * USDC], [L2, L2_USDC, 5_000n * USDC], [L2, ETHER, 40n * ETH * 1_000_000_000n]] as const) {
      const blockNumber = run.it.core.state.chains.find((chain) => chain.chainId === chainId)!.blockNumber + 1n;
      run.do({type: 'advanceChain', chainId, blockNumber, blockHash: `0x${'7'.repeat(64)}`, deposits: [{token, from: wallet, amount: lots, txHash: `0x${'1'.repeat(64)}`, logIndex: 0}], payouts: [], activeEpoch: 0n, kills: 0});
    }
  }
  for (const sub of [1, 2]) {
    run.do({type: 'createSubAccount', wallet: WALLETS[0]!, sub});
    run.do({type: 'transfer', from: WALLETS[0]!, to: WALLETS[0]!, toSub: sub, chainId: L1, token: L1_USDC, lots: 5_000n * USDC});
  }
  run.do({type: 'createMarket', market: 'BTC-PERP', kind: 'perpetual', base: 'BTC', baseDecimals: 9, quote: 'USDC', tick: 10_000n, lot: 100_000n, ladderTicks: 2 ** 20, terms: {...marketViews(run.it.core)[0]!.terms}});
  for (const market of ['ETH-PERP', 'BTC-PERP']) run.do({type: 'setMark', market, price: P});
  moveSomeCollateral(run);
  for (let index = 0; index < COMMANDS; index += 1) {
    const command = run.next(random);
    run.do(command);
    if (index % 50 === 0) compare(run, `after ${command.type}, seed ${seed} command ${index}`);
  }
  compare(run, `seed ${seed}`);
  run.do({type: 'delistMarket', market: 'BTC-PERP'});
  run.do({type: 'delistMarket', market: 'ETH-PERP'});
  compare(run, `delisted, seed ${seed}`);
  expect(brokenInvariants(run.it.core)).toEqual([]);
  console.log(JSON.stringify(Object.fromEntries(sorted(run.seen))));
  for (const type of ['tradeExecuted', 'positionLiquidated', 'pnlSettled', 'collateralMoved', 'positionRolled', 'orderAmended', 'withdrawalSealed', 'marketChanged'] as const) {
    expect([type, (run.seen.get(type) ?? 0) > 0]).toEqual([type, true]);
  }
});
