import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {PassThrough} from 'node:stream';
import {afterAll, describe, expect, test} from 'vitest';
import {ValidatorError} from '../errors.ts';
import {confirm, passwordOf, type Terminal} from './prompt.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'pobs-prompt-'));
afterAll(() => rmSync(dir, {recursive: true, force: true}));

/** A terminal whose typist answers each question in turn; `raw` records the mode at each key. */
function typist(...answers: string[]): Terminal & {shown: () => string; raw: boolean[]; last: () => boolean} {
  const input = new PassThrough() as PassThrough & {isTTY: boolean; setRawMode: (raw: boolean) => void};
  const output = new PassThrough();
  const raw: boolean[] = [];
  let mode = false;
  let text = '';
  Object.assign(input, {isTTY: true, setRawMode: (on: boolean) => void (mode = on)});
  output.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    if (!/: $|\] $/.test(chunk.toString()) || answers.length === 0) return;
    const answer = answers.shift()!;
    setImmediate(() => {
      raw.push(mode);
      input.write(answer);
    });
  });
  return {input, output, shown: () => text, raw, last: () => mode};
}

const codeOf = (promise: Promise<unknown>) => promise.then(() => 'none', (error: unknown) => (error instanceof ValidatorError ? error.data.code : String(error)));

describe('the password', () => {
  test('is typed hidden, corrected with backspace, and asked for once', async () => {
    const terminal = typist('horsy\u007fe\r');
    const password = passwordOf({}, {terminal});
    expect([await password(), await password()]).toEqual(['horse', 'horse']);
    expect(terminal.raw).toEqual([true]);
    expect(terminal.last()).toBe(false);
    expect(terminal.shown()).toBe('Password: \n');
  });

  test('of a new key is typed twice, the same', async () => {
    expect(await passwordOf({}, {repeat: true, terminal: typist('a b\r', 'a b\n')})()).toBe('a b');
    expect(await codeOf(passwordOf({}, {repeat: true, terminal: typist('a\r', 'b\r')})())).toBe('PASSWORD_MISMATCH');
  });

  test('Ctrl-C ends the question and restores the terminal', async () => {
    const terminal = typist('hor\u0003');
    expect(await codeOf(passwordOf({}, {terminal})())).toBe('INTERRUPTED');
    expect(terminal.last()).toBe(false);
  });

  test('comes from its file first, and never from a question nobody can see', async () => {
    const file = path.join(dir, 'password');
    writeFileSync(file, 'from file\n');
    expect(await passwordOf({passwordFile: file}, {terminal: typist('typed\r')})()).toBe('from file');
    expect(await codeOf(passwordOf({nonInteractive: true}, {terminal: typist('typed\r')})())).toBe('PASSWORD_MISSING');
    expect(await codeOf(passwordOf({}, {terminal: {input: new PassThrough(), output: new PassThrough()}})())).toBe('PASSWORD_MISSING');
    expect(await codeOf(passwordOf({}, {terminal: typist('\r')})())).toBe('PASSWORD_MISSING');
  });
});

test('what costs is done after yes, and only then', async () => {
  expect(await codeOf(confirm('Leaving', false, typist('y\n')))).toBe('none');
  expect(await codeOf(confirm('Leaving', false, typist('no\n')))).toBe('NOT_CONFIRMED');
  expect(await codeOf(confirm('Leaving', false, {input: new PassThrough(), output: new PassThrough()}))).toBe('NOT_CONFIRMED');
  expect(await codeOf(confirm('Leaving', true, typist()))).toBe('none');
});
