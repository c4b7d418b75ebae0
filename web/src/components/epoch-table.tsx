import Link from 'next/link';
import {formatAgo, formatCount, formatSpan, formatTime, percent, shorten, toMillis} from '../lib/format.ts';
import type {EpochRow} from '../lib/queries.ts';
import {tally} from '../lib/verdict.ts';
import {type Column, DataTable} from './data-table.tsx';
import {Verdict} from './verdict.tsx';

/** Epochs, newest first, with verdict, size and how fast they were decided. */
export function EpochTable({epochs, setWeight, caption, nowMs}: {
  epochs: readonly EpochRow[];
  /** Weight of the newest validator set, for epochs without a certificate. */
  setWeight: bigint;
  caption: string;
  nowMs: number;
}) {
  const columns: Column<EpochRow>[] = [
    {label: 'Epoch', cell: ({number}) => <Link prefetch={false} className="link font-medium" href={`/epochs/${number}`}>{formatCount(number)}</Link>},
    {label: 'Verdict', cell: ({status}) => <Verdict status={status} />},
    {label: 'Snapshot', cell: ({snapshotTime}) => <Moment text={snapshotTime} nowMs={nowMs} />},
    {label: 'Decided in', numeric: true, cell: (epoch) => decidedIn(epoch)},
    {label: 'Weight for', numeric: true, cell: (epoch) => weightFor(epoch, setWeight)},
    {label: 'Rows', numeric: true, cell: ({lines}) => formatCount(lines.reduce((sum, {assets}) => sum + assets.reduce((rows, {count}) => rows + count, 0), 0))},
    {label: 'Snapshot CID', cell: ({snapshotCid}) => <code className="font-mono text-xs text-muted" title={snapshotCid}>{shorten(snapshotCid, 10, 6)}</code>},
  ];
  return (
    <DataTable caption={caption} columns={columns} rows={epochs} rowKey={({number}) => number}
      empty="No epoch has been proposed yet. The first one appears here as soon as it is on chain." />
  );
}

export function Moment({text, nowMs}: {text: string; nowMs: number}) {
  const then = toMillis(text);
  if (then === undefined) return <>unknown</>;
  return <time dateTime={new Date(then).toISOString()} title={`${formatTime(then)} UTC`} className="whitespace-nowrap">{formatAgo(then, nowMs)}</time>;
}

/** From the snapshot to the last stage the chain recorded a decision for. */
function decidedIn({snapshotTime, status, stages}: EpochRow): string {
  const start = toMillis(snapshotTime);
  const decision = stages.find(({name}) => /approv|reject|certif/i.test(name));
  const end = decision === undefined ? undefined : toMillis(decision.at);
  if (status === 'PROPOSED' || start === undefined || end === undefined || end < start) return '—';
  return formatSpan(end - start);
}

function weightFor({votes, certificates}: EpochRow, setWeight: bigint): string {
  const {approve, total} = tally(votes, certificates, setWeight);
  const share = percent(approve, total);
  return share === undefined ? '—' : `${share} %`;
}
