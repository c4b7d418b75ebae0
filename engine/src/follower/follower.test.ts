/** A follower beside a running engine: the same state, batch by batch, from any beginning; and starts from the snapshots it leaves. */
import {mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {play, traffic} from '../../test/support/traffic.ts';
import {buildRules, WALLETS} from '../../test/model/exchange.ts';
import type {NumberedEvent} from '../core/events.ts';
import {bookView} from '../core/queries.ts';
import {JournalTail} from '../journal/tail.ts';
import {connectEngine} from '../link/client.ts';
import {connectLeader} from '../link/leader.ts';
import {LinkServer} from '../link/server.ts';
import {socketPath} from '../link/socket-path.ts';
import {EngineNode, type EngineNodeOptions} from '../node/engine-node.ts';
import {snapshotFiles} from '../node/snapshots.ts';
import {journalEvents} from '../projections/journal-events.ts';
import {Follower} from './follower.ts';

const quiet = {info: () => {}, warn: () => {}};
const seed = Number(process.env.POBS_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));

let folder: string;
let node: EngineNode;
const folders = () => ({journal: path.join(folder, 'journal'), snapshots: path.join(folder, 'snapshots')});

const openNode = (options: Partial<EngineNodeOptions> = {}): Promise<EngineNode> =>
  EngineNode.open({directory: folders().journal, snapshots: folders().snapshots, rules: buildRules(), segmentBytes: 16 * 1_024, ...options});

beforeEach(async () => {
  console.log(`seed ${seed}`);
  folder = mkdtempSync(path.join(tmpdir(), 'pobs-follower-'));
  node = await openNode();
  await play(node);
});

afterEach(async () => {
  await node.close();
  rmSync(folder, {recursive: true, force: true});
});

const position = async (of: {state(): Promise<{sequence: bigint; eventSequence: bigint; digest: string; journalHead: string}>}) => {
  const {sequence, eventSequence, digest, journalHead} = await of.state();
  return {sequence, eventSequence, digest, journalHead};
};

describe('a follower', () => {
  test('has the leader\'s state at every stop, over segments, and its events', async () => {
    const events: NumberedEvent[] = [];
    const seen: NumberedEvent[] = [];
    const follower = new Follower(folders(), {log: quiet, events: {wantsEvents: () => true, push: (some) => seen.push(...some), noteEnd: () => {}}});
    await follower.follow(node.durable.index);
    node.onEvents((some) => events.push(...some));
    for (let round = 0; round < 5; round += 1) {
      await traffic(node, {seed: seed + round, frames: 20});
      await follower.follow(node.durable.index);
      expect(await position(follower)).toEqual(await position(node));
    }
    expect(readdirSync(folders().journal).filter((name) => name.endsWith('.journal')).length).toBeGreaterThan(2);
    expect(seen.slice(-events.length)).toEqual(events);
    await follower.close();
  });

  test('leaves snapshots, from which it and the engine go on as from the beginning', async () => {
    const follower = new Follower({...folders(), snapshotEvery: 100}, {log: quiet});
    await traffic(node, {seed, frames: 60});
    await follower.follow(node.durable.index);
    await follower.close();
    expect(snapshotFiles(folders().snapshots)).toHaveLength(2);
    await traffic(node, {seed: seed + 1, frames: 30});
    const before = await position(node);
    const second = new Follower(folders(), {log: quiet});
    expect(second.sequence).toBeGreaterThan(0);
    await second.follow(node.durable.index);
    expect(await position(second)).toEqual(before);
    await second.close();
    const all: NumberedEvent[] = [];
    for await (const some of journalEvents(folders().journal)) all.push(...some);
    const late: NumberedEvent[] = [];
    for await (const some of journalEvents(folders().journal, {after: BigInt(second.eventSequence) - 50n, snapshots: folders().snapshots})) late.push(...some);
    expect(late).toEqual(all.slice(-50));
    await node.close();
    // The engine itself left the newest one: without it, and from the one before, it comes to the same.
    rmSync(snapshotFiles(folders().snapshots)[0]!);
    const first = readdirSync(folders().journal).filter((name) => name.endsWith('.journal')).sort()[0]!;
    writeFileSync(path.join(folders().journal, first), 'a start from a snapshot does not read what lies before it');
    node = await openNode();
    expect({...await position(node), journalHead: ''}).toEqual({...before, journalHead: ''});
  });

  test('and an engine pass over snapshots that do not verify', async () => {
    const follower = new Follower({...folders(), snapshotEvery: 100}, {log: quiet});
    await traffic(node, {seed, frames: 40});
    await follower.follow(node.durable.index);
    await follower.close();
    const before = await position(node);
    for (const file of snapshotFiles(folders().snapshots)) {
      const bytes = readFileSync(file);
      bytes[bytes.length - 9]! ^= 1;
      writeFileSync(file, bytes);
    }
    const second = new Follower(folders(), {log: quiet});
    expect(second.sequence).toBe(0);
    await second.follow(node.durable.index);
    expect(await position(second)).toEqual(before);
    await second.close();
  });

  test('answers reads over its own socket, and refuses commands', async () => {
    await traffic(node, {seed, frames: 10});
    const follower = new Follower(folders(), {log: quiet});
    await follower.follow(node.durable.index);
    const socket = socketPath(folder, 'follower');
    const server = new LinkServer({path: socket}, {node: follower, log: quiet, refusal: () => undefined, health: () => ({chains: [], projections: {sequence: 0n}})});
    await server.listen();
    const client = await connectEngine({path: socket});
    expect(await client.book('ETH-PERP', 10)).toEqual(await node.read((core) => bookView(core, {market: 'ETH-PERP', levels: 10})));
    await expect(client.submit({type: 'tick'})).rejects.toMatchObject({data: {code: 'READ_ONLY'}});
    await expect(client.submitRecords(new Uint8Array(64))).rejects.toMatchObject({data: {code: 'READ_ONLY'}});
    expect(await client.accountIndex(WALLETS[0]!)).toBeDefined();
    client.close();
    await server.close();
    await follower.close();
  });

  test('hears over the link how far the journal is durable, and that the leader is gone', async () => {
    const statuses: (object | undefined)[] = [];
    let heard = (): void => {};
    const gone = new Promise<void>((resolve) => (heard = resolve));
    const server = new LinkServer({path: socketPath(folder)}, {
      node, log: quiet, refusal: () => undefined, health: () => ({chains: [], projections: {sequence: 0n}}), onStatus: (status) => {
        statuses.push(status);
        if (!status) heard();
      },
    });
    await server.listen();
    const leader = await connectLeader({path: socketPath(folder)});
    await leader.moreThan(0);
    const before = leader.durable();
    expect(before).toBe(node.durable.index);
    await node.submit({type: 'tick'});
    await leader.moreThan(before);
    expect(leader.durable()).toBe(before + 1);
    leader.tell({sequence: 5, projections: {sequence: 4n}});
    leader.close();
    await leader.closed;
    await leader.moreThan(1_000);
    await gone;
    await server.close();
    expect(statuses).toEqual([{sequence: 5, projections: {sequence: 4n}}, undefined]);
  });
});

test('a tail hands out nothing that is not durable, and says so where it should be there', async () => {
  const tail = new JournalTail({directory: folders().journal});
  const {index} = node.durable;
  expect([...tail.read(index - 1)].map(({header}) => header.index)).toEqual(Array.from({length: index - 1}, (_, batch) => batch + 1));
  expect([...tail.read(index)].map(({header}) => header.index)).toEqual([index]);
  expect(() => [...tail.read(index + 1)]).toThrow(`batch ${index + 1} cannot be read`);
  tail.close();
});
