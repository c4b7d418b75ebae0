/** Whole epochs on two real chains; what is told here of one run must hold however often the process dies in between. */
import {decryptMapping} from '@pobs/protocol';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {createSequencer, type Sequencer, type StageReport} from '../src/app.ts';
import {Harness} from './harness.ts';

let harness: Harness;
const voting = new AbortController();

beforeAll(async () => {
  harness = await Harness.start();
}, 120_000);

afterAll(async () => {
  voting.abort();
  await harness?.stop();
});

test('an epoch goes from sealed books to paid withdrawals', async () => {
  void harness.vote(voting.signal);
  const reports: StageReport[] = [];
  const before = await harness.balance();
  const sequencer: Sequencer = await createSequencer(harness.config, {report: (stage) => reports.push(stage)});
  try {
    await sequencer.run({signal: new AbortController().signal, epochs: 1});
    expect(reports.map(({stage}) => stage)).toEqual(['sealed', 'built', 'published', 'proposed', 'decided', 'settled-l2', 'settled-l1', 'distributed', 'final']);
    expect(reports.at(-1)).toMatchObject({epoch: 1n, outcome: 'approved'});
    expect((await harness.balance()) - before).toBe(10n);
    expect(harness.engine.outcomes).toEqual([{epoch: 1n, outcome: 'approved'}]);
    const answer = await fetch(`http://127.0.0.1:${sequencer.port}/mapping/1`);
    const mapping = await decryptMapping(new Uint8Array(await answer.arrayBuffer()), harness.validators[0]!.identity);
    expect(mapping.ok && new TextDecoder().decode(mapping.bytes)).toContain(harness.depositor.toLowerCase());
  } finally {
    await sequencer.close();
  }
}, 60_000);
