/** What custodies say against the engine's will, on its way into the core: in log order, in every range, and a freeze for good. */
import {expect, test} from 'vitest';
import type {AdvanceChain, CorePort} from './ports.ts';
import type {ChainReader} from './chain-reader.ts';
import {Creditor} from './creditor.ts';

const WALLET = `0x${'b0'.repeat(20)}` as const;
const TOKEN = `0x${'a1'.repeat(20)}` as const;
const HEAD = {number: 12_000n, hash: `0x${'11'.repeat(32)}`, time: 1n} as const;

type Exits = Awaited<ReturnType<ChainReader['exits']>>;

async function advancedBy(exits: (from: bigint) => Exits): Promise<AdvanceChain> {
  const commands: AdvanceChain[] = [];
  const reader = {
    chainId: 7, contracts: {startBlock: 1n}, block: async () => HEAD, finalBlock: async () => HEAD, receipts: async () => [], payouts: async () => [],
    exits: async ({from}: {from: bigint}) => exits(from), custodyAt: async () => ({activeEpoch: 0n, kills: 0}),
  } as unknown as ChainReader;
  const core: CorePort = {height: async () => undefined, advance: async (command) => (commands.push(command), {ok: true})};
  expect(await new Creditor({confirmations: 0}, {reader, core}).step()).toMatchObject({kind: 'advanced'});
  return commands[0]!;
}

test('requests of all log ranges arrive in one command, in order', async () => {
  const forced = {kind: 'forced', token: TOKEN, wallet: WALLET, lots: 5n, baseline: 0n, exit: false} as const;
  const served = {kind: 'served', token: TOKEN, wallet: WALLET} as const;
  const command = await advancedBy((from) => ({requests: from === 1n ? [forced, served] : from > 10_000n ? [forced] : [], frozen: false}));
  expect(command.requests).toEqual([forced, served, forced]);
  expect(command).not.toHaveProperty('frozen');
});

test('a freeze in any range is told', async () => {
  expect(await advancedBy((from) => ({requests: [], frozen: from === 5_001n}))).toMatchObject({frozen: true});
});

test('without either the command is what it always was', async () => {
  const command = await advancedBy(() => ({requests: [], frozen: false}));
  expect(Object.keys(command)).not.toEqual(expect.arrayContaining(['requests']));
});
