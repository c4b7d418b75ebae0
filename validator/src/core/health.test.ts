import {describe, expect, test} from 'vitest';
import {Exit, ValidatorError} from '../errors.ts';
import {examine} from '../services/doctor.ts';
import {clockFinding, diskFinding, exitOfFindings, findingsText, gasFinding} from './health.ts';

describe('findings of the doctor', () => {
  test('a clock that is behind fails, a head that is old is worth a look', () => {
    const clock = (nowSeconds: bigint) => clockFinding({nowSeconds, headSeconds: 1_000n, staleSeconds: 300n}).state;
    expect([clock(984n), clock(985n), clock(1_300n), clock(1_301n)]).toEqual(['failed', 'ok', 'ok', 'warning']);
  });

  test('gas is counted in votes', () => {
    const gas = (balance: bigint) => gasFinding({name: 'gas', address: '0xaa', balance, price: 2n, voteGas: 10n});
    expect([gas(0n), gas(19n), gas(20n), gas(1_999n), gas(2_000n)].map(({state}) => state)).toEqual(['failed', 'failed', 'warning', 'warning', 'ok']);
    expect(gas(0n).exit).toBe(Exit.funds);
    expect(gasFinding({name: 'gas', address: '0xaa', balance: 0n, price: 0n, voteGas: 10n}).state).toBe('failed');
  });

  test('a full disk fails before the journal does', () => {
    expect([199_999_999, 200_000_000, 2_000_000_000].map((freeBytes) => diskFinding({folder: '/x', freeBytes}).state)).toEqual(['failed', 'warning', 'ok']);
  });

  test('each check stands alone; what it needs is named, and the first failure is the exit code', async () => {
    const findings = await examine([
      {name: 'a', run: async () => ({state: 'warning', detail: 'look'})},
      {name: 'b', needs: ['a'], run: () => Promise.reject(new ValidatorError({code: 'NOT_REGISTERED', address: '0xaa'}))},
      {name: 'c', needs: ['b'], run: async () => ({state: 'ok', detail: 'never'})},
      {name: 'd', needs: ['c'], run: async () => ({state: 'ok', detail: 'never'})},
      {name: 'e', run: async () => ({state: 'failed', exit: Exit.usage, detail: 'late'})},
    ], () => Exit.funds);
    expect(findings.map(({state}) => state)).toEqual(['warning', 'failed', 'skipped', 'skipped', 'failed']);
    expect(exitOfFindings(findings)).toBe(Exit.funds);
    expect(findingsText(findings).split('\n')).toEqual([
      '! a              look', expect.stringMatching(/^✗ b +0xaa holds no seat/), '○ c              not checked: see b', '○ d              not checked: see c', '✗ e              late',
    ]);
    expect(exitOfFindings(findings.slice(0, 1))).toBe(Exit.ok);
    await expect(examine([{name: 'bug', run: () => Promise.reject(new TypeError('x'))}], () => Exit.bug)).rejects.toThrow(TypeError);
  });
});
