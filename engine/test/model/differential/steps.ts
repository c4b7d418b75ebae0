/** Random steps: small numbers that mean a command in the present state of the model, so that shrinking keeps them meaningful. */
import type {Address} from 'viem';
import type {Command, TriggerCondition} from '../../../src/core/commands.ts';
import {assess} from '../naive/margin.ts';
import {max, min} from '../naive/numbers.ts';
import {free} from '../naive/ledger.ts';
import {type Account, FIRST_USER, type Market, type World} from '../naive/world.ts';
import {ETHER, FUND, L1, L1_USDC, L2, L2_USDC, secretOf, unitsPerLot, USDC, WALLETS} from '../exchange.ts';

export const ASSETS = [[L1, L1_USDC], [L1, ETHER], [L2, L2_USDC], [L2, ETHER]] as const;

/** Kinds of steps by how often they come. */
const WEIGHTS = {
  limit: 26, quote: 14, market: 8, special: 8, amend: 6, cancel: 5, cancelAll: 1, mark: 12, gap: 3, source: 5, tick: 6, hours: 2, deposit: 4, bind: 1, advance: 3, transfer: 2,
  withdraw: 4, unwithdraw: 1, seal: 2, decide: 2, trigger: 6, pair: 2, cancelTrigger: 1, parent: 3, cancelParent: 1, roll: 3, offer: 3, decideOffer: 4, mode: 3, collateral: 3,
  tier: 1, arm: 2, status: 1, calendar: 1, batch: 4, wrong: 3, sub: 1, terms: 1, list: 1, repeat: 1, programme: 2, force: 2,
} as const;
type Kind = keyof typeof WEIGHTS;

const kinds = (Object.keys(WEIGHTS) as Kind[]).flatMap((kind) => Array.from({length: WEIGHTS[kind]}, () => kind));

export type Step = {kind: Kind; who: number; to: number; x: number; y: number; z: number; flags: number};

export function anyStep(random: () => number): Step {
  const below = (most: number): number => Math.floor(random() * most);
  const number = (): number => below(2 ** 20);
  return {kind: kinds[below(kinds.length)]!, who: below(WALLETS.length), to: below(WALLETS.length), x: number(), y: number(), z: number(), flags: number()};
}

/** Names of orders, triggers and the like the harness knows and the model does not. */
export type Known = {ids: ReadonlyMap<bigint, bigint>; clientIds: number; last?: Command | undefined};

type Maker = (world: World, step: Step, known: Known) => Command | undefined;

const PERP = 'ETH-PERP';
const SPOT = 'ETH-USDC';
const TICK = 10_000n;
const LOT = 100_000n;

const wallet = (index: number): Address => WALLETS[index % WALLETS.length]!;
const within = (value: number, most: bigint): bigint => (most <= 0n ? 0n : BigInt(value) % (most + 1n));
/** One of the perpetuals that trade. */
const perp = (world: World, {flags}: Step): Market => {
  const open = world.markets.filter(({spec, status}) => spec.perpetual && status !== 'delisted');
  return open[(flags >> 16) % open.length] ?? world.market(PERP)!;
};
const perpName = (world: World, step: Step): string => perp(world, step).spec.name;
const nameOf = (world: World, step: Step): string => ((step.flags & 6) === 2 ? SPOT : perpName(world, step));
const markOf = (world: World, step: Step): bigint => perp(world, step).mark || 200_000n;
/** An account of the step's wallet: the main one, or one of its sub-accounts. */
const party = (world: World, {who, z}: Step): {wallet: Address; sub?: number} => {
  const main = world.user(wallet(who));
  const sub = main ? z % world.family(main).length : 0;
  return {wallet: wallet(who), ...(sub > 0 && {sub})};
};
const accountOf = (world: World, step: Step): Account | undefined => world.user(wallet(step.who), party(world, step).sub);
const pick = <T>(values: readonly T[], at: number): T | undefined => values[at % Math.max(1, values.length)];
const side = (flags: number): 'buy' | 'sell' => ((flags & 1) === 0 ? 'buy' : 'sell');

