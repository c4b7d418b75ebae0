import {describe, expect, test} from 'vitest';
import {actionsOf, type CustodyStanding, DAY_SECONDS, freezeStage, requestSteps, type RowStanding} from './exit-steps.ts';
import {type EngineCustody, haltsOf} from './halts.ts';
import type {CustodyPlace} from './network-file.ts';

const NOW = 2_000_000_000;
const working: CustodyStanding = {epoch: 7, snapshotTime: NOW - 60, frozen: false, freezeFrom: 0, now: NOW};
const row: RowStanding = {total: 100n, withdrawable: 60n, withdrawal: 10n, escaped: 0n, unpaid: 0n, request: undefined};
const asked = (ago: number, open = true): RowStanding => ({...row, request: {lots: 50n, requestedAt: NOW - ago, exit: false, open}});

describe('what a custody is near to', () => {
  test.each([
    ['none', working], ['none', {...working, epoch: 0, snapshotTime: 0}], ['none', {...working, snapshotTime: NOW - 7 * DAY_SECONDS + 1}],
    ['silent', {...working, snapshotTime: NOW - 7 * DAY_SECONDS}], ['announced', {...working, freezeFrom: NOW + 1}], ['due', {...working, freezeFrom: NOW}],
    ['frozen', {...working, frozen: true, freezeFrom: NOW + 1}],
  ] as const)('%s', (stage, standing) => expect(freezeStage(standing)).toBe(stage));
});

describe('what an owner can do', () => {
  test('asks at first; a request that is open cannot be made again', () => {
    expect(actionsOf(working, row)).toEqual(['forceWithdraw', 'forceExit']);
    expect(actionsOf(working, {...row, withdrawable: 10n})).toEqual(['forceExit']);
    expect(actionsOf(working, asked(DAY_SECONDS))).toEqual([]);
    expect(actionsOf(working, asked(DAY_SECONDS, false))).toEqual(['forceWithdraw', 'forceExit']);
  });

  test('freezes after seven days to the second', () => {
    expect(actionsOf(working, asked(7 * DAY_SECONDS - 1))).toEqual([]);
    expect(actionsOf(working, asked(7 * DAY_SECONDS))).toEqual(['freezeUnserved']);
  });

  test('escapes from a frozen custody once, and collects what was authorised whatever happens', () => {
    const frozen = {...working, frozen: true};
    expect(actionsOf(frozen, {...asked(9 * DAY_SECONDS), unpaid: 5n})).toEqual(['claim', 'escape']);
    expect(actionsOf(frozen, {...row, escaped: 90n})).toEqual([]);
    expect(actionsOf(frozen, {...row, escaped: 89n})).toEqual(['escape']);
  });

  test('is told what comes next, and when', () => {
    const steps = (ago: number, standing = working, open = true) => requestSteps(standing, asked(ago, open).request!).map(({state}) => state);
    expect(steps(10)).toEqual(['done', 'later', 'later', 'later']);
    expect(steps(2 * DAY_SECONDS)).toEqual(['done', 'done', 'later', 'later']);
    expect(steps(8 * DAY_SECONDS)).toEqual(['done', 'done', 'now', 'later']);
    expect(steps(8 * DAY_SECONDS, {...working, frozen: true})).toEqual(['done', 'done', 'done', 'now']);
    expect(steps(2 * DAY_SECONDS, working, false)).toEqual(['done', 'done']);
    expect(requestSteps(working, asked(10).request!)[2]!.at).toBe(NOW - 10 + 7 * DAY_SECONDS);
  });
});

describe('halts', () => {
  const places: CustodyPlace[] = [{chainId: 1, chain: 'L1', custody: '0x01'}, {chainId: 2, chain: 'L2', custody: '0x02'}];
  const fine = (chainId: number): EngineCustody => ({chainId, activeEpoch: 7, sealedAt: '1764000000000', frozen: false, rootTooOld: false});
  const codes = (standing: CustodyStanding | undefined, engine: readonly EngineCustody[]) =>
    haltsOf(places, new Map(standing === undefined ? [] : [[2, {ok: true, standing}]]), engine).map(({code}) => code);

  test('an old root is named with its chain and epoch', () => {
    const [halt] = haltsOf(places, new Map(), [{...fine(1), rootTooOld: true}, fine(2)]);
    expect(halt).toMatchObject({code: 'ROOT_TOO_OLD', title: 'Trading is halted'});
    expect(halt!.text).toContain('active on L1 (epoch 7, sealed 2025-11-24 16:00 UTC)');
  });

  test('the chain tells of freezes, with the engine away or ignorant', () => {
    expect(codes(working, [fine(1), fine(2)])).toEqual([]);
    expect(codes({...working, freezeFrom: NOW + 5}, [])).toEqual(['FREEZE_ANNOUNCED']);
    expect(codes({...working, frozen: true}, [fine(2)])).toEqual(['CUSTODY_FROZEN']);
    expect(codes({...working, frozen: true}, [{...fine(2), rootTooOld: true}])).toEqual(['CUSTODY_FROZEN', 'ROOT_TOO_OLD']);
  });

  test('with the chain silent the engine is believed about a freeze', () => {
    expect(codes(undefined, [{...fine(2), frozen: true}])).toEqual(['CUSTODY_FROZEN']);
    expect(codes(undefined, [])).toEqual([]);
  });
});
