'use client';

import {useState} from 'react';
import {type Account, engineClient, type Order, type Position} from '../../lib/browser/engine-client.ts';
import type {Session} from '../../lib/browser/sign-in.ts';
import {formatMoney, formatPnl, formatPrice, formatQuantity} from '../../lib/markets.ts';
import {type Column, DataTable} from '../data-table.tsx';
import {Notice} from '../notice.tsx';

/** Positions of the wallet over all markets, and its open orders. */
export function Own({account, session, onChanged}: {account: Account; session: Session; onChanged: () => void}) {
  return (
    <>
      <PositionTable account={account} />
      <OrderTable orders={account.orders} session={session} onChanged={onChanged} />
    </>
  );
}

const abs = (text: string): string => text.replace('-', '');

export function Pnl({lots}: {lots: string}) {
  const amount = BigInt(lots);
  return <span className={amount === 0n ? '' : amount > 0n ? 'text-good' : 'text-bad'}>{formatPnl(amount)}</span>;
}

export function PositionTable({account: {positions, margin}}: {account: Account}) {
  const columns: Column<Position>[] = [
    {label: 'Market', cell: ({market}) => <span className="font-medium whitespace-nowrap">{market}</span>},
    {label: 'Side', cell: ({size, mode}) => <>{size.startsWith('-') ? 'Short' : 'Long'} <span className="text-muted">{mode}</span></>},
    {label: 'Size', numeric: true, cell: ({size}) => formatQuantity(abs(size))},
    {label: 'Entry', numeric: true, cell: ({entryPrice}) => formatPrice(entryPrice)},
    {label: 'Mark', numeric: true, cell: ({mark}) => formatPrice(mark)},
    {label: 'Liquidation', numeric: true, cell: ({liquidationPrice}) => (liquidationPrice === undefined ? '—' : formatPrice(liquidationPrice))},
    {label: 'Margin', numeric: true, cell: ({initialMargin}) => formatMoney(initialMargin)},
    {label: 'Unrealised PnL', numeric: true, cell: ({unrealisedPnl}) => <Pnl lots={unrealisedPnl} />},
  ];
  const note = margin === null ? undefined : `Equity ${formatMoney(margin.equity)}, of it in margin ${formatMoney(margin.initial)}; liquidated below ${formatMoney(margin.maintenance)}. Open profit and loss is settled into balances at every seal. All in USDC.`;
  return <DataTable caption="Positions" note={positions.length > 0 ? note : undefined} columns={columns} rows={positions} rowKey={({market}) => market} empty="No open position." />;
}

/** In place of an order's id. */
const ALL = 'all';

function OrderTable({orders, session, onChanged}: {orders: readonly Order[]; session: Session; onChanged: () => void}) {
  const [busy, setBusy] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const cancel = async (orderId: string) => {
    setBusy(orderId);
    const client = engineClient(session.token);
    const answer = await (orderId === ALL ? client.cancelAll() : client.cancelOrder(orderId));
    setBusy(undefined);
    setProblem(answer.ok ? undefined : answer.message);
    onChanged();
  };
  const columns: Column<Order>[] = [
    {label: 'Market', cell: ({market}) => <span className="font-medium whitespace-nowrap">{market}</span>},
    {label: 'Side', cell: ({side}) => <span className={side === 'buy' ? 'text-good' : 'text-bad'}>{side === 'buy' ? 'Buy' : 'Sell'}</span>},
    {label: 'Price', numeric: true, cell: ({price}) => formatPrice(price)},
    {label: 'Size', numeric: true, cell: ({quantity}) => formatQuantity(quantity)},
    {label: 'Open', numeric: true, cell: ({remaining}) => formatQuantity(remaining)},
    {label: 'Action', cell: ({orderId}) => <button type="button" className="link" disabled={busy !== undefined} onClick={() => void cancel(orderId)}>{busy === orderId ? 'Cancelling…' : 'Cancel'}</button>},
  ];
  return (
    <div className="grid gap-3">
      {problem !== undefined && <Notice text={problem} />}
      <DataTable caption="Open orders" note={orders.length > 1 && <button type="button" className="link" disabled={busy !== undefined} onClick={() => void cancel(ALL)}>Cancel all {orders.length}</button>} columns={columns} rows={orders} rowKey={({orderId}) => orderId} empty="No order rests in a book." />
    </div>
  );
}
