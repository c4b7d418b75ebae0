/** What faults of the disk do to a journal: cut tails at every byte, flipped bits, refused and lying syncs, batches that come twice. */
import {appendFileSync, closeSync, copyFileSync, mkdirSync, openSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync, writeSync} from 'node:fs';
import path from 'node:path';
import {afterEach, describe, expect, test} from 'vitest';
import {BATCH_HEADER, SLOT} from './batch.ts';
import {type Disk, type DiskFile, realDisk} from './disk.ts';
import {scanSegments} from './segments.ts';
import {appendText, code, folder, found, openJournal, removeFolders, segments, written} from './test/journals.ts';

afterEach(removeFolders);

/** A batch of one short text. */
const ONE = BATCH_HEADER + 2 * SLOT;

async function threeBatches(): Promise<{directory: string; file: string; bytes: Buffer}> {
  const directory = folder();
  for (const text of ['first', 'second', 'third']) await written(directory, [text]);
  const [file] = segments(directory);
  return {directory, file: file!, bytes: readFileSync(file!)};
}

describe('a tail', () => {
  test('cut at any byte loses the batch it cuts and no other, and the journal goes on', async () => {
    const {directory, file, bytes} = await threeBatches();
    expect(bytes).toHaveLength(3 * ONE);
    for (let size = 0; size < bytes.length; size += size < 2 * ONE ? 7 : 1) {
      writeFileSync(file, bytes.subarray(0, size));
      const opened = openJournal(directory);
      const whole = Math.floor(size / ONE);
      expect(found(opened)).toEqual(['first', 'second', 'third'].slice(0, whole));
      expect(opened.journal.repairedBytes).toBe(size - whole * ONE);
      appendText(opened.journal, 'again');
      await opened.journal.close();
      expect(statSync(segments(directory)[0]!).size).toBe((whole + 1) * ONE);
      expect(found(await closed(directory)).at(-1)).toBe('again');
      rmSync(segments(directory)[0]!);
    }
  });

  test('torn inside the zeros ahead is cut, at any byte', async () => {
    const {directory, file, bytes} = await threeBatches();
    for (let size = 2 * ONE + 1; size < bytes.length; size += 1) {
      writeFileSync(file, Buffer.concat([bytes.subarray(0, size), Buffer.alloc(bytes.length - size + 4_096)]));
      const opened = await closed(directory);
      // What is left of the last batch is none the less whole where only zeros are missing.
      const whole = bytes.subarray(size).every((byte) => byte === 0) ? 3 : 2;
      expect(opened.batches).toHaveLength(whole);
      if (whole === 2) expect(statSync(file).size).toBe(2 * ONE);
    }
  });

  test('of which a sector never came is cut', async () => {
    const directory = folder();
    await written(directory, ['first']);
    await written(directory, ['x'.repeat(5_000)]);
    const [file] = segments(directory);
    const bytes = readFileSync(file!);
    bytes.fill(0, 1_024, 1_536);
    writeFileSync(file!, bytes);
    expect(found(await closed(directory))).toEqual(['first']);
  });

  test('of a segment in the making is dropped', async () => {
    const directory = folder();
    await written(directory, ['first']);
    for (const length of [0, 20, 4_096]) {
      writeFileSync(path.join(directory, `${'2'.padStart(20, '0')}.journal`), Buffer.alloc(length));
      expect(found(await closed(directory))).toEqual(['first']);
      expect(segments(directory)).toHaveLength(1);
    }
    await written(directory, ['second']);
    expect(found(await closed(directory))).toEqual(['first', 'second']);
  });
});

describe('a flipped bit', () => {
  test('anywhere in an acknowledged batch stops the start with one sentence, and the file stays as it is', async () => {
    const {directory, file, bytes} = await threeBatches();
    // Every bit of the headers, and one of each byte behind them: the padding is part of what is hashed.
    for (let bit = 0; bit < 2 * ONE * 8; bit += bit % (ONE * 8) < BATCH_HEADER * 8 ? 1 : 9) {
      writeByte(file, bytes, bit);
      expect(code(() => scan(directory)), `bit ${bit % (ONE * 8)} of batch ${Math.floor(bit / (ONE * 8)) + 1}`).toBe('JOURNAL_CORRUPT');
      writeByte(file, bytes);
    }
    writeByte(file, bytes, ONE * 8 + 5);
    expect(() => openJournal(directory)).toThrow(/^Journal segment \d{20}\.journal is damaged: batch 2 was acknowledged and cannot be read; restore the folder from a copy\.$/);
  });

  test('in the header of the last batch cuts it, and it alone', async () => {
    const {directory, file, bytes} = await threeBatches();
    for (let bit = 0; bit < BATCH_HEADER * 8; bit += 1) {
      writeByte(file, bytes, 2 * ONE * 8 + bit);
      expect(scan(directory), `bit ${bit}`).toBe(2);
    }
    expect(found(await closed(directory))).toEqual(['first', 'second']);
  });

  test('in an earlier segment stops the start', async () => {
    const directory = folder();
    for (const text of ['a', 'b']) await written(directory, [text.repeat(200)], {segmentBytes: 400});
    const [file] = segments(directory);
    const bytes = readFileSync(file!);
    writeFileSync(file!, flipped(bytes, 8 * 300));
    expect(code(() => openJournal(directory))).toBe('JOURNAL_CORRUPT');
    writeFileSync(file!, bytes);
    truncateSync(file!, 150);
    expect(code(() => openJournal(directory))).toBe('JOURNAL_CORRUPT');
  });
});

