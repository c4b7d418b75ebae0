import type {Metadata} from 'next';
import Link from 'next/link';
import {AutoRefresh} from '../../components/auto-refresh.tsx';
import {type Column, DataTable} from '../../components/data-table.tsx';
import {ProblemPanel} from '../../components/problem.tsx';
import {StatusBadge} from '../../components/validators/status.tsx';
import {StripLegend, VoteStrip} from '../../components/validators/vote-strip.tsx';
import {readExitDefaults} from '../../lib/exit-source.ts';
import {formatCount, formatLots, formatTime, percent, shorten} from '../../lib/format.ts';
import {readRewardUnit, type RewardUnit} from '../../lib/reward-unit.ts';
import {type Bench, type Bond, EPOCHS_SHOWN, marksOf, participationOf, readBench, type RewardTerm, type Staked} from '../../lib/validators.ts';

export const metadata: Metadata = {title: 'Validators'};

const STAKE = {lotSize: '1', decimals: 18};

/** Who recomputes the balance sheets: stake, votes, absences, rewards. */
export default async function ValidatorsPage() {
  const [result, unit] = await Promise.all([readBench(), readExitDefaults().then(readRewardUnit)]);
  if (!result.ok) return <ProblemPanel problem={result.problem} />;
  const bench = result.data;
  return (
    <div className="grid gap-6">
      <AutoRefresh seconds={15} />
      <div>
        <h1 className="text-2xl font-semibold tracking-tight">Validators</h1>
        <p className="mt-1 max-w-3xl text-muted">Each recomputes every balance sheet by itself and votes with its stake. Nothing leaves a custody without two thirds of the weight.</p>
      </div>
      <Summary bench={bench} unit={unit} />
      <ValidatorTable bench={bench} unit={unit} />
      <RewardTable rewards={bench.rewards} unit={unit} />
    </div>
  );
}

function Summary({bench: {validators, bond, terms, totalWeight, rewards}, unit}: {bench: Bench; unit: RewardUnit}) {
  const count = (...names: Staked['status'][]) => validators.filter(({status}) => names.includes(status)).length;
  const term = terms[0];
  const pool = rewards.find(({setId}) => setId === term?.setId);
  const facts: [string, string, string][] = [
    ['Seated', formatCount(count('SEATED')), `${count('WAITING', 'QUEUED')} waiting, ${count('JAILED')} jailed`],
    ['Weight in votes', formatLots(totalWeight, STAKE), 'two thirds approve, more than a third rejects'],
    ['Operator\'s bond', bond === undefined ? '—' : formatLots(bond.amountWei, STAKE), bond === undefined ? 'none is deposited' : bondNote(bond)],
    ['Term', term === undefined ? '—' : formatCount(term.setId), term === undefined ? 'none is fixed yet' : `until ${formatTime(Number(term.activeUntil) * 1_000).slice(0, 16)} UTC`],
    ['Rewards of the term', pool === undefined ? '—' : `${formatLots(pool.funded, unit)} ${unit.symbol}`, pool?.drawnAt == null ? 'drawn after the term ends' : 'drawn'],
  ];
  return (
    <dl className="grid gap-4 grid-cols-2 lg:grid-cols-5">
      {facts.map(([term_, figure, note]) => (
        <div key={term_} className="card p-4">
          <dt className="text-xs text-muted">{term_}</dt>
          <dd className="mt-1 text-xl font-semibold">{figure}</dd>
          <dd className="mt-0.5 text-xs text-muted">{note}</dd>
        </div>
      ))}
    </dl>
  );
}

function bondNote({leavingWei, slashedWei}: Bond): string {
  const parts = [...(leavingWei === '0' ? [] : [`${formatLots(leavingWei, STAKE)} leaving`]), ...(slashedWei === '0' ? [] : [`${formatLots(slashedWei, STAKE)} slashed`])];
  return parts.length === 0 ? 'slashed for a proven false epoch' : parts.join(', ');
}

function ValidatorTable({bench, unit}: {bench: Bench; unit: RewardUnit}) {
  const record = (id: string) => bench.records.find((each) => each.id === id);
  const columns: Column<Staked>[] = [
    {label: 'Validator', cell: ({id}) => <Link prefetch={false} className="link font-mono text-[0.8125rem]" href={`/validators/${id}`} title={id}>{shorten(id)}</Link>},
    {label: 'Status', cell: ({status}) => <StatusBadge status={status} />},
    {label: 'Stake', numeric: true, cell: ({stakeWei}) => formatLots(stakeWei, STAKE)},
    {label: 'Weight', numeric: true, cell: ({weight}) => (weight === '0' ? '—' : `${percent(BigInt(weight), bench.totalWeight) ?? '0.0'} %`)},
    {label: `Last ${EPOCHS_SHOWN} epochs`, cell: ({id}) => <VoteStrip marks={marksOf(bench, id)} />},
    {label: 'Votes', numeric: true, cell: ({id}) => formatCount(record(id)?.voteCount ?? 0)},
    {label: 'Absences', numeric: true, cell: ({id}) => absences(bench, id)},
    {label: `Rewards (${unit.symbol})`, numeric: true, cell: ({id}) => formatLots(record(id)?.rewarded ?? '0', unit)},
  ];
  return (
    <div className="grid gap-3">
      <DataTable caption="All validators" columns={columns} rows={bench.validators} rowKey={({id}) => id} empty="Nobody has staked yet." />
      <StripLegend />
    </div>
  );
}

/** Of the newest term that the chain has counted anything of. */
function absences(bench: Bench, id: string): string {
  const [newest] = participationOf(bench, id);
  return newest === undefined ? '—' : `${newest.absent} of ${newest.counted}`;
}

function RewardTable({rewards, unit}: {rewards: readonly RewardTerm[]; unit: RewardUnit}) {
  const amount = (lots: string) => formatLots(lots, unit);
  const columns: Column<RewardTerm>[] = [
    {label: 'Term', cell: ({setId}) => <span className="font-medium">{formatCount(setId)}</span>},
    {label: 'Funded', numeric: true, cell: ({funded}) => amount(funded)},
    {label: 'Prize of a ticket', numeric: true, cell: ({prize}) => (prize === '0' ? 'not drawn yet' : amount(prize))},
    {label: 'Tickets claimed', numeric: true, cell: ({ticketCount}) => formatCount(ticketCount)},
    {label: 'Claimed', numeric: true, cell: ({paid}) => amount(paid)},
    {label: 'Claims until (UTC)', cell: ({claimDeadline}) => (claimDeadline === null ? '—' : formatTime(Number(claimDeadline) * 1_000).slice(0, 16))},
  ];
  return (
    <DataTable caption={`Rewards (${unit.symbol})`} columns={columns} rows={rewards} rowKey={({setId}) => setId}
      note="After a term a public random number draws tickets by weight. A ticket pays who voted with the outcome and can open rows of the drawn epoch; what nobody claims goes to a later term."
      empty="No term has been funded yet." />
  );
}
