import fc from 'fast-check';
import {expect, test} from 'vitest';
import {hex, sortedRows} from '../testing/arbitraries.ts';
import {testSeed} from '../testing/seed.ts';
import type {MappingRow, PayoutRow} from '../types.ts';
import {encodeBalances, encodeMapping, encodePayouts, parseBalances, parseMapping, parsePayouts, sortPayouts} from './index.ts';

const options = {seed: testSeed('snapshot'), numRuns: 80};
const shuffled = <T>(rows: readonly T[], order: readonly number[]): T[] => rows.map((each, i) => ({each, key: order[i] ?? 0})).sort((a, b) => a.key - b.key).map(({each}) => each);

test('balances: what is written is read, whatever order it came in', () => {
  fc.assert(fc.property(sortedRows(0), fc.array(fc.nat()), (rows, order) => {
    const bytes = encodeBalances(shuffled(rows, order));
    expect(parseBalances(bytes)).toEqual({rows, findings: []});
  }), options);
});

test('balances: rows whose leading bytes agree are still sorted by the whole id', () => {
  const tails = fc.uniqueArray(hex(1), {minLength: 2, maxLength: 30});
  fc.assert(fc.property(tails, (bytes) => {
    const rows = bytes.map((tail) => ({id: `0x${'ab'.repeat(23)}${tail.slice(2)}` as const, total: 1n, withdrawable: 1n, withdrawal: 0n}));
    expect(parseBalances(encodeBalances(rows)).findings).toEqual([]);
  }), options);
});

const payout: fc.Arbitrary<PayoutRow> = fc.record({
  token: fc.constantFrom(`0x${'00'.repeat(20)}` as const, `0x${'aa'.repeat(20)}` as const), wallet: hex(20), cumulative: fc.bigInt({min: 0n, max: 2n ** 63n - 1n}),
});

test('payouts: what is written is read', () => {
  fc.assert(fc.property(fc.uniqueArray(payout, {selector: ({token, wallet}) => token + wallet}), (rows) => {
    expect(parsePayouts(encodePayouts(rows))).toEqual({rows: sortPayouts(rows), findings: []});
  }), options);
});

const mapped: fc.Arbitrary<MappingRow> = fc.record({id: hex(24), wallet: hex(20), blinding: hex(32)});

test('mapping: what is written is read', () => {
  fc.assert(fc.property(fc.uniqueArray(mapped, {selector: ({id}) => id}), (rows) => {
    const {rows: read, findings} = parseMapping(encodeMapping(rows));
    expect(findings).toEqual([]);
    expect(read).toEqual(rows.toSorted((a, b) => (a.id < b.id ? -1 : 1)));
  }), options);
});

test('readers are total: no bytes make them throw, and only canonical bytes are without findings', () => {
  const mutated = fc.tuple(sortedRows(1, 5), fc.nat(), fc.nat(255)).map(([rows, at, byte]) => {
    const bytes = encodeBalances(rows).slice();
    bytes[at % bytes.length] = byte;
    return bytes;
  });
  fc.assert(fc.property(fc.oneof(mutated, fc.uint8Array({maxLength: 200})), (bytes) => {
    const {rows, findings} = parseBalances(bytes);
    parsePayouts(bytes);
    parseMapping(bytes);
    const inRange = rows.every(({total, withdrawable, withdrawal}) => [total, withdrawable, withdrawal].every((lots) => lots >= 0n));
    if (findings.length === 0 && inRange) expect(Buffer.from(encodeBalances(rows)).equals(Buffer.from(bytes))).toBe(true);
  }), {...options, numRuns: 300});
});
