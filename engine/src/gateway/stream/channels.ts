/** Which channels an event belongs to, and what each may tell: public ones name no wallet, own ones no counterparty. */
import type {Address} from 'viem';
import type {Event, NumberedEvent} from '../../core/events.ts';

export const PUBLIC_CHANNELS = ['book', 'trades', 'prices', 'ticker', 'candles'] as const;
/** `account` carries all of the others and what belongs to none. */
export const PRIVATE_CHANNELS = ['account', 'orders', 'fills', 'positions', 'balances', 'liquidations', 'adl'] as const;
export type PublicChannel = (typeof PUBLIC_CHANNELS)[number];
export type PrivateChannel = (typeof PRIVATE_CHANNELS)[number];
export type Channel = PublicChannel | PrivateChannel;

export const isPrivate = (channel: Channel): channel is PrivateChannel => (PRIVATE_CHANNELS as readonly string[]).includes(channel);

export type ChannelMessage = {key: string; body: object};

type Trade = Extract<Event, {type: 'tradeExecuted'}>;

export const publicKey = (channel: PublicChannel, market: string, interval?: string): string => (interval === undefined ? `${channel}:${market}` : `${channel}:${market}:${interval}`);
export const privateKey = (channel: PrivateChannel, wallet: Address): string => `${channel}:${wallet.toLowerCase()}`;

/** The public message of an event; books and candles are kept by their own mirrors. */
export function publicMessage({sequence: event, at, event: happened}: NumberedEvent): ChannelMessage | undefined {
  switch (happened.type) {
    case 'tradeExecuted': {
      const {market, tradeId, price, quantity, takerSide} = happened;
      return {key: publicKey('trades', market), body: {event, at, tradeId, price, quantity, takerSide}};
    }
    case 'markSet': return {key: publicKey('prices', happened.market), body: {event, at, type: 'mark', price: happened.price}};
    case 'indexSet': return {key: publicKey('prices', happened.market), body: {event, at, type: 'index', price: happened.price}};
    case 'fundingSettled': return {key: publicKey('prices', happened.market), body: {event, at, type: 'funding', ratePpb: happened.ratePpb}};
    case 'marketStatusSet': return {key: publicKey('prices', happened.market), body: {event, at, type: 'status', status: happened.status}};
    case 'symmetricLiquidationChanged': return {key: publicKey('prices', happened.market), body: {event, at, type: 'symmetricLiquidation', active: happened.active}};
    default: return undefined;
  }
}

const OWN: Partial<Record<Event['type'], PrivateChannel | 'account'>> = {
  orderAccepted: 'orders', orderAmended: 'orders', orderRested: 'orders', orderClosed: 'orders', triggerPlaced: 'orders', triggerFired: 'orders',
  triggerClosed: 'orders', parentPlaced: 'orders', parentClosed: 'orders',
  positionChanged: 'positions', positionRolled: 'positions', marginModeSet: 'positions', collateralMoved: 'positions', autoRollSet: 'positions',
  fundingSettled: 'positions', interestSettled: 'positions',
  accountBound: 'account', subAccountCreated: 'account', depositCredited: 'balances', payoutObserved: 'balances', withdrawalRequested: 'balances', withdrawalCancelled: 'balances',
  withdrawalSealed: 'balances', withdrawalDeferred: 'balances', withdrawalAuthorised: 'balances', withdrawalReturned: 'balances', pnlSettled: 'balances',
  programmeSet: 'account', obligationReported: 'account', shortfallCovered: 'balances', excessDistributed: 'balances', feeTierSet: 'account',
  liquidationWarned: 'liquidations', positionLiquidated: 'liquidations',
};

/** Every party of an event with its channel and what it is told. */
export function ownMessages({sequence: event, at, event: happened}: NumberedEvent): {wallet: Address; channel: PrivateChannel; body: object}[] {
  switch (happened.type) {
    case 'tradeExecuted': {
      const {maker, taker} = happened;
      const side = (wallet: Address, role: 'maker' | 'taker') => ({wallet, channel: 'fills' as const, body: {event, at, ...sideOf(happened, role)}});
      return taker === maker ? [side(maker, 'maker')] : [side(maker, 'maker'), side(taker, 'taker')];
    }
    case 'deadManArmed':
      // A lease is the gateway's own, and kept every few seconds.
      return happened.lease === undefined ? [{wallet: happened.wallet, channel: 'orders', body: {event, ...happened}}] : [];
    case 'transferred':
      return [happened.from, happened.to].map((wallet) => ({wallet, channel: 'balances', body: {event, at, ...happened}}));
    case 'novationOffered':
    case 'novationAccepted':
    case 'novationWithdrawn':
      return [happened.wallet, happened.to].map((wallet) => ({wallet, channel: 'positions', body: {event, at, ...happened}}));
    case 'shortfallCovered': {
      const {payer, payerSub, ...told} = happened;
      const covered = {wallet: told.wallet, channel: 'balances' as const, body: {event, at, ...told}};
      return payer === undefined ? [covered] : [covered, {wallet: payer, channel: 'balances', body: {event, at, type: 'shortfallPaid', ...subOf(payerSub), lots: told.lots, by: told.by}}];
    }
    default: {
      const channel = OWN[happened.type];
      return channel === undefined || !('wallet' in happened) ? [] : [{wallet: happened.wallet, channel, body: {event, at, ...happened}}];
    }
  }
}

const subOf = (sub: number | undefined): object => (sub === undefined ? {} : {sub});

function sideOf({type, tradeId, market, price, quantity, quoteLots, takerSide, ...trade}: Trade, role: 'maker' | 'taker'): object {
  const takerBuys = takerSide === 'buy';
  return {
    type, tradeId, market, price, quantity, quoteLots, role, side: takerBuys === (role === 'taker') ? 'buy' : 'sell',
    orderId: role === 'maker' ? trade.makerOrderId : trade.takerOrderId, feeLots: role === 'maker' ? trade.makerFeeLots : trade.takerFeeLots,
    ...subOf(role === 'maker' ? trade.makerSub : trade.takerSub),
  };
}
