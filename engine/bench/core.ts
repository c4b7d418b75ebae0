/**
 * The core against the npm order book: both play the same seeded flow, turn and turn about, each in its own process, one running while the
 * other waits, so that whatever slows the machine slows both. Everything a live order costs is in the core's share: margin, positions, fees,
 * events. Then, the core by itself: the same without waits between rounds, time of each operation, and pauses of the garbage collector.
 *
 *     node --import tsx engine/bench/core.ts [operations] [rounds] [seed]
 */
import {type ChildProcess, fork} from 'node:child_process';
import {once} from 'node:events';
import {fileURLToPath} from 'node:url';
import {buildVenue, makeFlow, play, START} from './flow.ts';
import {applyRecord} from '../src/core/venue/dispatch.ts';
import {EVENT} from '../src/core/venue/codes.ts';
import {codeOf, RECORD_WORDS} from '../src/core/venue/records.ts';
import {cpuMicros, longestPause, note, percentile, report, round} from './measure.ts';

const operations = Number(process.argv[2] ?? 1_000_000);
const rounds = Number(process.argv[3] ?? 6);
/** Rounds in which the compiler is still at work; not counted. */
const WARM_UP = 2;
const seed = Number(process.argv[4] ?? 42);

type Name = 'core' | 'peer';
type Times = Record<Name, number>;

async function contestant(name: Name): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL('./contestant.ts', import.meta.url)), [name, String(operations), String(seed)]);
  await once(child, 'message');
  return child;
}

const contestants: Record<Name, ChildProcess> = {core: await contestant('core'), peer: await contestant('peer')};

/** CPU microseconds each contestant takes for the whole flow; whoever began a round is second in the next. */
async function contest(turn: number): Promise<Times> {
  const times: Times = {core: 0, peer: 0};
  for (const who of turn % 2 === 0 ? (['core', 'peer'] as const) : (['peer', 'core'] as const)) {
    contestants[who].send('play');
    times[who] = ((await once(contestants[who], 'message')) as [number])[0];
  }
  return times;
}

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

/** CPU microseconds of the flow, round after round without a wait: the mean of those after the warm-up. */
function alone(): number {
  let venue = buildVenue();
  let micros = 0;
  for (let turn = 0; turn < rounds + WARM_UP; turn += 1) {
    const before = cpuMicros();
    play(venue, flow.records, 0, operations, {refused: 0, events: 0});
    if (turn >= WARM_UP) micros += cpuMicros() - before;
    venue = buildVenue();
  }
  return micros / rounds;
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
for (let turn = 0; turn < rounds + WARM_UP; turn += 1) {
  const times = await contest(turn);
  note(`round ${turn + 1} of ${rounds + WARM_UP}${turn < WARM_UP ? ' (warm-up)' : ''}: core ${perSecond(times.core)}/CPU-s, nodejs-order-book ${perSecond(times.peer)}/CPU-s, ratio ${round(times.peer / times.core, 1)}`);
  if (turn >= WARM_UP) all.push(times);
}
for (const child of Object.values(contestants)) child.disconnect();

const flow = makeFlow(operations, seed);
/** The best round: what the code takes where nobody disturbs it. */
const best = (who: Name): number => Math.min(...all.map((times) => times[who]));
const mean = (who: Name): number => all.reduce((total, times) => total + times[who], 0) / all.length;
const alonePerCpuSecond = perSecond(alone());
note(`the core by itself: ${alonePerCpuSecond}/CPU-s`);
let sorted: Float64Array = new Float64Array();
const pause = await longestPause(() => {
  sorted = latencies();
});
report({
  operations, seed, rounds: all.length,
  alonePerCpuSecond, corePerCpuSecond: perSecond(mean('core')), corePerCpuSecondUndisturbed: perSecond(best('core')),
  peerPerCpuSecond: perSecond(mean('peer')), peerPerCpuSecondUndisturbed: perSecond(best('peer')),
  ratio: round(mean('peer') / mean('core'), 1), ratioUndisturbed: round(best('peer') / best('core'), 1),
  p50Micros: round(percentile(sorted, 0.5), 2), p99Micros: round(percentile(sorted, 0.99), 2), p999Micros: round(percentile(sorted, 0.999), 2),
  longestGcPauseMs: round(pause, 2), ...whatHappens(),
});
