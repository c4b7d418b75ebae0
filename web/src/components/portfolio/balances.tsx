'use client';

import {chainName} from '../../lib/chains.ts';
import type {Balance} from '../../lib/browser/engine-client.ts';
import type {Session} from '../../lib/browser/sign-in.ts';
import {formatLots} from '../../lib/format.ts';
import {type Column, DataTable} from '../data-table.tsx';
import type {PortfolioNetwork} from './portfolio.tsx';
import {Inclusion} from './inclusion.tsx';

/** Every custody asset with what the wallet holds of it, and its proof. */
export function Balances({balances, session, network, epoch}: {balances: readonly Balance[]; session: Session; network: PortfolioNetwork; epoch: number | undefined}) {
  const held = balances.filter(({total, confirming}) => total !== '0' || confirming !== '0');
  const columns: Column<Balance>[] = [
    {label: 'Asset', cell: ({symbol, chainId}) => <span className="font-medium">{symbol} <span className="font-normal text-muted">on {chainName(chainId, network)}</span></span>},
    {label: 'Total', numeric: true, cell: (balance) => formatLots(balance.total, balance)},
    {label: 'Available', numeric: true, cell: (balance) => formatLots(balance.available, balance)},
    {label: 'Withdrawable', numeric: true, cell: (balance) => formatLots(balance.withdrawable, balance)},
    {label: 'Set aside', numeric: true, cell: (balance) => formatLots(balance.held, balance)},
    {label: 'Confirming', numeric: true, cell: (balance) => formatLots(balance.confirming, balance)},
    {label: 'On the balance sheet', cell: ({chainId, token, symbol, total}) => (total === '0' ? '—' : <Inclusion session={session} chainId={chainId} token={token} symbol={symbol} epoch={epoch} />)},
  ];
  return (
    <DataTable caption="Balances" columns={columns} rows={held} rowKey={({chainId, token}) => `${chainId}-${token}`}
      note="Confirming deposits are credited once their block is final."
      empty={`Nothing yet. To deposit, send tokens from this wallet to the custody: ${network.l1Custody} on L1, ${network.l2Custody} on L2. Send, never approve.`} />
  );
}
