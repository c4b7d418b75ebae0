import {expect, test} from 'vitest';
import {judge, parseLcov, type Thresholds} from './lcov.ts';

const REPORT = `TN:
SF:src/A.sol
DA:1,4
DA:2,0
BRDA:1,0,0,2
BRDA:1,0,1,-
end_of_record
TN:
SF:src/B.sol
DA:7,0
DA:8,1
end_of_record
`;
const LINES: Record<string, string> = {'src/A.sol:2': 'revert Never();', 'src/A.sol:1': 'if (a) {', 'src/B.sol:7': 'x = 1;'};
const sourceLine = (file: string, line: number) => LINES[`${file}:${line}`] ?? '';
const thresholds: Thresholds = {full: ['src/A.sol'], linesMin: 50, branchesMin: 95, exceptions: []};

test('counts lines and branches per file', () => {
  expect(parseLcov(REPORT)).toEqual([
    {file: 'src/A.sol', linesFound: 2, linesHit: 1, branchesFound: 2, branchesHit: 1, missedLines: [2], missedBranches: [1]},
    {file: 'src/B.sol', linesFound: 2, linesHit: 1, branchesFound: 0, branchesHit: 0, missedLines: [7], missedBranches: []},
  ]);
});

test('a file that must be full names every miss; elsewhere the share decides', () => {
  const {files} = judge(parseLcov(REPORT), thresholds, sourceLine);
  expect(files.map(({problems}) => problems)).toEqual([['line 2 never ran', 'a branch of line 1 was never taken'], []]);
  const {files: strict} = judge(parseLcov(REPORT), {...thresholds, linesMin: 95}, sourceLine);
  expect(strict[1]!.problems).toEqual(['50.0 % of lines, 95 % wanted']);
});

test('an exception excuses a line by its text, and one that excuses nothing is reported', () => {
  const reached = {file: 'src/A.sol', code: 'revert Never();', reason: 'the compiler cannot know'};
  const stale = {file: 'src/A.sol', code: 'gone();', reason: 'was there once'};
  const {files, unused} = judge(parseLcov(REPORT), {...thresholds, exceptions: [reached, stale]}, sourceLine);
  expect(files[0]!.problems).toEqual(['a branch of line 1 was never taken']);
  expect(unused).toEqual([stale]);
});
