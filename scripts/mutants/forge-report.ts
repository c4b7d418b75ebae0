/** What `forge test --json` says: which tests ran, how they ended, what they logged. */
import {CONSOLE} from './mutate.ts';
import type {Run} from './workspace.ts';

/**
 * @param file - Test file, from the root of the repository.
 * @param name - Function without its parameters; `setUp` when that failed.
 */
export type TestResult = {file: string; contract: string; name: string; passed: boolean; ms: number; numbers: readonly number[]};

type Log = {address: string; data: string};
type Suites = Record<string, {duration: string; test_results: Record<string, {status: string; duration?: unknown; logs?: Log[]}>}>;

/** @throws Error when forge said nothing usable. */
export function testResults({output}: Run): TestResult[] {
  const line = output.split('\n').find((each) => each.startsWith('{"') || each === '{}');
  if (line === undefined) throw new Error(`forge said nothing usable:\n${output.slice(0, 400)} … ${output.slice(-1_500)}`);
  return Object.entries(JSON.parse(line) as Suites).flatMap(([suite, {duration, test_results: tests}]) => {
    const [file, contract] = suite.split(':') as [string, string];
    const names = Object.entries(tests);
    return names.map(([signature, {status, duration: own, logs}]) => ({
      file, contract, name: signature.replace(/\(.*$/, ''), passed: status === 'Success',
      ms: millisecondsOf(own) ?? (millisecondsOf(duration) ?? 0) / names.length, numbers: numbersIn(logs ?? []),
    }));
  });
}

const UNITS: Record<string, number> = {ns: 1e-6, 'µs': 1e-3, us: 1e-3, ms: 1, s: 1e3, m: 6e4, h: 3.6e6};

/** `1s 20ms 3µs`, or seconds and nanoseconds. */
function millisecondsOf(duration: unknown): number | undefined {
  if (typeof duration === 'string') return [...duration.matchAll(/([\d.]+)\s*(ns|µs|us|ms|s|m|h)\b/g)].reduce((sum, [, count, unit]) => sum + Number(count) * UNITS[unit!]!, 0);
  if (typeof duration !== 'object' || duration === null) return undefined;
  const {secs = 0, nanos = 0} = duration as {secs?: number; nanos?: number};
  return secs * 1e3 + nanos / 1e6;
}

/** Numbers that were logged to the console's address, each once. */
function numbersIn(logs: readonly Log[]): number[] {
  const numbers = new Set<number>();
  for (const {address, data} of logs) {
    if (address.toLowerCase() === CONSOLE) numbers.add(numberIn(data));
  }
  return [...numbers];
}

/** `abi.encode(string)` with decimal digits. */
function numberIn(data: string): number {
  const length = Number.parseInt(data.slice(2 + 64, 2 + 128), 16);
  return Number(Buffer.from(data.slice(2 + 128, 2 + 128 + 2 * length), 'hex').toString('latin1'));
}
