/** Which channels an event belongs to, and what each may tell: public ones name no wallet, own ones no counterparty. */
import type {Address} from 'viem';
import type {Event, NumberedEvent} from '../core/events.ts';

export type ChannelMessage = {key: string; channel: 'trades' | 'book' | 'account'; market?: string; body: object};

type Trade = Extract<Event, {type: 'tradeExecuted'}>;

export function channelsOf({sequence: event, at, event: happened}: NumberedEvent): ChannelMessage[] {
  const mine = (wallet: Address, body: object): ChannelMessage => ({key: `account:${wallet}`, channel: 'account', body: {event, at, ...body}});
  switch (happened.type) {
    case 'tradeExecuted': {
      const {market, tradeId, price, quantity, takerSide, maker, taker} = happened;
      return [
        {key: `trades:${market}`, channel: 'trades', market, body: {event, at, tradeId, price, quantity, takerSide}},
        mine(maker, sideOf(happened, 'maker')),
        ...(taker === maker ? [] : [mine(taker, sideOf(happened, 'taker'))]),
      ];
    }
    case 'bookChanged': {
      const {market, side, price, quantity} = happened;
      return [{key: `book:${market}`, channel: 'book', market, body: {event, type: 'delta', side, price, quantity}}];
    }
    case 'transferred':
      return [mine(happened.from, happened), mine(happened.to, happened)];
    case 'accountBound':
    case 'depositCredited':
    case 'payoutObserved':
    case 'orderAccepted':
    case 'orderRested':
    case 'orderClosed':
    case 'positionChanged':
    case 'positionLiquidated':
    case 'withdrawalRequested':
    case 'withdrawalCancelled':
    case 'withdrawalSealed':
    case 'withdrawalDeferred':
    case 'withdrawalAuthorised':
    case 'withdrawalReturned':
    case 'pnlSettled':
    case 'shortfallCovered':
      return [mine(happened.wallet, happened)];
    default:
      return [];
  }
}

function sideOf({type, tradeId, market, price, quantity, quoteLots, takerSide, ...trade}: Trade, role: 'maker' | 'taker'): object {
  const takerBuys = takerSide === 'buy';
  return {
    type, tradeId, market, price, quantity, quoteLots, role, side: takerBuys === (role === 'taker') ? 'buy' : 'sell',
    orderId: role === 'maker' ? trade.makerOrderId : trade.takerOrderId, feeLots: role === 'maker' ? trade.makerFeeLots : trade.takerFeeLots,
  };
}
