/** Scripted courses that reach what chance seldom does. */
import type {Address} from 'viem';
import type {Command} from '../../../src/core/commands.ts';
import {createCore} from '../../../src/core/engine.ts';
import {buildRules, ETHER, FUND, L1, L1_USDC, L2, L2_USDC, secretOf, USDC, WALLETS} from '../exchange.ts';
import type {Coverage} from './coverage.ts';
import {type Order, opened, PERP, Scene, SPOT, TENTH} from './scene.ts';
import {advance, ASSETS, deposit} from './steps.ts';

const HOUR = 3_600_000n;

type Script = (coverage: Coverage) => void;

const fundTakes: Script = (coverage) => {
  opened(coverage).fund(4_000n).trade(0, 4, 2_000n, 250n).must({type: 'placeOrder', ...bid(3, 1_846n)}).mark(1_850n)
    .must({type: 'setMarginMode', wallet: WALLETS[1]!, market: PERP, mode: 'isolated'}).trade(1, 2, 1_850n, 20n)
    .must({type: 'moveCollateral', wallet: WALLETS[1]!, market: PERP, lots: 20n * USDC}).mark(1_750n).mark(1_650n, 90_000n);
};

const bid = (who: number, dollars: bigint): Omit<Order, 'type'> => ({
  wallet: WALLETS[who]!, market: PERP, side: 'buy', orderType: 'limit', price: dollars * USDC, quantity: 10n * TENTH, timeInForce: 'GTC', clientOrderId: `bid ${dollars}`,
});

/** A gap that takes a long below zero: request back, fund, the paired winner. */
const shortfall: Script = (coverage) => {
  const scene = opened(coverage).trade(0, 4, 2_000n, 250n);
  scene.must({type: 'requestWithdrawal', wallet: WALLETS[0]!, chainId: L2, token: L2_USDC, lots: 100n * USDC}).mark(1_600n).tick(1_000n);
};

/** The same with a rolled winner, who has no gain left in the pairing, and bids on the spot market that buy collateral. */
const rolledWinner: Script = (coverage) => {
  const scene = opened(coverage, 0n).trade(0, 4, 2_000n, 250n).must({type: 'setAutoRoll', wallet: WALLETS[4]!, market: PERP, takeLots: 1n, lossLots: 0n});
  scene.must(scene.order(3, 'buy', 1_500n, 3n, {market: SPOT})).mark(1_600n);
};

/** Isolated positions on both sides through gaps, up and down. */
const isolatedGaps: Script = (coverage) => {
  const scene = opened(coverage, 0n);
  for (const who of [0, 4]) scene.must({type: 'setMarginMode', wallet: WALLETS[who]!, market: PERP, mode: 'isolated'});
  scene.trade(0, 4, 2_000n, 200n).trade(1, 0, 2_000n, 50n).mark(1_700n).trade(2, 4, 1_700n, 20n).mark(2_100n, 120_000n).mark(1_500n, 1_000n);
};

/** Symmetric liquidation ends after a calm time, with a fund that has recovered. */
const calm: Script = (coverage) => {
  opened(coverage).trade(0, 4, 2_000n, 20n).mark(2_300n).mark(2_300n, 1_000n).fund(1_000n).mark(2_301n, 700_000n).mark(2_302n, 700_000n);
};

/** How orders end. */
const closings: Script = (coverage) => {
  const scene = opened(coverage).trade(1, 2, 2_000n, 20n);
  scene.must(scene.order(1, 'sell', 2_100n, 20n, {reduceOnly: true})).must(scene.order(3, 'buy', 1_999n, 20n)).must(scene.order(1, 'sell', undefined, 20n, {}))
    .must(scene.order(4, 'buy', 2_100n, 5n)).refused(scene.order(1, 'buy', 2_000n, 1n, {reduceOnly: true})).must({type: 'cancelAll', wallet: WALLETS[4]!});
  scene.must(scene.order(0, 'buy', 1_900n, 200n)).mark(1_900n).mark(1_700n).mark(1_550n).must(scene.order(2, 'sell', 1_900n, 200n, {timeInForce: 'IOC'}))
    .must(scene.order(3, 'sell', 1_600n, 3n)).must(scene.order(2, 'buy', undefined, 5n));
  scene.must(scene.order(3, 'sell', 1_700n, 5n, {deadMan: true})).must({type: 'armDeadMan', wallet: WALLETS[3]!, at: scene.now + 5_000n})
    .must(scene.order(3, 'sell', 1_710n, 5n, {timeInForce: 'GTD', expiresAt: scene.now + 3_000n})).tick(10_000n).must({type: 'armDeadMan', wallet: WALLETS[3]!});
  // Two leases of one account: each takes its own orders, the account's timer takes all that are marked.
  const lease = (number: number, more: object) => ({type: 'armDeadMan', wallet: WALLETS[3]!, lease: number, ...more}) as const;
  const leased = (price: bigint, number: number) => scene.order(3, 'sell', price, 5n, {deadMan: true, lease: number});
  scene.refused(leased(1_720n, 1)).refused(lease(1, {at: scene.now + 9_000n})).refused(lease(1_024, {opens: true, at: scene.now + 9_000n}))
    .must(lease(1, {opens: true, at: scene.now + 9_000n})).must(lease(2, {opens: true, at: scene.now + 5_000n})).refused(lease(1, {opens: true, at: scene.now + 9_000n}))
    .refused(scene.order(3, 'sell', 1_720n, 5n, {lease: 1})).must(leased(1_720n, 1)).must(leased(1_730n, 2)).must(leased(1_740n, 1)).tick(6_000n).refused(leased(1_750n, 2))
    .must(lease(1, {})).must(lease(1, {opens: true, at: scene.now + 9_000n})).must(leased(1_760n, 1)).must({type: 'armDeadMan', wallet: WALLETS[3]!, at: scene.now + 1_000n}).tick(2_000n);
};

