/**
 * `npm run bench:engine`: the engine against its goals. Every row runs in a process of its own; the core's peer runs interleaved with the core.
 * Prints the table, writes docs/bench/engine.json and docs/bench/engine.md.
 */
import {spawn} from 'node:child_process';
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {cpus, loadavg, totalmem} from 'node:os';
import path from 'node:path';
import {parseArgs} from 'node:util';

const root = path.resolve(import.meta.dirname, '..');
const file = path.join(root, 'docs/bench/engine.json');

const HELP = `Usage: npm run bench:engine -- [options]

  --only <names>     only these rows, by comma: core, state, replay, flow, e2e
  --minutes <n>      length of the open loop of 50,000 orders/s (default: half a minute; the full run is 10)
  --no-write         leave docs/bench as it is
  --help             this text

About 3 minutes in all on an idle machine with two cores, and as much longer as --minutes says.
`;

type Values = Record<string, unknown>;
type Row = {name: string; about: string; seconds: number; args: (options: Options) => string[]};
type Options = {openSeconds: number};

const ROWS: readonly Row[] = [
  {name: 'core', about: 'core against nodejs-order-book, turn and turn about', seconds: 65, args: () => ['--import', 'tsx', 'engine/bench/core.ts']},
  {name: 'state', about: 'memory and the risk pass', seconds: 20, args: () => ['--expose-gc', '--import', 'tsx', 'engine/bench/state.ts']},
  {name: 'replay', about: 'verified replay of a journal', seconds: 20, args: () => ['--import', 'tsx', 'engine/bench/replay.ts']},
  {name: 'flow', about: 'recorded market flow through the engine', seconds: 20, args: () => ['--import', 'tsx', 'engine/bench/market-flow.ts']},
  {name: 'e2e', about: 'durable end to end over WebSocket', seconds: 40, args: ({openSeconds}) => ['--import', 'tsx', 'engine/bench/e2e/run.ts', String(openSeconds)]},
];

/** Runs a row; its progress goes to the screen, its last line of output is the result. */
function measure({name, args}: Row, options: Options): Promise<Values> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args(options), {cwd: root, stdio: ['ignore', 'pipe', 'inherit']});
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('close', (code) => {
      const last = output.trim().split('\n').at(-1) ?? '';
      if (code === 0 && last.startsWith('{')) resolve(JSON.parse(last) as Values);
      else reject(new Error(`row ${name} ended with exit code ${code}`));
    });
  });
}

const number = (row: Values | undefined, name: string): number | undefined => (typeof row?.[name] === 'number' ? row[name] : undefined);
const thousands = (value: number): string => value.toLocaleString('en');

type Goal = {goal: string; target: string; measured: string; met: boolean | undefined};

function goal(text: string, target: string, value: number | undefined, meets: (value: number) => boolean, shown = (value_: number): string => thousands(value_)): Goal {
  return {goal: text, target, measured: value === undefined ? '–' : shown(value), met: value === undefined || target === '–' ? undefined : meets(value)};
}

function table(rows: Readonly<Record<string, Values>>): Goal[] {
  const {core, state, replay, flow, e2e} = rows;
  const open = e2e?.open as Values | undefined;
  const [p50, p99, syncP50, syncP99] = [number(open, 'p50Ms'), number(open, 'p99Ms'), number(e2e, 'syncP50Ms'), number(e2e, 'syncP99Ms')];
  return [
    goal('full core / nodejs-order-book, operations per CPU-second', '≥ 20×', number(core, 'ratio'), (value) => value >= 20, (value) => `${value}×`),
    goal('full core by itself, operations per CPU-second', '≥ 2,000,000', number(core, 'alonePerCpuSecond'), (value) => value >= 2e6),
    goal('core p99 per operation, µs', '–', number(core, 'p99Micros'), () => true),
    goal('core, longest pause of the garbage collector, ms', '–', number(core, 'longestGcPauseMs'), () => true),
    goal('durable over WebSocket, frames of 16, orders/s', '≥ 250,000', number(e2e, 'batch16PerSecond'), (value) => value >= 250_000),
    goal('durable over WebSocket, frames of 1, orders/s', '≥ 60,000', number(e2e, 'batch1PerSecond'), (value) => value >= 60_000),
    goal(`50,000 orders/s for ${number(e2e, 'openSeconds') ?? 0} s: lost`, '0', number(open, 'lost'), (value) => value === 0),
    goal('… p50, ms', `≤ 2 × ${syncP50 ?? '–'} + 3`, p50, (value) => value <= 2 * syncP50! + 3),
    goal('… p99, ms', `≤ 5 × ${syncP99 ?? '–'} + 20`, p99, (value) => value <= 5 * syncP99! + 20),
    goal('verified replay, commands/s', '≥ 700,000', number(replay, 'perSecond'), (value) => value >= 700_000),
    goal('bytes per resting order', '≤ 64', number(state, 'bytesPerOrder'), (value) => value <= 64),
    goal('bytes per position', '≤ 64', number(state, 'bytesPerPosition'), (value) => value <= 64),
    goal('bytes per account', '≤ 128', number(state, 'bytesPerAccount'), (value) => value <= 128),
    goal('risk pass after a mark change, 8,000 holders, µs', '≤ 1,000', number(state, 'riskPassMicros'), (value) => value <= 1_000),
    goal('recorded market flow, commands per CPU-second', '–', number(flow, 'perCpuSecond'), () => true),
  ];
}

