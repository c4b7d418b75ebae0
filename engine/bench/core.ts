/**
 * The core against the npm order book: both get the same seeded flow in alternating stretches, each in its own process, one running while the
 * other waits, so that whatever slows the machine slows both. Everything a live order costs is in the core's share: margin, positions, fees,
 * events. Then, the core alone: time of each operation, and pauses of the garbage collector.
 *
 *     node --import tsx engine/bench/core.ts [operations] [rounds] [seed]
 */
import {type ChildProcess, fork} from 'node:child_process';
import {once} from 'node:events';
import {fileURLToPath} from 'node:url';
import {buildVenue, makeFlow, START} from './flow.ts';
import {applyRecord} from '../src/core/venue/dispatch.ts';
import {EVENT} from '../src/core/venue/codes.ts';
import {codeOf, RECORD_WORDS} from '../src/core/venue/records.ts';
import type {Stretch} from './contestant.ts';
import {longestPause, note, percentile, report, round} from './measure.ts';

const operations = Number(process.argv[2] ?? 1_000_000);
const rounds = Number(process.argv[3] ?? 4);
const seed = Number(process.argv[4] ?? 42);
const STRETCH = 50_000;

type Name = 'core' | 'peer';
type Times = Record<Name, Float64Array>;

async function contestant(name: Name): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL('./contestant.ts', import.meta.url)), [name, String(operations), String(seed)]);
  await once(child, 'message');
  return child;
}

const contestants: Record<Name, ChildProcess> = {core: await contestant('core'), peer: await contestant('peer')};

/** One round: CPU time of each contestant by stretch; whoever began the last stretch is second in the next. */
async function contest(turn: number): Promise<Times> {
  const count = Math.ceil(operations / STRETCH);
  const times: Times = {core: new Float64Array(count), peer: new Float64Array(count)};
  for (let index = 0; index < count; index += 1) {
    const stretch: Stretch = {from: index * STRETCH, to: Math.min(operations, (index + 1) * STRETCH)};
    const order = (index + turn) % 2 === 0 ? (['core', 'peer'] as const) : (['peer', 'core'] as const);
    for (const who of order) {
      contestants[who].send(stretch);
      times[who][index] = ((await once(contestants[who], 'message')) as [number])[0];
    }
  }
  return times;
}

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
const perSecond = (micros: number): number => Math.round((operations * 1e6) / micros);

/** Lots the core traded in the flow, events and refusals. */
function whatHappens(): {tradedLots: number; trades: number; refused: number; resting: number; eventsPerOperation: number} {
  const venue = buildVenue();
  let [tradedLots, refused, events] = [0, 0, 0];
  for (let step = 0; step < operations; step += 1) {
    if (applyRecord(venue, flow.records, step, START) !== 0) refused += 1;
    events += venue.log.length;
    for (let index = 0; index < venue.log.length; index += 1) {
      if (codeOf(venue.log.words[index * RECORD_WORDS]!) === EVENT.trade) tradedLots += venue.log.words[index * RECORD_WORDS + 3]!;
    }
  }
  return {tradedLots, trades: venue.markets[0]!.trades, refused, resting: venue.orders.live, eventsPerOperation: round(events / operations, 2)};
}

/** Microseconds of each operation, sorted. */
function latencies(): Float64Array {
  const venue = buildVenue();
  const micros = new Float64Array(operations);
  for (let step = 0; step < operations; step += 1) {
    const before = performance.now();
    applyRecord(venue, flow.records, step, START);
    micros[step] = (performance.now() - before) * 1_000;
  }
  return micros.toSorted();
}

const all: Times[] = [];
for (let turn = 0; turn < rounds; turn += 1) {
  const times = await contest(turn);
  const [core, peer] = [sum(times.core), sum(times.peer)];
  note(`round ${turn + 1} of ${rounds}${turn === 0 ? ' (warm-up)' : ''}: core ${perSecond(core)}/CPU-s, nodejs-order-book ${perSecond(peer)}/CPU-s, ratio ${round(peer / core, 1)}`);
  if (turn > 0) all.push(times);
}
for (const child of Object.values(contestants)) child.disconnect();

const flow = makeFlow(operations, seed);
/** Each stretch at its best round: what the code takes where nobody disturbs it. */
const best = (who: keyof Times): number => sum(all[0]![who].map((_, stretch) => Math.min(...all.map((times) => times[who][stretch]!))));
const mean = (who: keyof Times): number => all.reduce((total, times) => total + sum(times[who]), 0) / all.length;
let sorted: Float64Array = new Float64Array();
const pause = await longestPause(() => {
  sorted = latencies();
});
report({
  operations, seed, rounds: all.length,
  corePerCpuSecond: perSecond(mean('core')), corePerCpuSecondUndisturbed: perSecond(best('core')),
  peerPerCpuSecond: perSecond(mean('peer')), peerPerCpuSecondUndisturbed: perSecond(best('peer')),
  ratio: round(mean('peer') / mean('core'), 1), ratioUndisturbed: round(best('peer') / best('core'), 1),
  p50Micros: round(percentile(sorted, 0.5), 2), p99Micros: round(percentile(sorted, 0.99), 2), p999Micros: round(percentile(sorted, 0.999), 2),
  longestGcPauseMs: round(pause, 2), ...whatHappens(),
});
