/** Orders, triggers and parents. */
import {z} from '@hono/zod-openapi';
import type {Command, TriggerCondition} from '../../core/commands.ts';
import type {Event} from '../../core/events.ts';
import {answers} from './answers.ts';
import {type CommandApi, declare} from './declare.ts';
import {clientOrderId, id, market, moment, orderCount, price, quantity, side, sub} from './scalars.ts';

const BATCH_MAX = 256;
const BATCH_ITEMS_PER_TOKEN = 16;
const SLICES_MAX = 1_000;
const DAY_MS = 86_400_000;

const orderFields = {
  market,
  side,
  type: z.enum(['limit', 'market']),
  price: price.optional(),
  quantity,
  timeInForce: z.enum(['GTC', 'IOC', 'FOK', 'GTD']).default('GTC'),
  clientOrderId,
  postOnly: z.boolean().optional(),
  reduceOnly: z.boolean().optional(),
  selfTrade: z.enum(['cancelTaker', 'cancelMaker', 'cancelBoth', 'decrement']).optional()
    .openapi({description: 'What gives way when it meets an order of the same wallet, whichever of its accounts placed that; cancelTaker unless said.'}),
  expiresAt: moment.optional(),
  displayQuantity: quantity.optional(),
  cancelOnDisconnect: z.boolean().optional().openapi({description: 'Cancelled when the account\'s dead-man timer runs out; over the stream, with its connection where that was asked for.'}),
};
type OrderInput = z.output<z.ZodObject<typeof orderFields>>;

function checkOrder({type, price: limit, timeInForce, expiresAt, postOnly, displayQuantity, quantity: whole}: OrderInput): string | undefined {
  const rests = type === 'limit' && (timeInForce === 'GTC' || timeInForce === 'GTD');
  if (type === 'limit' && limit === undefined) return 'price: a limit order needs one';
  if (type === 'market' && limit !== undefined) return 'price: a market order has none';
  if ((timeInForce === 'GTD') !== (expiresAt !== undefined)) return 'expiresAt: goes with timeInForce GTD, and only with it';
  if (postOnly && !rests) return 'postOnly: only an order that may rest';
  if (displayQuantity !== undefined && (!rests || displayQuantity > whole)) return 'displayQuantity: a part of an order that may rest';
  return undefined;
}

function placeCommand(wallet: `0x${string}`, {type, cancelOnDisconnect, ...order}: OrderInput): Extract<Command, {type: 'placeOrder'}> {
  return {type: 'placeOrder', wallet, orderType: type, ...given(order), ...(cancelOnDisconnect !== undefined && {deadMan: cancelOnDisconnect})};
}

/** Without the fields that are absent: the journal keeps what was said. */
function given<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}

type Outcome = {orderId: bigint; state: 'open' | 'filled' | 'cancelled'; filled: bigint};

/** What became of an order, from the events of its own command. */
function outcomeOf(events: readonly Event[], client?: string): Outcome | undefined {
  const placed = events.find((event) => event.type === 'orderAccepted' && (client === undefined || event.clientOrderId === client));
  if (placed?.type !== 'orderAccepted') return repeatedIn(events);
  const {orderId} = placed;
  let filled = 0n;
  let state: Outcome['state'] = 'open';
  for (const event of events) {
    if (event.type === 'tradeExecuted' && event.takerOrderId === orderId) filled += event.quantity;
    if (event.type === 'orderClosed' && event.orderId === orderId) state = event.state;
  }
  return {orderId, state, filled};
}

/** A client id that came again is answered as the first time. */
function repeatedIn(events: readonly Event[]): Outcome | undefined {
  const repeated = events.find((event) => event.type === 'orderRepeated');
  return repeated?.type === 'orderRepeated' ? {orderId: repeated.orderId, state: repeated.state, filled: repeated.filled} : undefined;
}

