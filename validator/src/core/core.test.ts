import {type Line, type Summary, VoteKind} from '@pobs/protocol';
import {zeroHash} from 'viem';
import {describe, expect, test} from 'vitest';
import {approvedBefore, approvedBetween, type EpochEvent, isTooOld, proposalsOf, undecidedBetween} from './proposals.ts';
import {reportText} from './report.ts';
import {checksOf, voteFor} from './verdict.ts';

const proposed = (epoch: bigint, digest = zeroHash): EpochEvent =>
  ({name: 'EpochProposed', epoch, blockNumber: epoch, digest, summary: {snapshotTime: 100n * epoch} as Summary, lines: [] as Line[]});

describe('proposals', () => {
  const events: EpochEvent[] = [
    proposed(1n), {name: 'EpochApproved', epoch: 1n, blockNumber: 2n}, proposed(2n), {name: 'EpochRejected', epoch: 2n, blockNumber: 3n},
    proposed(3n), proposed(4n), {name: 'EpochApproved', epoch: 4n, blockNumber: 5n}, proposed(5n),
  ];
  const proposals = proposalsOf(events);

  test('the newest approved epoch below a number', () => {
    expect([1n, 2n, 4n, 5n, 9n].map((epoch) => approvedBefore(proposals, epoch)?.epoch)).toEqual([undefined, 1n, 1n, 4n, 4n]);
  });

  test('only epochs that no certificate decided may still be decided', () => {
    expect(undecidedBetween(proposals, 1n, 4n).map(({epoch}) => epoch)).toEqual([3n]);
    expect(approvedBetween(proposals, 0n, 5n).map(({epoch}) => epoch)).toEqual([1n, 4n]);
  });

  test('too old is beyond MAX_AGE, not at it', () => {
    const five = proposals.get(5n)!;
    expect([isTooOld(five, 560n, 60), isTooOld(five, 561n, 60)]).toEqual([false, true]);
  });
});

describe('verdict', () => {
  test('a rejecter signs the lowest failing rule', () => {
    const violations = [{rule: 8 as const, detail: 'x', rows: []}, {rule: 3 as const, detail: 'y', rows: ['r']}];
    expect(voteFor({epoch: 1n, digest: zeroHash, violations})).toMatchObject({kind: VoteKind.Reject, rule: 3});
    expect(voteFor({epoch: 1n, digest: zeroHash, violations: []})).toMatchObject({kind: VoteKind.Approve, rule: 0});
    const disputes = [{rule: 9 as const, detail: 'untold', rows: []}];
    expect(voteFor({epoch: 1n, digest: zeroHash, violations: [], disputes})).toMatchObject({kind: VoteKind.Dispute, rule: 9});
    // What everybody can confirm is rejected, whatever else the auditor key shows.
    expect(voteFor({epoch: 1n, digest: zeroHash, violations, disputes})).toMatchObject({kind: VoteKind.Reject, rule: 3});
  });

  test('the report names every rule, then what is broken', () => {
    const violations = [{rule: 3 as const, detail: 'not ordered', where: 'balances/1.csv', rows: ['0xaa 1 2 3']}];
    const checks = checksOf([{rule: 2, title: 'reserves'}, {rule: 3, title: 'rows'}], violations);
    expect(reportText({epoch: '4', digest: zeroHash, ok: false, complete: true, violations, disputed: false, checks, unreadable: []})).toBe(
      `Epoch 4  ${zeroHash}\n  ✓ V2   reserves\n  ✗ V3   rows\n\nV3 in balances/1.csv: not ordered\n    0xaa 1 2 3\n\nEpoch 4 is not valid: a validator rejects it by V3.`,
    );
  });

  test('what was not judged is said, and never counted as passed', () => {
    const rules = [{rule: 4 as const, title: 'rows'}, {rule: 6 as const, title: 'mapping'}];
    const checks = checksOf(rules, [], [{rule: 4, part: 'wallets'}, {rule: 6}]);
    expect(checks).toEqual([{rule: 4, title: 'rows', ok: true, open: 'wallets'}, {rule: 6, title: 'mapping', ok: null}]);
    const report = {epoch: '4', digest: zeroHash, ok: true, complete: false, violations: [], disputed: false, checks, unreadable: []};
    expect(reportText(report)).toContain('○ V6   mapping (not judged)\n\nNot judged: V4 (wallets), V6. These need the mapping file, which only validators can open.\nEpoch 4 breaks no rule that was judged.');
    expect(reportText({...report, unreadable: ['2', '3']})).toContain('The mapping of epoch 2, 3 is not wrapped to this validator\'s key');
  });
});
