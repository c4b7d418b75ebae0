import {describe, expect, test} from 'vitest';
import {covers, weakest} from './coverage.ts';
import type {CoverageAsset, EpochRow} from './queries.ts';
import {ruleResults, tally} from './verdict.ts';

const outcomes = (votes: {kind: string; rule: number}[]) => Object.fromEntries(ruleResults(votes).map(({rule, outcome}) => [rule, outcome]));

describe('rules', () => {
  test('an approval vouches for every rule', () => {
    const result = outcomes([{kind: 'APPROVE', rule: 0}]);
    expect(result).toEqual(Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((rule) => [rule, 'passed'])));
  });

  test('a rejection breaks its rule, vouches for those below, and says nothing of those above', () => {
    expect(outcomes([{kind: 'REJECT', rule: 3}])).toMatchObject({1: 'passed', 2: 'passed', 3: 'rejected', 4: 'open', 8: 'open'});
  });

  test('a dispute about the log breaks its rule', () => {
    expect(outcomes([{kind: 'DISPUTE', rule: 9}])[9]).toBe('rejected');
  });
});

test('weight is compared with the certificate, else with the set', () => {
  const votes = [{kind: 'APPROVE', weight: '30'}, {kind: 'REJECT', weight: '10'}];
  expect(tally(votes, [{totalWeight: '50'}], 40n)).toEqual({approve: 30n, reject: 10n, total: 50n});
  expect(tally(votes, [], 60n)).toEqual({approve: 30n, reject: 10n, total: 60n});
  expect(tally(votes, [])).toEqual({approve: 30n, reject: 10n, total: 40n});
});

describe('coverage', () => {
  const asset = (token: string, fields: Partial<CoverageAsset>): CoverageAsset => ({
    chainId: 1, token: `0x${token}`, symbol: 'USDC', decimals: 6, lotSize: '1', liabilities: '100', reserves: '100', authorisedOut: '0', paidOut: '0', ...fields,
  });
  const epoch = (token: string, withdrawals: string) => ({lines: [{chainId: 1, assets: [{token: `0x${token.toUpperCase()}`, withdrawals, count: 1}]}]}) as unknown as EpochRow;

  test('a withdrawal sealed in the epoch is owed once, until it is paid', () => {
    const sealed = asset('aa', {liabilities: '100', authorisedOut: '30', paidOut: '0'});
    expect(covers([sealed], epoch('aa', '30'))[0]).toMatchObject({owed: 100n, surplus: 0n});
    expect(covers([{...sealed, paidOut: '30', reserves: '70'}], epoch('aa', '30'))[0]).toMatchObject({owed: 70n, surplus: 0n});
  });

  test('one asset never stands in for another: the weakest is named', () => {
    const all = covers([asset('aa', {reserves: '200'}), asset('bb', {reserves: '99'}), asset('cc', {liabilities: '0', reserves: '0'})], undefined);
    expect(weakest(all)?.asset.token).toBe('0xbb');
  });
});
