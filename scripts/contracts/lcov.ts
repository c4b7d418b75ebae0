/** Reads an lcov report: which lines and branches of each file ran. */

export type FileCoverage = {
  file: string;
  linesFound: number;
  linesHit: number;
  branchesFound: number;
  branchesHit: number;
  /** Line numbers, from 1. */
  missedLines: readonly number[];
  missedBranches: readonly number[];
};

export function parseLcov(text: string): FileCoverage[] {
  return text.split('end_of_record').map((record) => record.trim().split('\n')).filter((lines) => lines.some((line) => line.startsWith('SF:'))).map((lines) => {
    const values = (key: string) => lines.filter((line) => line.startsWith(`${key}:`)).map((line) => line.slice(key.length + 1).split(','));
    const ran = values('DA').map(([line, hits]) => ({line: Number(line), hit: Number(hits) > 0}));
    // A branch that was never reached is written as `-`.
    const branches = values('BRDA').map(([line, , , hits]) => ({line: Number(line), hit: hits !== '-' && Number(hits) > 0}));
    return {
      file: values('SF')[0]!.join(','),
      linesFound: ran.length,
      linesHit: ran.filter(({hit}) => hit).length,
      branchesFound: branches.length,
      branchesHit: branches.filter(({hit}) => hit).length,
      missedLines: ran.filter(({hit}) => !hit).map(({line}) => line),
      missedBranches: branches.filter(({hit}) => !hit).map(({line}) => line),
    };
  });
}

export type Exception = {file: string; code: string; reason: string};
export type Thresholds = {
  /** Files, or folders ending in `/`, every line and branch of which must run. */
  full: readonly string[];
  /** Per cent, everywhere else. */
  linesMin: number;
  branchesMin: number;
  /** Lines that need not run, by their trimmed text, each with the reason. */
  exceptions: readonly Exception[];
};

export type Judged = FileCoverage & {mustBeFull: boolean; problems: string[]};

/**
 * Compares a report with the thresholds.
 *
 * @param sourceLine - Trimmed text of a line of a file; exceptions name lines by text, which survives edits around them.
 */
export function judge(files: readonly FileCoverage[], {full, linesMin, branchesMin, exceptions}: Thresholds, sourceLine: (file: string, line: number) => string): {files: Judged[]; unused: Exception[]} {
  const used = new Set<Exception>();
  const isExcused = (file: string, line: number) => {
    const found = exceptions.find((exception) => exception.file === file && exception.code === sourceLine(file, line));
    if (found !== undefined) used.add(found);
    return found !== undefined;
  };
  const judged = files.map((file): Judged => {
    const mustBeFull = full.some((entry) => (entry.endsWith('/') ? file.file.startsWith(entry) : file.file === entry));
    const lines = file.missedLines.filter((line) => !isExcused(file.file, line));
    const branches = file.missedBranches.filter((line) => !isExcused(file.file, line));
    const problems = mustBeFull
      ? [...lines.map((line) => `line ${line} never ran`), ...branches.map((line) => `a branch of line ${line} was never taken`)]
      : [
          ...belowMin('lines', file.linesFound, lines.length, linesMin),
          ...belowMin('branches', file.branchesFound, branches.length, branchesMin),
        ];
    return {...file, mustBeFull, problems};
  });
  return {files: judged, unused: exceptions.filter((exception) => !used.has(exception))};
}

function belowMin(what: string, found: number, missed: number, min: number): string[] {
  const share = percent(found - missed, found);
  return share >= min ? [] : [`${share.toFixed(1)} % of ${what}, ${min} % wanted`];
}

/** A file without branches has all of them. */
export const percent = (hit: number, found: number): number => (found === 0 ? 100 : (100 * hit) / found);

const share = (hit: number, found: number) => (found === 0 ? '–' : `${hit}/${found} (${percent(hit, found).toFixed(1)} %)`);

/** The page of a run without problems. */
export function renderCoverage(files: readonly Judged[], {linesMin, branchesMin, exceptions}: Thresholds): string {
  const rows = files.map((file) =>
    `| ${file.file.replace('contracts/src/', '')} | ${share(file.linesHit, file.linesFound)} | ${share(file.branchesHit, file.branchesFound)} | ${file.mustBeFull ? 'all' : `${linesMin} % / ${branchesMin} %`} |`);
  const sum = (value: (file: Judged) => number) => files.reduce((total, file) => total + value(file), 0);
  const total = `| all | ${share(sum(({linesHit}) => linesHit), sum(({linesFound}) => linesFound))} | ${share(sum(({branchesHit}) => branchesHit), sum(({branchesFound}) => branchesFound))} | |`;
  const excused = exceptions.map(({file, code, reason}) => `| ${file.replace('contracts/src/', '')} | \`${code.replaceAll('|', '\\|')}\` | ${reason} |`);
  return `# Coverage of the contracts

Written by \`npm run coverage:contracts\`: unit, attack and exhaustive tests, without the optimizer. Of an \`if\` without \`else\` forge counts
the side that is taken; that the other side runs, and matters, is what the flipped conditions of [mutants.md](mutants.md) show.

| file | lines | branches | wanted |
|---|---|---|---|
${rows.join('\n')}
${total}

## Exceptions

${excused.length === 0 ? 'None.' : `| file | code | why it does not run |\n|---|---|---|\n${excused.join('\n')}`}
`;
}