/** Who gives way when an account meets itself, in every mode. */
const selfTrades: Script = (coverage) => {
  const scene = opened(coverage);
  for (const [tenths, selfTrade] of [[10n, 'cancelMaker'], [10n, 'cancelBoth'], [4n, 'decrement'], [10n, 'decrement'], [10n, 'cancelTaker']] as const) {
    scene.must(scene.order(0, 'sell', 2_000n, 10n, selfTrade === 'decrement' && tenths === 4n ? {displayQuantity: 2n * TENTH} : {}));
    const taker = scene.order(0, 'buy', 2_000n, tenths, {selfTrade});
    if (selfTrade === 'cancelTaker') scene.refused(taker);
    else scene.must(taker);
    scene.must({type: 'cancelAll', wallet: WALLETS[0]!, market: PERP});
  }
};

/** Interest between the sides, and the fund's excess after a day. */
const incentives: Script = (coverage) => {
  const scene = opened(coverage).fund(3_000n).trade(0, 4, 2_000n, 150n).trade(1, 4, 2_000n, 20n).must({type: 'setSourcePrice', market: PERP, source: 0, price: 1_990n * USDC});
  scene.must(scene.order(3, 'buy', 1_995n, 1n));
  for (let hour = 0; hour < 26; hour += 1) scene.tick(HOUR);
  scene.refused({type: 'setSampleSeed', seed: '0x12'}).must({type: 'setSampleSeed', seed: '0x0123456789abcdef8123456789abcdef'});
  for (let half = 0; half < 52; half += 1) scene.tick(HOUR / 2n + 7_000n);
  scene.mark(2_000n).mark(2_210n);
  for (let hour = 0; hour < 3; hour += 1) scene.tick(HOUR);
};

/** A session with ten times the margin: a warning, then nobody may novate, then the mark liquidates. */
const sessions: Script = (coverage) => {
  const scene = opened(coverage).trade(0, 4, 2_000n, 200n);
  const rates = {feePpm: 500_000, fundingClampPpm: 500_000, bandPpm: 300_000};
  const minute = Number((scene.now / 60_000n + 3n * 1_440n) % 10_080n);
  scene.must({type: 'setCalendar', market: PERP, sessions: [{start: minute, ...rates, marginPpm: 1_000_000}, {start: minute + 20, ...rates, marginPpm: 9_000_000}]}).tick(1_000n)
    .must({type: 'offerNovation', wallet: WALLETS[0]!, to: WALLETS[5]!, market: PERP, size: 10n * TENTH}).tick(25n * 60_000n)
    .refused({type: 'acceptNovation', wallet: WALLETS[5]!, offerId: 1n}, {type: 'acceptNovation', wallet: WALLETS[4]!, offerId: 1n})
    .must({type: 'withdrawNovation', wallet: WALLETS[5]!, offerId: 1n}).mark(2_001n).must({type: 'setCalendar', market: PERP, sessions: []});
};

/** Novation at the mark, at an agreed price, and everything it is refused for. */
const novations: Script = (coverage) => {
  const scene = opened(coverage).trade(0, 4, 2_000n, 200n);
  const offer = (change: Partial<Extract<Command, {type: 'offerNovation'}>>): Command =>
    ({type: 'offerNovation', wallet: WALLETS[0]!, to: WALLETS[5]!, market: PERP, size: 50n * TENTH, ...change});
  const accept = (who: number): Command => ({type: 'acceptNovation', wallet: WALLETS[who]!, offerId: scene.world.lastOffer});
  scene.must(offer({})).refused(offer({})).must(accept(5)).must(offer({price: 2_010n * USDC})).must(accept(5)).must(offer({price: 2_050n * USDC})).refused(accept(5));
  const withdraw = (): Scene => scene.must({type: 'withdrawNovation', wallet: WALLETS[0]!, offerId: scene.world.lastOffer});
  withdraw().must(offer({size: -TENTH})).refused(accept(5));
  withdraw().must(offer({size: 90n * TENTH, to: WALLETS[1]!, price: 2_000n * USDC})).must({type: 'setMarginMode', wallet: WALLETS[1]!, market: PERP, mode: 'isolated'}).refused(accept(1));
  withdraw().must(offer({size: 100n * TENTH, to: WALLETS[2]!})).must(scene.order(2, 'buy', 1_990n, 300n)).refused(accept(2));
};

