import {expect, test} from 'vitest';
import {type Reason, renderMarkdown, renderSnapshot, type Result, withoutReason} from './report.ts';

const killed: Result = {number: 1, file: 'contracts/src/libraries/A.sol', contract: 'A', function: 'f', line: 7, kind: 'negate', code: 'a < b', definition: 1, identity: 'a1', outcome: 'killed', by: 'ATest.test_f'};
const survivor: Result = {...killed, number: 2, kind: 'boundary', outcome: 'survived', by: ''};
const runs = [{judged: 2, minutes: 1.5, load: 2, cores: 2}];
const reason: Reason = {file: killed.file, function: 'f', kind: 'boundary', code: 'a < b', reason: 'a never equals b'};

test('a survivor needs a reason, and a reason a survivor', () => {
  expect(withoutReason([killed, survivor], [])).toEqual({open: [survivor], unused: []});
  expect(withoutReason([killed, survivor], [reason])).toEqual({open: [], unused: []});
  expect(withoutReason([killed], [reason])).toEqual({open: [], unused: [reason]});
});

test('the snapshot does not change when lines move', () => {
  expect(renderSnapshot([killed])).toBe(renderSnapshot([{...killed, line: 99, number: 5}]));
  expect(JSON.parse(renderSnapshot([killed, survivor]))).toHaveLength(2);
});

test('the page names every survivor with its reason', () => {
  expect(renderMarkdown([killed, survivor], [reason], runs)).toContain('| libraries/A.sol `f` | boundary | `a < b` | a never equals b |');
  expect(renderMarkdown([killed, survivor], [], runs)).toContain('**no reason given**');
});
