/**
 * Durable end to end: orders over WebSocket to the gateway's process, over the link to the engine, into the core and the journal, and back once
 * the journal is on disk. Closed loop: as many as go through, in frames of 16 and of 1. Open loop: 50,000 orders a second, sent when they are
 * due whatever has been answered, their time counted from when they were due; with it, what `fdatasync` alone takes in the same folder.
 * With each, CPU microseconds per order of every process; with the open loop, the longest pauses of each second.
 *
 *     node --import tsx engine/bench/e2e/run.ts [seconds of the open loop] [seconds of each closed loop]
 */
import {setTimeout as sleep} from 'node:timers/promises';
import {note, percentile, report, round} from '../measure.ts';
import {deposits, MARK, MARKET, USDC} from '../trading-network.ts';
import {syncTimes} from './disk.ts';
import {cpuPerOrder, cpuTimes} from './processes.ts';
import {type Pause, pausesSince, type Servers, startServers} from './servers.ts';
import {Trader} from './trader.ts';

const openSeconds = Number(process.argv[2] ?? 30);
const closedSeconds = Number(process.argv[3] ?? 8);
const TRADERS = 16;
const RATE = 50_000;
const WARM_SECONDS = 3;
/** Frames a socket has under way: the gateway reads no more than 64. */
const FRAMES = {16: 24, 1: 60} as const;
const OPEN_FRAME = 16;
const SYNC_MS = 3_000;
const DRAIN_MS = 30_000;

/** The link is closed afterwards: whoever has one hears of every event. */
async function joinAll(servers: Servers): Promise<Trader[]> {
  const traders = Array.from({length: TRADERS}, (_, index) => new Trader(index + 1));
  for (const trader of traders) await trader.join(servers.url);
  await servers.link.submit(deposits(1n, traders.map(({wallet}) => wallet.address), 100_000_000n * USDC));
  await servers.link.submit({type: 'setMark', market: MARKET, price: MARK});
  servers.link.close();
  return traders;
}

async function drained(traders: readonly Trader[]): Promise<void> {
  const until = performance.now() + DRAIN_MS;
  while (traders.some(({inFlight}) => inFlight > 0) && performance.now() < until) await sleep(5);
}

type ClosedLoop = {perSecond: number; commitsPerSecond: number; cpuMicrosPerOrder: Record<string, number>};

/** Orders answered per second of wall time. */
async function closedLoop(traders: readonly Trader[], frame: 16 | 1, seconds: number, servers: Servers): Promise<ClosedLoop> {
  const {roots} = servers;
  let [running, answered] = [true, 0];
  for (const trader of traders) {
    trader.onAnswer = (_, records) => {
      answered += records;
      if (running) trader.send(frame, performance.now());
    };
    for (let index = 0; index < FRAMES[frame]; index += 1) trader.send(frame, performance.now());
  }
  await sleep(WARM_SECONDS * 1_000);
  const moment = Date.now();
  const [cpu, before, start] = [cpuTimes(roots), answered, performance.now()];
  await sleep(seconds * 1_000);
  const [orders, milliseconds] = [answered - before, performance.now() - start];
  const commits = pausesSince(servers, moment).reduce((sum, pause) => sum + (pause.commits ?? 0), 0);
  const perSecond = (count: number): number => Math.round((count * 1_000) / milliseconds);
  const measured = {perSecond: perSecond(orders), commitsPerSecond: perSecond(commits), cpuMicrosPerOrder: cpuPerOrder(cpu, cpuTimes(roots), orders)};
  running = false;
  await drained(traders);
  note(`frames of ${frame}: ${measured.perSecond} orders/s, ${measured.commitsPerSecond} commits/s; CPU µs per order ${JSON.stringify(measured.cpuMicrosPerOrder)}`);
  return measured;
}

type OpenLoop = {
  sent: number; lost: number; refused: number; p50Ms: number; p99Ms: number; maxMs: number; latestMs: number; cpuMicrosPerOrder: Record<string, number>;
};

