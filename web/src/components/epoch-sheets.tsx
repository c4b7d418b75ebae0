import {chainLabel, chainName} from '../lib/chains.ts';
import {formatCount, formatLots, formatTime, percent, shorten, toMillis} from '../lib/format.ts';
import type {AssetLine, Epoch, Line, NetworkInfo, Payout, Vote} from '../lib/queries.ts';
import {voteKind} from '../lib/verdict.ts';
import {Copy} from './copy.tsx';
import {type Column, DataTable} from './data-table.tsx';
import {Badge} from './verdict.tsx';

/** One custody's balance sheet: what it owes per asset and what the chain said when it was read. */
export function LineSheet({line, network}: {line: Line; network: NetworkInfo}) {
  const columns: Column<AssetLine>[] = [
    {label: 'Asset', cell: ({symbol}) => <span className="font-medium">{symbol}</span>},
    {label: 'Owed to accounts', numeric: true, cell: (asset) => formatLots(asset.liabilities, asset)},
    {label: 'Withdrawable', numeric: true, cell: (asset) => formatLots(asset.withdrawable, asset)},
    {label: 'Leaving this epoch', numeric: true, cell: (asset) => formatLots(asset.withdrawals, asset)},
    {label: 'Deposited ever', numeric: true, cell: (asset) => formatLots(asset.deposited, asset)},
    {label: 'Authorised out ever', numeric: true, cell: (asset) => formatLots(asset.authorisedOut, asset)},
    {label: 'Accounts', numeric: true, cell: ({count}) => formatCount(count)},
    {label: 'Root', cell: ({root}) => <Copy value={root} shown={shorten(root)} />},
  ];
  return (
    <DataTable caption={`Custody on ${chainLabel(line.chainId, network)}`} columns={columns} rows={line.assets} rowKey={({token}) => token}
      note={<>At block {formatCount(line.blockNumber)} · {formatCount(line.payoutCount)} unpaid payouts under their root · <Copy value={line.custody} shown={shorten(line.custody)} /></>}
      empty="This custody lists no asset yet." />
  );
}

/** @param totalWeight - Of the whole set, absent voters included. */
export function VoteTable({votes, totalWeight, network}: {votes: readonly Vote[]; totalWeight: bigint; network: NetworkInfo}) {
  const columns: Column<Vote>[] = [
    {label: 'Validator', cell: ({validator}) => <Copy value={validator} shown={shorten(validator)} />},
    {label: 'Vote', cell: (vote) => <VoteBadge vote={vote} />},
    {label: 'Weight', numeric: true, cell: ({weight}) => `${percent(BigInt(weight), totalWeight) ?? '—'} %`},
    {label: 'Time (UTC)', cell: ({time}) => moment(time)},
    {label: `Transaction on ${chainName(network.l2ChainId, network)}`, cell: ({txHash}) => <Copy value={txHash} shown={shorten(txHash)} />},
  ];
  return (
    <DataTable caption="Votes" columns={columns} rows={votes} rowKey={({txHash, index}) => `${txHash}-${index}`}
      empty="No vote is on chain yet. Validators vote once they have recomputed the balance sheet." />
  );
}

function VoteBadge({vote: {kind, rule}}: {vote: Vote}) {
  const name = voteKind(kind);
  if (name === 'APPROVE') return <Badge tone="good">Approve</Badge>;
  return <Badge tone="bad">{name === 'REJECT' ? 'Reject' : 'Dispute'} V{rule}</Badge>;
}

export function TransactionTable({epoch, network}: {epoch: Epoch; network: NetworkInfo}) {
  const columns: Column<Epoch['transactions'][number]>[] = [
    {label: 'Step', cell: ({name}) => <span className="font-medium">{name.charAt(0).toUpperCase() + name.slice(1)}</span>},
    {label: 'Chain', cell: ({chainId}) => chainLabel(chainId, network)},
    {label: 'Transaction', cell: ({hash}) => <Copy value={hash} shown={shorten(hash, 14, 10)} />},
  ];
  return (
    <DataTable caption="Transactions" columns={columns} rows={epoch.transactions} rowKey={({name, hash}) => `${name}-${hash}`}
      empty="No transaction has been seen yet." />
  );
}

export function PayoutTable({payouts, network, decimalsOf}: {
  payouts: readonly Payout[];
  network: NetworkInfo;
  decimalsOf: (payout: Payout) => Pick<AssetLine, 'lotSize' | 'decimals'> | undefined;
}) {
  const amount = (payout: Payout) => {
    const unit = decimalsOf(payout);
    return unit === undefined ? `${formatCount(payout.lots)} lots` : `${formatLots(payout.lots, unit)} ${payout.symbol}`;
  };
  const columns: Column<Payout>[] = [
    {label: 'Wallet', cell: ({wallet}) => <Copy value={wallet} shown={shorten(wallet)} />},
    {label: 'Amount', numeric: true, cell: amount},
    {label: 'Chain', cell: ({chainId}) => chainLabel(chainId, network)},
    {label: 'State', cell: ({deferred}) => <Badge tone={deferred ? 'wait' : 'good'}>{deferred ? 'Waiting to be claimed' : 'Paid'}</Badge>},
    {label: 'Transaction', cell: ({txHash}) => <Copy value={txHash} shown={shorten(txHash)} />},
  ];
  return (
    <DataTable caption="Payouts" columns={columns} rows={payouts} rowKey={({txHash, wallet, token}) => `${txHash}-${wallet}-${token}`}
      empty="Nobody was paid under this epoch." />
  );
}

function moment(text: string): string {
  const ms = toMillis(text);
  return ms === undefined ? 'unknown' : formatTime(ms);
}
