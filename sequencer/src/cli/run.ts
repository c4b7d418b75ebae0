/** `epoch run` and `epoch retry`: the long-running process. One JSON line per stage on stdout, logs on stderr. */
import {createSequencer, type Overrides, type Sequencer, type StageReport} from '../app.ts';
import {type Flags, invalid, parseConfig, text, wholeNumber} from '../config.ts';
import {type Stage, STAGES} from '../core/stages.ts';
import {EXIT} from './exit.ts';

const print = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

/** Runs until stopped, or for `--epochs n`. @returns Exit code. */
export async function runEpochs(flags: Flags, overrides: Overrides = {}): Promise<number> {
  const epochs = text(flags, 'epochs') === undefined ? undefined : wholeNumber(flags, 'epochs', {fallback: 1, min: 1, max: 1_000_000});
  const until = stageOf(text(flags, 'stopAfter'));
  return withSequencer(flags, overrides, (sequencer, signal) => sequencer.run({signal, epochs, until}));
}

/** Takes the unfinished epoch to its end, or runs a new one. */
export const retryEpoch = (flags: Flags, overrides: Overrides = {}): Promise<number> =>
  withSequencer(flags, overrides, (sequencer, signal) => sequencer.run({signal, epochs: 1}));

async function withSequencer(flags: Flags, overrides: Overrides, task: (sequencer: Sequencer, signal: AbortSignal) => Promise<void>): Promise<number> {
  const stop = stopSignal(flags.parentPipe === true);
  const sequencer = await createSequencer(parseConfig(flags), {...overrides, report: (stage) => {
    print(lineOf(stage));
    overrides.report?.(stage);
  }});
  try {
    print({ready: true, port: sequencer.port, url: `http://127.0.0.1:${sequencer.port}`});
    await task(sequencer, stop.signal);
    return EXIT.ok;
  } finally {
    await sequencer.close();
    stop.release();
  }
}

const lineOf = ({epoch, at, ...rest}: StageReport): object => ({epoch: Number(epoch), ...rest, at: at.toISOString()});

/** Stages go by their names; `settled` is both custodies. */
function stageOf(name: string | undefined): Stage | undefined {
  if (name === undefined) return undefined;
  const stage = name === 'settled' ? 'settled-l1' : name;
  if (!(STAGES as readonly string[]).includes(stage)) throw invalid(`--stop-after must be one of settled, ${STAGES.join(', ')}, not "${name}"`);
  return stage as Stage;
}

/** Aborts on SIGTERM, SIGINT or the end of the parent's pipe; a second signal ends the process at once. */
function stopSignal(parentPipe: boolean): {signal: AbortSignal; release: () => void} {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort();
  };
  const ended = () => controller.abort();
  process.on('SIGTERM', stop).on('SIGINT', stop);
  if (parentPipe) process.stdin.on('end', ended).on('close', ended).resume();
  return {
    signal: controller.signal,
    release: () => {
      process.off('SIGTERM', stop).off('SIGINT', stop);
      if (parentPipe) process.stdin.off('end', ended).off('close', ended).destroy();
    },
  };
}