/** Deposits of strangers, sheets, withdrawals on their whole way, and every refusal of the ledger. */
const ledger: Script = (coverage) => {
  const scene = opened(coverage);
  const {world} = scene;
  const stranger: Address = `0x${'7'.repeat(40)}`;
  const request = (lots: bigint, change: Partial<Extract<Command, {type: 'requestWithdrawal'}>> = {}): Command =>
    ({type: 'requestWithdrawal', wallet: WALLETS[0]!, chainId: L1, token: L1_USDC, lots, ...change});
  const seal = (epoch: bigint): Command => ({type: 'seal', epoch, snapshotTime: world.lastSnapshotTime + 1n});
  scene.must(deposit(world, stranger, ASSETS[0], 77n)).must({type: 'bindAccount', wallet: stranger, secret: secretOf(stranger), viewingKey: 'age1x'})
    .must({type: 'bindAccount', wallet: stranger, secret: secretOf(stranger), viewingKey: 'age1y'}).must({type: 'bindAccount', wallet: stranger, secret: secretOf(stranger)})
    .refused(
      {type: 'bindAccount', wallet: stranger, secret: secretOf(WALLETS[0]!)}, {type: 'bindAccount', wallet: FUND, secret: secretOf(FUND)}, request(50n), request(0n),
      request(1n << 60n), request(1n, {token: stranger}), request(1n, {wallet: ETHER}), {type: 'cancelWithdrawal', wallet: WALLETS[0]!, chainId: L1, token: L1_USDC},
      {type: 'decideEpoch', epoch: 1n, outcome: 'approved'}, {type: 'transfer', from: WALLETS[0]!, to: WALLETS[1]!, chainId: 5, token: L1_USDC, lots: 1n},
      deposit(world, stranger, ASSETS[0], 1n << 53n), {...seal(1n), snapshotTime: 0n} as Command,
    );
  scene.trade(0, 4, 2_000n, 200n).refused(request(5_000n * USDC)).must(request(200n * USDC)).must({type: 'cancelWithdrawal', wallet: WALLETS[0]!, chainId: L1, token: L1_USDC})
    .must(request(200n * USDC, {chainId: L2, token: L2_USDC})).must(request(400n * USDC)).mark(1_900n).must(seal(2n))
    .refused(seal(3n)).must({type: 'decideEpoch', epoch: 2n, outcome: 'dead'}).refused({type: 'decideEpoch', epoch: 2n, outcome: 'approved'}, seal(1n)).mark(2_000n).must(seal(2n))
    .must({type: 'decideEpoch', epoch: 2n, outcome: 'dead'}).must({type: 'decideEpoch', epoch: 2n, outcome: 'dead'}).must(seal(2n)).must({type: 'decideEpoch', epoch: 2n, outcome: 'approved'}).refused(seal(2n));
  for (const chain of [L1, L2]) scene.must(advance(world, chain, {activeEpoch: 2n, payouts: [{token: chain === L1 ? L1_USDC : L2_USDC, wallet: WALLETS[0]!, cumulative: 200n * USDC}]}));
  scene.must({type: 'transfer', from: WALLETS[5]!, to: WALLETS[3]!, chainId: L1, token: L1_USDC, lots: 2_500n * USDC}).refused(request(9_000n * USDC, {wallet: WALLETS[3]!}), advance(world, L1, {activeEpoch: 1n}));
};

