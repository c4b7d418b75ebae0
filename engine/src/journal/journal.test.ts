/** The journal on a real disk: chain, group commit, torn tails at every byte, corruption, locks, full files. */
import {spawn, spawnSync} from 'node:child_process';
import {appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {type Hex, keccak256} from 'viem';
import {afterEach, describe, expect, test} from 'vitest';
import {decodePayload, encodePayload} from './codec.ts';
import {RECORD_HEADER, RECORD_KIND, SEGMENT_HEADER} from './frame.ts';
import {Journal} from './journal.ts';

const folders: string[] = [];
const folder = (): string => {
  folders.push(mkdtempSync(path.join(tmpdir(), 'pobs-journal-')));
  return folders.at(-1)!;
};
afterEach(() => {
  for (const directory of folders.splice(0)) rmSync(directory, {recursive: true, force: true});
});

type Opened = {journal: Journal; found: {sequence: bigint; text: string; head: Hex}[]; durable: bigint[]};

function openJournal(directory: string, segmentBytes?: number): Opened {
  const found: Opened['found'] = [];
  const durable: bigint[] = [];
  const journal = new Journal({
    directory, ...(segmentBytes !== undefined && {segmentBytes}),
    onRecord: ({sequence, payload}, head) => found.push({sequence, text: Buffer.from(payload).toString(), head}),
    onDurable: (sequence) => durable.push(sequence),
    onFatal: (error) => {
      throw error;
    },
  });
  return {journal, found, durable};
}

const append = (journal: Journal, text: string) => journal.append({at: 5n, kind: RECORD_KIND.command, payload: Buffer.from(text)});

async function written(directory: string, texts: readonly string[], segmentBytes?: number): Promise<Hex> {
  const {journal} = openJournal(directory, segmentBytes);
  for (const text of texts) append(journal, text);
  const {head} = journal.last;
  await journal.close();
  return head;
}

const segments = (directory: string): string[] => readdirSync(directory).filter((name) => name.endsWith('.journal')).sort().map((name) => path.join(directory, name));

const code = (run: () => unknown): string => {
  try {
    run();
    return 'no error';
  } catch (error) {
    return (error as {data?: {code: string}}).data?.code ?? String(error);
  }
};

describe('records', () => {
  test('come back in order with the same heads', async () => {
    const directory = folder();
    const head = await written(directory, ['one', 'two', 'three']);
    const {journal, found} = openJournal(directory);
    expect(found.map(({sequence, text}) => [sequence, text])).toEqual([[1n, 'one'], [2n, 'two'], [3n, 'three']]);
    expect(found.at(-1)!.head).toBe(head);
    expect(journal.last).toEqual({sequence: 3n, head});
    await journal.close();
  });

  test('the head is keccak256(previous ‖ keccak256(sequence ‖ at ‖ kind ‖ payload)), from 32 zero bytes', async () => {
    const head = await written(folder(), ['one']);
    const record = keccak256(`0x${'1'.padStart(16, '0')}${'5'.padStart(16, '0')}01${Buffer.from('one').toString('hex')}`);
    expect(head).toBe(keccak256(`0x${'0'.repeat(64)}${record.slice(2)}`));
  });

  test('what arrives together shares one sync, and nothing is durable before it', async () => {
    const directory = folder();
    const {journal, durable} = openJournal(directory);
    for (let index = 0; index < 100; index += 1) append(journal, `record ${index}`);
    expect(durable).toEqual([]);
    expect(journal.durableSequence).toBe(0n);
    await journal.close();
    expect(durable).toEqual([100n]);
  });

  test('segments roll over and chain', async () => {
    const directory = folder();
    for (const text of ['a', 'b', 'c']) await written(directory, [text.repeat(200)], 200);
    expect(segments(directory).map((file) => path.basename(file))).toEqual([1, 2, 3].map((first) => `${String(first).padStart(20, '0')}.journal`));
    expect(openJournal(directory).found).toHaveLength(3);
  });

  test('payloads are canonical', () => {
    const value = {b: 2n ** 70n, a: ['x', null, {z: 1, y: true}], none: undefined};
    expect(encodePayload(value).toString()).toBe('{"a":["x",null,{"y":true,"z":1}],"b":{"$":"1180591620717411303424"}}');
    expect(decodePayload(encodePayload(value))).toEqual({a: value.a, b: value.b});
  });
});

describe('a crash', () => {
  test('at any byte of the last record loses that record and no other', async () => {
    const directory = folder();
    await written(directory, ['first', 'second']);
    const [file] = segments(directory);
    const whole = readFileSync(file!);
    const second = SEGMENT_HEADER + RECORD_HEADER + 'first'.length;
    for (let size = second; size < whole.length; size += 1) {
      writeFileSync(file!, whole.subarray(0, size));
      const {journal, found} = openJournal(directory);
      expect(found.map(({text}) => text)).toEqual(['first']);
      expect(journal.repairedBytes).toBe(size - second);
      append(journal, 'again');
      await journal.close();
      expect(statSync(file!).size).toBe(second + RECORD_HEADER + 'again'.length);
    }
  });

  test('while a segment is made leaves an empty file that is dropped', async () => {
    const directory = folder();
    await written(directory, ['first']);
    writeFileSync(path.join(directory, `${'2'.padStart(20, '0')}.journal`), Buffer.alloc(20));
    const {journal, found} = openJournal(directory);
    expect(found).toHaveLength(1);
    expect(segments(directory)).toHaveLength(1);
    append(journal, 'second');
    await journal.close();
    expect(openJournal(directory).found).toHaveLength(2);
  });

  test('that tore the middle of an unacknowledged batch cuts the batch', async () => {
    const directory = folder();
    await written(directory, ['first', 'second', 'third']);
    const [file] = segments(directory);
    const bytes = readFileSync(file!);
    bytes[SEGMENT_HEADER + 2 * RECORD_HEADER + 'first'.length + 1]! ^= 1;
    writeFileSync(file!, bytes);
    expect(openJournal(directory).found.map(({text}) => text)).toEqual(['first']);
  });
});

describe('damage', () => {
  test('of an acknowledged record is refused, not repaired', async () => {
    const directory = folder();
    await written(directory, ['first']);
    await written(directory, ['second']);
    const [file] = segments(directory);
    const bytes = readFileSync(file!);
    bytes[SEGMENT_HEADER + RECORD_HEADER]! ^= 1;
    writeFileSync(file!, bytes);
    expect(code(() => openJournal(directory))).toBe('JOURNAL_CORRUPT');
    expect(readFileSync(file!)).toEqual(bytes);
  });

  test('of an earlier segment is refused', async () => {
    const directory = folder();
    for (const text of ['a', 'b']) await written(directory, [text.repeat(200)], 200);
    truncateSync(segments(directory)[0]!, 150);
    expect(code(() => openJournal(directory))).toBe('JOURNAL_CORRUPT');
  });

  test('a missing segment is refused', async () => {
    const directory = folder();
    for (const text of ['a', 'b', 'c']) await written(directory, [text.repeat(200)], 200);
    rmSync(segments(directory)[1]!);
    expect(code(() => openJournal(directory))).toBe('JOURNAL_CORRUPT');
  });
});

describe('the lock', () => {
  test('admits one writer, and nobody after close is needed to free it', async () => {
    const directory = folder();
    const {journal} = openJournal(directory);
    expect(code(() => openJournal(directory))).toBe('JOURNAL_LOCKED');
    await journal.close();
    await openJournal(directory).journal.close();
    expect(readdirSync(directory).filter((name) => name.includes('lock'))).toEqual([]);
  });

  test('of a dead process is taken over, even if its pid lives again as another', async () => {
    const directory = folder();
    const {pid} = spawnSync(process.execPath, ['-e', '']);
    for (const owner of [`{"pid":${pid},"started":"1"}`, `{"pid":${process.pid},"started":"1"}`, 'torn']) {
      writeFileSync(path.join(directory, 'journal.lock'), owner);
      await openJournal(directory).journal.close();
    }
  });

  test('of a living process names it', () => {
    const directory = folder();
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    try {
      writeFileSync(path.join(directory, 'journal.lock'), JSON.stringify({pid: other.pid, started: ''}));
      expect(() => openJournal(directory)).toThrow(`in use by process ${other.pid}`);
    } finally {
      other.kill('SIGKILL');
    }
  });
});

test('a write that fails puts the journal out of service for good', async () => {
  const directory = folder();
  const {journal} = openJournal(directory);
  append(journal, 'first');
  await journal.close();
  const errors: string[] = [];
  const limited = new Journal({
    directory, segmentBytes: 1, onRecord: () => {}, onDurable: () => errors.push('durable'), onFatal: (error) => errors.push(error.data.code),
  });
  // The next record needs a new segment, and its name is taken: a real failure of the file system.
  appendFileSync(path.join(directory, `${'2'.padStart(20, '0')}.journal`), 'foreign');
  append(limited, 'second');
  await limited.close();
  expect(errors).toEqual(['JOURNAL_WRITE_FAILED']);
  expect(code(() => append(limited, 'third'))).toBe('JOURNAL_CLOSED');
});
