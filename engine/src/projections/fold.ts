/**
 * Folds numbered core events into the changes one database transaction applies. Pure. Changes are relative to what the
 * database holds at the cursor, so a batch must be applied exactly once: the store checks the cursor in the same transaction.
 */
import type {Address} from 'viem';
import {zeroAddress} from 'viem';
import type {Event, NumberedEvent} from '../core/events.ts';

export type OrderRow = {
  id: bigint; wallet: Address; market: string; side: 'buy' | 'sell'; type: 'limit' | 'market'; price?: bigint; quantity: bigint;
  clientOrderId: string; at: bigint;
};
export type OrderChange = {id: bigint; filled: bigint; state?: 'open' | 'filled' | 'cancelled'};
export type FillRow = Omit<Extract<Event, {type: 'tradeExecuted'}>, 'type'> & {at: bigint};
export type AssetOf = {wallet: Address; chainId: number; token: Address};
/** Applied in order; `epoch` 0 is the open request. */
export type WithdrawalChange =
  | (AssetOf & {kind: 'add'; epoch: bigint; lots: bigint; state: 'requested' | 'sealed'})
  | (AssetOf & {kind: 'state'; epoch: bigint; state: 'authorised'; cumulative: bigint})
  | (AssetOf & {kind: 'paid'; cumulative: bigint})
  | {kind: 'active'; chainId: number; epoch: bigint};

export type ProjectionBatch = {
  from: bigint;
  to: bigint;
  accounts: {wallet: Address; sequence: bigint}[];
  /** Change in lots by wallet and custody asset. */
  balances: Map<string, AssetOf & {lots: bigint}>;
  orders: OrderRow[];
  orderChanges: Map<bigint, OrderChange>;
  fills: FillRow[];
  positions: Map<string, {wallet: Address; sub: number; market: string; size: bigint; entryPrice: bigint}>;
  withdrawals: WithdrawalChange[];
};

/** @param events - Consecutive by sequence, not empty. */
export function foldEvents(events: readonly NumberedEvent[]): ProjectionBatch {
  const batch: ProjectionBatch = {
    from: events[0]!.sequence, to: events.at(-1)!.sequence, accounts: [], balances: new Map(), orders: [], orderChanges: new Map(),
    fills: [], positions: new Map(), withdrawals: [],
  };
  for (const numbered of events) fold(batch, numbered);
  return batch;
}

function fold(batch: ProjectionBatch, {sequence, at, event}: NumberedEvent): void {
  switch (event.type) {
    case 'accountBound':
      batch.accounts.push({wallet: event.wallet, sequence});
      return;
    case 'legPosted':
      addLots(batch, {...event, wallet: event.from}, -event.lots);
      addLots(batch, {...event, wallet: event.to}, event.lots);
      return;
    case 'orderAccepted': {
      const {orderId: id, wallet, market, side, orderType: type, price, quantity, clientOrderId} = event;
      batch.orders.push({id, wallet, market, side, type, price, quantity, clientOrderId, at});
      return;
    }
    case 'orderClosed':
      changeOrder(batch, event.orderId, 0n, event.state);
      return;
    case 'tradeExecuted': {
      const {type: _, ...trade} = event;
      batch.fills.push({...trade, at});
      changeOrder(batch, event.makerOrderId, event.quantity);
      changeOrder(batch, event.takerOrderId, event.quantity);
      return;
    }
    case 'positionChanged': {
      const {wallet, sub = 0, market, size, entryPrice} = event;
      batch.positions.set(`${wallet}-${sub}-${market}`, {wallet, sub, market, size, entryPrice});
      return;
    }
    default:
      foldWithdrawal(batch.withdrawals, event);
  }
}

function foldWithdrawal(changes: WithdrawalChange[], event: Event): void {
  switch (event.type) {
    case 'withdrawalRequested':
      changes.push({...assetOf(event), kind: 'add', epoch: 0n, lots: event.lots, state: 'requested'});
      return;
    case 'withdrawalCancelled':
      changes.push({...assetOf(event), kind: 'add', epoch: 0n, lots: -event.lots, state: 'requested'});
      return;
    case 'withdrawalSealed':
      changes.push({...assetOf(event), kind: 'add', epoch: 0n, lots: -event.lots, state: 'requested'});
      changes.push({...assetOf(event), kind: 'add', epoch: event.epoch, lots: event.lots, state: 'sealed'});
      return;
    case 'withdrawalReturned':
      changes.push({...assetOf(event), kind: 'add', epoch: event.epoch, lots: -event.lots, state: 'sealed'});
      changes.push({...assetOf(event), kind: 'add', epoch: 0n, lots: event.lots, state: 'requested'});
      return;
    case 'withdrawalAuthorised':
      changes.push({...assetOf(event), kind: 'state', epoch: event.epoch, state: 'authorised', cumulative: event.cumulative});
      return;
    case 'payoutObserved':
      changes.push({...assetOf(event), kind: 'paid', cumulative: event.cumulative});
      return;
    case 'chainAdvanced':
      changes.push({kind: 'active', chainId: event.chainId, epoch: event.activeEpoch});
      return;
    default:
  }
}

const assetOf = ({wallet, chainId, token}: AssetOf): AssetOf => ({wallet, chainId, token});

function addLots(batch: ProjectionBatch, asset: AssetOf, lots: bigint): void {
  if (asset.wallet === zeroAddress) return;
  const key = `${asset.wallet}-${asset.chainId}-${asset.token}`;
  const sum = batch.balances.get(key) ?? {...assetOf(asset), lots: 0n};
  sum.lots += lots;
  batch.balances.set(key, sum);
}

function changeOrder(batch: ProjectionBatch, id: bigint, filled: bigint, state?: OrderChange['state']): void {
  const change = batch.orderChanges.get(id) ?? {id, filled: 0n};
  change.filled += filled;
  change.state = state ?? change.state;
  batch.orderChanges.set(id, change);
}
