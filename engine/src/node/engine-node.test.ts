/** The node: answers only after the disk, numbers events gap-free, restarts where it was. */
import {mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {toJson} from '@pobs/protocol';
import {afterEach, describe, expect, test} from 'vitest';
import {buildRules, Exchange, L1, L1_USDC, L2, secretOf, USDC, WALLETS} from '../../test/model/exchange.ts';
import type {NumberedEvent} from '../core/events.ts';
import {accountView} from '../core/queries.ts';
import {encodePayload} from '../journal/codec.ts';
import {Journal} from '../journal/journal.ts';
import {EngineNode, type EngineNodeOptions} from './engine-node.ts';

const [ALICE, BOB] = WALLETS as [`0x${string}`, `0x${string}`];
const folders: string[] = [];
const nodes: EngineNode[] = [];

afterEach(async () => {
  for (const node of nodes.splice(0)) await node.close();
  for (const directory of folders.splice(0)) rmSync(directory, {recursive: true, force: true});
});

const folder = (): string => {
  folders.push(mkdtempSync(path.join(tmpdir(), 'pobs-node-')));
  return folders.at(-1)!;
};

async function open(directory: string, options: Partial<EngineNodeOptions> = {}): Promise<EngineNode> {
  const node = await EngineNode.open({
    directory, rules: buildRules(), onFatal: (error) => {
      throw error;
    }, ...options,
  });
  nodes.push(node);
  return node;
}

/** Commands up to a sealed epoch, through a node. */
async function play(node: EngineNode): Promise<void> {
  const exchange = new Exchange().bind(ALICE, BOB);
  exchange.deposit(ALICE, L1, L1_USDC, 9_000n * USDC);
  exchange.deposit(BOB, L1, L1_USDC, 9_000n * USDC);
  exchange.advance(L2);
  exchange.must({type: 'requestWithdrawal', wallet: ALICE, chainId: L1, token: L1_USDC, lots: 5n});
  exchange.seal(1n);
  for (const {command} of exchange.history.slice(1)) expect((await node.submit(command)).ok).toBe(true);
}

describe('answers', () => {
  test('come in order, after the disk, with the events numbered gap-free', async () => {
    const node = await open(folder());
    const seen: NumberedEvent[] = [];
    const before = node.durableEventSequence;
    node.onEvents((events) => seen.push(...events));
    const answers = await Promise.all([
      node.submit({type: 'bindAccount', wallet: ALICE, secret: secretOf(ALICE)}),
      node.submit({type: 'cancelWithdrawal', wallet: ALICE, chainId: L1, token: L1_USDC}),
      node.submit({type: 'bindAccount', wallet: BOB, secret: secretOf(BOB)}),
    ]);
    expect(answers.map(({ok, sequence}) => [ok, sequence])).toEqual([[true, 2n], [false, 2n], [true, 3n]]);
    expect(seen.map(({sequence, command, event}) => [sequence, command, event.type])).toEqual([[before + 1n, 2n, 'accountBound'], [before + 2n, 3n, 'accountBound']]);
    expect(node.durableEventSequence).toBe(before + 2n);
  });

  test('a read waits for what it saw', async () => {
    const node = await open(folder());
    let acknowledged = false;
    const bound = node.submit({type: 'bindAccount', wallet: ALICE, secret: secretOf(ALICE)}).then(() => {
      acknowledged = true;
    });
    const view = await node.read((core) => accountView(core, ALICE));
    expect(view?.wallet).toBe(ALICE);
    expect(acknowledged).toBe(true);
    await bound;
  });

  test('time never runs backwards', async () => {
    const clock = [50, 40, 60];
    const node = await open(folder(), {now: () => clock.shift() ?? 70});
    const times = [];
    for (const wallet of [ALICE, BOB]) {
      const answer = await node.submit({type: 'bindAccount', wallet, secret: secretOf(wallet)});
      times.push(answer.ok && answer.at);
    }
    expect(times).toEqual([50n, 60n]);
  });

  test('end with the node', async () => {
    const node = await open(folder());
    await node.close();
    await expect(node.submit({type: 'setMark', market: 'ETH-PERP', price: 1n})).rejects.toMatchObject({data: {code: 'ENGINE_STOPPED'}});
  });
});

describe('restart', () => {
  test('gives the same digest, head, sealed epoch and events', async () => {
    const directory = folder();
    const first = await open(directory);
    const live: NumberedEvent[] = [];
    first.onEvents((events) => live.push(...events));
    await play(first);
    const before = await first.state();
    const sealed = toJson(await first.sealed(1n));
    await first.close();
    const again: NumberedEvent[] = [];
    const second = await open(directory, {onReplayed: (events) => again.push(...events)});
    const after = await second.state();
    // Closing wrote a digest, in a batch of its own.
    expect({...after, journalHead: before.journalHead}).toEqual(before);
    expect(after.journalHead).not.toBe(before.journalHead);
    expect(toJson(await second.sealed(1n))).toBe(sealed);
    expect(again.filter(({command}) => command > 1n)).toEqual(live);
    expect((await second.sealed(1n))?.journalHead).not.toBe(`0x${'0'.repeat(64)}`);
  });

  test('without a clean stop too: the journal alone is enough', async () => {
    const directory = folder();
    await play(await open(directory));
    const copy = folder();
    for (const name of readdirSync(directory).filter((file) => file.endsWith('.journal'))) writeFileSync(path.join(copy, name), readFileSync(path.join(directory, name)));
    const {digest} = await nodes[0]!.state();
    expect((await (await open(copy)).state()).digest).toBe(digest);
  });

  test('refuses another network\'s rules', async () => {
    const directory = folder();
    await (await open(directory)).close();
    await expect(open(directory, {rules: buildRules({fee: 1n})})).rejects.toMatchObject({data: {code: 'FOREIGN_JOURNAL'}});
    await (await open(directory)).close();
  });

  test('refuses rules the core cannot run, and leaves no journal', async () => {
    const directory = folder();
    await expect(open(directory, {rules: {...buildRules(), settlementCurrency: 'EUR'}})).rejects.toMatchObject({data: {code: 'RULES_REFUSED'}});
    await (await open(directory)).close();
  });

  test('checks the digests in the journal', async () => {
    const directory = folder();
    const node = await open(directory, {checkpointEvery: 2});
    await play(node);
    await node.close();
    await (await open(directory)).close();
    const journal = new Journal({directory, onBatch: () => {}, onDurable: () => {}, onFatal: () => {}});
    journal.appendCheckpoint(encodePayload({digest: `0x${'1'.repeat(64)}`}), 1);
    await journal.close();
    await expect(open(directory)).rejects.toMatchObject({data: {code: 'REPLAY_DIVERGED'}});
  });

  test('a command the core refuses on replay is named', async () => {
    const directory = folder();
    await (await open(directory)).close();
    const journal = new Journal({directory, onBatch: () => {}, onDurable: () => {}, onFatal: () => {}});
    journal.appendCommand(encodePayload({type: 'setMark', market: 'ETH-DOGE', price: 1n}), 1);
    await journal.close();
    await expect(open(directory)).rejects.toThrow('UNKNOWN_MARKET');
  });
});

test('a bug in the core stops the node before anything of it gets out', async () => {
  const directory = folder();
  const errors: Error[] = [];
  const node = await open(directory, {onFatal: (error) => errors.push(error)});
  const {sequence} = await node.state();
  await expect(node.submit({type: 'bindAccount', wallet: undefined as never, secret: secretOf(ALICE)})).rejects.toThrow();
  expect(errors).toHaveLength(1);
  await expect(node.submit({type: 'setMark', market: 'ETH-PERP', price: 1n})).rejects.toThrow();
  await node.close();
  expect((await (await open(directory)).state()).sequence).toBe(sequence);
});
