/** What a reader that comes back can be told: bounded, gap-free, and the same after a stop, a kill and a start from a snapshot. */
import {cpSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {buildRules} from '../../test/model/exchange.ts';
import {play, traffic} from '../../test/support/traffic.ts';
import {Follower} from '../follower/follower.ts';
import {EngineNode} from './engine-node.ts';
import {RecentEvents} from './recent-events.ts';
import {sectionsOf} from './read-frames.ts';

const seed = Number(process.env.POBS_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
const frame = (first: number, count: number, bytes: number) => ({first, count, bytes: new Uint8Array(bytes).fill(first)});

test('the oldest go when there is too much, the newest never does', () => {
  const recent = new RecentEvents({bytesMax: 100});
  expect([recent.reaches(1, 1), recent.reaches(1, 2)]).toEqual([true, false]);
  for (const made of [frame(1, 2, 60), frame(3, 1, 30), frame(4, 1, 40)]) recent.add(made);
  expect(recent.frames.map(({first}) => first)).toEqual([3, 4]);
  expect([2, 3, 4, 5, 6].map((first) => recent.reaches(first, 5))).toEqual([false, true, true, true, false]);
  recent.add(frame(5, 9, 1_000));
  expect(recent.frames.map(({first}) => first)).toEqual([5]);
});

test('the memory of what goes is free once every reader has it behind it', () => {
  const recent = new RecentEvents({bytesMax: 100});
  recent.add(frame(1, 1, 40));
  recent.add(frame(2, 1, 40));
  // The first is read where no more than the second is left to read.
  expect(recent.add(frame(3, 1, 40), {unread: 40}).map(({first}) => first)).toEqual([1]);
  expect(recent.add(frame(4, 1, 40), {unread: 41})).toEqual([]);
  expect(recent.add(frame(5, 1, 200), {unread: 10}).map(({first}) => first)).toEqual([3]);
  expect(recent.frames.map(({first}) => first)).toEqual([5]);
});

test('older ones go where some are missing', () => {
  const recent = new RecentEvents();
  for (const made of [frame(1, 2, 60), frame(3, 0, 8), frame(4, 1, 40)]) recent.add(made);
  expect(recent.frames.map(({first}) => first)).toEqual([4]);
  expect(recent.reaches(3, 5)).toBe(false);
});

test('what is encoded comes back in memory of its own', () => {
  const recent = new RecentEvents();
  for (const made of [frame(1, 2, 61), frame(3, 0, 0), frame(3, 7, 48)]) recent.add(made);
  const bytes = recent.encode();
  const again = new RecentEvents();
  again.addEncoded(bytes);
  bytes.fill(0);
  expect(again.frames).toEqual(recent.frames);
});

describe('an engine that starts anew remembers the events before', () => {
  let folder: string;
  const nodes: EngineNode[] = [];
  const open = async (name: string): Promise<EngineNode> => {
    const [directory, snapshots] = [path.join(folder, name, 'journal'), path.join(folder, name, 'snapshots')];
    nodes.push(await EngineNode.open({directory, snapshots, rules: buildRules(), segmentBytes: 16 * 1_024}));
    return nodes.at(-1)!;
  };
  /** Frames are cut otherwise by a replay; their sections are not looked into by anybody before they are decoded. */
  const eventsOf = ({recent}: {recent: RecentEvents}) => {
    const told: {at: number; event: number; words: string}[] = [];
    for (const {at, firstEvent, records, events = []} of recent.frames.flatMap((made) => [...sectionsOf(made)])) {
      events.forEach((event, index) => told.push({at, event: firstEvent + index, words: JSON.stringify(event, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))}));
      for (let index = 0, end = records?.length ?? 0; index < end; index += 1) told.push({at, event: firstEvent + index, words: records!.words.subarray(index * 16, (index + 1) * 16).join()});
    }
    return told;
  };

  beforeEach(() => {
    console.log(`seed ${seed}`);
    folder = mkdtempSync(path.join(tmpdir(), 'pobs-recent-'));
  });
  afterEach(async () => {
    for (const node of nodes.splice(0)) await node.close();
    rmSync(folder, {recursive: true, force: true});
  });

  test('after a kill, from the journal alone', async () => {
    const node = await open('first');
    await play(node);
    await traffic(node, {seed, frames: 20});
    cpSync(path.join(folder, 'first', 'journal'), path.join(folder, 'copy', 'journal'), {recursive: true, filter: (file) => !file.endsWith('lock')});
    const before = eventsOf(node);
    expect(before.map(({event}) => event)).toEqual(before.map((_, index) => index + 1));
    expect(eventsOf(await open('copy'))).toEqual(before);
  });

  test('after a kill, from a follower\'s snapshot on', async () => {
    const node = await open('first');
    await play(node);
    await traffic(node, {seed, frames: 20});
    const follower = new Follower({journal: path.join(folder, 'first', 'journal'), snapshots: path.join(folder, 'first', 'snapshots')}, {log: {info: () => {}, warn: () => {}}});
    await follower.follow(node.durable.index);
    follower.takeSnapshot();
    await follower.close();
    await traffic(node, {seed: seed + 1, frames: 5});
    cpSync(path.join(folder, 'first'), path.join(folder, 'copy'), {recursive: true, filter: (file) => !file.endsWith('lock')});
    const again = await open('copy');
    expect(eventsOf(again)).toEqual(eventsOf(node));
    expect(again.recent.reaches(1, Number(again.durableEventSequence) + 1)).toBe(true);
  });

  test('after a stop, from the snapshot it left', async () => {
    const node = await open('first');
    await play(node);
    await traffic(node, {seed, frames: 20});
    await node.close();
    expect(eventsOf(await open('first'))).toEqual(eventsOf(node));
  });
});