/** What an order is refused for. */
const refusals: Script = (coverage) => {
  const fresh = new Scene(buildRules(), coverage);
  fresh.must({type: 'bindAccount', wallet: WALLETS[0]!, secret: secretOf(WALLETS[0]!)}).refused(fresh.order(0, 'buy', 2_000n, 1n), {type: 'genesis', rules: buildRules()}, {type: 'seal', epoch: 1n, snapshotTime: 1n});
  coverage.command({type: 'genesis', rules: {...buildRules(), eraEpochs: 0}}, createCore().apply({type: 'genesis', rules: {...buildRules(), eraEpochs: 0}}, 1n));
  const scene = opened(coverage);
  const [self, nobody] = [WALLETS[0]!, ETHER];
  const first = scene.order(0, 'buy', 1_990n, 1n);
  scene.must(first).must(scene.order(1, 'sell', 2_010n, 1n)).must(first);
  scene.refused(
    {...first, quantity: 2n * TENTH}, scene.order(1, 'buy', 2_020n, 1n, {postOnly: true}), {...first, wallet: nobody}, {...first, market: 'NONE'}, {...first, price: 1n}, {...first, quantity: 1n},
    {...first, clientOrderId: ''}, scene.order(0, 'buy', 2_000n, 1n, {timeInForce: 'GTD'}), scene.order(0, 'buy', 2_000n, 1n, {timeInForce: 'FOK'}),
    scene.order(0, 'buy', 2_000n, 1n, {timeInForce: 'IOC', postOnly: true}), scene.order(0, 'buy', 3_100n, 1n), scene.order(0, 'buy', 2_000n, 900n),
    scene.order(0, 'buy', 40_000n, 1_000_000n), scene.order(0, 'buy', undefined, 1n, {market: SPOT}), scene.order(0, 'sell', 2_000n, 70n, {market: SPOT}), {...first, orderType: 'market'},
    scene.order(0, 'buy', 2_000n, 1n, {market: SPOT, reduceOnly: true}), scene.order(0, 'buy', 2_000n, 1n, {displayQuantity: 2n * TENTH}),
    {type: 'cancelOrder', wallet: self, orderId: 1n << 50n}, {type: 'amendOrder', wallet: self, orderId: scene.newest, price: USDC, quantity: TENTH},
    {type: 'setMark', market: 'NONE', price: 1n}, {type: 'setMark', market: PERP, price: 1n}, {type: 'setFeeTier', wallet: self, tier: 99}, {type: 'armDeadMan', wallet: self, at: 1n},
    {type: 'setSourcePrice', market: PERP, source: 8, price: USDC}, {type: 'setAutoRoll', wallet: self, market: PERP, takeLots: -1n, lossLots: 0n},
    {type: 'moveCollateral', wallet: self, market: PERP, lots: 1n}, {type: 'setMarginMode', wallet: self, market: PERP, mode: 'isolated'}, {type: 'batch', commands: []},
    {type: 'setMarginMode', wallet: self, market: SPOT, mode: 'isolated'}, {type: 'setCalendar', market: PERP, sessions: [{start: -1, feePpm: 0, fundingClampPpm: 0, bandPpm: 0, marginPpm: 0}]},
    {type: 'placeParent', wallet: self, market: PERP, side: 'buy', quantity: TENTH, strategy: 'twap', slices: 1, intervalMs: 1_000},
    {type: 'cancelTrigger', wallet: self, triggerId: 1n}, {type: 'cancelParent', wallet: self, parentId: 1n},
  );
  for (const status of ['cancelOnly', 'halted'] as const) scene.must({type: 'setMarketStatus', market: SPOT, status}).refused(scene.order(0, 'buy', 2_000n, 1n, {market: SPOT}));
  scene.must({type: 'setMarketStatus', market: SPOT, status: 'open'}).must({type: 'setFeeTier', wallet: self, tier: 1});
};

/** Triggers up to their limit, one of two cancelling the other, parents to their end. */
const algos: Script = (coverage) => {
  const scene = opened(coverage);
  const wallet = WALLETS[2]!;
  const condition = {by: 'mark', direction: 'rise', price: 2_050n * USDC, side: 'buy', quantity: TENTH} as const;
  const trigger = (...conditions: Extract<Command, {type: 'placeTrigger'}>['conditions']): Command => ({type: 'placeTrigger', wallet, market: PERP, conditions});
  scene.refused(trigger({...condition, price: 1_900n * USDC}), trigger()).must(trigger(condition, {...condition, direction: 'fall', price: 1_900n * USDC}));
  for (let more = 0; more < 49; more += 1) scene.must(trigger(condition, condition));
  scene.refused(trigger(condition)).must({type: 'cancelTrigger', wallet, triggerId: 9n}).must(scene.order(4, 'sell', 2_040n, 30n)).mark(2_060n);
  const parent = {type: 'placeParent', wallet, market: PERP, side: 'buy', quantity: 4n * TENTH, strategy: 'vwap', slices: 4, intervalMs: 1_000} as const;
  for (let more = 0; more < 20; more += 1) scene.must({...parent, strategy: more % 2 === 0 ? 'vwap' : 'twap'});
  scene.refused(parent).must({type: 'cancelParent', wallet, parentId: 20n}).tick(2_500n).tick(20_000n);
  const open = scene.order(3, 'sell', 2_080n, 3n);
  scene.must({type: 'batch', commands: [open, open, {...open, market: 'NONE'}, {...open, clientOrderId: 'x', quantity: 2n * TENTH}]}).must({type: 'amendOrder', wallet: WALLETS[3]!, orderId: scene.newest, price: 2_080n * USDC, quantity: TENTH})
    .must({type: 'amendOrder', wallet: WALLETS[3]!, orderId: scene.newest, price: 2_090n * USDC, quantity: 3n * TENTH}).must({type: 'cancelOrder', wallet: WALLETS[3]!, orderId: scene.newest});
};

