/** The journal on a real disk: chain, group commit, segments, the lock. What faults do to it is in `faults.test.ts`. */
import {spawn, spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {afterEach, describe, expect, test} from 'vitest';
import {BATCH_HEADER, Chain, readHeader, SLOT, skipOf} from './batch.ts';
import {decodePayload, encodePayload} from './codec.ts';
import {appendText, code, folder, found, openJournal, records, removeFolders, segments, written} from './test/journals.ts';

afterEach(removeFolders);

const zeros = Buffer.alloc(32);
const sha256 = (...parts: Uint8Array[]): Buffer => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();

describe('batches', () => {
  test('come back in order with the same hashes', async () => {
    const directory = folder();
    const {journal} = openJournal(directory);
    appendText(journal, 'one');
    journal.appendRecords(records(3), 0, 2 * SLOT, 5);
    journal.appendRecords(records(3), 2 * SLOT, 3 * SLOT, 5);
    journal.appendRecords(records(1), 0, SLOT, 6);
    await journal.close();
    const head = journal.head;
    await written(directory, ['two']);
    const again = openJournal(directory);
    expect(found(again)).toEqual(['one', '3 records at 5', '1 records at 6', 'two']);
    expect(again.batches[0]!.hash).toEqual(Buffer.from(head));
    expect(again.batches.map(({firstSequence, count}) => [firstSequence, count])).toEqual([[1, 5], [6, 1]]);
    expect(again.journal.sequence).toBe(6);
    await again.journal.close();
  });

  test('hash = SHA-256 of the header before it, which names the batch before, an older one and the payload', async () => {
    const directory = folder();
    for (const text of ['a', 'b', 'c', 'd']) await written(directory, [text]);
    const bytes = readFileSync(segments(directory)[0]!);
    const hashes = [zeros];
    for (let offset = 0; offset < bytes.length; offset += BATCH_HEADER + 2 * SLOT) {
      const header = bytes.subarray(offset, offset + BATCH_HEADER);
      expect(header.subarray(64, 96)).toEqual(hashes.at(-1));
      expect(header.subarray(96, 128)).toEqual(hashes[[0, 0, 0, 2, 0][hashes.length]!]);
      expect(header.subarray(128, 160)).toEqual(sha256(bytes.subarray(offset + BATCH_HEADER, offset + BATCH_HEADER + 2 * SLOT)));
      hashes.push(sha256(header.subarray(0, 160)));
      expect(header.subarray(160)).toEqual(hashes.at(-1));
    }
    expect(hashes).toHaveLength(5);
  });

  test('what arrives together shares one sync, and nothing is durable before it', async () => {
    const {journal, durable} = openJournal(folder());
    for (let index = 0; index < 100; index += 1) appendText(journal, `command ${index}`);
    expect(durable).toEqual([]);
    expect(journal.durable).toEqual({index: 0, sequence: 0});
    expect(journal.tip).toBe(1);
    await journal.close();
    expect(durable).toEqual([{index: 1, firstSequence: 1, count: 100}]);
    expect(journal.durable).toEqual({index: 1, sequence: 100});
  });

  test('a checkpoint takes no sequence', async () => {
    const directory = folder();
    const {journal} = openJournal(directory);
    appendText(journal, 'one');
    journal.appendCheckpoint(Buffer.from('check'), 5);
    appendText(journal, 'two');
    expect(journal.sequence).toBe(2);
    await journal.close();
    expect(found(openJournal(directory))).toEqual(['one', 'checkpoint check', 'two']);
  });

  test('a skip leads over at most half of what lies below', () => {
    expect([1, 2, 3, 4, 6, 12, 13, 2 ** 40].map(skipOf)).toEqual([0, 0, 2, 0, 4, 8, 12, 0]);
    const chain = new Chain();
    const hashes = [Buffer.alloc(32)];
    for (let index = 1; index <= 300; index += 1) {
      expect(Buffer.from(chain.skipHash)).toEqual(hashes[skipOf(index)]);
      hashes.push(sha256(Buffer.from(String(index))));
      chain.add(hashes[index]!);
      const resumed = Chain.from(chain.state);
      expect(Buffer.from(resumed.skipHash)).toEqual(hashes[skipOf(index + 1)]);
    }
  });

  test('text is canonical', () => {
    const value = {b: 2n ** 70n, a: ['x', null, {z: 1, y: true}], none: undefined};
    expect(encodePayload(value).toString()).toBe('{"a":["x",null,{"y":true,"z":1}],"b":{"$":"1180591620717411303424"}}');
    expect(decodePayload(encodePayload(value))).toEqual({a: value.a, b: value.b});
  });
});

describe('segments', () => {
  test('roll over and chain', async () => {
    const directory = folder();
    for (const text of ['a', 'b', 'c']) await written(directory, [text.repeat(200)], {segmentBytes: 400});
    expect(segments(directory).map((file) => path.basename(file))).toEqual([1, 2, 3].map((first) => `${String(first).padStart(20, '0')}.journal`));
    expect(openJournal(directory).batches).toHaveLength(3);
  });

  test('have zeros ahead while they are written, and none after a clean stop', async () => {
    const directory = folder();
    const {journal} = openJournal(directory, {aheadBytes: 4_096});
    const durable = new Promise<void>((resolve) => journal.onceDurable(resolve));
    appendText(journal, 'one');
    await durable;
    const size = BATCH_HEADER + 2 * SLOT;
    expect(statSync(segments(directory)[0]!).size).toBe(size + 4_096);
    await journal.close();
    expect(statSync(segments(directory)[0]!).size).toBe(size);
  });

  test('that an anchor lies behind are not read', async () => {
    const directory = folder();
    for (const text of ['a', 'b', 'c', 'd']) await written(directory, [text.repeat(200)], {segmentBytes: 400});
    const half = openJournal(directory);
    await half.journal.close();
    const anchor = {sequence: 2, chain: half.states[1]!};
    writeFileSync(segments(directory)[0]!, 'unreadable');
    const {batches, journal} = openJournal(directory, {from: anchor});
    expect(batches.map(({index}) => index)).toEqual([3, 4]);
    appendText(journal, 'e');
    await journal.close();
    expect(openJournal(directory, {from: anchor}).batches.map(({index}) => index)).toEqual([3, 4, 5]);
  });

  test('an anchor of another journal, or beyond the end of this one, is refused', async () => {
    const [directory, other] = [folder(), folder()];
    await written(directory, ['a']);
    for (const text of ['x', 'y', 'z']) await written(other, [text]);
    const foreign = openJournal(other);
    await foreign.journal.close();
    expect(code(() => openJournal(directory, {from: {sequence: 1, chain: foreign.states[0]!}}))).toBe('JOURNAL_CORRUPT');
    expect(() => openJournal(directory, {from: {sequence: 3, chain: foreign.states[2]!}})).toThrow('ends at batch 1, and a snapshot was taken after batch 3');
  });

  test('of an older version are refused with one sentence, and stay as they are', () => {
    const directory = folder();
    const file = path.join(directory, `${'1'.padStart(20, '0')}.journal`);
    const old = Buffer.concat([Buffer.from('POBSJNL1'), Buffer.alloc(48, 7)]);
    writeFileSync(file, old);
    expect(code(() => openJournal(directory))).toBe('JOURNAL_VERSION');
    expect(() => openJournal(directory)).toThrow(/was written by an older version of the engine.*give a new --data-dir\.$/);
    expect(readFileSync(file)).toEqual(old);
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

  test('is freed when the journal cannot be opened', async () => {
    const directory = folder();
    await written(directory, ['a']);
    await written(directory, ['b']);
    const [file] = segments(directory);
    const bytes = readFileSync(file!);
    writeFileSync(file!, Buffer.concat([Buffer.alloc(SLOT), bytes.subarray(SLOT)]));
    expect(code(() => openJournal(directory))).toBe('JOURNAL_CORRUPT');
    expect(code(() => openJournal(directory))).toBe('JOURNAL_CORRUPT');
    rmSync(file!);
    expect(readHeader(bytes, 0)?.count).toBe(1);
  });
});
