/** The core against the naive exchange, command by command: answers, reasons, events, sheets and everything both show. */
import {expect, test} from 'vitest';
import type {Command} from '../../src/core/commands.ts';
import {Coverage} from './differential/coverage.ts';
import {type Scene, STARTS} from './differential/scene.ts';
import {SCRIPTS} from './differential/scenes.ts';
import {Disagreement} from './differential/pair.ts';
import {shrink} from './differential/shrink.ts';
import {anyStep, commandOf, delayOf, type Step} from './differential/steps.ts';
import {randomOf} from '../support/random.ts';

const seed = Number(process.env.POBS_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
const runs = Number(process.env.POBS_TEST_DIFFERENTIAL ?? 48);
const LENGTH = 250;
const coverage = new Coverage();

test.each(Object.keys(SCRIPTS))('script %s', (name) => SCRIPTS[name]!(coverage));

type Run = {steps: readonly Step[]; start: (coverage: Coverage) => Scene};

/** What a run came to; where the two disagree, how. */
function follow({steps, start}: Run, counting: Coverage): {given: number; accepted: number; disagreement?: string} {
  const pair = start(counting);
  const [given, accepted] = [pair.given, pair.accepted];
  const told = () => ({given: pair.given - given, accepted: pair.accepted - accepted});
  try {
    let last: Command | undefined;
    steps.forEach((step, index) => {
      const command = commandOf(pair.world, step, {ids: pair.ids, clientIds: index, last});
      if (command) pair.run(command, delayOf(step));
      if (command?.type === 'placeOrder') last = command;
    });
  } catch (error) {
    if (!(error instanceof Disagreement)) throw error;
    return {...told(), disagreement: error.message};
  }
  return told();
}

test('random commands', {timeout: 36_000_000}, () => {
  console.log(`seed ${seed}`);
  const random = randomOf(seed);
  const total = {given: 0, accepted: 0};
  for (let run = 0; run < runs; run += 1) {
    const steps = Array.from({length: LENGTH}, () => anyStep(random));
    const start = STARTS[run % STARTS.length]!;
    const {given, accepted, disagreement} = follow({steps, start}, coverage);
    total.given += given;
    total.accepted += accepted;
    if (disagreement === undefined) continue;
    const least = shrink(steps, (fewer) => follow({steps: fewer, start}, new Coverage()).disagreement !== undefined);
    expect.fail(`seed ${seed}, run ${run}, ${least.length} steps: ${follow({steps: least, start}, new Coverage()).disagreement}\n${JSON.stringify(least)}`);
  }
  console.log(`${total.given} commands, ${total.accepted} accepted (${((100 * total.accepted) / total.given).toFixed(1)} %)`);
  expect(total.accepted / total.given).toBeGreaterThan(0.6);
});

test('every kind, reason and stage was reached', () => {
  console.log(coverage.toString());
  expect(coverage.faults).toEqual([]);
});
