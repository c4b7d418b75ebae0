import {describe, expect, test} from 'vitest';
import {type Ballot, marksOf, participationOf, type VotedEpoch} from './validators.ts';

const [ANN, BEN, CID] = ['0xaa', '0xbb', '0xcc'] as const;
const seats = new Map([['1/0', ANN], ['1/1', BEN], ['2/0', BEN]]);
const ballot = (fields: Partial<Ballot>): Ballot => ({index: '0', validator: ANN, kind: 'APPROVE', rule: 0, source: 'CAST', time: '103', tx: '0x01', ...fields});
const epoch = (number: string, fields: Partial<VotedEpoch>): VotedEpoch => ({number, status: 'APPROVED', setId: '1', proposedAt: '100', votes: [], ...fields});

describe('what a validator did in each epoch', () => {
  const epochs = [
    epoch('4', {setId: '2', status: 'PROPOSED'}),
    epoch('3', {votes: [ballot({kind: 'REJECT', rule: 8}), ballot({index: '1', validator: null, source: 'CERTIFICATE'})]}),
    epoch('2', {votes: [ballot({})]}),
  ];
  const states = (validator: string) => marksOf({epochs, seats}, validator).map(({epoch: number, state}) => `${number} ${state}`);

  test('oldest first: its votes, and its silence where it had a seat', () => {
    expect(states(ANN)).toEqual(['2 APPROVE', '3 REJECT', '4 unseated']);
    expect(states(BEN)).toEqual(['2 silent', '3 APPROVE', '4 pending']);
    expect(states(CID)).toEqual(['2 unseated', '3 unseated', '4 unseated']);
  });

  test('how long after the proposal it voted', () => {
    expect(marksOf({epochs, seats}, ANN)[0]).toMatchObject({delaySeconds: 3});
  });
});

test('absences per term, of the epochs counted in it', () => {
  const counts = [{setId: '1', absent: ['1'], epoch: {number: '2'}}, {setId: '1', absent: [], epoch: {number: '3'}}, {setId: '2', absent: ['0'], epoch: {number: '4'}}];
  expect(participationOf({counts, seats}, BEN)).toEqual([{setId: '2', counted: 1, absent: 1}, {setId: '1', counted: 2, absent: 1}]);
  expect(participationOf({counts, seats}, ANN)).toEqual([{setId: '1', counted: 2, absent: 0}]);
  expect(participationOf({counts, seats}, CID)).toEqual([]);
});