const orderRefusals = [
  'UNKNOWN_ACCOUNT', 'UNKNOWN_MARKET', 'INVALID_QUANTITY', 'INVALID_PRICE', 'INSUFFICIENT_FUNDS', 'INSUFFICIENT_MARGIN', 'NO_MARK', 'NO_LIQUIDITY',
  'WOULD_SELF_TRADE', 'DUPLICATE_CLIENT_ORDER_ID', 'WOULD_TAKE', 'WOULD_INCREASE', 'PRICE_OUT_OF_BAND', 'MARKET_CLOSED', 'OPEN_INTEREST_CAP',
  'LIMIT_EXCEEDED', 'INVALID_ORDER', 'OUTSIDE_PROGRAMME', 'ROOT_TOO_OLD',
] as const;

const bySub = {sub: sub.optional()};
const item = z.discriminatedUnion('op', [
  z.strictObject({op: z.literal('placeOrder'), ...orderFields, ...bySub}),
  z.strictObject({op: z.literal('amendOrder'), orderId: id, price, quantity, ...bySub}),
  z.strictObject({op: z.literal('cancelOrder'), orderId: id, ...bySub}),
  z.strictObject({op: z.literal('cancelAll'), market: market.optional(), ...bySub}),
]);
type Item = z.output<typeof item>;
type BatchItem = Extract<Command, {type: 'batch'}>['commands'][number];

function itemCommand(wallet: `0x${string}`, {op, sub: number, ...fields}: Item): BatchItem {
  const command = op === 'placeOrder' ? placeCommand(wallet, fields as OrderInput) : {type: op, wallet, ...given(fields)};
  return (number ? {...command, sub: number} : command) as BatchItem;
}

function tellBatch(events: readonly Event[], items: readonly Item[]): object[] {
  const refused = new Map(events.flatMap((event) => (event.type === 'batchItemRefused' ? [[event.index, event.code] as const] : [])));
  return items.map((one, index) => {
    const code = refused.get(index);
    if (code !== undefined) return {ok: false, code};
    return {ok: true, ...(one.op === 'placeOrder' && outcomeOf(events, one.clientOrderId))};
  });
}

const condition = z.strictObject({
  by: z.enum(['mark', 'index', 'last']),
  direction: z.enum(['rise', 'fall']),
  price,
  side,
  quantity,
  limitPrice: price.optional(),
  reduceOnly: z.boolean().optional(),
  trail: price.optional(),
});

const example = {market: 'ETH-USDC', side: 'buy', type: 'limit', price: '2000000000', quantity: '1000000000', timeInForce: 'GTC', clientOrderId: 'a-1'};

