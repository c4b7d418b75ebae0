/** What the operator sets: prices, market states, calendars, fee tiers, the clock. */
import {z} from '@hono/zod-openapi';
import {type CommandApi, declare} from './declare.ts';
import {address, market, orderCount, price} from './scalars.ts';

const PPM = 1_000_000;
const SOURCES_MAX = 255;
const TIERS_MAX = 31;
const WEEK_MINUTES = 7 * 24 * 60;
const SESSIONS_MAX = 64;
const ppm = (least: number, most: number) => z.int().min(least).max(most);

export const operatorCommands: readonly CommandApi[] = [
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
    fields: {
      market,
      sessions: z.array(z.strictObject({
        start: z.int().min(0).max(WEEK_MINUTES - 1), feePpm: ppm(0, PPM), fundingClampPpm: ppm(0, PPM), bandPpm: ppm(0, PPM), marginPpm: ppm(PPM, 10 * PPM),
      })).max(SESSIONS_MAX),
    },
    check: ({sessions}) => (sessions.every(({start}, index) => index === 0 || start > sessions[index - 1]!.start) ? undefined : 'sessions: starts must rise'),
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
