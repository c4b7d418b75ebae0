/** What an account sets and moves: margin, collateral, rolls, novations, the dead-man timer, withdrawals and transfers. */
import {z} from '@hono/zod-openapi';
import {answers} from './answers.ts';
import {type CommandApi, declare} from './declare.ts';
import {address, chainId, hex, id, lots, market, moment, orderCount, positive, price, signedLots, sub} from './scalars.ts';

const DEAD_MAN_MS_MAX = 86_400_000;
const asset = {chainId, token: address};
const positionRefusals = ['UNKNOWN_ACCOUNT', 'UNKNOWN_MARKET', 'INVALID_ORDER'] as const;
const novationRefusals = ['UNKNOWN_ACCOUNT', 'UNKNOWN_MARKET', 'UNKNOWN_ORDER', 'INVALID_ORDER', 'INSUFFICIENT_MARGIN', 'OUTSIDE_PROGRAMME', 'PRICE_OUT_OF_BAND', 'NO_MARK'] as const;

const positionCommands = [
  declare({
    op: 'setMarginMode', bySub: true, method: 'put', path: '/v1/positions/{market}/margin-mode', summary: 'Cross or isolated margin, while nothing is open there', auth: 'trade',
    fields: {market, mode: z.enum(['cross', 'isolated'])}, command: ({wallet}, input) => ({type: 'setMarginMode', wallet, ...input}),
    example: {mode: 'isolated'}, refusals: positionRefusals,
  }),
  declare({
    op: 'moveCollateral', bySub: true, method: 'post', path: '/v1/positions/{market}/collateral', summary: 'Settlement lots into (positive) or out of an isolated position',
    auth: 'trade', fields: {market, lots: signedLots}, check: ({lots: moved}) => (moved === 0n ? 'lots: nothing would move' : undefined),
    command: ({wallet}, input) => ({type: 'moveCollateral', wallet, ...input}), example: {lots: '5000000'},
    refusals: [...positionRefusals, 'INVALID_QUANTITY', 'INSUFFICIENT_FUNDS', 'INSUFFICIENT_MARGIN'],
  }),
  declare({
    op: 'setAutoRoll', bySub: true, method: 'put', path: '/v1/positions/{market}/auto-roll', summary: 'Open gain and loss at which the position is re-struck at the mark; 0 = never',
    auth: 'trade', fields: {market, takeLots: lots, lossLots: lots}, command: ({wallet}, input) => ({type: 'setAutoRoll', wallet, ...input}),
    example: {takeLots: '100000000', lossLots: '0'}, refusals: [...positionRefusals, 'INVALID_QUANTITY'],
  }),
];

const novationCommands = [
  declare({
    op: 'offerNovation', bySub: true, method: 'post', path: '/v1/novations', summary: 'Offer (a part of) a position to another account; no price = the mark at acceptance',
    auth: 'trade', fields: {to: address, toSub: sub.optional(), market, size: signedLots, price: price.optional()},
    check: ({size}) => (size === 0n ? 'size: nothing would move' : undefined),
    command: ({wallet}, {price: agreed, toSub, ...offer}) => ({
      type: 'offerNovation', wallet, ...offer, ...(toSub !== undefined && {toSub}), ...(agreed !== undefined && {price: agreed}),
    }),
    example: {to: `0x${'22'.repeat(20)}`, market: 'ETH-PERP', size: '1000000000'}, refusals: [...novationRefusals, 'INVALID_QUANTITY', 'INVALID_PRICE'],
    answer: answers.novation, tell: ({events}) => ({offerId: events.flatMap((event) => (event.type === 'novationOffered' ? [event.offerId] : []))[0]}),
  }),
  declare({
    op: 'acceptNovation', bySub: true, method: 'post', path: '/v1/novations/{offerId}/accept', summary: 'The receiver\'s consent', auth: 'trade', fields: {offerId: id},
    command: ({wallet}, {offerId}) => ({type: 'acceptNovation', wallet, offerId}), example: {}, refusals: novationRefusals,
  }),
  declare({
    op: 'withdrawNovation', bySub: true, method: 'delete', path: '/v1/novations/{offerId}', summary: 'Either side ends an open offer', auth: 'trade', fields: {offerId: id},
    command: ({wallet}, {offerId}) => ({type: 'withdrawNovation', wallet, offerId}), example: {}, refusals: novationRefusals,
  }),
];

