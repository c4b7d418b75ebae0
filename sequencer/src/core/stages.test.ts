import {assert as assertProperty, nat, property} from 'fast-check';
import {describe, expect, test} from 'vitest';
import {type EpochEvent, type EpochState, isL1Due, isMissed, nextEffect, nextEpoch, reduce, STAGES} from './stages.ts';

const opened: EpochState = {epoch: 7n, stage: 'opened', snapshotTime: 1_000n};
const approved: EpochEvent = {type: 'decided', outcome: 'approved'};
const WAY: EpochEvent[] = [
  {type: 'sealed'}, {type: 'built'}, {type: 'published'}, {type: 'proposed'}, approved,
  {type: 'settled-l2'}, {type: 'settled-l1'}, {type: 'distributed'}, {type: 'final'},
];
const after = (...events: EpochEvent[]): EpochState => events.reduce((state, event) => reduce(state, event).state, opened);

describe('an epoch', () => {
  test('does one thing after the other until it is final', () => {
    let state = opened;
    const effects = [nextEffect(state)];
    for (const event of WAY) {
      const step = reduce(state, event);
      effects.push(...step.effects);
      state = step.state;
    }
    expect(effects).toEqual(['seal', 'build', 'publish', 'propose', 'decide', 'settle-l2', 'settle-l1', 'distribute', 'finish']);
    expect(state).toEqual({...opened, stage: 'final', outcome: 'approved'});
    expect(nextEffect(state)).toBeUndefined();
  });

  test.each(['rejected', 'expired'] as const)('that is %s goes straight to its end: nothing is settled or paid', (outcome) => {
    const {state, effects} = reduce(after(...WAY.slice(0, 4)), {type: 'decided', outcome});
    expect(effects).toEqual(['finish']);
    expect(() => reduce(state, {type: 'settled-l2'})).toThrow('did not wait');
    expect(reduce(state, {type: 'final'}).state.stage).toBe('final');
  });

  test.each([0, 1, 2, 3])('that missed its proposal after %i steps is sealed again under its number', (steps) => {
    const {state, effects} = reduce(after(...WAY.slice(0, steps)), {type: 'reopened', snapshotTime: 1_200n});
    expect(state).toEqual({...opened, snapshotTime: 1_200n});
    expect(effects).toEqual(['seal']);
    expect(() => reduce(state, {type: 'reopened', snapshotTime: 1_200n})).toThrow('did not wait');
  });

  test('that is proposed is never sealed again', () => {
    expect(() => reduce(after(...WAY.slice(0, 4)), {type: 'reopened', snapshotTime: 1_200n})).toThrow('did not wait');
  });

  test.each([0, 1, 2, 3])('cannot be decided after %i steps, before it is proposed', (steps) => {
    expect(() => reduce(after(...WAY.slice(0, steps)), approved)).toThrow('did not wait');
  });

  test('resumes with the same effect however often it is asked, and takes no event twice or out of turn', () => {
    assertProperty(property(nat(WAY.length), nat(WAY.length - 1), (steps, index) => {
      const state = after(...WAY.slice(0, steps));
      expect(nextEffect(state)).toBe(nextEffect({...state}));
      const event = WAY[index]!;
      if (index === steps) expect(STAGES.indexOf(reduce(state, event).state.stage)).toBe(STAGES.indexOf(state.stage) + 1);
      else expect(() => reduce(state, event)).toThrow('did not wait');
    }), {seed: 20_260_101});
  });
});

test('the next epoch follows the greatest number anybody knows', () => {
  expect(nextEpoch([])).toBe(1n);
  expect(nextEpoch([0n, 3n, 2n])).toBe(4n);
});

test('L1 is due every n-th epoch, and whenever its line may carry withdrawals', () => {
  const due = [1n, 2n, 3n, 4n, 5n, 6n].filter((epoch) => isL1Due(epoch, {l1Every: 4, withdrawEvery: 3}));
  expect(due).toEqual([3n, 4n, 6n]);
});

test('a proposal may be two minutes late', () => {
  expect(isMissed(1_000n, 1_120n)).toBe(false);
  expect(isMissed(1_000n, 1_121n)).toBe(true);
});
