/** Random command sequences: the ledger's invariants after every command, the sheet's rules at every seal, and the replay. */
import {type SealedEpoch, toJson} from '@pobs/protocol';
import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import type {Command} from '../../src/core/commands.ts';
import {createCore} from '../../src/core/engine.ts';
import {accountView, digest, sealedEpoch} from '../../src/core/queries.ts';
import {restoreSnapshot, takeSnapshot} from '../../src/core/snapshot.ts';
import {buildRules, ETH, ETHER, Exchange, FUND, L1, L1_USDC, L2, L2_USDC, secretOf, unitsPerLot, USDC, WALLETS} from './exchange.ts';
import {brokenInvariants, brokenSettlement} from './invariants.ts';
import {SheetRules} from './sheet-rules.ts';

const seed = Number(process.env.POBS_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
const runs = Number(process.env.POBS_TEST_RUNS ?? 60);

const ASSETS = [[L1, L1_USDC], [L1, ETHER], [L2, L2_USDC], [L2, ETHER]] as const;
const who = fc.integer({min: 0, max: WALLETS.length - 1});
const which = fc.integer({min: 0, max: ASSETS.length - 1});

const step = fc.oneof(
  {weight: 2, arbitrary: fc.record({do: fc.constant('bind' as const), who})},
  {weight: 5, arbitrary: fc.record({do: fc.constant('deposit' as const), who, which, size: fc.bigInt({min: 1n, max: 40_000n}), dust: fc.bigInt({min: 0n, max: 1_999_999_999n})})},
  {weight: 4, arbitrary: fc.record({do: fc.constant('advance' as const), chain: fc.constantFrom(L1, L2), activate: fc.boolean()})},
  {
    weight: 16,
    arbitrary: fc.record({
      do: fc.constant('order' as const), who, market: fc.constantFrom('ETH-USDC', 'ETH-PERP', 'ETH-PERP'),
      side: fc.constantFrom('buy' as const, 'sell' as const),
      // Odd prices and quantities, so that every rounding rule is exercised.
      offset: fc.option(fc.bigInt({min: -6_001n, max: 6_001n}).map((ticks) => ticks * 10_000n), {nil: undefined, freq: 5}), quantity: fc.bigInt({min: 1n, max: 60_007n}).map((lots) => lots * 100_000n),
      timeInForce: fc.constantFrom('GTC' as const, 'GTC' as const, 'IOC' as const, 'FOK' as const),
    }),
  },
  {weight: 2, arbitrary: fc.record({do: fc.constant('cancel' as const), pick: fc.nat()})},
  {weight: 6, arbitrary: fc.record({do: fc.constant('withdraw' as const), who, which, percent: fc.bigInt({min: 1n, max: 110n})})},
  {weight: 1, arbitrary: fc.record({do: fc.constant('unwithdraw' as const), who, which})},
  {weight: 2, arbitrary: fc.record({do: fc.constant('transfer' as const), who, to: fc.integer({min: -1, max: WALLETS.length - 1}), which, percent: fc.bigInt({min: 1n, max: 100n})})},
  {weight: 4, arbitrary: fc.record({do: fc.constant('mark' as const), percent: fc.bigInt({min: 80n, max: 124n}), cents: fc.bigInt({min: 0n, max: 999_999n})})},
  {weight: 4, arbitrary: fc.record({do: fc.constant('seal' as const), skip: fc.bigInt({min: 0n, max: 2n})})},
  {weight: 4, arbitrary: fc.record({do: fc.constant('decide' as const), outcome: fc.constantFrom('approved' as const, 'approved' as const, 'dead' as const)})},
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** The command a step means in the exchange's present state. */
function commandOf(exchange: Exchange, each: Step): Command | undefined {
  const {state} = exchange.core;
  const wallet = 'who' in each ? WALLETS[each.who]! : WALLETS[0]!;
  const [chainId, token] = 'which' in each ? ASSETS[each.which]! : ASSETS[0];
  const share = (percent: bigint): bigint => {
    const balance = accountView(exchange.core, wallet)?.balances.find((entry) => entry.chainId === chainId && entry.token === token);
    return ((balance?.available ?? 0n) * percent) / 100n;
  };
  switch (each.do) {
    case 'bind': return {type: 'bindAccount', wallet, secret: secretOf(wallet)};
    case 'deposit': {
      const lots = each.size * (token === ETHER ? 1_000_000_000n : USDC) / 10n;
      const amount = lots * unitsPerLot(token) + (token === ETHER ? each.dust : 0n);
      return exchange.advanceCommand(chainId, {deposits: [{token, from: wallet, amount, txHash: `0x${'1'.repeat(64)}`, logIndex: 0}]});
    }
    case 'advance': return exchange.advanceCommand(each.chain, {
      activeEpoch: each.activate ? state.lastApproved : exchange.active.get(each.chain)!,
      payouts: [...state.withdrawals].flatMap(([payee, {cumulative}]) => state.assets
        .filter(({chainId: on, index}) => on === each.chain && cumulative[index]! > 0)
        .map(({token: of, index}) => ({token: of, wallet: state.identities[payee]!.wallet, cumulative: BigInt(cumulative[index]!)}))),
    });
    case 'order': {
      const mark = BigInt(state.markets.get('ETH-PERP')!.mark || 200_000) * 10_000n;
      const {market, side, offset, quantity, timeInForce} = each;
      return exchange.orderCommand(wallet, {market, side, price: offset === undefined ? undefined : mark + offset, quantity, timeInForce});
    }
    case 'cancel': {
      const open = exchange.openOrders();
      const order = open[each.pick % Math.max(1, open.length)];
      return order && {type: 'cancelOrder', wallet: order.wallet, orderId: order.orderId};
    }
    case 'withdraw': return {type: 'requestWithdrawal', wallet, chainId, token, lots: share(each.percent)};
    case 'unwithdraw': return {type: 'cancelWithdrawal', wallet, chainId, token};
    case 'transfer': return {type: 'transfer', from: wallet, to: each.to < 0 ? FUND : WALLETS[each.to]!, chainId, token, lots: share(each.percent)};
    case 'mark': return {type: 'setMark', market: 'ETH-PERP', price: (2_000n * USDC * each.percent) / 100n + each.cents};
    case 'seal': return {type: 'seal', epoch: state.lastSealed + 1n + each.skip, snapshotTime: state.lastSnapshotTime + 5n};
    case 'decide': return {type: 'decideEpoch', epoch: state.lastSealed, outcome: each.outcome};
  }
}

type Seen = {seals: number; trades: number; liquidations: number; withdrawals: number; refused: number; dead: number; locked: number; foreign: number; unsolvable: number};

/** Runs one sequence with all checks; counts what it reached. */
function runSequence(steps: readonly Step[], seen: Seen): void {
  const rules = buildRules({withdrawEvery: [2, 1], fee: 3n, minimum: 100n});
  const exchange = new Exchange(rules);
  const sheets = new SheetRules(rules);
  const sealed: SealedEpoch[] = [];
  exchange.must({type: 'setMark', market: 'ETH-PERP', price: 2_000n * USDC});
  for (const [index, each] of steps.entries()) {
    const command = commandOf(exchange, each);
    if (!command) continue;
    // A digest costs as much as many commands: every third refusal is checked for leaving no trace.
    const before = index % 3 === 0 ? digest(exchange.core) : undefined;
    const applied = exchange.try(command);
    if (!applied.ok) {
      seen.refused += 1;
      if (applied.rejection.code === 'NOT_WITHDRAWABLE_YET') seen.locked += 1;
      if (applied.rejection.code === 'SHEET_NOT_SOLVABLE') seen.unsolvable += 1;
      if (before) expect(digest(exchange.core), `${command.type} was refused and changed the state`).toBe(before);
      continue;
    }
    if (command.type === 'advanceChain') {
      exchange.blocks.set(command.chainId, command.blockNumber);
      exchange.active.set(command.chainId, command.activeEpoch);
    }
    const sheet = command.type === 'seal' ? sealedEpoch(exchange.core, command.epoch) : undefined;
    if (sheet) sealed.push(structuredClone(sheet));
    expect(sheets.follow(command, sheet), `after ${command.type}`).toEqual([]);
    expect(brokenInvariants(exchange.core), `after ${command.type}`).toEqual([]);
    if (sheet) expect(brokenSettlement(exchange.core)).toEqual([]);
    for (const event of applied.events) {
      if (event.type === 'epochSealed') seen.seals += 1;
      if (event.type === 'tradeExecuted') seen.trades += 1;
      if (event.type === 'positionLiquidated') seen.liquidations += 1;
      if (event.type === 'withdrawalAuthorised') {
        seen.withdrawals += 1;
        const sender = exchange.core.state.senders.get(event.wallet);
        const asset = exchange.core.state.assets.find(({chainId, token}) => chainId === event.chainId && token === event.token)!;
        if (!sender || sender.lots[asset.index] === 0) seen.foreign += 1;
      }
      if (event.type === 'epochDecided' && event.outcome === 'dead') seen.dead += 1;
    }
  }
  expectSameReplay(exchange, sealed);
}

function expectSameReplay(exchange: Exchange, sealed: readonly SealedEpoch[]): void {
  let replayed = createCore();
  const again: string[] = [];
  for (const [index, {command, at}] of exchange.history.entries()) {
    // Halfway the replay goes on from a snapshot of itself.
    if (index === exchange.history.length >> 1 && index > 0) replayed = restoreSnapshot(takeSnapshot(replayed));
    expect(replayed.apply(command, at).ok).toBe(true);
    if (command.type === 'seal') again.push(toJson(sealedEpoch(replayed, command.epoch)));
  }
  expect(digest(replayed)).toBe(digest(exchange.core));
  expect(again).toEqual(sealed.map((sheet) => toJson(sheet)));
}

/** Funds and binds everybody, so that most sequences trade. */
const funded: Step[] = WALLETS.flatMap((_, index): Step[] => [
  {do: 'bind', who: index},
  {do: 'deposit', who: index, which: index % 4, size: 150_000n, dust: 7n},
  {do: 'deposit', who: index, which: 0, size: 60_000n, dust: 0n},
]);

const perpetual = (who: number, side: 'buy' | 'sell', eth: bigint): Step =>
  ({do: 'order', who, market: 'ETH-PERP', side, offset: 0n, quantity: eth * ETH, timeInForce: 'GTC'});

/** Large positions against each other and a small fund, so that marks liquidate. */
const leveraged: Step[] = [
  ...funded, perpetual(0, 'sell', 70n), perpetual(1, 'buy', 25n), perpetual(2, 'buy', 45n), perpetual(3, 'sell', 20n), perpetual(2, 'buy', 20n),
  {do: 'transfer', who: 4, to: -1, which: 0, percent: 40n},
];

const start = fc.constantFrom<Step[]>([], funded, leveraged, leveraged);

test('ledger, sheets and replay hold for random commands', () => {
  console.log(`seed ${seed}`);
  const seen: Seen = {seals: 0, trades: 0, liquidations: 0, withdrawals: 0, refused: 0, dead: 0, locked: 0, foreign: 0, unsolvable: 0};
  const sequences = fc.property(start, fc.array(step, {minLength: 1, maxLength: 150, size: 'max'}), (before, steps) => runSequence([...before, ...steps], seen));
  fc.assert(sequences, {numRuns: runs, seed});
  console.log(JSON.stringify(seen));
});
