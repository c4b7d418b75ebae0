/** The duties against chains of two counters each: what is due is done once, what is not is left alone. */
import {type Member, type SetHeader, ZERO_HASH} from '@pobs/protocol';
import {ChainError, type CountedProposal, type TermPrizes} from '@pobs/protocol/chain';
import type {Hex} from 'viem';
import {describe, expect, test} from 'vitest';
import {DutyRunner} from './duty-runner.ts';
import {ParticipationDuty} from './participation-duty.ts';
import type {Duty, ParticipationChain, RewardChain} from './ports.ts';
import {RewardDuty} from './reward-duty.ts';

const SEED: Hex = `0x${'11'.repeat(32)}`;
const TX: Hex = '0x01';
const members = [0, 1, 2, 3].map((index): Member => ({index, validator: `0x${String(index + 1).repeat(40)}`, key: `0x${'aa'.repeat(96)}`, weight: 25n}));
const headerOf = (setId: number): SetHeader => ({
  setId, membersRoot: ZERO_HASH, aggregateKey: '0x', totalWeight: 100n, count: 4, activeFrom: BigInt(setId - 1) * 1_000n, activeUntil: BigInt(setId) * 1_000n,
});
const sets = {load: (setId: number) => Promise.resolve({header: headerOf(setId), members, encryptionKeys: new Map()})};
const silent = {info: () => {}, warn: () => {}, error: () => {}};

class FakeParticipation implements ParticipationChain {
  now = 500n;
  epochs: {deadline: bigint; approve: bigint}[] = [];
  readonly counted = new Set<bigint>();
  missed = [0, 0, 0, 0];
  readonly reported = new Set<number>();
  time = () => Promise.resolve(this.now);
  latestSet = () => Promise.resolve(1);
  span = () => Promise.resolve(this.epochs.length === 0 ? undefined : {first: 1n, last: BigInt(this.epochs.length)});
  lastEpoch = () => Promise.resolve(BigInt(this.epochs.length));
  isCounted = (epoch: bigint) => Promise.resolve(this.counted.has(epoch));
  votesCloseAfter = () => Promise.resolve(100n);
  limits = () => Promise.resolve({absentBps: 3_333n, reportMax: 64});
  absences = () => Promise.resolve(this.missed.map((missed, index) => ({missed, reported: this.reported.has(index)})));
  async proposal(epoch: bigint): Promise<CountedProposal | undefined> {
    const found = this.epochs[Number(epoch) - 1];
    return found && {status: 2, setId: 1, digest: SEED, snapshotTime: 0n, voteDeadline: found.deadline, heaviest: [found.approve, 0n, 0n], groups: [[], [], []]};
  }
  async count(epoch: bigint): Promise<Hex> {
    this.counted.add(epoch);
    return TX;
  }
  async report(_setId: number, absent: readonly Member[]): Promise<Hex> {
    for (const {index} of absent) this.reported.add(index);
    return TX;
  }
}

async function all(duty: Duty): Promise<string[]> {
  const done: string[] = [];
  for (let next = await duty.step(); next !== undefined; next = await duty.step()) done.push(next.what);
  return done;
}

describe('participation', () => {
  test('epochs are counted once their votes are closed, in order, and never those that nothing carried', async () => {
    const chain = new FakeParticipation();
    chain.epochs = [{deadline: 100n, approve: 75n}, {deadline: 200n, approve: 25n}, {deadline: 300n, approve: 100n}, {deadline: 900n, approve: 100n}];
    const duty = new ParticipationDuty({chain, sets});
    expect(await all(duty)).toEqual(['counted participation', 'counted participation']);
    expect([...chain.counted]).toEqual([1n, 3n]);
    chain.now = 901n;
    expect(await all(duty)).toEqual(['counted participation']);
    expect([...chain.counted]).toEqual([1n, 3n, 4n]);
  });

  test('what somebody else has counted is left alone, also by a process that starts anew', async () => {
    const chain = new FakeParticipation();
    chain.epochs = [{deadline: 100n, approve: 75n}];
    chain.counted.add(1n);
    expect(await all(new ParticipationDuty({chain, sets}))).toEqual([]);
  });

  test('who missed more than the threshold is reported once the term is over, and once', async () => {
    const chain = new FakeParticipation();
    chain.epochs = [100n, 200n, 300n, 400n].map((deadline) => ({deadline, approve: 75n}));
    chain.missed = [1, 0, 2, 3];
    const duty = new ParticipationDuty({chain, sets});
    expect(await all(duty)).toEqual(Array.from({length: 4}, () => 'counted participation'));
    chain.now = 1_101n;
    expect(await all(duty)).toEqual(['reported absences']);
    expect([...chain.reported]).toEqual([2, 3]);
    expect(await all(new ParticipationDuty({chain, sets}))).toEqual([]);
  });
});

