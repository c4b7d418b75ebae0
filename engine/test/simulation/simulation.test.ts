/**
 * Deterministic simulation of the whole core: seeded traffic through every weather, crashes at random points, everything that must hold checked after
 * every command. A failure prints the seed; with it the run repeats to the last bit.
 */
import {expect, test} from 'vitest';
import {randomOf} from '../support/random.ts';
import {Simulation} from './simulation.ts';

const seed = Number(process.env.POBS_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
const COMMANDS = Number(process.env.POBS_TEST_SIMULATED ?? 300_000);
/** A run of this length ends in a fresh world: so that early states are met often, and a failure's run is short. */
const RUN = 30_000;

const MUST_HAPPEN = [
  'liquidated by fund', 'liquidated by symmetric', 'liquidated by counterparty', 'symmetric on', 'symmetric off', 'covered by fund', 'covered by markWinner', 'fundingSettled', 'interestSettled',
  'positionRolled', 'novationAccepted', 'triggerFired', 'withdrawalAuthorised', 'closed margin', 'closed liquidation', 'closed selfTrade', 'crash',
];

test('nothing that must hold is ever broken', {timeout: 36_000_000}, () => {
  console.log(`seed ${seed}`);
  const total = new Map<string, number>();
  let [given, accepted] = [0, 0];
  for (let run = 0; run * RUN < COMMANDS; run += 1) {
    const simulation = new Simulation(randomOf(seed + run), run % 2 === 1);
    const fault = simulation.run(Math.min(RUN, COMMANDS - run * RUN));
    expect(fault, `seed ${seed}, world ${run}`).toBeUndefined();
    for (const [what, times] of simulation.seen) total.set(what, (total.get(what) ?? 0) + times);
    given += simulation.given;
    accepted += simulation.accepted;
  }
  console.log(`${given} commands, ${accepted} accepted`);
  console.log([...total].sort(([a], [b]) => (a < b ? -1 : 1)).map(([what, times]) => `${String(times).padStart(9)}  ${what}`).join('\n'));
  expect(MUST_HAPPEN.filter((what) => !total.has(what))).toEqual([]);
});
