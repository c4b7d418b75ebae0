/** Frames of the link survive however the stream is cut, on memory that is used again. */
import {PassThrough} from 'node:stream';
import {expect, test} from 'vitest';
import {randomOf} from '../../test/support/random.ts';
import {BlockPool, Outbox} from './outbox.ts';
import {encodeFrame, FRAME, FrameReader, HEADER_BYTES, slots, writeHead} from './wire.ts';

const SEED = Number(process.env.POBS_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));

test(`a stream cut anywhere gives the frames that were written, each body on the boundary of a slot (seed ${SEED})`, () => {
  const random = randomOf(SEED);
  const reader = new FrameReader({max: 1 << 20});
  const sent = Array.from({length: 400}, (_, index) => {
    const length = random() < 0.02 ? 300_000 : Math.floor(random() * 5_000);
    return {request: index, first: index * 2 ** 33, body: Buffer.alloc(length, index), hash: Buffer.alloc(32, index + 1)};
  });
  const bytes = Buffer.concat(sent.map(({request, first, hash, body}) => encodeFrame({type: FRAME.acks, flags: 7, request, count: request + 1, first, hash}, body)));
  let seen = 0;
  for (let at = 0; at < bytes.length;) {
    const length = 1 + Math.floor(random() * (random() < 0.1 ? 200_000 : 3_000));
    reader.push(bytes.subarray(at, at + length));
    at += length;
    for (let frame = reader.next(); frame; frame = reader.next()) {
      const {request, first, body, hash} = sent[seen]!;
      expect(frame).toMatchObject({type: FRAME.acks, flags: 7, request, count: request + 1, first});
      expect(frame.at % 64).toBe(0);
      expect(frame.body.equals(body)).toBe(true);
      expect(frame.hash.equals(hash)).toBe(true);
      seen += 1;
    }
  }
  expect(seen).toBe(sent.length);
});

test('what is given to an outbox in one turn leaves in order and at once, whatever way it was given', async () => {
  const pool = new BlockPool({size: 256, most: 2});
  const socket = new PassThrough();
  const written: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => written.push(Buffer.from(chunk)));
  const outbox = new Outbox(socket, pool);
  const frames = ['one', 'two', 'three', 'four', 'five', 'six', 'seven'].map((text) => Buffer.from(text));
  frames.forEach((body, request) => {
    if (request % 3 === 2) {
      outbox.write(encodeFrame({type: FRAME.answer, request}, body));
      return;
    }
    const {bytes, used} = outbox.reserve(slots(HEADER_BYTES + body.length));
    const at = used - slots(HEADER_BYTES + body.length);
    bytes.set(body, at + HEADER_BYTES);
    writeHead(bytes, at, {type: FRAME.answer, request}, body.length);
  });
  expect(written).toEqual([]);
  await new Promise((resolve) => socket.once('data', () => setImmediate(resolve)));
  const reader = new FrameReader({max: 1 << 20});
  reader.push(Buffer.concat(written));
  const read: string[] = [];
  for (let frame = reader.next(); frame; frame = reader.next()) read.push(`${frame.request} ${frame.body.toString()}`);
  expect(read).toEqual(frames.map((body, request) => `${request} ${body.toString()}`));
});

test('a pool makes no more blocks than it may; who comes later gets just what is asked for, and used blocks come back empty', () => {
  const pool = new BlockPool({size: 4_096, most: 2});
  const [first, second] = [pool.take(64), pool.take(64)];
  expect([first.size, second.size, pool.take(100).size, pool.take(5_000).size]).toEqual([4_096, 4_096, 104, 5_000]);
  first.used = 64;
  pool.give(first);
  expect(pool.take(64)).toBe(first);
  expect(first.used).toBe(0);
});

test('a socket that is not read keeps few blocks from the others, and loses nothing', async () => {
  const pool = new BlockPool({size: 4_096, most: 100});
  const socket = new PassThrough({highWaterMark: 1});
  const outbox = new Outbox(socket, pool);
  for (let turn = 0; turn < 40; turn += 1) {
    const {bytes, used} = outbox.reserve(8);
    bytes.writeDoubleLE(turn, used - 8);
    await new Promise(setImmediate);
  }
  const free = Array.from({length: 100}, () => pool.take(8)).filter(({size}) => size === 4_096).length;
  expect(free).toBeGreaterThanOrEqual(100 - 16);
  const read: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => read.push(chunk));
  await new Promise(setImmediate);
  while (socket.writableLength > 0) await new Promise(setImmediate);
  const all = Buffer.concat(read);
  expect(Array.from({length: all.length / 8}, (_, index) => all.readDoubleLE(index * 8))).toEqual(Array.from({length: 40}, (_, index) => index));
});