describe('batches that do not belong', () => {
  test('a batch that comes twice', async () => {
    const {directory, file, bytes} = await threeBatches();
    writeFileSync(file, Buffer.concat([bytes, bytes.subarray(2 * ONE)]));
    expect(() => openJournal(directory)).toThrow('batch 3 follows batch 3');
  });

  test('an old batch at the end', async () => {
    const {directory, file, bytes} = await threeBatches();
    writeFileSync(file, Buffer.concat([bytes, bytes.subarray(0, ONE)]));
    expect(() => openJournal(directory)).toThrow('batch 1 follows batch 3');
  });

  test('a batch of another journal', async () => {
    const {directory, file, bytes} = await threeBatches();
    const other = folder();
    for (const text of ['first', 'other', 'third', 'fourth']) await written(other, [text]);
    writeFileSync(file, Buffer.concat([bytes, readFileSync(segments(other)[0]!).subarray(3 * ONE)]));
    expect(() => openJournal(directory)).toThrow('batch 4 does not name the batch before it');
  });

  test('a missing segment', async () => {
    const directory = folder();
    for (const text of ['a', 'b', 'c']) await written(directory, [text.repeat(200)], {segmentBytes: 400});
    rmSync(segments(directory)[1]!);
    expect(code(() => openJournal(directory))).toBe('JOURNAL_CORRUPT');
  });
});

describe('a disk that refuses', () => {
  const failures: [string, Failure][] = [
    ['EIO at a write', {code: 'EIO', at: 'write'}], ['ENOSPC at a write', {code: 'ENOSPC', at: 'write'}], ['ENOSPC after half a write', {code: 'ENOSPC', at: 'half'}],
    ['EIO at a sync', {code: 'EIO', at: 'datasync'}], ['EIO at a new segment', {code: 'EIO', at: 'open'}],
  ];
  test.each(failures)('%s: out of service for good, nothing of it durable, everything before it there', async (_, failure) => {
    const directory = folder();
    await written(directory, ['first']);
    const {disk, arm} = failingDisk(failure);
    const {journal, durable, fatal} = openJournal(directory, {disk, segmentBytes: failure.at === 'open' ? 1 : 1_024 ** 2});
    if (failure.at !== 'open') {
      const synced = new Promise<void>((resolve) => journal.onceDurable(resolve));
      appendText(journal, 'second');
      await synced;
    }
    const before = durable.length;
    arm();
    appendText(journal, 'third');
    await turns(failure);
    expect(fatal).toEqual(['JOURNAL_WRITE_FAILED']);
    // The disk works again: it is not trusted again.
    expect(code(() => appendText(journal, 'fourth'))).toBe('JOURNAL_CLOSED');
    await journal.close();
    expect(durable).toHaveLength(before);
    const acknowledged = failure.at === 'open' ? ['first'] : ['first', 'second'];
    expect(found(await closed(directory)).slice(0, acknowledged.length)).toEqual(acknowledged);
  });

  test('a full file system', {skip: fullTmpfs() === undefined}, async () => {
    const directory = path.join(fullTmpfs()!, `pobs-full-${process.pid}`);
    mkdirSync(directory, {recursive: true});
    try {
      const {journal, durable, fatal} = openJournal(directory, {disk: shortDisk(64 * 1_024)});
      for (let index = 0; index < 400 && fatal.length === 0; index += 1) {
        const before = durable.length;
        appendText(journal, 'x'.repeat(1_000));
        while (durable.length === before && fatal.length === 0) await new Promise(setImmediate);
      }
      await journal.close();
      expect(fatal).toEqual(['JOURNAL_WRITE_FAILED']);
      expect((await closed(directory)).batches.length).toBe(durable.length);
    } finally {
      rmSync(directory, {recursive: true, force: true});
    }
  });
});