/** A client id; now and then one that was used before. */
const clientOrderId = (step: Step, known: Known): string => `c${step.flags % 41 === 7 && known.clientIds > 0 ? step.x % known.clientIds : known.clientIds}`;

/** Lots an account can afford in a market, at a tenth of it in margin. */
function affordable(world: World, account: Account | undefined, market: string, price: bigint, selling: boolean): bigint {
  if (!account) return 1_000n;
  if (market !== SPOT) {
    const {equity, initial} = assess(world, account.number);
    return (max(0n, equity - initial) * 8n) / price;
  }
  return selling ? max(0n, free(world, account, 'ETH')) / LOT : (max(0n, free(world, account, 'USDC')) * 99n) / (100n * price);
}

/** An order whose size the account can mostly bear. */
function order(world: World, step: Step, known: Known, ticks: bigint | undefined): Extract<Command, {type: 'placeOrder'}> {
  const {y, z, flags} = step;
  const market = nameOf(world, step);
  const price = max(1n, ticks ?? markOf(world, step));
  const most = affordable(world, accountOf(world, step), market, price, side(flags) === 'sell');
  const lots = max(1n, min(1n + within(y, 90_000n), (most * (1n + within(z, 99n))) / 100n));
  return {
    type: 'placeOrder', ...party(world, step), market, side: side(flags), orderType: ticks === undefined ? 'market' : 'limit', ...(ticks !== undefined && {price: price * TICK}),
    quantity: lots * LOT, timeInForce: 'GTC', clientOrderId: clientOrderId(step, known),
  };
}

/** Ticks on the order's own side of the mark, so that it mostly waits. */
const quoteTicks = (world: World, step: Step): bigint => markOf(world, step) + (side(step.flags) === 'buy' ? -1n : 1n) * within(step.x, 400n);

const TIMES = ['GTC', 'IOC', 'FOK', 'GTD'] as const;
const SELF = ['cancelTaker', 'cancelMaker', 'cancelBoth', 'decrement'] as const;

/** Half of the time a lease; few numbers, so that open ones are met. */
const leaseOf = (world: World, step: Step): {lease?: number} => {
  const {number} = accountOf(world, step) ?? {number: -1};
  const open = [1, 2, 3].filter((lease) => world.deadMen.has(`${number} ${lease}`));
  return step.y % 2 === 0 || open.length === 0 ? {} : {lease: pick(open, step.y)!};
};

const special: Maker = (world, step, known) => {
  const {x, flags} = step;
  const timeInForce = TIMES[(flags >> 4) & 3]!;
  const holding = world.positions.find(({account, market, lots}) => account === accountOf(world, step)?.number && market === perp(world, step) && lots !== 0n);
  const isReducing = (flags >> 8) % 3 === 0 && holding !== undefined;
  const turned = isReducing ? {...step, flags: (flags & ~7) | (holding.lots > 0n ? 1 : 0)} : step;
  const base = order(world, turned, known, markOf(world, step) + within(x, 800n) - 400n);
  const iceberg = (flags >> 10) % 3 === 0 && timeInForce !== 'IOC' && timeInForce !== 'FOK';
  return {
    ...base, timeInForce, selfTrade: SELF[(flags >> 6) & 3]!, ...(isReducing && {reduceOnly: true}), ...((flags >> 12) % 4 === 0 && {deadMan: true, ...leaseOf(world, step)}),
    ...((flags >> 14) % 4 === 0 && {postOnly: true}), ...(timeInForce === 'GTD' && {expiresAt: world.now + 1n + within(x, 60_000n)}),
    ...(iceberg && {displayQuantity: (1n + within(x, 30n)) * LOT}),
  };
};

const openOrder = (world: World, step: Step) => pick(world.orders.filter(({place}) => place > 0n), step.x);

