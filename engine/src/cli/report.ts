/** An error as one sentence on stderr and an exit code; a bug is shown with its stack. */
import {CommanderError} from 'commander';
import {ConfigError} from '../config.ts';

const EXIT_BUG = 1;
const EXIT_USAGE = 2;

export async function reportFailure(error: unknown): Promise<number> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
  if (error instanceof ConfigError) return say(error.message, EXIT_USAGE);
  const {failureOf} = await import('./failure.ts');
  const failure = failureOf(error);
  if (failure) return say(failure.sentence, failure.exitCode);
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  return EXIT_BUG;
}

function say(sentence: string | undefined, exitCode: number): number {
  if (sentence !== undefined) process.stderr.write(`✗ ${sentence}\n`);
  return exitCode;
}