test('a sync that lies: after a loss of power the journal is a whole beginning of what was said to be durable', async () => {
  const directory = folder();
  await written(directory, ['first']);
  const survivors = folder();
  const {disk, powerLoss} = lyingDisk();
  const {journal, states} = openJournal(directory, {disk});
  for (const text of ['second', 'third', 'fourth']) {
    const said = new Promise<void>((resolve) => journal.onceDurable(resolve));
    appendText(journal, text);
    await said;
  }
  const {chainState} = journal;
  await journal.close();
  expect(states).toHaveLength(1);
  powerLoss(segments(directory)[0]!, path.join(survivors, path.basename(segments(directory)[0]!)), 2 * ONE + 100);
  const after = await closed(survivors);
  expect(found(after)).toEqual(['first', 'second']);
  // A snapshot of what was lost shows the lie.
  expect(() => openJournal(survivors, {from: {sequence: 4, chain: chainState}})).toThrow('ends at batch 2, and a snapshot was taken after batch 4');
});

async function closed(directory: string): Promise<ReturnType<typeof openJournal>> {
  const opened = openJournal(directory);
  await opened.journal.close();
  return opened;
}

function flipped(bytes: Buffer, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[bit >>> 3]! ^= 1 << (bit & 7);
  return copy;
}

/** The file with one bit flipped, or as it was; in place. */
function writeByte(file: string, bytes: Buffer, bit?: number): void {
  const descriptor = openSync(file, 'r+');
  writeSync(descriptor, bit === undefined ? bytes : flipped(bytes, bit), 0, bytes.length, 0);
  closeSync(descriptor);
}

/** Batches that read, without repair. */
function scan(directory: string): number {
  let batches = 0;
  scanSegments({directory, repair: false, onBatch: () => (batches += 1)});
  return batches;
}

type Failure = {code: 'EIO' | 'ENOSPC'; at: 'write' | 'half' | 'datasync' | 'open'; done?: () => void; seen?: Promise<void>};

/** Real files; from {@link arm} on, one kind of call fails once. */
function failingDisk(failure: Failure): {disk: Disk; arm: () => void} {
  let armed = false;
  failure.seen = new Promise((resolve) => (failure.done = resolve));
  const fail = (): never => {
    armed = false;
    failure.done!();
    throw Object.assign(new Error(`${failure.code}: the disk refuses`), {code: failure.code});
  };
  const wrap = (file: DiskFile): DiskFile => ({
    ...file,
    async write(bytes, offset, length, position) {
      if (armed && failure.at === 'write') fail();
      if (armed && failure.at === 'half') {
        await file.write(bytes, offset, length >>> 1, position);
        fail();
      }
      return file.write(bytes, offset, length, position);
    },
    datasync: async () => (armed && failure.at === 'datasync' ? fail() : file.datasync()),
  });
  const disk: Disk = {...realDisk, open: async (file, flags) => (armed && failure.at === 'open' ? fail() : wrap(await realDisk.open(file, flags)))};
  return {disk, arm: () => (armed = true)};
}

/** Until the failure has happened and the journal has heard of it. */
async function turns(failure: Failure): Promise<void> {
  await failure.seen;
  for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
}

/** Accepts writes up to so many bytes, then writes less than asked, then reports a full disk, as a file system does. */
function shortDisk(room: number): Disk {
  return {
    ...realDisk,
    async open(file, flags) {
      const real = await realDisk.open(file, flags);
      return {
        ...real,
        write(bytes, offset, length, position) {
          if (position >= room) throw Object.assign(new Error('ENOSPC: no space left on device'), {code: 'ENOSPC'});
          return real.write(bytes, offset, Math.min(length, room - position), position);
        },
      };
    },
  };
}

/** A memory file system, where there is one. */
function fullTmpfs(): string | undefined {
  try {
    return statSync('/dev/shm').isDirectory() ? '/dev/shm' : undefined;
  } catch {
    return undefined;
  }
}

/** Says that everything is durable; after the loss of power only the first `kept` bytes are. */
function lyingDisk(): {disk: Disk; powerLoss: (file: string, survivor: string, kept: number) => void} {
  const disk: Disk = {
    ...realDisk,
    open: async (file, flags) => ({...(await realDisk.open(file, flags)), datasync: async () => {}}),
  };
  return {
    disk,
    powerLoss(file, survivor, kept) {
      copyFileSync(file, survivor);
      truncateSync(survivor, kept);
      appendFileSync(survivor, Buffer.alloc(512));
    },
  };
}