function condition(world: World, step: Step): TriggerCondition {
  const {x, y, z, flags} = step;
  const market = world.market(nameOf(world, step))!;
  const by = (['mark', 'last', 'index'] as const)[y % 3]!;
  const price = {mark: market.mark, index: market.indexPrice, last: market.last}[by] || markOf(world, step);
  const rises = (flags & 8) !== 0;
  const at = max(1n, price + (rises ? 1n : -1n) * (1n + within(x, 500n)));
  return {
    by, direction: rises ? 'rise' : 'fall', price: at * TICK, side: side(flags), quantity: (1n + within(z, 2_000n)) * LOT, ...((flags & 16) !== 0 && {limitPrice: at * TICK}),
    ...((flags & 32) !== 0 && market.spec.perpetual && {reduceOnly: true}), ...((flags & 64) !== 0 && {trail: (1n + within(z, 900n)) * TICK}),
  };
}

const session = (start: number, {x, y, z}: Step) => ({
  start, feePpm: [1_000_000, 500_000, 0][x % 3]!, fundingClampPpm: 100_000 + (y % 900_000), bandPpm: [500_000, 20_000, 0][z % 3]!, marginPpm: 1_000_000 + 100_000 * (y % 11),
});

/** Commands that are refused, each in its way. */
const wrong: Maker = (world, step, known) => {
  const base = {...order(world, {...step, flags: step.flags & 1}, known, markOf(world, step)), market: PERP};
  const nobody: Address = `0x${'9'.repeat(40)}`;
  const self = wallet(step.who);
  const all: Command[] = [
    {...base, wallet: nobody}, {...base, market: 'BTC-USDC'}, {...base, price: base.price! + 1n}, {...base, quantity: 0n}, {...base, quantity: LOT << 31n},
    {...base, clientOrderId: ''}, {...base, timeInForce: 'GTD', expiresAt: world.now}, {...base, postOnly: true, timeInForce: 'IOC'},
    {...base, price: 1n << 60n}, {...base, market: SPOT, reduceOnly: true}, {...base, displayQuantity: base.quantity + LOT}, {...base, orderType: 'market'},
    {...base, quantity: LOT << 30n, price: 4_000_000n * TICK}, {...base, price: 4_000_000n * TICK, side: 'buy', market: PERP},
    {type: 'cancelOrder', wallet: self, orderId: 1n << 50n}, {type: 'amendOrder', wallet: self, orderId: 1n << 50n, price: TICK, quantity: LOT},
    {type: 'setMark', market: PERP, price: 0n}, {type: 'setFeeTier', wallet: self, tier: 32}, {type: 'armDeadMan', wallet: self, at: world.now},
    {type: 'setSourcePrice', market: PERP, source: 8, price: 200_000n * TICK}, {type: 'transfer', from: self, to: nobody, chainId: L1, token: L1_USDC, lots: 1n},
    {type: 'setAutoRoll', wallet: self, market: SPOT, takeLots: 1n, lossLots: 1n}, {type: 'setAutoRoll', wallet: self, market: PERP, takeLots: -1n, lossLots: 1n},
    {type: 'batch', commands: []}, {type: 'placeTrigger', wallet: self, market: PERP, conditions: []},
    {type: 'setCalendar', market: PERP, sessions: [session(5, step), session(5, step)]}, {type: 'moveCollateral', wallet: self, market: PERP, lots: 0n},
    {type: 'offerNovation', wallet: self, to: self, market: PERP, size: LOT}, {type: 'cancelTrigger', wallet: self, triggerId: 0n},
    {type: 'transfer', from: self, to: wallet(step.to), chainId: 5, token: L1_USDC, lots: 1n}, {type: 'bindAccount', wallet: FUND, secret: secretOf(FUND)},
    {type: 'cancelParent', wallet: self, parentId: 1n << 60n}, {type: 'seal', epoch: 0n, snapshotTime: 0n}, {type: 'requestWithdrawal', wallet: self, chainId: L1, token: L1_USDC, lots: 0n},
    {type: 'advanceChain', chainId: L1, blockNumber: 0n, blockHash: '0x00', deposits: [], payouts: [], activeEpoch: 0n, kills: 0},
    {type: 'placeParent', wallet: self, market: PERP, side: 'buy', quantity: 10n * LOT, strategy: 'twap', slices: 1, intervalMs: 1_000},
  ];
  return all[step.x % all.length];
};

