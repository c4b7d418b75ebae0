/** Results of a run as a committed file and as a page. */
import type {Mutant} from './mutate.ts';
import type {RunFigures} from './verdicts.ts';

export type Result = Mutant & {outcome: 'killed' | 'survived' | 'not compiled'; by: string};

/** Why one surviving mutant changes nothing that matters; it names the mutant by its text, which survives edits around it. */
export type Reason = {file: string; function: string; kind: string; code: string; reason: string};

const explains = (reason: Reason, result: Result) =>
  reason.file === result.file && reason.function === result.function && reason.kind === result.kind && reason.code === result.code;

export function withoutReason(results: readonly Result[], reasons: readonly Reason[]): {open: Result[]; unused: Reason[]} {
  const survivors = results.filter(({outcome}) => outcome === 'survived');
  return {
    open: survivors.filter((result) => !reasons.some((reason) => explains(reason, result))),
    unused: reasons.filter((reason) => !survivors.some((result) => explains(reason, result))),
  };
}

/** One line per mutant, without line numbers and times, so that a diff shows what changed. */
export function renderSnapshot(results: readonly Result[]): string {
  const rows = results.map(({file, contract, function: name, kind, code, outcome, by}) =>
    `  ${JSON.stringify({at: `${file.replace('contracts/src/', '')} ${contract}.${name}`, kind, code, outcome, ...(by === '' ? {} : {by})})}`);
  return `[\n${rows.join(',\n')}\n]\n`;
}

const sayRun = ({judged, minutes, load, cores}: RunFigures) => `${judged} judged in ${minutes.toFixed(1)} min (load average ${load.toFixed(1)} on ${cores} cores)`;

export function renderMarkdown(results: readonly Result[], reasons: readonly Reason[], runs: readonly RunFigures[]): string {
  const files = [...new Set(results.map(({file}) => file))];
  const count = (rows: readonly Result[], outcome: Result['outcome']) => rows.filter((row) => row.outcome === outcome).length;
  const table = files.map((file) => {
    const rows = results.filter((result) => result.file === file);
    return `| ${file.replace('contracts/src/', '')} | ${rows.length} | ${count(rows, 'killed')} | ${count(rows, 'survived')} | ${count(rows, 'not compiled')} |`;
  });
  const survivors = results.filter(({outcome}) => outcome === 'survived').map((result) => {
    const why = reasons.find((reason) => explains(reason, result))?.reason ?? '**no reason given**';
    return `| ${result.file.replace('contracts/src/', '')} \`${result.function}\` | ${result.kind} | \`${result.code.replaceAll('|', '\\|')}\` | ${why} |`;
  });
  return `# Mutants

Written by \`npm run mutants\`: every comparison flipped and moved by one, every check, assignment, call, \`onlyRole\` and
\`nonReentrant\` dropped, one at a time, against those unit and attack tests that come by the place (recorded once, with no mutant on).
Not mutated: events, conditions that are no comparison, initializers, statements in the head of a loop. A verdict is kept until the
function, or the file of the test that killed the mutant, changes; survivors are asked again whenever any source or test does.
\`--fresh\` forgets all of them.

Measured: ${runs.map(sayRun).join('; then ')}. A load above the number of cores means that other work shared them.

| file | mutants | killed | survived | not compiled |
|---|---|---|---|---|
${table.join('\n')}
| all | ${results.length} | ${count(results, 'killed')} | ${count(results, 'survived')} | ${count(results, 'not compiled')} |

## Survivors

${survivors.length === 0 ? 'None.' : `| where | mutant | code | why no test can or need notice |\n|---|---|---|---|\n${survivors.join('\n')}`}
`;
}
