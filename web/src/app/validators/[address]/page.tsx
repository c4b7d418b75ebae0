import type {Metadata} from 'next';
import Link from 'next/link';
import {notFound} from 'next/navigation';
import {isAddress} from 'viem';
import {Copy} from '../../../components/copy.tsx';
import {type Column, DataTable} from '../../../components/data-table.tsx';
import {ProblemPanel} from '../../../components/problem.tsx';
import {StatusBadge, statusSentence} from '../../../components/validators/status.tsx';
import {StripLegend, VoteStrip} from '../../../components/validators/vote-strip.tsx';
import {Badge} from '../../../components/verdict.tsx';
import {readExitDefaults} from '../../../lib/exit-source.ts';
import {formatCount, formatLots, formatTime, percent, shorten} from '../../../lib/format.ts';
import {readRewardUnit, type RewardUnit} from '../../../lib/reward-unit.ts';
import {type Bench, type Mark, marksOf, type Participation, participationOf, readBench, readValidator, type Staked, type ValidatorDetail} from '../../../lib/validators.ts';

type Props = {params: Promise<{address: string}>};

const STAKE = {lotSize: '1', decimals: 18};
const moment = (seconds: string): string => formatTime(Number(seconds) * 1_000);

export async function generateMetadata({params}: Props): Promise<Metadata> {
  return {title: `Validator ${shorten((await params).address)}`};
}

/** One validator: its stake, what it voted and when, what it missed, what it earned. */
export default async function ValidatorPage({params}: Props) {
  const address = (await params).address.toLowerCase();
  if (!isAddress(address)) notFound();
  const [bench, detail, unit] = await Promise.all([readBench(), readValidator(address), readExitDefaults().then(readRewardUnit)]);
  if (!bench.ok) return <ProblemPanel problem={bench.problem} />;
  if (!detail.ok) return <ProblemPanel problem={detail.problem} />;
  const staked = bench.data.validators.find(({id}) => id === address);
  const {validator} = detail.data;
  if (staked === undefined || validator === null) notFound();
  const marks = marksOf(bench.data, address);
  return (
    <div className="grid gap-6">
      <Head staked={staked} />
      <Facts staked={staked} detail={validator} bench={bench.data} unit={unit} />
      <section className="card grid gap-3 p-4 sm:p-5" aria-labelledby="strip-title">
        <h2 id="strip-title" className="font-semibold">Last {marks.length} epochs</h2>
        <VoteStrip marks={marks} />
        <StripLegend />
      </section>
      <VoteTable marks={marks} />
      <ParticipationTable rows={participationOf(bench.data, address)} />
      <TicketTable bench={bench.data} address={address} unit={unit} />
      <StakeTable detail={validator} />
    </div>
  );
}

function Head({staked: {id, status, until}}: {staked: Staked}) {
  return (
    <section>
      <p className="text-sm text-muted"><Link prefetch={false} className="link" href="/validators">Validators</Link></p>
      <div className="mt-1 flex flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="text-2xl font-semibold tracking-tight">Validator {shorten(id)}</h1>
        <StatusBadge status={status} />
      </div>
      <p className="mt-1"><Copy value={id} shown={id} /></p>
      <p className="mt-2 text-muted">{statusSentence(status)}{until === null ? '' : ` Earliest next step: ${moment(until)} UTC.`}</p>
    </section>
  );
}

function Facts({staked, detail, bench, unit}: {staked: Staked; detail: ValidatorDetail; bench: Bench; unit: RewardUnit}) {
  const record = bench.records.find(({id}) => id === staked.id);
  const facts: [string, React.ReactNode][] = [
    ['Stake', formatLots(staked.stakeWei, STAKE)],
    ['Weight in votes', staked.weight === '0' ? 'no seat' : `${formatLots(staked.weight, STAKE)} (${percent(BigInt(staked.weight), bench.totalWeight) ?? '0.0'} %)`],
    ['Seat', staked.status === 'SEATED' && staked.place !== null ? formatCount(staked.place) : '—'],
    ['Slashed', formatLots(staked.slashedWei, STAKE)],
    ['Votes cast', formatCount(record?.voteCount ?? 0)],
    ['Rewards claimed', `${formatLots(record?.rewarded ?? '0', unit)} ${unit.symbol}, ${formatCount(record?.ticketCount ?? 0)} tickets`],
    ['Proven human', staked.human ? 'yes' : 'no'],
    ['Since (UTC)', moment(staked.registeredAt).slice(0, 16)],
    ['Cold key', <Copy key="cold" value={detail.coldKey} shown={shorten(detail.coldKey)} />],
    ['Voting key', <Copy key="key" value={detail.key} shown={shorten(detail.key)} />],
  ];
  return (
    <dl className="card grid grid-cols-2 gap-x-6 gap-y-4 p-4 sm:grid-cols-3 sm:p-5 lg:grid-cols-5">
      {facts.map(([term, value]) => <div key={term}><dt className="text-xs text-muted">{term}</dt><dd className="mt-0.5 text-sm font-medium">{value}</dd></div>)}
    </dl>
  );
}

