/** The sequencer of one epoch with parts replaced, as a process of its own: what our bad operators have in common. */
import {createSequencer, parseConfig, type SequencerConfig, type StageReport} from '@pobs/sequencer';
import type {Overrides} from '@pobs/sequencer';

/** `--a-b value` pairs and bare `--flags`, camel case. */
function flagsOf(args: readonly string[]): Record<string, string | boolean> {
  const flags: Record<string, string | boolean> = {};
  args.forEach((argument, i) => {
    if (!argument.startsWith('--')) return;
    const name = argument.slice(2).replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    const next = args[i + 1];
    flags[name] = next === undefined || next.startsWith('--') ? true : next;
  });
  return flags;
}

const toLine = (stage: StageReport): string =>
  JSON.stringify(stage, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));

export async function runOneEpoch(args: readonly string[], overrides: Overrides = {}): Promise<void> {
  const config: SequencerConfig = {...parseConfig(flagsOf(args)), intervalSeconds: 1, l1Every: 1};
  const stop = new AbortController();
  process.on('SIGTERM', () => stop.abort());
  process.stdin.on('end', () => stop.abort()).on('close', () => stop.abort()).resume();
  const sequencer = await createSequencer(config, {
    ...overrides,
    report: (stage) => void process.stdout.write(`${toLine(stage)}\n`),
  });
  process.stdout.write(`${JSON.stringify({ready: true, port: sequencer.port})}\n`);
  await sequencer.run({signal: stop.signal, epochs: 1});
  await sequencer.close();
  process.exit(0);
}
