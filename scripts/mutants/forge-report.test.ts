import {expect, test} from 'vitest';
import {testResults} from './forge-report.ts';
import {CONSOLE} from './mutate.ts';

const word = (value: number) => value.toString(16).padStart(64, '0');
const logged = (text: string) => `0x${word(32)}${word(text.length)}${Buffer.from(text, 'latin1').toString('hex').padEnd(64, '0')}`;

const SUITES = {
  'contracts/test/unit/A.t.sol:ATest': {
    duration: '3ms 500µs',
    test_results: {
      'test_a()': {status: 'Success', reason: null, logs: [{address: CONSOLE, topics: [], data: logged('12')}, {address: '0x01', topics: [], data: '0x'}, {address: CONSOLE, topics: [], data: logged('12')}]},
      'testFuzz_b(uint256,address)': {status: 'Failure', reason: 'no', logs: [{address: CONSOLE, topics: [], data: logged('7')}]},
    },
  },
  'contracts/test/unit/B.t.sol:BTest': {duration: '1s', test_results: {'setUp()': {status: 'Failure', reason: 'broken', logs: []}}},
};

test('reads who passed, how long it took and which switches were asked', () => {
  const results = testResults({code: 1, output: `Compiling\n${JSON.stringify(SUITES)}\n`});
  expect(results).toEqual([
    {file: 'contracts/test/unit/A.t.sol', contract: 'ATest', name: 'test_a', passed: true, ms: 1.75, numbers: [12]},
    {file: 'contracts/test/unit/A.t.sol', contract: 'ATest', name: 'testFuzz_b', passed: false, ms: 1.75, numbers: [7]},
    {file: 'contracts/test/unit/B.t.sol', contract: 'BTest', name: 'setUp', passed: false, ms: 1_000, numbers: []},
  ]);
});

test('an answer without results is no verdict', () => {
  expect(() => testResults({code: 1, output: 'Error: out of memory'})).toThrow('nothing usable');
});