function VoteTable({marks}: {marks: readonly Mark[]}) {
  const columns: Column<Mark>[] = [
    {label: 'Epoch', cell: ({epoch}) => <Link prefetch={false} className="link font-medium" href={`/epochs/${epoch}`}>{formatCount(epoch)}</Link>},
    {label: 'Vote', cell: ({state, vote}) => voteBadge(state, vote?.rule ?? 0)},
    {label: 'After the proposal', numeric: true, cell: ({delaySeconds, vote}) => (delaySeconds === undefined || vote?.source !== 'CAST' ? '—' : `${formatCount(delaySeconds)} s`)},
    {label: 'Transaction on L2', cell: ({vote}) => (vote === undefined ? '—' : <Copy value={vote.tx} shown={shorten(vote.tx)} />)},
  ];
  return <DataTable caption="Votes" columns={columns} rows={marks.toReversed().filter(({state}) => state !== 'unseated')} rowKey={({epoch}) => epoch} empty="It has had no seat in these epochs." />;
}

function voteBadge(state: Mark['state'], rule: number) {
  switch (state) {
    case 'APPROVE': return <Badge tone="good">Approve</Badge>;
    case 'REJECT': return <Badge tone="bad">Reject V{rule}</Badge>;
    case 'DISPUTE': return <Badge tone="bad">Dispute V{rule}</Badge>;
    case 'pending': return <Badge tone="wait">Still voting</Badge>;
    default: return <Badge tone="wait">Absent</Badge>;
  }
}

function ParticipationTable({rows}: {rows: readonly Participation[]}) {
  const columns: Column<Participation>[] = [
    {label: 'Term', cell: ({setId}) => <span className="font-medium">{formatCount(setId)}</span>},
    {label: 'Epochs counted', numeric: true, cell: ({counted}) => formatCount(counted)},
    {label: 'Absent', numeric: true, cell: ({absent}) => formatCount(absent)},
    {label: 'Participation', numeric: true, cell: ({counted, absent}) => `${percent(BigInt(counted - absent), BigInt(counted)) ?? '—'} %`},
  ];
  return <DataTable caption="Participation" columns={columns} rows={rows} rowKey={({setId}) => setId}
    note="Counted on chain after each epoch's deadline. Who misses too much of a term is reported to the court and jailed." empty="No epoch of its terms has been counted yet." />;
}

function TicketTable({bench, address, unit}: {bench: Bench; address: string; unit: RewardUnit}) {
  const tickets = bench.rewards.flatMap(({setId, tickets: all}) => all.filter(({validator}) => validator === address).map((ticket) => ({...ticket, setId})));
  const columns: Column<(typeof tickets)[number]>[] = [
    {label: 'Term', cell: ({setId}) => formatCount(setId)},
    {label: 'Ticket', cell: ({ticket}) => formatCount(ticket)},
    {label: 'Drawn epoch', cell: ({epoch}) => <Link prefetch={false} className="link" href={`/epochs/${epoch}`}>{formatCount(epoch)}</Link>},
    {label: `Prize (${unit.symbol})`, numeric: true, cell: ({amount}) => formatLots(amount, unit)},
    {label: 'Paid to', cell: ({payee}) => <Copy value={payee} shown={shorten(payee)} />},
    {label: 'Claimed (UTC)', cell: ({time}) => moment(time)},
    {label: 'Transaction on L2', cell: ({tx}) => <Copy value={tx} shown={shorten(tx)} />},
  ];
  return <DataTable caption="Rewards" columns={columns} rows={tickets} rowKey={({setId, ticket}) => `${setId}-${ticket}`} empty="It has claimed no ticket. Prizes are drawn after a term has ended." />;
}

type StakeEvent = {what: string; amountWei: string | undefined; time: string; tx: string};

function StakeTable({detail: {stakeChanges, jailings, slashings}}: {detail: ValidatorDetail}) {
  const events: StakeEvent[] = [
    ...stakeChanges.filter(({kind}) => kind !== 'SLASHED').map(({kind, amountWei, time, tx}) => ({what: {REGISTERED: 'Staked', ADDED: 'Added to its stake', WITHDRAWN: 'Withdrew'}[kind] ?? kind, amountWei, time, tx})),
    ...slashings.map(({amountWei, time, tx}) => ({what: 'Slashed', amountWei, time, tx})),
    ...jailings.map(({jailed, time, tx}) => ({what: jailed ? 'Jailed' : 'Returned from jail', amountWei: undefined, time, tx})),
  ].toSorted((a, b) => Number(b.time) - Number(a.time));
  const columns: Column<StakeEvent>[] = [
    {label: 'What', cell: ({what}) => <span className="font-medium">{what}</span>},
    {label: 'Amount', numeric: true, cell: ({amountWei}) => (amountWei === undefined ? '—' : formatLots(amountWei, STAKE))},
    {label: 'Time (UTC)', cell: ({time}) => moment(time)},
    {label: 'Transaction on L1', cell: ({tx}) => <Copy value={tx} shown={shorten(tx)} />},
  ];
  return <DataTable caption="Stake, jail and slashing" columns={columns} rows={events} rowKey={({what, tx}) => `${what}-${tx}`} empty="Nothing yet." />;
}
