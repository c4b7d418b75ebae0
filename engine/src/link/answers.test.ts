/** Answers that wait for the disk: those of one stretch leave together, those of the next by themselves, however many they are. */
import {PassThrough} from 'node:stream';
import {expect, test} from 'vitest';
import {ACK_BYTES, AckWriter} from '../node/record-runner.ts';
import {ANSWER_HEADER_BYTES, Answers} from './answers.ts';
import {BlockPool, Outbox} from './outbox.ts';
import {FRAME, FrameReader} from './wire.ts';

const HASH = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);

function setup() {
  const socket = new PassThrough();
  const reader = new FrameReader({max: 1 << 24});
  socket.on('data', (chunk: Buffer) => reader.push(chunk));
  const pool = new BlockPool({size: 1_024, most: 4});
  const outbox = new Outbox(socket, pool);
  let isThere = true;
  const answers = new Answers(() => (isThere ? outbox : undefined), pool);
  const acks = new AckWriter();
  const add = (stretch: object, request: number, records: number) => {
    acks.begin(records);
    for (let index = 0; index < records; index += 1) acks.put(index, index % 3, index, request * 1_000 + index, request);
    return answers.add(stretch, request, acks);
  };
  /** `hash: [request of each answer]`, by frame. */
  const left = async (): Promise<Record<number, number[]>[]> => {
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    const frames: Record<number, number[]>[] = [];
    for (let frame = reader.next(); frame; frame = reader.next()) {
      expect(frame.type).toBe(FRAME.acks);
      const {body, count, hash} = frame;
      const requests: number[] = [];
      let at = 0;
      for (let answer = 0; answer < count; answer += 1) {
        const [request, records] = [body.readUInt32LE(at), body.readUInt32LE(at + 4)];
        requests.push(request);
        at += ANSWER_HEADER_BYTES;
        for (let index = 0; index < records; index += 1, at += ACK_BYTES) {
          expect([body.readInt32LE(at), body.readInt32LE(at + 4), body.readDoubleLE(at + 8), body.readDoubleLE(at + 16)]).toEqual([index % 3, index, request * 1_000 + index, request]);
        }
      }
      expect(at).toBe(body.length);
      frames.push({[hash[0]!]: requests});
    }
    return frames;
  };
  return {add, left, pool, leave: () => (isThere = false)};
}

test('a stretch is one frame, released once; what comes meanwhile is in the next', async () => {
  const {add, left} = setup();
  const [first, second] = [{}, {}];
  const release = add(first, 1, 2)!;
  expect(add(first, 2, 1)).toBeUndefined();
  const next = add(second, 3, 1)!;
  expect(add(second, 4, 5)).toBeUndefined();
  expect(await left()).toEqual([]);
  release(HASH(7));
  expect(await left()).toEqual([{7: [1, 2]}]);
  expect(add(second, 5, 1)).toBeUndefined();
  next(HASH(8));
  expect(await left()).toEqual([{8: [3, 4, 5]}]);
  add(second, 6, 1)!(HASH(9));
  expect(await left()).toEqual([{9: [6]}]);
});

test('more answers than a block holds are still one frame', async () => {
  const {add, left} = setup();
  const stretch = {};
  const release = add(stretch, 1, 40)!;
  for (let request = 2; request <= 60; request += 1) add(stretch, request, request);
  release(HASH(1));
  expect(await left()).toEqual([{1: Array.from({length: 60}, (_, index) => index + 1)}]);
});

test('answers for nobody go, and their memory comes back', async () => {
  const {add, left, pool, leave} = setup();
  const release = add({}, 1, 2)!;
  leave();
  release(HASH(1));
  expect(await left()).toEqual([]);
  expect([1, 2, 3, 4, 5].map(() => pool.take(8).size)).toEqual([1_024, 1_024, 1_024, 1_024, 8]);
});