/** Lots of an asset the account could move, in part. */
function share(world: World, {who, to: which, y}: Step, account = world.user(wallet(who))): {chainId: number; token: Address; lots: bigint} {
  const [chainId, token] = ASSETS[which % ASSETS.length]!;
  const asset = world.asset(chainId, token)!;
  const available = account ? max(0n, min(account.claims[asset.index]! - account.requested[asset.index]! - account.sealed[asset.index]!, free(world, account, asset.currency))) : 0n;
  return {chainId, token, lots: (available * (1n + within(y, 110n))) / 200n};
}

export const advance = (world: World, chainId: number, change: Partial<Extract<Command, {type: 'advanceChain'}>>): Command => {
  const chain = world.chains.find((each) => each.chainId === chainId)!;
  const blockNumber = chain.blockNumber + 10n;
  return {
    type: 'advanceChain', chainId, blockNumber, blockHash: `0x${blockNumber.toString(16).padStart(64, '0')}`, deposits: [], payouts: [], activeEpoch: chain.activeEpoch, kills: chain.kills, ...change,
  };
};

export const deposit = (world: World, from: Address, [chainId, token]: (typeof ASSETS)[number], lots: bigint, dust = 0n): Command =>
  advance(world, chainId, {deposits: [{token, from, amount: lots * unitsPerLot(token) + dust, txHash: `0x${'1'.repeat(64)}`, logIndex: 0}]});