export const orderCommands: readonly CommandApi[] = [
  declare({
    op: 'placeOrder', bySub: true, method: 'post', path: '/v1/orders', summary: 'Place an order', auth: 'trade', fields: orderFields, check: checkOrder,
    command: ({wallet}, input) => placeCommand(wallet, input), example, refusals: orderRefusals, answer: answers.placed,
    tell: ({events}) => outcomeOf(events) ?? {},
  }),
  declare({
    op: 'amendOrder', bySub: true, method: 'patch', path: '/v1/orders/{orderId}', summary: 'New price and open quantity; less at the same price keeps its place',
    auth: 'trade', fields: {orderId: id, price, quantity}, command: ({wallet}, input) => ({type: 'amendOrder', wallet, ...input}),
    example: {price: '2001000000', quantity: '500000000'}, refusals: ['UNKNOWN_ORDER', ...orderRefusals],
  }),
  declare({
    op: 'cancelOrder', bySub: true, method: 'delete', path: '/v1/orders/{orderId}', summary: 'Cancel an open order', auth: 'trade', fields: {orderId: id},
    command: ({wallet}, {orderId}) => ({type: 'cancelOrder', wallet, orderId}), example: {}, refusals: ['UNKNOWN_ACCOUNT', 'UNKNOWN_ORDER'],
  }),
  declare({
    op: 'cancelAll', bySub: true, method: 'delete', path: '/v1/orders', summary: 'Cancel all open orders, of one market or of all', auth: 'trade',
    fields: {market: market.optional()}, command: ({wallet}, input) => ({type: 'cancelAll', wallet, ...given(input)}), example: {},
    refusals: ['UNKNOWN_ACCOUNT', 'UNKNOWN_MARKET'],
  }),
  declare({
    op: 'batch', method: 'post', path: '/v1/orders/batch', summary: 'Up to 256 order commands in turn: each on its own, or atomic', auth: 'trade',
    fields: {commands: z.array(item).min(1).max(BATCH_MAX), atomic: z.boolean().optional()},
    check: ({commands}) => commands.map((one) => (one.op === 'placeOrder' ? checkOrder(one) : undefined)).find((wrong) => wrong !== undefined),
    command: ({wallet}, {commands, atomic}) => ({type: 'batch', ...(atomic && {atomic}), commands: commands.map((one) => itemCommand(wallet, one))}),
    example: {commands: [{op: 'placeOrder', ...example}, {op: 'cancelOrder', orderId: '4194304'}]}, refusals: ['LIMIT_EXCEEDED', 'BATCH_REFUSED'], answer: answers.batch,
    tell: ({events}, _, {commands}) => ({items: tellBatch(events, commands)}), cost: ({commands}) => Math.ceil(commands.length / BATCH_ITEMS_PER_TOKEN),
  }),
  declare({
    op: 'placeTrigger', bySub: true, method: 'post', path: '/v1/triggers', summary: 'A stop, take-profit or trailing order; two conditions cancel each other', auth: 'trade',
    fields: {market, conditions: z.array(condition).min(1).max(2)},
    command: ({wallet}, input) => ({type: 'placeTrigger', wallet, market: input.market, conditions: input.conditions.map((one) => given(one) as TriggerCondition)}),
    example: {market: 'ETH-PERP', conditions: [{by: 'mark', direction: 'fall', price: '1900000000', side: 'sell', quantity: '1000000000', reduceOnly: true}]},
    refusals: ['UNKNOWN_ACCOUNT', 'UNKNOWN_MARKET', 'INVALID_PRICE', 'INVALID_QUANTITY', 'INVALID_ORDER', 'LIMIT_EXCEEDED'], answer: answers.triggers,
    tell: ({events}) => ({triggerIds: events.flatMap((event) => (event.type === 'triggerPlaced' ? [event.triggerId] : []))}),
  }),
  declare({
    op: 'cancelTrigger', bySub: true, method: 'delete', path: '/v1/triggers/{triggerId}', summary: 'Cancel a trigger; its sibling ends too', auth: 'trade',
    fields: {triggerId: id}, command: ({wallet}, {triggerId}) => ({type: 'cancelTrigger', wallet, triggerId}), example: {},
    refusals: ['UNKNOWN_ACCOUNT', 'UNKNOWN_ORDER'],
  }),
  declare({
    op: 'placeParent', bySub: true, method: 'post', path: '/v1/parents', summary: 'A TWAP or VWAP order, worked in slices by the engine\'s clock', auth: 'trade',
    fields: {
      market, side, quantity, strategy: z.enum(['twap', 'vwap']), slices: orderCount(2, SLICES_MAX), intervalMs: orderCount(1_000, DAY_MS),
      limitPrice: price.optional(), reduceOnly: z.boolean().optional(),
    },
    command: ({wallet}, input) => ({type: 'placeParent', wallet, ...given(input)}),
    example: {market: 'ETH-PERP', side: 'buy', quantity: '10000000000', strategy: 'twap', slices: 20, intervalMs: 30_000},
    refusals: ['UNKNOWN_ACCOUNT', 'UNKNOWN_MARKET', 'INVALID_PRICE', 'INVALID_QUANTITY', 'INVALID_ORDER', 'LIMIT_EXCEEDED'], answer: answers.parent,
    tell: ({events}) => ({parentId: events.find((event) => event.type === 'parentPlaced')?.parentId}),
  }),
  declare({
    op: 'cancelParent', bySub: true, method: 'delete', path: '/v1/parents/{parentId}', summary: 'End a parent; what it has filled stays', auth: 'trade',
    fields: {parentId: id}, command: ({wallet}, {parentId}) => ({type: 'cancelParent', wallet, parentId}), example: {},
    refusals: ['UNKNOWN_ACCOUNT', 'UNKNOWN_ORDER'],
  }),
];
