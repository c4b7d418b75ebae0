import {createInterface} from 'node:readline/promises';
import {ValidatorError} from '../errors.ts';

/** Asks before something that costs; without a terminal only `--yes` answers. @throws {ValidatorError} `NOT_CONFIRMED` */
export async function confirm(what: string, yes: boolean): Promise<void> {
  if (yes) return;
  const answer = process.stdin.isTTY ? await ask(`${what} [y/N] `) : '';
  if (!/^y(es)?$/i.test(answer)) throw new ValidatorError({code: 'NOT_CONFIRMED', what});
}

async function ask(question: string): Promise<string> {
  const terminal = createInterface({input: process.stdin, output: process.stderr});
  try {
    return (await terminal.question(question)).trim();
  } finally {
    terminal.close();
  }
}
