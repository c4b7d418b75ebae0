/** Markets by command: listed, changed, ended. */
import {z} from '@hono/zod-openapi';
import type {Command} from '../../core/commands.ts';
import {type CommandApi, declare} from './declare.ts';
import {lots, market, positive} from './scalars.ts';

export const PPM = 1_000_000;
const WEEK_MINUTES = 7 * 24 * 60;
const SESSIONS_MAX = 64;
const FEE_TIERS_MAX = 32;
const MARGIN_TIERS_MAX = 8;
const LADDER_MIN = 2 ** 10;
const LADDER_MAX = 2 ** 24;
const FUNDING_PPB_MAX = 1_000_000;

const whole = (least: number, most: number) => z.int().min(least).max(most);
const share = whole(0, PPM);
const multiple = whole(PPM, 10 * PPM);
const currency = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9./-]{0,31}$/, 'expected the name of a currency').openapi({example: 'BTC'});

export const sessions = z.array(z.strictObject({
  start: whole(0, WEEK_MINUTES - 1), feePpm: share, fundingClampPpm: share, bandPpm: share, marginPpm: multiple, warnPpm: multiple.optional(),
  makerFeePpm: share.optional(), makerSpreadPpm: multiple.optional(), makerSizePpm: share.optional(), makerTimePpm: share.optional(),
})).max(SESSIONS_MAX);

/** What the rise of starts cannot be told field by field. */
export const checkSessions = (week: z.output<typeof sessions>): string | undefined =>
  (week.every(({start}, index) => index === 0 || start > week[index - 1]!.start) ? undefined : 'sessions: starts must rise');

const fees = z.array(z.strictObject({makerPpm: whole(-100_000, 100_000), takerPpm: whole(0, 100_000)})).min(1).max(FEE_TIERS_MAX);
const terms = z.strictObject({
  fees: fees.optional(),
  fundSharePpm: share.optional(),
  margins: z.array(z.strictObject({upTo: lots, initialPpm: share, maintenancePpm: share})).min(1).max(MARGIN_TIERS_MAX).optional(),
  bandPpm: share.optional(),
  marketBandPpm: share.optional(),
  penaltyPpm: share.optional(),
  openInterestMax: lots.optional(),
  interestFrom: lots.optional(),
  interestFull: lots.optional(),
  impactNotional: lots.optional(),
  fundingInterestPpb: whole(-FUNDING_PPB_MAX, FUNDING_PPB_MAX).optional(),
  fundingClampPpm: share.optional(),
  collateralInterestPpm: share.optional(),
});

type Create = Extract<Command, {type: 'createMarket'}>;
type Change = Extract<Command, {type: 'changeMarket'}>;

/** Without the fields that are absent. */
const given = <T extends object>(fields: object): T => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;

export const marketCommands: readonly CommandApi[] = [
  declare({
    op: 'createMarket', method: 'post', path: '/operator/markets', summary: 'List a market; its name is used once for ever', auth: 'operator',
    fields: {
      market, kind: z.enum(['spot', 'perpetual']), base: currency, baseDecimals: whole(0, 18).optional(), quote: currency, tick: positive, lot: positive,
      ladderTicks: whole(LADDER_MIN, LADDER_MAX), terms: terms.extend({fees}), sessions: sessions.optional(),
    },
    check: ({ladderTicks, sessions: week = []}) => ((ladderTicks & (ladderTicks - 1)) === 0 ? checkSessions(week) : 'ladderTicks: a power of two'),
    command: (_, {terms: agreed, ...input}) => ({type: 'createMarket', ...given<Omit<Create, 'type' | 'terms'>>(input), terms: given(agreed)}),
    example: {
      market: 'BTC-PERP', kind: 'perpetual', base: 'BTC', baseDecimals: 8, quote: 'USDC', tick: '1000000', lot: '10000', ladderTicks: 2 ** 20,
      terms: {fees: [{makerPpm: 100, takerPpm: 500}], margins: [{upTo: '1000000000000', initialPpm: 100_000, maintenancePpm: 50_000}], penaltyPpm: 10_000},
    },
    refusals: ['INVALID_MARKET'],
  }),
  declare({
    op: 'changeMarket', method: 'patch', path: '/operator/markets/{market}', summary: 'New terms; those left out stay', auth: 'operator',
    fields: {market, terms}, command: (_, {market: name, terms: agreed}) => ({type: 'changeMarket', market: name, terms: given<Change['terms']>(agreed)}),
    example: {terms: {fees: [{makerPpm: 0, takerPpm: 300}]}}, refusals: ['UNKNOWN_MARKET', 'INVALID_MARKET'],
  }),
  declare({
    op: 'delistMarket', method: 'delete', path: '/operator/markets/{market}', summary: 'End a market for ever; positions are settled at the last mark',
    auth: 'operator', fields: {market}, command: (_, {market: name}) => ({type: 'delistMarket', market: name}), example: {},
    refusals: ['UNKNOWN_MARKET', 'INVALID_MARKET', 'NO_MARK'],
  }),
];