const deadMan = declare({
  op: 'armDeadMan', bySub: true, method: 'put', path: '/v1/dead-man', auth: 'trade',
  summary: 'Orders with cancelOnDisconnect end at a moment, unless it is set anew; neither field: disarmed',
  fields: {at: moment.optional(), afterMs: orderCount(1_000, DEAD_MAN_MS_MAX).optional()},
  check: ({at, afterMs}) => (at !== undefined && afterMs !== undefined ? 'afterMs: give it or at, not both' : undefined),
  command({wallet, now}, {at, afterMs}) {
    const moment = at ?? (afterMs === undefined ? undefined : BigInt(now + afterMs));
    return {type: 'armDeadMan', wallet, ...(moment !== undefined && {at: moment})};
  },
  example: {afterMs: 60_000}, refusals: ['UNKNOWN_ACCOUNT', 'INVALID_ORDER'],
});

const transferCommands = [
  declare({
    op: 'requestWithdrawal', method: 'post', path: '/v1/withdrawals', summary: 'Request a withdrawal; a second one adds up', auth: 'withdraw',
    fields: {...asset, lots: positive}, command: ({wallet}, input) => ({type: 'requestWithdrawal', wallet, ...input}),
    example: {chainId: 31_337, token: `0x${'11'.repeat(20)}`, lots: '1000000'},
    refusals: ['UNKNOWN_ACCOUNT', 'UNKNOWN_ASSET', 'INVALID_QUANTITY', 'INSUFFICIENT_FUNDS', 'NOT_WITHDRAWABLE_YET', 'BELOW_MINIMUM', 'CUSTODY_FROZEN'],
  }),
  declare({
    op: 'cancelWithdrawal', method: 'delete', path: '/v1/withdrawals/{chainId}/{token}', summary: 'Cancel what is requested and not yet sealed', auth: 'withdraw',
    fields: asset, command: ({wallet}, input) => ({type: 'cancelWithdrawal', wallet, ...input}), example: {},
    refusals: ['UNKNOWN_ACCOUNT', 'UNKNOWN_ASSET', 'NOTHING_TO_CANCEL'],
  }),
  declare({
    op: 'transfer', method: 'post', path: '/v1/transfers', summary: 'Move free lots to another account; toSub only within the own wallet', auth: 'withdraw',
    fields: {to: address, fromSub: sub.optional(), toSub: sub.optional(), ...asset, lots: positive},
    command: ({wallet}, {fromSub, toSub, ...input}) => ({
      type: 'transfer', from: wallet, ...input, ...(fromSub !== undefined && {fromSub}), ...(toSub !== undefined && {toSub}),
    }),
    example: {to: `0x${'22'.repeat(20)}`, chainId: 31_337, token: `0x${'11'.repeat(20)}`, lots: '1000000'},
    refusals: ['UNKNOWN_ACCOUNT', 'UNKNOWN_ASSET', 'INVALID_QUANTITY', 'INSUFFICIENT_FUNDS', 'RESERVED_WALLET', 'CUSTODY_FROZEN', 'ROOT_TOO_OLD'],
  }),
];

const bind = declare({
  op: 'bindAccount', method: 'post', path: '/v1/accounts', summary: 'Bind the wallet with its account secret; unmatched deposits move to it', auth: 'own',
  fields: {
    secret: hex(/^0x[0-9a-fA-F]{64}$/, '32 bytes in hex'),
    viewingKey: z.string().regex(/^age1[0-9a-z]{58}$/, 'expected an age1… recipient').optional(),
  },
  command: ({wallet}, {secret, viewingKey}) => ({type: 'bindAccount', wallet, secret, ...(viewingKey !== undefined && {viewingKey})}),
  example: {secret: `0x${'77'.repeat(32)}`}, refusals: ['RESERVED_WALLET', 'WRONG_SEQUENCE'], answer: answers.bound, tell: (_, {wallet}) => ({wallet}),
});

const subAccount = declare({
  op: 'createSubAccount', method: 'post', path: '/v1/accounts/sub', summary: 'The wallet\'s next sub-account, with margin and orders of its own', auth: 'own',
  fields: {sub: orderCount(1, 64)}, command: ({wallet}, {sub: number}) => ({type: 'createSubAccount', wallet, sub: number}), example: {sub: 1},
  refusals: ['UNKNOWN_ACCOUNT', 'LIMIT_EXCEEDED', 'WRONG_SEQUENCE'],
});

export const accountCommands: readonly CommandApi[] = [bind, subAccount, ...positionCommands, ...novationCommands, deadMan, ...transferCommands];