/** Sub-accounts: own margin, transfers within the wallet, one row on the sheet, novation by one consent. */
const subAccounts: Script = (coverage) => {
  const scene = opened(coverage);
  const wallet = WALLETS[3]!;
  const move = (toSub: number, dollars: bigint, change: object = {}): Command =>
    ({type: 'transfer', from: wallet, to: wallet, toSub, chainId: L1, token: L1_USDC, lots: dollars * USDC, ...change});
  scene.must({type: 'createSubAccount', wallet, sub: 1}).must({type: 'createSubAccount', wallet, sub: 2}).refused({type: 'createSubAccount', wallet, sub: 4}, {type: 'createSubAccount', wallet: ETHER, sub: 1});
  scene.must(move(1, 2_000n)).must(move(2, 1_000n)).refused(move(3, 1n), move(1, 1n, {from: WALLETS[4]!}), move(0, 1n)).must({type: 'setFeeTier', wallet, tier: 2});
  scene.must(scene.order(4, 'buy', 2_000n, 40n)).must({...scene.order(3, 'sell', 2_000n, 60n), sub: 1}).refused({...scene.order(3, 'buy', 2_000n, 1n), sub: 2}).must(scene.order(0, 'buy', 2_000n, 20n))
    .must(scene.order(4, 'sell', 2_000n, 40n)).must({...scene.order(3, 'buy', 2_000n, 40n), sub: 2}).mark(2_040n)
    .must({type: 'offerNovation', wallet, sub: 1, to: wallet, market: PERP, size: -20n * TENTH}).must({type: 'offerNovation', wallet, sub: 1, to: wallet, toSub: 2, market: PERP, size: -10n * TENTH})
    .refused({type: 'offerNovation', wallet, sub: 1, to: wallet, toSub: 2, market: PERP, size: 10n * TENTH})
    .refused({type: 'requestWithdrawal', wallet, chainId: L1, token: L1_USDC, lots: 7_000n * USDC}).must({type: 'requestWithdrawal', wallet, chainId: L1, token: L1_USDC, lots: 3_000n * USDC})
    .must({type: 'seal', epoch: 2n, snapshotTime: 1n}).mark(2_500n).must({type: 'decideEpoch', epoch: 2n, outcome: 'approved'}).must({...scene.order(3, 'buy', 2_400n, 1n), sub: 2})
    .must({type: 'cancelAll', wallet, sub: 2}).must(move(2, 10n)).must({type: 'transfer', from: wallet, fromSub: 2, to: WALLETS[0]!, chainId: L1, token: L1_USDC, lots: 1n});
};

