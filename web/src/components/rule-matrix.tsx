import type {Vote} from '../lib/queries.ts';
import {type RuleResult, ruleResults} from '../lib/verdict.ts';
import {type Column, DataTable} from './data-table.tsx';
import {Badge} from './verdict.tsx';

const WORDS: Readonly<Record<RuleResult['outcome'], string>> = {
  passed: 'Passed',
  rejected: 'Broken',
  open: 'No vote on it',
};

/** Each validity rule with what the votes say about it. */
export function RuleMatrix({votes}: {votes: readonly Vote[]}) {
  const columns: Column<RuleResult>[] = [
    {label: 'Rule', cell: ({rule}) => <span className="font-medium">V{rule}</span>},
    {label: 'What it demands', cell: ({text}) => text},
    {label: 'Result', cell: ({outcome}) => <Outcome outcome={outcome} />},
    {label: 'Validators', numeric: true, cell: ({by}) => by},
  ];
  return (
    <DataTable caption="Rules checked" columns={columns} rows={ruleResults(votes)} rowKey={({rule}) => rule}
      note="Derived from the votes on chain: an approval vouches for every rule, a rejection names the lowest rule that failed."
      empty="No rule has been checked yet." />
  );
}

function Outcome({outcome}: Pick<RuleResult, 'outcome'>) {
  if (outcome === 'passed') return <Badge tone="good">{WORDS.passed}</Badge>;
  if (outcome === 'rejected') return <Badge tone="bad">{WORDS.rejected}</Badge>;
  return <span className="text-xs text-muted">{WORDS.open}</span>;
}