/** What is due is sent, in frames of at most 16, socket after socket. */
async function openLoop(traders: readonly Trader[], seconds: number, {roots}: Servers): Promise<OpenLoop> {
  const times = new Float64Array(Math.ceil((RATE * (seconds + 1)) / OPEN_FRAME) + 1);
  let frames = 0;
  for (const trader of traders) trader.onAnswer = (milliseconds) => {
    if (frames < times.length) times[frames] = milliseconds;
    frames += 1;
  };
  const [before, cpu] = [totals(traders), cpuTimes(roots)];
  const start = performance.now();
  let [sent, next, latest, told] = [0, 0, 0, 0];
  const total = RATE * seconds;
  while (sent < total) {
    const now = performance.now() - start;
    while (sent < total && (sent / RATE) * 1_000 <= now) {
      const due = start + (sent / RATE) * 1_000;
      latest = Math.max(latest, start + now - due);
      traders[next]!.send(OPEN_FRAME, due);
      sent += OPEN_FRAME;
      next = (next + 1) % traders.length;
    }
    if (now - told > 10_000) {
      told = now;
      note(`open loop: ${Math.round(now / 1_000)} of ${seconds} s`);
    }
    await sleep(1);
  }
  await drained(traders);
  const after = totals(traders);
  const sorted = times.subarray(0, Math.min(frames, times.length)).toSorted();
  const cpuMicrosPerOrder = cpuPerOrder(cpu, cpuTimes(roots), after.sent - before.sent);
  note(`CPU µs per order ${JSON.stringify(cpuMicrosPerOrder)}`);
  return {
    cpuMicrosPerOrder, sent: after.sent - before.sent, lost: after.sent - before.sent - (after.answered - before.answered), refused: after.refused - before.refused,
    p50Ms: round(percentile(sorted, 0.5), 2), p99Ms: round(percentile(sorted, 0.99), 2), maxMs: round(sorted.at(-1) ?? 0, 1), latestMs: round(latest, 1),
  };
}

function totals(traders: readonly Trader[]): {sent: number; answered: number; refused: number} {
  const sum = (of: (trader: Trader) => number): number => traders.reduce((total, trader) => total + of(trader), 0);
  return {sent: sum(({sentRecords}) => sentRecords), answered: sum(({answeredRecords}) => answeredRecords), refused: sum(({heard}) => heard.refused)};
}

type Seconds = {loop: number[]; collector: number[]; commit?: number[]; commits?: number[]};

/** By process: the worst of each second, in order, and how many commits there were. */
function worstBySecond(pauses: readonly Pause[]): Record<string, Seconds> {
  const byName: Record<string, Seconds> = {};
  for (const {name, loop, collector, commit, commits} of pauses) {
    const worst = (byName[name] ??= {loop: [], collector: []});
    worst.loop.push(loop);
    worst.collector.push(collector);
    if (commit === undefined || commits === undefined) continue;
    (worst.commit ??= []).push(commit);
    (worst.commits ??= []).push(commits);
  }
  return byName;
}

note('starting PostgreSQL, engine and gateway');
const servers = await startServers();
try {
  const traders = await joinAll(servers);
  const syncBefore = syncTimes(servers.folder, SYNC_MS);
  const [batch16, batch1] = [await closedLoop(traders, 16, closedSeconds, servers), await closedLoop(traders, 1, closedSeconds, servers)];
  note(`open loop: ${RATE} orders/s for ${openSeconds} s`);
  const moment = Date.now();
  const open = await openLoop(traders, openSeconds, servers);
  const syncs = Float64Array.from([...syncBefore, ...syncTimes(servers.folder, SYNC_MS)]).toSorted();
  const reasons: Record<string, number> = {};
  for (const {heard} of traders) for (const [reason, count] of heard.reasons) reasons[reason] = (reasons[reason] ?? 0) + count;
  for (const trader of traders) trader.close();
  report({
    sockets: TRADERS, batch16PerSecond: batch16.perSecond, batch1PerSecond: batch1.perSecond,
    cpuMicrosPerOrder: {batch16: batch16.cpuMicrosPerOrder, batch1: batch1.cpuMicrosPerOrder}, openSeconds, openPerSecond: RATE, open,
    syncP50Ms: round(percentile(syncs, 0.5), 2), syncP99Ms: round(percentile(syncs, 0.99), 2), refusedByReason: reasons,
    pausesMs: worstBySecond(pausesSince(servers, moment)),
  });
} finally {
  await servers.stop();
}
