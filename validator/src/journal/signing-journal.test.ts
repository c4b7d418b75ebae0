import {appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import {spawnSync} from 'node:child_process';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {VoteKind} from '@pobs/protocol';
import {keccak256, toHex} from 'viem';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import type {Vote} from '../core/verdict.ts';
import {ValidatorError} from '../errors.ts';
import type {History} from './entries.ts';
import {encodeInterchange, parseInterchange} from './interchange.ts';
import {acquireLock} from './lock.ts';
import {SigningJournal} from './signing-journal.ts';

let dir: string;
beforeEach(() => void (dir = mkdtempSync(path.join(tmpdir(), 'pobs-journal-'))));
afterEach(() => rmSync(dir, {recursive: true, force: true}));

const file = () => path.join(dir, 'signing.journal');
const approve = (epoch: bigint): Vote => ({epoch, digest: keccak256(toHex(epoch)), kind: VoteKind.Approve, rule: 0});
const reject = (epoch: bigint, rule = 3): Vote => ({...approve(epoch), kind: VoteKind.Reject, rule});

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ValidatorError) return error.data.code;
    throw error;
  }
  return 'none';
}

/** Opens, uses and closes the journal, as one process life would. */
function life<T>(use: (journal: SigningJournal) => T): T {
  const journal = SigningJournal.open(dir);
  try {
    return use(journal);
  } finally {
    journal.close();
  }
}

describe('the signing journal', () => {
  test('the same promise may be repeated, another for the same epoch never, also after a restart', () => {
    life((journal) => {
      journal.promise(approve(1n), 0);
      journal.promise(approve(1n), 1);
      expect(codeOf(() => journal.promise(reject(1n), 2))).toBe('DOUBLE_VOTE');
      expect(codeOf(() => journal.promise({...approve(1n), digest: keccak256('0x99')}, 2))).toBe('DOUBLE_VOTE');
      journal.promise(reject(2n), 3);
    });
    life((journal) => {
      expect(journal.find(1n)).toEqual(approve(1n));
      expect(codeOf(() => journal.promise(reject(2n, 4), 5))).toBe('DOUBLE_VOTE');
      expect(codeOf(() => journal.promise(approve(2n), 5))).toBe('DOUBLE_VOTE');
      journal.promise(reject(2n), 6);
    });
    expect(readFileSync(file(), 'utf8').split('\n')).toHaveLength(3);
  });

  test('a promise is on disk before it returns', () => {
    life((journal) => {
      journal.promise(approve(7n), 0);
      expect(readFileSync(file(), 'utf8')).toContain('"epoch":"7"');
    });
  });

  test('a line torn by a crash is dropped, wherever it was cut', () => {
    life((journal) => {
      journal.promise(approve(1n), 0);
      journal.promise(approve(2n), 0);
    });
    const whole = readFileSync(file());
    const second = whole.indexOf('\n') + 1;
    for (let cut = second; cut < whole.length; cut += 7) {
      writeFileSync(file(), whole);
      truncateSync(file(), cut);
      life((journal) => {
        expect(journal.find(1n)).toEqual(approve(1n));
        expect(journal.find(2n)).toBeUndefined();
        journal.promise(reject(2n), 0);
      });
      life((journal) => expect(journal.find(2n)).toEqual(reject(2n)));
    }
  });

  test('anything else unreadable stops all signing', () => {
    life((journal) => journal.promise(approve(1n), 0));
    appendFileSync(file(), 'garbage\n');
    expect(codeOf(() => SigningJournal.open(dir))).toBe('JOURNAL_DAMAGED');
    // The failed opening left no lock behind.
    acquireLock(path.join(dir, 'signing.lock'))();
  });
});

describe('the lock', () => {
  test('a second signer is refused while the first lives', () => {
    const release = acquireLock(path.join(dir, 'signing.lock'));
    expect(codeOf(() => acquireLock(path.join(dir, 'signing.lock')))).toBe('LOCKED');
    release();
    acquireLock(path.join(dir, 'signing.lock'))();
  });

  test.each([
    ['a dead process', () => JSON.stringify({pid: spawnSync(process.execPath, ['-e', '']).pid, started: '1'})],
    ['a pid that another program got since', () => JSON.stringify({pid: process.ppid, started: '1'})],
    ['a lock cut short', () => '{"pid":'],
  ])('%s does not block', (_, content) => {
    writeFileSync(path.join(dir, 'signing.lock'), content());
    acquireLock(path.join(dir, 'signing.lock'))();
  });
});

describe('an imported signing history', () => {
  const other = (...votes: Vote[]): History => ({votes: new Map(votes.map((vote) => [vote.epoch, vote])), closed: new Set(), floor: 0n});

  test('makes the journal as careful as both, also after a restart', () => {
    life((journal) => {
      journal.promise(approve(1n), 0);
      journal.promise(approve(2n), 0);
      journal.promise(approve(9n), 0);
      expect(journal.merge(other(approve(1n), reject(2n), reject(5n)), 1)).toBe(3);
      expect(journal.merge(other(approve(1n), reject(2n), reject(5n)), 2)).toBe(0);
    });
    life((journal) => {
      journal.promise(approve(1n), 3);
      journal.promise(reject(5n), 3);
      journal.promise(approve(9n), 3);
      // Both may be out there: neither is signed again.
      expect(codeOf(() => journal.promise(approve(2n), 3))).toBe('EPOCH_CLOSED');
      expect(codeOf(() => journal.promise(reject(2n), 3))).toBe('EPOCH_CLOSED');
      expect(codeOf(() => journal.promise(approve(5n), 3))).toBe('DOUBLE_VOTE');
      // The other signer may have pruned what it voted on below its newest epoch.
      expect(codeOf(() => journal.promise(approve(4n), 3))).toBe('EPOCH_CLOSED');
      journal.promise(approve(6n), 3);
    });
  });

  const owner = {l1ChainId: 1, registry: `0x${'aa'.repeat(20)}`, salt: keccak256('0x01'), publicKey: `0x${'bb'.repeat(48)}`} as const;

  test('survives the file, whole', () => {
    const history: History = {...other(approve(3n), reject(4n)), closed: new Set([2n]), floor: 7n};
    expect(parseInterchange(encodeInterchange(owner, history), owner)).toEqual({ok: true, history});
  });

  test('of another registry, network or key is refused, and so is anything else', () => {
    const text = encodeInterchange(owner, other(approve(3n)));
    expect(parseInterchange(text, {...owner, registry: `0x${'ac'.repeat(20)}`})).toEqual({ok: false, code: 'foreign', what: 'registry'});
    expect(parseInterchange(text, {...owner, salt: keccak256('0x02')})).toEqual({ok: false, code: 'foreign', what: 'registry'});
    expect(parseInterchange(text, {...owner, publicKey: `0x${'bc'.repeat(48)}`})).toEqual({ok: false, code: 'foreign', what: 'voting key'});
    expect(parseInterchange(text.replace('"REJECT"', '"MAYBE"').replace('"APPROVE"', '"MAYBE"'), owner)).toMatchObject({ok: false, code: 'invalid'});
    expect(parseInterchange('{', owner)).toMatchObject({ok: false, code: 'invalid'});
  });

  test('that contradicts itself closes the epoch', () => {
    const [a, b] = [approve(3n), reject(3n)].map((vote) => JSON.parse(encodeInterchange(owner, other(vote))) as {data: {signed_votes: unknown[]}[]});
    a!.data[0]!.signed_votes.push(...b!.data[0]!.signed_votes);
    expect(parseInterchange(JSON.stringify(a), owner)).toMatchObject({ok: true, history: {closed: new Set([3n])}});
  });
});
