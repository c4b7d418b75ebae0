/**
 * Loaded first into engine, gateway and follower: each second adds one line to the folder's `pauses`, with the longest time the event loop
 * stood still, the longest pause of the garbage collector and the slowest commit of the journal meanwhile, milliseconds.
 */
import {subscribe} from 'node:diagnostics_channel';
import {appendFileSync} from 'node:fs';
import path from 'node:path';
import {monitorEventLoopDelay, PerformanceObserver} from 'node:perf_hooks';

const folder = process.env.POBS_BENCH_PAUSES;
const script = process.argv.find((argument) => /pobs-(engine|gateway)/.test(argument));
const name = process.argv.includes('follow') ? 'follower' : script && path.basename(script).replace(/^pobs-|\.mjs$/g, '');

if (folder !== undefined && name !== undefined) {
  const RESOLUTION_MS = 5;
  const delay = monitorEventLoopDelay({resolution: RESOLUTION_MS});
  delay.enable();
  let [collector, commit, commits] = [0, 0, 0];
  new PerformanceObserver((list) => {
    for (const {duration} of list.getEntries()) collector = Math.max(collector, duration);
  }).observe({entryTypes: ['gc']});
  subscribe('pobs:journal:commit', ({milliseconds}) => {
    commits += 1;
    commit = Math.max(commit, milliseconds);
  });
  const round = (value) => Math.round(value * 10) / 10;
  setInterval(() => {
    const loop = round(Math.max(0, delay.max / 1e6 - RESOLUTION_MS));
    appendFileSync(path.join(folder, 'pauses'), `${JSON.stringify({at: Date.now(), name, loop, collector: round(collector), ...(commits > 0 && {commit: round(commit), commits})})}\n`);
    delay.reset();
    [collector, commit, commits] = [0, 0, 0];
  }, 1_000).unref();
}
