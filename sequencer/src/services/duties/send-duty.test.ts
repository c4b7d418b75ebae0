import {ChainError} from '@pobs/protocol/chain';
import type {Hex} from 'viem';
import {expect, test} from 'vitest';
import type {SendChain, SentMessage} from './ports.ts';
import {SendDuty} from './send-duty.ts';

class FakeSends implements SendChain {
  waiting = [0n, 1n, 2n];
  confirmed = 3n;
  readonly refused = new Set<bigint>();
  readonly executed: bigint[] = [];
  pending = async (): Promise<SentMessage[]> => this.waiting.map((position) => ({position, what: 'a report of absences', l2Block: 1n}));
  proof = async ({position}: SentMessage): Promise<Hex[] | undefined> => (position < this.confirmed ? [] : undefined);
  async execute({position}: SentMessage): Promise<Hex> {
    if (this.refused.has(position)) throw new ChainError({code: 'CHAIN_REVERTED', functionName: 'executeTransaction', error: 'SlashingCourt_EvidenceExpired', args: []});
    this.executed.push(position);
    this.waiting = this.waiting.filter((each) => each !== position);
    return '0x01';
  }
}

const logger = () => {
  const warnings: unknown[] = [];
  return {warnings, info: () => {}, error: () => {}, warn: (fields: unknown) => void warnings.push(fields)};
};

async function all(duty: SendDuty): Promise<void> {
  while ((await duty.step()) !== undefined);
}

test('messages are executed in order once confirmed, and each once', async () => {
  const chain = new FakeSends();
  chain.confirmed = 0n;
  const duty = new SendDuty({chain, logger: logger()});
  expect(await duty.step()).toBeUndefined();
  chain.confirmed = 2n;
  await all(duty);
  expect(chain.executed).toEqual([0n, 1n]);
  chain.confirmed = 3n;
  await all(duty);
  expect(chain.executed).toEqual([0n, 1n, 2n]);
});

test('a message that L1 refuses holds up no other, is told once, and is tried again', async () => {
  const chain = new FakeSends();
  chain.refused.add(0n);
  const told = logger();
  const duty = new SendDuty({chain, logger: told});
  await all(duty);
  expect(chain.executed).toEqual([1n, 2n]);
  expect(told.warnings).toMatchObject([{position: 0n, reason: expect.stringContaining('SlashingCourt_EvidenceExpired') as string}]);
  chain.refused.clear();
  await all(duty);
  expect(chain.executed).toEqual([1n, 2n, 0n]);
});