const MAKERS: Record<Kind, Maker> = {
  limit: (world, step, known) => order(world, step, known, markOf(world, step) + within(step.x, 600n) - 300n),
  quote: (world, step, known) => order(world, step, known, quoteTicks(world, step)),
  market: (world, step, known) => order(world, step, known, undefined),
  special, wrong,
  amend: (world, step) => {
    const open = openOrder(world, step);
    if (!open) return undefined;
    const price = (step.flags & 1) === 0 ? open.price : max(1n, open.price + within(step.y, 100n) - 50n);
    return {type: 'amendOrder', ...world.who(open.account), orderId: open.id, price: price * TICK, quantity: max(1n, (open.left * (1n + within(step.z, 120n))) / 100n) * LOT};
  },
  cancel: (world, step) => {
    const open = openOrder(world, step);
    return open && {type: 'cancelOrder', ...world.who(open.account), orderId: open.id};
  },
  cancelAll: (world, step) => ({type: 'cancelAll', ...party(world, step), ...((step.flags & 1) === 0 && {market: nameOf(world, step)})}),
  mark: (world, step) => ({type: 'setMark', market: perpName(world, step), price: (markOf(world, step) * (99_500n + within(step.x, 1_000n)) * TICK) / 100_000n}),
  gap: (world, step) => ({type: 'setMark', market: perpName(world, step), price: max(50_000n, min(800_000n, (markOf(world, step) * (75n + within(step.x, 50n))) / 100n)) * TICK}),
  source: (world, step) => ({type: 'setSourcePrice', market: perpName(world, step), source: step.y % 4, price: max(1n, markOf(world, step) + within(step.x, 900n) - 450n) * TICK + 77n}),
  tick: () => ({type: 'tick'}), hours: () => ({type: 'tick'}),
  deposit: (world, {who, to, x, flags}) => deposit(world, wallet(who), ASSETS[to % ASSETS.length]!, (1n + within(x, 4_000n)) * USDC, flags % 3 === 0 && to % 2 === 1 ? 5n : 0n),
  bind: (_, {who, flags}) => ({type: 'bindAccount', wallet: wallet(who), secret: secretOf(wallet(who)), ...((flags & 1) === 0 && {viewingKey: `age1${flags % 5}`})}),
  advance: (world, {x, flags}) => advance(world, (x & 1) === 0 ? L1 : L2, {
    activeEpoch: (flags & 1) === 0 ? world.lastApproved : world.chains[x & 1]!.activeEpoch,
    payouts: world.accounts.slice(FIRST_USER).flatMap(({wallet: payee, authorised}) => world.assets
      .filter(({chainId, index}) => chainId === ((x & 1) === 0 ? L1 : L2) && authorised[index]! > 0n).map(({token, index}) => ({token, wallet: payee, cumulative: authorised[index]!}))),
  }),
  transfer: (world, step) => {
    const {wallet: from, sub: fromSub} = party(world, step);
    const family = world.user(from) ? world.family(world.user(from)!).length : 1;
    const own = family > 1 && step.flags % 3 > 0;
    const to = own ? {to: from, toSub: (step.z + 1) % family} : {to: step.flags % 4 === 0 ? FUND : wallet(step.who + 1 + (step.x % 5))};
    return {type: 'transfer', from, ...(fromSub && {fromSub}), ...to, ...share(world, step, accountOf(world, step))};
  },
  withdraw: (world, step) => ({type: 'requestWithdrawal', wallet: wallet(step.who), ...share(world, step)}),
  unwithdraw: (_, {who, to}) => ({type: 'cancelWithdrawal', wallet: wallet(who), chainId: ASSETS[to % 4]![0], token: ASSETS[to % 4]![1]}),
  seal: (world, {x}) => ({type: 'seal', epoch: world.lastOutcome === 'dead' && x % 2 === 0 ? world.lastSealed : world.lastSealed + 1n + within(x, 1n), snapshotTime: world.lastSnapshotTime + 5n}),
  decide: (world, {x}) => ({type: 'decideEpoch', epoch: world.lastSealed, outcome: x % 3 === 0 ? 'dead' : 'approved'}),
  trigger: (world, step) => ({type: 'placeTrigger', ...party(world, step), market: nameOf(world, step), conditions: [condition(world, step)]}),
  pair: (world, step) => ({
    type: 'placeTrigger', ...party(world, step), market: nameOf(world, step), conditions: [condition(world, step), condition(world, {...step, flags: step.flags ^ 8})],
  }),
  cancelTrigger: (world, {x}) => {
    const trigger = pick(world.triggers, x);
    return trigger && {type: 'cancelTrigger', ...world.who(trigger.account), triggerId: trigger.id};
  },
  parent: (world, step) => (({x, y, z, flags}) => ({
    type: 'placeParent', ...party(world, step), market: nameOf(world, step), side: side(flags), quantity: (10n + within(x, 3_000n)) * LOT, strategy: (flags & 8) === 0 ? 'twap' : 'vwap',
    slices: 2 + (y % 6), intervalMs: 1_000 + (z % 30_000), ...((flags & 16) !== 0 && {limitPrice: (markOf(world, step) + (side(flags) === 'buy' ? 200n : -200n)) * TICK}),
    ...((flags & 6) !== 2 && (flags & 96) === 0 && {reduceOnly: true}),
  }))(step),
  cancelParent: (world, {x}) => {
    const parent = pick(world.parents, x);
    return parent && {type: 'cancelParent', ...world.who(parent.account), parentId: parent.id};
  },
  roll: (world, step) => ({
    type: 'setAutoRoll', ...party(world, step), market: perpName(world, step), takeLots: step.x % 4 === 0 ? 0n : BigInt(step.x) * 100n, lossLots: step.y % 3 === 0 ? 0n : BigInt(step.y) * 200n,
  }),
  offer: (world, step) => {
    const {to, x, y, z, flags} = step;
    const giver = pick(world.holders(perp(world, step)).filter(({account}) => account >= FIRST_USER), x);
    if (!giver) return undefined;
    const size = giver.lots > 0n ? 1n + within(y, giver.lots - 1n) : -1n - within(y, -giver.lots - 1n);
    const price = (flags & 1) === 0 ? {} : {price: (markOf(world, step) + within(y, 2_400n) - 1_200n) * TICK};
    const family = world.user(wallet(to)) ? world.family(world.user(wallet(to))!).length : 1;
    return {type: 'offerNovation', ...world.who(giver.account), to: wallet(to), toSub: z % family, market: perpName(world, step), size: size * LOT, ...price};
  },
  decideOffer: (world, {x, flags}) => {
    const offer = pick(world.offers, x);
    return offer && {type: flags % 5 === 0 ? 'withdrawNovation' : 'acceptNovation', ...world.who(offer.to), offerId: offer.id};
  },
  mode: (world, step) => {
    const market = perp(world, step);
    const busy = (account: number): boolean => world.position(account, market).lots !== 0n || world.orders.some((open) => open.account === account && open.market === market);
    const flat = world.accounts.slice(FIRST_USER).filter(({number}) => !busy(number));
    const chosen = step.flags % 4 === 0 ? undefined : pick(flat, step.x);
    return {type: 'setMarginMode', ...(chosen ? world.who(chosen.number) : party(world, step)), market: market.spec.name, mode: (step.flags & 1) === 0 ? 'isolated' : 'cross'};
  },
  collateral: (world, step) => {
    const {who, x, flags} = step;
    const isolated = pick(world.positions.filter(({isolated: is, lots}) => is && lots !== 0n), who);
    const lots = (1n + BigInt(x)) * 10n;
    return {type: 'moveCollateral', ...(isolated ? world.who(isolated.account) : party(world, step)), market: isolated?.market.spec.name ?? PERP, lots: (flags & 1) === 0 ? lots : -lots};
  },
  tier: (_, {who, x}) => ({type: 'setFeeTier', wallet: wallet(who), tier: x % 3}),
  arm: (world, step) => {
    const lease = step.y % 4;
    const opens = lease > 0 && !world.deadMen.has(`${accountOf(world, step)?.number} ${lease}`);
    return {type: 'armDeadMan', ...party(world, step), ...((opens || step.x % 5 > 0) && {at: world.now + 1n + within(step.x, 40_000n)}), ...(lease > 0 && {lease, ...(opens && {opens})})};
  },
  // Open again sooner than anything else, so that most of a run can trade.
  status: (world, {x, flags}) => {
    const closed = world.markets.find((each) => each.status !== 'open' && each.status !== 'delisted');
    return {type: 'setMarketStatus', market: closed?.spec.name ?? ((flags & 1) === 0 ? PERP : SPOT), status: closed ? 'open' : (['open', 'cancelOnly', 'halted'] as const)[x % 3]!};
  },
  calendar: (world, step) => {
    const minute = Number((world.now / 60_000n + 3n * 1_440n) % 10_080n);
    const starts = [...new Set([minute, (minute + 20) % 10_080, (minute + 3_000) % 10_080])].sort((a, b) => a - b);
    return {type: 'setCalendar', market: (step.flags & 1) === 0 ? PERP : SPOT, sessions: step.x % 4 === 0 ? [] : starts.map((start, index) => session(start, {...step, x: step.x + index, y: step.y + 7 * index}))};
  },
  batch: (world, step, known) => {
    const first = order(world, step, known, quoteTicks(world, step));
    const open = openOrder(world, step);
    const second = {...order(world, {...step, x: step.y, flags: step.flags ^ 1, who: step.to}, known, quoteTicks(world, step)), clientOrderId: `${first.clientOrderId}b`};
    const own = open && [{type: 'cancelOrder' as const, ...world.who(open.account), orderId: open.id}, {type: 'cancelOrder' as const, wallet: wallet(step.who), orderId: 1n << 50n}];
    return {type: 'batch', ...((step.flags & 8) !== 0 && {atomic: true}), commands: [first, ...((step.flags & 24) === 8 ? (own ?? []).slice(0, 1) : (own ?? [])), second, ...(step.flags % 3 === 0 ? [{...first, clientOrderId: `${first.clientOrderId}c`, market: 'NONE'}] : [])]};
  },
  sub: (world, {who}) => {
    const main = world.user(wallet(who));
    return main && world.family(main).length < 4 ? {type: 'createSubAccount', wallet: main.wallet, sub: world.family(main).length} : undefined;
  },
  terms: (world, step) => {
    const {x, y, z} = step;
    const initialPpm = 40_000 + (x % 160_000);
    const margins = [{upTo: (1n + BigInt(y)) * 100_000n, initialPpm, maintenancePpm: 10_000 + (z % 30_000)}, {upTo: 1n << 50n, initialPpm: 2 * initialPpm, maintenancePpm: 40_000}];
    const interest = y % 3 === 0 ? {interestFrom: 0n, interestFull: 0n} : {interestFrom: BigInt(z) * 50_000n, interestFull: BigInt(z) * 50_000n + 100_000n * USDC};
    const fees = [{makerPpm: (x % 400) - 100, takerPpm: 300 + (y % 500)}, {makerPpm: -50, takerPpm: 300}];
    if (step.flags % 3 === 0) return {type: 'changeMarket', market: SPOT, terms: {fees}};
    return {type: 'changeMarket', market: perpName(world, step), terms: {fees, margins, ...interest, openInterestMax: x % 4 === 0 ? BigInt(y) * 1_000_000n : 0n, collateralInterestPpm: x % 500, fundingInterestPpb: z % 20_000, impactNotional: BigInt(z % 9) * 700n * USDC}};
  },
  list: (world, step) => {
    const listed = world.markets.filter(({spec: {name}, status}) => name !== PERP && name !== SPOT && status !== 'delisted');
    if (listed.length > 1 || (listed.length === 1 && step.x % 4 === 0)) return {type: 'delistMarket', market: listed[0]!.spec.name};
    const terms = {fees: [{makerPpm: 100, takerPpm: 400}], fundSharePpm: 100_000, margins: [{upTo: 1n << 50n, initialPpm: 80_000, maintenancePpm: 30_000}], bandPpm: 300_000, penaltyPpm: 10_000};
    return {type: 'createMarket', market: `M${world.markets.length}-PERP`, kind: 'perpetual', base: 'XAU', baseDecimals: 9, quote: 'USDC', tick: TICK, lot: LOT, ladderTicks: 2 ** 20, terms};
  },
  programme: (world, step) => ({
    type: 'setProgramme', ...party(world, step), market: nameOf(world, step), programme: (['none', 'maker', 'maker', 'longHedger', 'shortHedger'] as const)[step.x % 5]!, feePpm: step.y % 1_000_001,
    ...(step.x % 5 < 3 && {spreadPpm: 1 + (step.z % 40_000), minimum: (1n + within(step.y, 500n)) * LOT, timePpm: 1 + (step.x % 900_000)}),
  }),
  // Now and then a freeze, which ends most of what a run can do.
  force: (world, {who, to: which, x, y, flags}) => {
    const [chainId, token] = ASSETS[which % ASSETS.length]!;
    const account = world.user(wallet(who));
    const asset = world.asset(chainId, token)!;
    const open = pick(world.forced.filter((each) => each.asset.chainId === chainId), x);
    if (flags % 97 === 0) return advance(world, chainId, {frozen: true});
    if (open && flags % 3 === 0) return advance(world, chainId, {requests: [{kind: 'served', token: open.asset.token, wallet: open.wallet}]});
    const lots = ((account?.claims[asset.index] ?? 0n) * within(y, 120n)) / 100n;
    return advance(world, chainId, {requests: [{kind: 'forced', token, wallet: wallet(who), lots, baseline: account?.authorised[asset.index] ?? 0n, exit: x % 4 === 0}]});
  },
  repeat: (_, {x}, {last}) => (x % 5 === 0 ? {type: 'setSampleSeed', seed: `0x${x.toString(16).padStart(32, '7')}`} : last),
};

/** The command a step means, orders named as the core names them. */
export function commandOf(world: World, step: Step, known: Known): Command | undefined {
  const command = MAKERS[step.kind](world, step, known);
  if (!command) return undefined;
  const named = (id: bigint): bigint => known.ids.get(id) ?? id;
  if (command.type === 'batch') return {...command, commands: command.commands.map((each) => ('orderId' in each ? {...each, orderId: named(each.orderId)} : each))};
  return 'orderId' in command ? {...command, orderId: named(command.orderId)} : command;
}

/** Milliseconds before the step's command. */
export function delayOf({kind, y}: Step): bigint {
  // Seldom so long that the sheets active on the chains grow too old.
  if (kind === 'hours' && y % 41 === 0) return 25n * 3_600_000n;
  if (kind === 'hours') return 600_000n + BigInt(y % 7_200_000);
  return kind === 'tick' ? 1_000n + BigInt(y % 20_000) : 1n + BigInt(y % 900);
}

