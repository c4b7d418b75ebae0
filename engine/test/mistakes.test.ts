/** What a user gets wrong at the command line: one sentence, the exit code of the README, no stack; and a stop is heard at once. */
import {mkdtempSync, rmSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {afterAll, describe, expect, test} from 'vitest';
import {command, engine, Process} from './support/process.ts';

const empty = mkdtempSync(path.join(os.tmpdir(), 'pobs-mistakes-'));
const gateway = (...args: string[]): Process => new Process(['engine/bin/pobs-gateway.mjs', ...args]);

afterAll(() => rmSync(empty, {recursive: true}));

describe('one sentence and exit code 2', () => {
  test.each([
    ['gateway without flags', () => gateway().ended, /^✗ --network is missing: /],
    ['gateway with an unknown flag', () => gateway('--nope').ended, /^✗ unknown option '--nope'/],
    ['engine without flags', () => engine('run').ended, /^✗ --network is missing: /],
    ['follower of nobody', () => command('follow'), /^✗ --of is missing: /],
    ['follower of a folder that is not there', () => command('follow', '--of', path.join(empty, 'nowhere')), /^✗ --of .* does not exist: /],
    ['unknown command', () => command('nope'), /^✗ unknown command 'nope'/],
    ['proof of no command', () => command('journal', 'prove', '--data-dir', empty, '--sequence', 'x'), /^✗ --sequence has "x": /],
  ])('%s', async (_, run, sentence) => {
    const {code, stdout, stderr} = await run();
    expect({code, stdout}).toEqual({code: 2, stdout: ''});
    expect(stderr).toMatch(sentence);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

test('who waits for an engine says so, and stops when asked to', async () => {
  const follower = engine('follow', '--of', empty);
  await new Promise<void>((resolve) => {
    follower.child.stderr!.on('data', (text) => {
      if (String(text).includes('Waiting for the engine')) resolve();
    });
  });
  expect(await follower.kill('SIGINT')).toMatchObject({code: 130, stdout: ''});
});