/** Markets by command: tiers, caps, margin that grows with open interest, other terms, and the end. */
const markets: Script = (coverage) => {
  const scene = opened(coverage);
  const margins = [{upTo: 20_000n * USDC, initialPpm: 50_000, maintenancePpm: 20_000}, {upTo: 1n << 50n, initialPpm: 100_000, maintenancePpm: 40_000}];
  const terms = {
    fees: [{makerPpm: 100, takerPpm: 400}, {makerPpm: -50, takerPpm: 300}], fundSharePpm: 300_000, margins, bandPpm: 400_000, penaltyPpm: 5_000, openInterestMax: 30n * 1_000_000_000n,
    interestFrom: 20_000n * USDC, interestFull: 90_000n * USDC, impactNotional: 9_000n * USDC, fundingInterestPpb: 9_000, fundingClampPpm: 500_000, collateralInterestPpm: 300,
  };
  const create = {type: 'createMarket', market: 'GOLD-PERP', kind: 'perpetual', base: 'XAU', baseDecimals: 9, quote: 'USDC', tick: 10_000n, lot: 100_000n, ladderTicks: 2 ** 20, terms} as const;
  const gold = 'GOLD-PERP';
  const second = {...create, market: 'ETH2-USDC', kind: 'spot', base: 'ETH', terms: {fees: [{makerPpm: 0, takerPpm: 1_000}]}} as const;
  scene.must(create).must(second).refused(
    create, {...create, market: 'lower'}, {...create, market: 'A', tick: 3n}, {...create, market: 'A', quote: 'ETH'}, {...create, market: 'A', ladderTicks: 1_000}, {...second, market: 'A', base: 'XAU'},
    {...create, market: 'A', terms: {...terms, margins: []}}, {...create, market: 'A', terms: {...terms, penaltyPpm: 20_001}}, {...create, market: 'A', sessions: [{start: -1, feePpm: 0, fundingClampPpm: 0, bandPpm: 0, marginPpm: 0}]},
    {type: 'changeMarket', market: gold, terms: {fees: []}}, {type: 'changeMarket', market: 'NONE', terms: {}}, {type: 'delistMarket', market: 'NONE'},
  );
  const mark = (dollars: bigint): Scene => scene.must({type: 'setMark', market: gold, price: dollars * USDC});
  mark(2_000n).must({type: 'setFeeTier', wallet: WALLETS[4]!, tier: 1}).trade(0, 4, 2_000n, 100n, gold).trade(1, 4, 2_000n, 60n, gold).trade(2, 4, 2_000n, 40n);
  mark(2_010n).must({type: 'setMarginMode', wallet: WALLETS[2]!, market: gold, mode: 'isolated'}).trade(2, 5, 2_010n, 30n, gold).refused(scene.order(3, 'buy', 2_000n, 120n, {market: gold}));
  mark(1_900n).must({type: 'changeMarket', market: gold, terms: {margins: [{upTo: 1n << 50n, initialPpm: 200_000, maintenancePpm: 100_000}], openInterestMax: 0n}});
  mark(1_899n).must({type: 'placeTrigger', wallet: WALLETS[0]!, market: gold, conditions: [{by: 'mark', direction: 'rise', price: 2_500n * USDC, side: 'buy', quantity: TENTH}]})
    .must({type: 'placeParent', wallet: WALLETS[3]!, market: gold, side: 'buy', quantity: TENTH, strategy: 'twap', slices: 5, intervalMs: 60_000})
    .must({type: 'offerNovation', wallet: WALLETS[4]!, to: WALLETS[5]!, market: gold, size: -TENTH}).must({type: 'setAutoRoll', wallet: WALLETS[4]!, market: gold, takeLots: 1n, lossLots: 0n})
    .must(scene.order(3, 'buy', 1_800n, 3n, {market: gold})).must(scene.order(3, 'sell', 2_100n, 3n, {market: gold})).tick(3_700_000n);
  mark(1_600n).must({type: 'delistMarket', market: gold}).refused(
    {type: 'delistMarket', market: gold}, {type: 'setMark', market: gold, price: 2_000n * USDC}, {type: 'changeMarket', market: gold, terms: {}}, scene.order(0, 'buy', 1_600n, 1n, {market: gold}),
    {type: 'setMarketStatus', market: gold, status: 'open'}, {type: 'setCalendar', market: gold, sessions: []}, {type: 'setAutoRoll', wallet: WALLETS[0]!, market: gold, takeLots: 1n, lossLots: 0n},
    {type: 'placeTrigger', wallet: WALLETS[0]!, market: gold, conditions: [{by: 'mark', direction: 'rise', price: 2_500n * USDC, side: 'buy', quantity: TENTH}]},
    {type: 'offerNovation', wallet: WALLETS[4]!, to: WALLETS[5]!, market: gold, size: TENTH}, {type: 'setMarginMode', wallet: WALLETS[0]!, market: gold, mode: 'isolated'},
    {type: 'setSourcePrice', market: gold, source: 0, price: USDC}, {type: 'placeParent', wallet: WALLETS[3]!, market: gold, side: 'buy', quantity: TENTH, strategy: 'twap', slices: 5, intervalMs: 60_000},
  );
  // A dearer fee makes a waiting purchase hold more than its owner has.
  const all = (scene.world.user(WALLETS[5]!)!.claims.reduce((most, lots) => (lots > most ? lots : most), 0n));
  scene.must(scene.order(1, 'buy', 2_000n, 10n, {market: 'ETH2-USDC'})).must(scene.order(5, 'buy', 1_000n, (all * 9n) / (1_000n * USDC), {market: 'ETH2-USDC'}))
    .must({type: 'changeMarket', market: 'ETH2-USDC', terms: {fees: [{makerPpm: 0, takerPpm: 100_000}]}}).must({type: 'changeMarket', market: 'ETH2-USDC', terms: {fees: [{makerPpm: 0, takerPpm: 0}]}})
    .must({type: 'delistMarket', market: 'ETH2-USDC'}).mark(1_999n);
};

/** All or nothing: the last refusal takes everything back, self-trades, fills, icebergs, amended orders and client ids included. */
const atomic: Script = (coverage) => {
  const scene = opened(coverage).must({type: 'setMarginMode', wallet: WALLETS[1]!, market: PERP, mode: 'isolated'});
  scene.trade(1, 2, 2_000n, 10n).must(scene.order(0, 'sell', 2_005n, 20n, {displayQuantity: 3n * TENTH})).must(scene.order(2, 'buy', 1_995n, 10n));
  const waiting = scene.newest;
  const commands: Extract<Command, {type: 'batch'}>['commands'] = [
    scene.order(1, 'sell', 1_995n, 4n), scene.order(3, 'buy', 2_005n, 9n), scene.order(2, 'sell', 1_995n, 3n, {selfTrade: 'decrement'}), {type: 'amendOrder', wallet: WALLETS[2]!, orderId: waiting, price: 1_994n * USDC, quantity: 2n * TENTH},
    scene.order(4, 'buy', 2_000n, 5n, {market: SPOT}), scene.order(5, 'sell', 2_000n, 5n, {market: SPOT}), scene.order(4, 'buy', 1_990n, 3n, {timeInForce: 'GTD', expiresAt: scene.now + 10_000n}), {type: 'cancelAll', wallet: WALLETS[0]!},
  ];
  const refused = scene.order(0, 'buy', 2_000n, 9_999n);
  scene.refused({type: 'batch', atomic: true, commands: [...commands, refused]}).tick(1_000n).must({type: 'batch', atomic: true, commands}).refused({type: 'batch', atomic: true, commands: [refused]}).tick(20_000n).mark(1_990n);
};