const mark = (met: boolean | undefined): string => (met === undefined ? '–' : met ? 'yes' : 'no');

function page(goals: readonly Goal[], {machine, measuredAt, load}: {machine: string; measuredAt: string; load: string}): string {
  const lines = goals.map(({goal: text, target, measured, met}) => `| ${text} | ${target} | ${measured} | ${mark(met)} |`);
  return `# The engine against its goals

${machine}; ${measuredAt}, load ${load}. \`npm run bench:engine\` repeats it; everything measured is in engine.json. Rates per CPU-second count the
CPU time of the process; the core and its peer play the same seeded flow turn and turn about, each in its own process. CPU time on a busy machine is dearer than on an
idle one: compare ratios, not rates, between machines.

| | goal | measured | met |
|---|---|---|---|
${lines.join('\n')}
`;
}

const {values} = parseArgs({options: {only: {type: 'string'}, minutes: {type: 'string'}, 'no-write': {type: 'boolean'}, help: {type: 'boolean'}}});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const wanted = values.only?.split(',') ?? ROWS.map(({name}) => name);
const unknown = wanted.find((name) => !ROWS.some((row) => row.name === name));
const minutes = values.minutes === undefined ? 0.5 : Number(values.minutes);
if (unknown !== undefined || !(minutes > 0)) {
  process.stderr.write(`✗ ${unknown === undefined ? '--minutes wants a positive number' : `no row ${unknown}`}\n\n${HELP}`);
  process.exit(2);
}
const options: Options = {openSeconds: Math.round(minutes * 60)};
const chosen = ROWS.filter(({name}) => wanted.includes(name));
const seconds = chosen.reduce((total, row) => total + row.seconds, 0) + (wanted.includes('e2e') ? options.openSeconds : 0);
process.stderr.write(`The engine's bench: ${chosen.map(({name}) => name).join(', ')}; about ${Math.ceil(seconds / 60)} min on an idle machine.\n`);

const before = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as {rows: Record<string, Values>}).rows : {};
const load = loadavg()[0]!.toFixed(1);
const rows: Record<string, Values> = {...before};
for (const row of chosen) {
  process.stderr.write(`• ${row.about} (about ${row.seconds + (row.name === 'e2e' ? options.openSeconds : 0)} s)\n`);
  rows[row.name] = {...await measure(row, options), load: Number(loadavg()[0]!.toFixed(1))};
}
const machine = `${cpus()[0]?.model ?? 'unknown processor'} × ${cpus().length}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}`;
const measuredAt = new Date().toISOString().slice(0, 10);
const goals = table(rows);
console.table(goals.map(({goal: text, target, measured, met}) => ({'': text, goal: target, measured, met: mark(met)})));
if (!values['no-write']) {
  mkdirSync(path.dirname(file), {recursive: true});
  writeFileSync(file, `${JSON.stringify({machine, measuredAt, load: Number(load), goals, rows}, undefined, 2)}\n`);
  writeFileSync(path.join(root, 'docs/bench/engine.md'), page(goals, {machine, measuredAt, load}));
}
