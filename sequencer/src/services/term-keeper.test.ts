import type {SetHeader} from '@pobs/protocol';
import {ChainError} from '@pobs/protocol/chain';
import type {Hex} from 'viem';
import {describe, expect, test} from 'vitest';
import type {Sets, TermChain, TicketState} from './ports.ts';
import {TermKeeper} from './term-keeper.ts';

const TERM_SECONDS = 100n;
const headerOf = (setId: number): SetHeader => ({
  setId, membersRoot: '0x01', aggregateKey: '0x', totalWeight: 4n, count: 4, activeFrom: BigInt(setId - 1) * TERM_SECONDS, activeUntil: BigInt(setId) * TERM_SECONDS,
});

/** Registry and L2 as two counters; every ticket is redeemed at once unless told otherwise. */
class FakeTerms implements TermChain, Sets {
  fixed = 0;
  onL2 = 0;
  now = 0n;
  fixable = true;
  queued = 0;
  state: TicketState = 'none';
  readonly acts: string[] = [];

  time = () => Promise.resolve(this.now);
  latestHeader = () => Promise.resolve(this.fixed === 0 ? undefined : headerOf(this.fixed));
  latestOnL2 = () => Promise.resolve(this.onL2);
  ticket = () => Promise.resolve(this.state);
  load = (setId: number) => Promise.resolve({header: headerOf(setId), members: [], encryptionKeys: new Map()});

  async setAt(time: bigint) {
    const setId = Number(time / TERM_SECONDS) + 1;
    return setId <= this.fixed ? this.load(setId) : undefined;
  }

  async prepareTerm(): Promise<Hex | undefined> {
    if (this.queued === 0) return undefined;
    this.queued -= 1;
    this.acts.push('prepare');
    return '0x04';
  }

  async fixTerm(): Promise<Hex> {
    if (!this.fixable) throw new ChainError({code: 'CHAIN_REVERTED', functionName: 'fixTerm', error: 'ValidatorRegistry_TooFewValidators', args: ['0', '1']});
    this.fixed += 1;
    this.acts.push(`fix ${this.fixed}`);
    return '0x01';
  }

  async sendTerm(setId: number): Promise<Hex> {
    this.acts.push(`send ${setId}`);
    this.state = 'waiting';
    return '0x02';
  }

  async redeem(setId: number): Promise<Hex> {
    this.acts.push(`redeem ${setId}`);
    this.arrive();
    return '0x03';
  }

  arrive(): void {
    this.onL2 += 1;
    this.state = 'none';
  }
}

const logger = {info: () => {}, warn: () => {}, error: () => {}};
const keeperOf = (terms: FakeTerms) => new TermKeeper({terms, sets: terms, logger});

describe('terms', () => {
  test('are fixed when there is none, sent once, and done when L2 knows them', async () => {
    const terms = new FakeTerms();
    const keeper = keeperOf(terms);
    expect(await keeper.step()).toBe(false);
    terms.fixable = false;
    expect(await keeper.step()).toBe(false);
    terms.arrive();
    expect(await keeper.step()).toBe(true);
    expect(terms.acts).toEqual(['fix 1', 'send 1']);
  });

  test('are not fixed ahead of a term that has not begun', async () => {
    const terms = new FakeTerms();
    Object.assign(terms, {fixed: 2, onL2: 2, now: 50n});
    expect(await keeperOf(terms).step()).toBe(true);
    expect(terms.acts).toEqual([]);
  });

  test('are fixed after everybody who may has moved', async () => {
    const terms = new FakeTerms();
    terms.queued = 2;
    const keeper = keeperOf(terms);
    for (let i = 0; i < 3; i += 1) await keeper.step();
    expect(terms.acts.slice(0, 3)).toEqual(['prepare', 'prepare', 'fix 1']);
  });

  test('wait for validators: it says why', async () => {
    const terms = new FakeTerms();
    terms.fixable = false;
    await expect(keeperOf(terms).step()).rejects.toThrow(/There is no validator set yet: .*TooFewValidators/);
  });

  test('go to L2 one after the other', async () => {
    const terms = new FakeTerms();
    Object.assign(terms, {fixed: 3, now: 150n});
    const keeper = keeperOf(terms);
    for (let i = 0; i < 3; i += 1) {
      expect(await keeper.step()).toBe(false);
      terms.arrive();
    }
    expect(await keeper.step()).toBe(true);
    expect(terms.acts).toEqual(['send 1', 'send 2', 'send 3']);
  });

  test.each<[TicketState, string[]]>([['redeemable', ['redeem 1']], ['failed', ['send 1']], ['none', ['send 1']], ['redeemed', ['send 1']], ['waiting', []]])(
    'whose ticket is %s', async (state, acts) => {
      const terms = new FakeTerms();
      Object.assign(terms, {fixed: 1, state, now: 50n, fixable: false});
      expect(await keeperOf(terms).step()).toBe(false);
      expect(terms.acts).toEqual(acts);
    });

  test('give a set only when L2 knows it and the moment lies in its term', async () => {
    const terms = new FakeTerms();
    Object.assign(terms, {fixed: 2, onL2: 1});
    const keeper = keeperOf(terms);
    expect((await keeper.setFor(99n)).header.setId).toBe(1);
    await expect(keeper.setFor(100n)).rejects.toMatchObject({data: {code: 'TERM_NOT_SENT', setId: 2}, retryable: true});
    await expect(keeper.setFor(200n)).rejects.toMatchObject({data: {code: 'NO_TERM'}, retryable: true});
  });
});