/** Makers measured over sessions and days, hedgers held to their side. */
const programmes: Script = (coverage) => {
  const scene = opened(coverage);
  const {world} = scene;
  const join = (who: number, programme: 'none' | 'maker' | 'longHedger' | 'shortHedger', change: object = {}): Command => (
    {type: 'setProgramme', wallet: WALLETS[who]!, market: PERP, programme, feePpm: 400_000, ...(programme === 'maker' && {spreadPpm: 10_000, minimum: 5n * TENTH, timePpm: 500_000}), ...change});
  scene.must(join(3, 'maker')).must(join(4, 'longHedger')).must(join(5, 'shortHedger')).must(join(2, 'maker', {feePpm: 0})).must(join(2, 'none'))
    .refused(join(3, 'maker', {timePpm: 0}), join(3, 'maker', {feePpm: -1}), join(3, 'longHedger', {market: SPOT}), join(3, 'maker', {minimum: 1n}), {...join(3, 'none'), market: 'NONE'} as Command);
  scene.must(scene.order(3, 'buy', 1_995n, 6n)).must(scene.order(3, 'sell', 2_005n, 6n, {displayQuantity: 5n * TENTH})).must(scene.order(3, 'sell', 2_050n, 9n)).tick(1_000n).tick(8_000n).tick(30_000n);
  scene.refused(scene.order(4, 'sell', 2_000n, 1n), scene.order(5, 'buy', 1_990n, 1n)).must(scene.order(4, 'buy', 2_005n, 4n)).must(scene.order(4, 'sell', 2_010n, 3n)).refused(scene.order(4, 'sell', 2_020n, 2n))
    .must(scene.order(5, 'sell', 1_995n, 2n)).must(scene.order(5, 'buy', 1_980n, 2n)).tick(7_000n).tick(86_400_000n);
  const minute = Number((scene.now / 60_000n + 3n * 1_440n) % 10_080n);
  const rates = {feePpm: 1_000_000, fundingClampPpm: 600_000, bandPpm: 500_000, marginPpm: 1_000_000};
  const sessions = [{start: minute, ...rates}, {start: minute + 5, ...rates, makerFeePpm: 500_000, makerSpreadPpm: 3_000_000, makerSizePpm: 300_000, makerTimePpm: 100_000}];
  scene.must({type: 'setCalendar', market: PERP, sessions: minute > 10_000 ? [] : sessions}).tick(2_000n).tick(9_000n).must({type: 'cancelAll', wallet: WALLETS[3]!}).tick(9_000n).tick(320_000n)
    .must(scene.order(3, 'buy', 1_990n, 2n)).must(scene.order(3, 'sell', 2_030n, 2n)).tick(9_000n).must(scene.order(0, 'buy', 2_030n, 1n)).tick(3_000n).must({type: 'setCalendar', market: PERP, sessions: []}).mark(2_001n);
  // A hedge that moves on leaves orders behind that can only reduce; nobody brings a hedger to the other side.
  const moved = (from: number, to: number, size: bigint): Command => ({type: 'offerNovation', wallet: WALLETS[from]!, to: WALLETS[to]!, market: PERP, size: size * TENTH});
  const taken = (who: number): Command => ({type: 'acceptNovation', wallet: WALLETS[who]!, offerId: world.lastOffer});
  scene.must({type: 'cancelAll', wallet: WALLETS[4]!}).must(scene.order(0, 'sell', 2_002n, 6n)).must(scene.order(4, 'buy', 2_002n, 6n)).must(scene.order(4, 'sell', 2_003n, 6n));
  scene.must(moved(4, 0, 4n)).must(taken(0)).must(moved(5, 4, -1n)).refused(taken(4)).must(scene.order(0, 'buy', 2_003n, 6n)).must(join(0, 'shortHedger'));
};