class FakeRewards implements RewardChain {
  now = 500n;
  term: TermPrizes = {funded: 0n, paid: 0n, prize: 0n, seed: ZERO_HASH, claimDeadline: 0n, commitDeadline: 1_200n, seedRound: 7n};
  readonly proven = new Map<string, Hex>();
  seat: bigint | undefined;
  time = () => Promise.resolve(this.now);
  latestSet = () => Promise.resolve(1);
  span = () => Promise.resolve({first: 1n, last: 2n});
  prizes = () => Promise.resolve(this.term);
  randomness = (chain: string, round: bigint) => Promise.resolve(this.proven.get(`${chain} ${round}`) ?? ZERO_HASH);
  seatRound = () => Promise.resolve(this.seat);
  carry = () => Promise.resolve(TX);
  async fund(_setId: number, amount: bigint): Promise<Hex> {
    this.term = {...this.term, funded: this.term.funded + amount};
    return TX;
  }
  async draw(): Promise<Hex> {
    this.term = {...this.term, seed: SEED, prize: this.term.funded / 32n};
    return TX;
  }
  async submit(chain: 'l1' | 'l2', {round}: {round: bigint}): Promise<Hex> {
    this.proven.set(`${chain} ${round}`, SEED);
    return TX;
  }
}

describe('rewards', () => {
  const published = new Set<bigint>();
  const beacon = {round: async (round: bigint) => (published.has(round) ? {round, signature: SEED} : undefined)};

  test('a term is funded while it is open, its round proven once published, then drawn', async () => {
    const chain = new FakeRewards();
    const duty = new RewardDuty({perTerm: 320n}, {chain, beacon});
    expect(await all(duty)).toEqual(['funded a term']);
    chain.now = 1_201n;
    // A missing round delays; nothing replaces it.
    expect(await all(duty)).toEqual([]);
    published.add(7n);
    expect(await all(duty)).toEqual(['proved a beacon round', 'drew a term']);
    expect(await all(duty)).toEqual([]);
    expect(chain.term).toMatchObject({funded: 320n, prize: 10n, seed: SEED});
  });

  test('a term without funds is not drawn, and without a beacon only what others have proven', async () => {
    const chain = new FakeRewards();
    chain.now = 1_201n;
    expect(await all(new RewardDuty({perTerm: 0n}, {chain, beacon}))).toEqual([]);
    chain.term = {...chain.term, funded: 5n};
    const duty = new RewardDuty({perTerm: 0n}, {chain, beacon: undefined});
    expect(await all(duty)).toEqual([]);
    chain.proven.set('l2 7', SEED);
    expect(await all(duty)).toEqual(['drew a term']);
  });

  test('the round of a draw of seats is proven on L1', async () => {
    const chain = new FakeRewards();
    chain.seat = 9n;
    published.add(9n);
    expect(await all(new RewardDuty({perTerm: 0n}, {chain, beacon}))).toEqual(['proved a beacon round']);
    expect(chain.proven.has('l1 9')).toBe(true);
  });
});

test('a duty that fails is told, tried again, and holds up no other', async () => {
  let broken = true;
  const acts: string[] = [];
  const failing: Duty = {name: 'first', step: async () => {
    if (broken) throw new ChainError({code: 'CHAIN_UNREACHABLE', url: 'http://x', detail: 'ECONNREFUSED'});
    return undefined;
  }};
  const other: Duty = {name: 'second', step: async () => (acts.length < 2 ? (acts.push('act'), {what: 'act', tx: TX}) : undefined)};
  const runner = new DutyRunner({intervalMs: 1, stepsMax: 5}, {duties: [failing, other], logger: silent});
  expect([...(await runner.pass()).failed.keys()]).toEqual(['first']);
  expect(acts).toHaveLength(2);
  broken = false;
  expect([...(await runner.pass()).failed.keys()]).toEqual([]);
});
