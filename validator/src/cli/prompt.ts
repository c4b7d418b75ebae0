/** Questions to a person at a terminal; without one only flags answer. Asked on stderr: stdout is for results. */
import {createInterface} from 'node:readline/promises';
import {readPassword} from '../adapters/keys.ts';
import {type Flags, readKeyConfig} from '../config.ts';
import {ValidatorError} from '../errors.ts';

export type Terminal = {
  input: NodeJS.ReadableStream & {isTTY?: boolean; setRawMode?: (raw: boolean) => unknown};
  output: NodeJS.WritableStream;
};

const TERMINAL: Terminal = {input: process.stdin, output: process.stderr};
const INTERRUPT = '\u0003';
const END = '\u0004';
const BACKSPACE = ['\u0008', '\u007f'];

/** Asks before something that costs; without a terminal only `--yes` answers. @throws {ValidatorError} `NOT_CONFIRMED` */
export async function confirm(what: string, yes: boolean, terminal: Terminal = TERMINAL): Promise<void> {
  if (yes || (await isConfirmed(what, terminal))) return;
  throw new ValidatorError({code: 'NOT_CONFIRMED', what});
}

export async function isConfirmed(what: string, terminal: Terminal = TERMINAL): Promise<boolean> {
  return terminal.input.isTTY === true && /^y(es)?$/i.test(await ask(`${what} [y/N] `, terminal));
}

/**
 * Where a command's password comes from: `--password-file`, else typed once at the terminal, hidden.
 *
 * @param repeat - Asked twice: the password is about to protect a new key.
 * @throws {ValidatorError} `PASSWORD_MISSING` without file and terminal, or with `--non-interactive`; `PASSWORD_MISMATCH`.
 */
export function passwordOf(flags: Flags, {repeat = false, terminal = TERMINAL}: {repeat?: boolean; terminal?: Terminal} = {}): () => Promise<string> {
  let asked: Promise<string> | undefined;
  return () => (asked ??= askPassword(flags, repeat, terminal));
}

async function askPassword(flags: Flags, repeat: boolean, terminal: Terminal): Promise<string> {
  const {passwordFile} = readKeyConfig(flags);
  if (passwordFile !== undefined) return readPassword(passwordFile);
  if (terminal.input.isTTY !== true || flags.nonInteractive === true) throw new ValidatorError({code: 'PASSWORD_MISSING'});
  const password = await askHidden('Password: ', terminal);
  if (password === '') throw new ValidatorError({code: 'PASSWORD_MISSING'});
  if (repeat && (await askHidden('Again: ', terminal)) !== password) throw new ValidatorError({code: 'PASSWORD_MISMATCH'});
  return password;
}

/** One line in raw mode: nothing that is typed is shown. */
function askHidden(question: string, {input, output}: Terminal): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    output.write(question);
    input.setRawMode?.(true);
    const finish = (settle: () => void) => {
      input.off('data', take);
      input.setRawMode?.(false);
      input.pause();
      output.write('\n');
      settle();
    };
    const take = (chunk: Buffer | string) => {
      // Pasted text comes as one chunk.
      for (const key of chunk.toString()) {
        if (key === INTERRUPT) return finish(() => reject(new ValidatorError({code: 'INTERRUPTED'})));
        if (key === '\r' || key === '\n' || key === END) return finish(() => resolve(text));
        text = BACKSPACE.includes(key) ? [...text].slice(0, -1).join('') : text + key;
      }
    };
    input.on('data', take);
    input.resume();
  });
}

async function ask(question: string, {input, output}: Terminal): Promise<string> {
  const lines = createInterface({input, output});
  try {
    return (await lines.question(question)).trim();
  } finally {
    lines.close();
  }
}