/** Requests on chain: set aside at once, answered at the seal, by a payment or by the custody; an exit closes first; a freeze ends everything. */
const forced: Script = (coverage) => {
  const scene = opened(coverage);
  const {world} = scene;
  const request = (who: number, lots: bigint, change: object = {}): Command =>
    advance(world, L2, {requests: [{kind: 'forced', token: L2_USDC, wallet: WALLETS[who]!, lots, baseline: 0n, exit: false, ...change}]});
  const epoch = (number: bigint, outcome: 'approved' | 'dead'): Scene => scene
    .must({type: 'seal', epoch: number, snapshotTime: world.lastSnapshotTime + 1n}).must({type: 'decideEpoch', epoch: number, outcome});
  scene.refused(request(0, 1n, {token: ETHER.replace('0x0', '0x9')})).must(request(0, 1n, {wallet: `0x${'8'.repeat(40)}`}));
  const wallet = WALLETS[3]!;
  scene.must({type: 'createSubAccount', wallet, sub: 1}).must({type: 'transfer', from: wallet, to: wallet, toSub: 1, chainId: L2, token: L2_USDC, lots: 300n * USDC});
  scene.trade(0, 4, 2_000n, 200n).must(scene.order(0, 'buy', 1_900n, 5n)).must(scene.order(3, 'buy', 1_800n, 1n, {sub: 1}));
  scene.must(request(3, 900n * USDC)).must(request(1, 100n * USDC)).must(request(0, 900n * USDC, {exit: true}))
    .must({type: 'cancelWithdrawal', wallet: WALLETS[1]!, chainId: L2, token: L2_USDC});
  epoch(2n, 'dead');
  scene.must(deposit(world, WALLETS[1]!, ASSETS[2], 5n)).must({type: 'transfer', from: WALLETS[2]!, to: WALLETS[1]!, chainId: L2, token: L2_USDC, lots: 10n * USDC});
  epoch(4n, 'approved').must(advance(world, L2, {activeEpoch: 4n, payouts: [{token: L2_USDC, wallet: WALLETS[0]!, cumulative: world.user(WALLETS[0]!)!.authorised[2]!}]}));
  epoch(6n, 'approved').must(advance(world, L2, {requests: [{kind: 'served', token: L2_USDC, wallet: WALLETS[1]!}, {kind: 'served', token: L2_USDC, wallet: WALLETS[1]!}]}));
  // More is set aside than may leave, once another chain's base is behind.
  scene.trade(2, 5, 2_000n, 30n).must(request(2, 1_000n * USDC)).mark(1_800n);
  epoch(8n, 'approved').must(advance(world, L2, {frozen: true})).must(advance(world, L2, {frozen: true})).mark(1_790n).must({type: 'setMarketStatus', market: PERP, status: 'halted'}).refused(
    {type: 'setMarketStatus', market: PERP, status: 'open'}, scene.order(4, 'buy', 1_790n, 1n), {type: 'seal', epoch: 10n, snapshotTime: world.lastSnapshotTime + 1n},
    {type: 'requestWithdrawal', wallet: WALLETS[4]!, chainId: L2, token: L2_USDC, lots: 1n}, {type: 'transfer', from: WALLETS[4]!, to: WALLETS[5]!, chainId: L1, token: L1_USDC, lots: 1n},
  ).must({type: 'requestWithdrawal', wallet: WALLETS[4]!, chainId: L1, token: L1_USDC, lots: 200n});
};

/** A day without a newer root on one chain: nothing is traded or moved until it is there; cancels, marks and liquidation go on. */
const oldRoots: Script = (coverage) => {
  const scene = opened(coverage, 3_000n).trade(0, 4, 2_000n, 200n);
  const {world} = scene;
  const epoch = (number: bigint): Scene => scene
    .must({type: 'seal', epoch: number, snapshotTime: world.lastSnapshotTime + 1n}).must({type: 'decideEpoch', epoch: number, outcome: 'approved'});
  const activate = (chain: number, number: bigint): Scene => scene.must(advance(world, chain, {activeEpoch: number}));
  const offer = (to: number): Command => ({type: 'offerNovation', wallet: WALLETS[0]!, to: WALLETS[to]!, market: PERP, size: 10n * TENTH});
  scene.must(scene.order(3, 'buy', 1_900n, 5n)).must(offer(5)).must(scene.order(1, 'sell', 2_100n, 2n));
  const resting = scene.newest;
  scene.tick(25n * HOUR).must(scene.order(2, 'buy', 1_800n, 1n));
  epoch(1n).tick(HOUR);
  activate(L1, 1n).tick(22n * HOUR);
  epoch(2n);
  activate(L2, 2n).tick(HOUR / 2n).must(scene.order(2, 'buy', 1_801n, 1n)).tick(HOUR);
  const halted = [
    scene.order(2, 'buy', 1_802n, 1n), {type: 'transfer', from: WALLETS[2]!, to: WALLETS[1]!, chainId: L1, token: L1_USDC, lots: 1n}, {type: 'acceptNovation', wallet: WALLETS[5]!, offerId: 1n},
    {type: 'amendOrder', wallet: WALLETS[1]!, orderId: resting, price: 2_090n * USDC, quantity: 2n * TENTH},
  ] as const satisfies Command[];
  scene.refused(...halted).must({type: 'amendOrder', wallet: WALLETS[1]!, orderId: resting, price: 2_100n * USDC, quantity: TENTH}).must({type: 'cancelOrder', wallet: WALLETS[1]!, orderId: resting})
    .must({type: 'requestWithdrawal', wallet: WALLETS[1]!, chainId: L1, token: L1_USDC, lots: 200n}).mark(1_700n).tick(HOUR);
  epoch(3n);
  activate(L2, 3n).refused(halted[0]);
  activate(L1, 2n).must({...halted[0], clientOrderId: 'again'}).must(halted[1]).tick(1_000n).tick(26n * HOUR).refused({...halted[0], clientOrderId: 'late'});
  activate(L1, 3n);
  epoch(4n);
  for (const chain of [L1, L2]) activate(chain, 4n);
  scene.must(scene.order(2, 'buy', 1_600n, 1n));
};

export const SCRIPTS: Readonly<Record<string, Script>> = {
  forced, oldRoots, programmes, subAccounts, markets, atomic, fundTakes, shortfall, rolledWinner, isolatedGaps, calm, closings, selfTrades, incentives, sessions, novations, ledger, refusals, algos,
};
