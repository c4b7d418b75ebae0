/** Atomic batches: all or none, to the last bit; and client ids that come again. */
import {expect, test} from 'vitest';
import {ETH, ETHER, Exchange, L1, L1_USDC, L2, L2_USDC, USDC, WALLETS} from '../../test/model/exchange.ts';
import {brokenInvariants} from '../../test/model/invariants.ts';
import type {Command} from './commands.ts';
import {createCore} from './engine.ts';
import {accountView, digest} from './queries.ts';
import {restoreSnapshot, takeSnapshot} from './snapshot.ts';
import {randomBelow} from '../../test/support/random.ts';

const seed = Number(process.env.POBS_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
const ROUNDS = Number(process.env.POBS_TEST_BATCHES ?? 250);
const USERS = WALLETS.slice(0, 4);
const P = 2_000n * USDC;

type Item = Extract<Command, {type: 'batch'}>['commands'][number];

function itemOf(it: Exchange, random: (below: number) => number, id: number): Item {
  const wallet = USERS[random(USERS.length)]!;
  const open = accountView(it.core, wallet)!.orders;
  const order = open[random(Math.max(1, open.length))];
  const roll = random(100);
  const price = P + BigInt(random(81) - 40) * 500_000n;
  const quantity = BigInt(1 + random(40)) * ETH / 10n;
  if (roll < 10 && order) return {type: 'cancelOrder', wallet, orderId: order.orderId};
  if (roll < 20 && order) return {type: 'amendOrder', wallet, orderId: order.orderId, price: random(2) === 0 ? order.price : price, quantity: random(2) === 0 ? (order.remaining + 100_000n) / 200_000n * 100_000n || 100_000n : quantity};
  if (roll < 22) return {type: 'cancelAll', wallet};
  const isMarket = random(8) === 0;
  const timeInForce = (['GTC', 'GTC', 'GTC', 'IOC', 'FOK', 'GTD'] as const)[random(6)]!;
  const rests = !isMarket && (timeInForce === 'GTC' || timeInForce === 'GTD');
  return {
    type: 'placeOrder', wallet, market: random(3) === 0 ? 'ETH-USDC' : 'ETH-PERP', side: random(2) === 0 ? 'buy' : 'sell', orderType: isMarket ? 'market' : 'limit', quantity,
    ...(!isMarket && {price}), timeInForce, clientOrderId: `b${random(6) === 0 ? random(50) : id}`, selfTrade: (['cancelTaker', 'cancelMaker', 'cancelBoth', 'decrement'] as const)[random(4)]!,
    ...(rests && random(6) === 0 && {postOnly: true}), ...(random(10) === 0 && {reduceOnly: true}), ...(rests && random(6) === 0 && {displayQuantity: ETH / 10n}),
    ...(timeInForce === 'GTD' && {expiresAt: 1_000_000n + BigInt(random(1_000))}), ...(random(12) === 0 && {deadMan: true}),
  };
}

function opened(): Exchange {
  const it = new Exchange();
  it.must({type: 'setMark', market: 'ETH-PERP', price: P});
  for (const wallet of USERS) {
    it.bind(wallet);
    it.deposit(wallet, L1, L1_USDC, 30_000n * USDC);
    it.deposit(wallet, L2, L2_USDC, 9_000n * USDC);
    it.deposit(wallet, L2, ETHER, 20n * ETH);
  }
  it.must({type: 'setMarginMode', wallet: USERS[3]!, market: 'ETH-PERP', mode: 'isolated'});
  return it;
}

test('a refused atomic batch leaves no trace; an accepted one does what its commands do one by one', () => {
  console.log(`seed ${seed}`);
  const random = randomBelow(seed);
  const it = opened();
  const seen = {accepted: 0, refused: 0, halfway: 0, items: 0};
  let id = 100;
  for (let round = 0; round < ROUNDS; round += 1) {
    const commands = Array.from({length: 1 + random(7)}, () => itemOf(it, random, (id += 1)));
    // Often the last one cannot be, so that everything before it is taken back.
    if (random(3) === 0) commands.push({type: 'cancelOrder', wallet: USERS[0]!, orderId: 1n});
    const before = digest(it.core);
    const control = restoreSnapshot(takeSnapshot(it.core));
    const applied = it.try({type: 'batch', atomic: true, commands});
    const at = it.history.at(-1)!.at;
    if (applied.ok) {
      seen.accepted += 1;
      seen.items += commands.length;
      const one = control.apply({type: 'batch', commands}, at);
      expect(one.ok && one.events, `round ${round} seed ${seed}`).toEqual(applied.events);
      expect(digest(control), `round ${round} seed ${seed}`).toBe(digest(it.core));
    } else {
      seen.refused += 1;
      if (applied.rejection.code === 'BATCH_REFUSED' && applied.rejection.index > 0) seen.halfway += 1;
      expect(digest(it.core), `round ${round} seed ${seed}: ${JSON.stringify(applied.rejection)}`).toBe(before);
    }
    expect(brokenInvariants(it.core), `round ${round} seed ${seed}`).toEqual([]);
    if (random(4) === 0) it.try({type: 'batch', commands: [itemOf(it, random, (id += 1)), itemOf(it, random, (id += 1))]});
    if (random(8) === 0) it.try({type: 'setMark', market: 'ETH-PERP', price: P + BigInt(random(41) - 20) * 1_000_000n});
  }
  console.log(JSON.stringify(seen));
  expect(seen.halfway).toBeGreaterThan(ROUNDS / 5);
  expect(seen.accepted).toBeGreaterThan(ROUNDS / 10);
  const replayed = createCore();
  for (const {command, at} of it.history) expect(replayed.apply(command, at).ok).toBe(true);
  expect(digest(replayed)).toBe(digest(it.core));
});

test('a generation of client ids that an atomic batch had begun is taken back', () => {
  const it = opened();
  const {clients} = it.core.state.venue;
  // Ids of one generation but one, without their orders.
  while (clients.added < clients.generation - 1) clients.add(9, 7, clients.added + 1, 0, 1, 0);
  const place = (clientOrderId: string): Item => ({...it.orderCommand(USERS[0]!, {side: 'sell', price: 3n * P, quantity: ETH}), clientOrderId});
  it.must(place('kept'));
  const before = digest(it.core);
  expect(it.refusal({type: 'batch', atomic: true, commands: [place('x'), place('y'), {type: 'cancelOrder', wallet: USERS[0]!, orderId: 1n}]})).toBe('BATCH_REFUSED');
  expect(digest(it.core)).toBe(before);
  expect(it.must(place('kept')).map(({type}) => type)).toEqual(['orderRepeated']);
  expect(it.must(place('x')).map(({type}) => type)).toContain('orderAccepted');
  expect(clients.find(9, 7, 1)).toBe(0);
});

test('the same order under the same client id is answered as the first time, for ever; another one is refused', () => {
  const it = opened();
  const [maker, taker] = USERS as [`0x${string}`, `0x${string}`];
  const sale = {...it.orderCommand(maker, {market: 'ETH-PERP', side: 'sell', price: P, quantity: 3n * ETH}), clientOrderId: 'sale'};
  const purchase = {...it.orderCommand(taker, {market: 'ETH-PERP', side: 'buy', price: P, quantity: 2n * ETH}), clientOrderId: 'buy'};
  const [first] = it.must(sale);
  const {orderId} = first as {orderId: bigint};
  it.must(purchase);
  const before = digest(it.core);
  for (const [command, answer] of [[sale, {orderId, state: 'open', filled: 0n}], [purchase, {state: 'filled', filled: 2n * ETH}]] as const) {
    expect(it.must(command)).toMatchObject([{type: 'orderRepeated', wallet: command.wallet, market: 'ETH-PERP', ...answer}]);
  }
  for (const change of [{side: 'buy'}, {price: P + 10_000n}, {quantity: ETH}, {timeInForce: 'IOC'}, {postOnly: true}, {market: 'ETH-USDC'}, {displayQuantity: ETH}, {selfTrade: 'decrement'}] as const) {
    expect(it.refusal({...sale, ...change} as Command)).toBe('DUPLICATE_CLIENT_ORDER_ID');
  }
  // Amended it keeps its id; closed, or with the market halted, the answer stays.
  const amended = it.must({type: 'amendOrder', wallet: maker, orderId, price: P + 1_000_000n, quantity: ETH}).find(({type}) => type === 'orderAccepted') as {orderId: bigint};
  expect(it.must(sale)).toMatchObject([{type: 'orderRepeated', orderId: amended.orderId, state: 'open', filled: 0n}]);
  it.must({type: 'cancelAll', wallet: maker});
  it.must({type: 'setMarketStatus', market: 'ETH-PERP', status: 'halted'});
  expect(it.must(sale)).toMatchObject([{type: 'orderRepeated', state: 'open', filled: 0n}]);
  expect(it.refusal({...sale, clientOrderId: 'new'})).toBe('MARKET_CLOSED');
  expect(before).not.toBe(digest(it.core));
});
