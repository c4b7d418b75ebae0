'use client';

import Link from 'next/link';
import {useState} from 'react';
import {type Balance, engineClient, type Withdrawal} from '../../lib/browser/engine-client.ts';
import type {Session} from '../../lib/browser/sign-in.ts';
import {chainName} from '../../lib/chains.ts';
import {formatCount, formatLots} from '../../lib/format.ts';
import {type Column, DataTable} from '../data-table.tsx';
import {Notice} from '../notice.tsx';
import type {PortfolioNetwork} from './portfolio.tsx';

type Props = {withdrawals: readonly Withdrawal[]; balances: readonly Balance[]; session: Session; network: PortfolioNetwork; onCancelled: () => void};

const MEANINGS: Readonly<Record<string, string>> = {
  requested: 'Set aside; rides the next epoch',
  sealed: 'In an epoch that validators are checking',
  authorised: 'Approved; on its way to the custody',
  active: 'Payable on chain',
  paid: 'Paid to your wallet',
};

/** Where each withdrawal stands: requested → sealed → authorised → active → paid. */
export function Withdrawals({withdrawals, balances, session, network, onCancelled}: Props) {
  const [problem, setProblem] = useState<string>();
  const amount = ({chainId, token, lots}: Withdrawal) => {
    const asset = balances.find((balance) => balance.chainId === chainId && balance.token.toLowerCase() === token.toLowerCase());
    return asset === undefined ? `${formatCount(lots)} lots` : `${formatLots(lots, asset)} ${asset.symbol}`;
  };
  const cancel = async (withdrawal: Withdrawal) => {
    const answer = await engineClient(session.token).cancel(withdrawal);
    setProblem(answer.ok ? undefined : answer.message);
    if (answer.ok) onCancelled();
  };
  const columns: Column<Withdrawal>[] = [
    {label: 'Amount', cell: (withdrawal) => <span className="font-medium">{amount(withdrawal)}</span>},
    {label: 'Chain', cell: ({chainId}) => chainName(chainId, network)},
    {label: 'State', cell: ({state}) => <><span className="font-medium">{state.charAt(0).toUpperCase() + state.slice(1)}</span> <span className="text-muted">{MEANINGS[state] ?? ''}</span></>},
    {label: 'Epoch', cell: ({epoch}) => (epoch === null ? '—' : <Link prefetch={false} className="link" href={`/epochs/${epoch}`}>{formatCount(epoch)}</Link>)},
    {label: 'Action', cell: (withdrawal) => (withdrawal.state === 'requested' ? <button type="button" className="link" onClick={() => void cancel(withdrawal)}>Cancel</button> : '—')},
  ];
  return (
    <div className="grid gap-3">
      {problem !== undefined && <Notice text={problem} />}
      <DataTable caption="Withdrawals" columns={columns} rows={withdrawals} rowKey={(row, index) => `${row.chainId}-${row.token}-${row.state}-${index}`} empty="You have not asked for a withdrawal." />
    </div>
  );
}
