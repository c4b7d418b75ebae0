/** What the operator sets: prices, market states, calendars, fee tiers, the clock. */
import {z} from '@hono/zod-openapi';
import {type CommandApi, declare} from './declare.ts';
import {checkSessions, marketCommands, PPM, sessions} from './market-commands.ts';
import {address, market, orderCount, price} from './scalars.ts';

const SOURCES_MAX = 255;
const TIERS_MAX = 31;

export const operatorCommands: readonly CommandApi[] = [
  ...marketCommands,
  declare({
    op: 'setMark', method: 'post', path: '/operator/markets/{market}/mark', summary: 'Set the mark price', auth: 'operator', fields: {market, price},
    command: (_, input) => ({type: 'setMark', ...input}), example: {price: '2000000000'}, refusals: ['UNKNOWN_MARKET', 'INVALID_PRICE'],
  }),
  declare({
    op: 'setSourcePrice', method: 'post', path: '/operator/markets/{market}/sources/{source}', summary: 'One source\'s price of the underlying', auth: 'operator',
    fields: {market, source: orderCount(0, SOURCES_MAX), price}, command: (_, input) => ({type: 'setSourcePrice', ...input}), example: {price: '2000000000'},
    refusals: ['UNKNOWN_MARKET', 'INVALID_PRICE', 'INVALID_ORDER'],
  }),
  declare({
    op: 'setMarketStatus', method: 'put', path: '/operator/markets/{market}/status', summary: 'Open, cancel-only or halted', auth: 'operator',
    fields: {market, status: z.enum(['open', 'cancelOnly', 'halted'])}, command: (_, input) => ({type: 'setMarketStatus', ...input}),
    example: {status: 'halted'}, refusals: ['UNKNOWN_MARKET'],
  }),
  declare({
    op: 'setCalendar', method: 'put', path: '/operator/markets/{market}/calendar', summary: 'The week of a market in sessions; none = one session for ever',
    auth: 'operator',
    fields: {market, sessions}, check: ({sessions: week}) => checkSessions(week),
    command: (_, input) => ({type: 'setCalendar', ...input}),
    example: {sessions: [{start: 0, feePpm: PPM, fundingClampPpm: PPM, bandPpm: 50_000, marginPpm: PPM}]}, refusals: ['UNKNOWN_MARKET', 'INVALID_ORDER'],
  }),
  declare({
    op: 'setFeeTier', method: 'put', path: '/operator/accounts/{wallet}/fee-tier', summary: 'Fee tier of an account', auth: 'operator',
    fields: {wallet: address, tier: z.int().min(0).max(TIERS_MAX)}, command: (_, input) => ({type: 'setFeeTier', ...input}), example: {tier: 2},
    refusals: ['UNKNOWN_ACCOUNT', 'INVALID_ORDER'],
  }),
  declare({
    op: 'tick', method: 'post', path: '/operator/tick', summary: 'Move the core\'s clock to now; what is due happens', auth: 'operator', fields: {},
    command: () => ({type: 'tick'}), example: {}, refusals: [],
  }),
];
