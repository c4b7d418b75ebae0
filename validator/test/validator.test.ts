/** The validator's program against real chains, contracts and storage: honest epochs, lies, and things that are down. */
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {type SealedEpoch, VoteKind} from '@pobs/protocol';
import {type Hex, keccak256, stringToBytes} from 'viem';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {alice, deployer, fixTerm, freePort, runCli, Running, STAKE, startCli, startWorld, until, type World} from './network.ts';
import {depositors, Operator, register} from './operator.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'pobs-validator-'));
let world: World;
let operator: Operator;
const running: Running[] = [];

beforeAll(async () => {
  world = await startWorld(dir);
  operator = new Operator(world);
  for (const validator of [1, 2]) operator.recipients.push((await register(world, validator)).recipient);
  await fixTerm(world);
  await depositors(world);
});

afterAll(async () => {
  await Promise.all(running.map((validator) => validator.stop()));
  await world?.stop();
  rmSync(dir, {recursive: true, force: true});
});

const APPROVALS = [{kind: VoteKind.Approve, rule: 0}, {kind: VoteKind.Approve, rule: 0}];

async function start(validator: number): Promise<Running> {
  const process = new Running([...world.flags(validator), '--health-port', String(await freePort())]);
  running.push(process);
  await process.line((line) => line.ready === true, `validator ${validator}`);
  return process;
}

describe('pobs-validator', () => {
  test('both validators approve an honest epoch', async () => {
    await Promise.all([start(1), start(2)]);
    const {digest} = await operator.honest();
    expect(await operator.decide(digest, 2)).toEqual(APPROVALS);
    const {port} = running[0]!.lines[0] as {port: number};
    const health = await until('health of epoch 1', async () => {
      const answer = (await (await fetch(`http://127.0.0.1:${port}/healthz`)).json()) as {ok: boolean; lastEpoch: string; lastVoted: string};
      return answer.lastEpoch === '1' ? answer : undefined;
    });
    expect(health).toMatchObject({ok: true, lastVoted: '1', waiting: []});
    expect(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()).toContain('pobs_validator_votes_total{kind="APPROVE",rule="V0"} 1');
  });

  const lies: [string, number, (books: SealedEpoch) => Promise<Hex>][] = [
    ['an omitted account', 8, async (books) => operator.propose(await operator.assembled({...books, assets: books.assets.map((asset, i) => (i === 0 ? {...asset, rows: []} : asset))}))],
    ['a snapshot CID that nothing has', 1, async (books) => operator.propose(await operator.assembled(books), {change: {snapshotCid: keccak256('0x99')}})],
    ['a wrong parent', 5, async (books) => operator.propose(await operator.assembled(books), {change: {parent: keccak256('0x77')}})],
    ['a lying mapping', 6, async (books) => {
      const built = await operator.assembled(books);
      const text = new TextDecoder().decode(built.mapping).replace(alice.address.toLowerCase(), deployer.address.toLowerCase());
      return operator.propose(built, {mapping: stringToBytes(text)});
    }],
  ];
  test.each(lies)('both reject %s by V%i', async (_, rule, lie) => {
    const digest = await lie(await operator.sealed());
    expect(await operator.decide(digest, 2)).toEqual([{kind: VoteKind.Reject, rule}, {kind: VoteKind.Reject, rule}]);
    for (const validator of running) {
      const verdict = await validator.line((line) => line.event === 'verdict' && line.epoch === operator.epoch.toString(), 'the verdict');
      expect((verdict.violations as {rule: number}[]).map((violation) => violation.rule)).toEqual([rule]);
    }
  });

  test('a killed validator resumes and never votes twice', async () => {
    const first = running.shift()!;
    await first.stop('SIGKILL');
    await start(1);
    const {digest} = await operator.honest();
    expect(await operator.decide(digest, 2)).toEqual(APPROVALS);
    const journal = readFileSync(path.join(dir, 'validator-1/signing.journal'), 'utf8').trim().split('\n');
    expect(journal).toHaveLength(Number(operator.epoch));
    const second = await startCli('run', ...world.flags(1), '--health-port', String(await freePort()));
    expect(second.code).toBe(5);
    expect(second.stderr).toMatch(/^Another validator \(process \d+\) uses .*: stop it first/);
  });

  test('verify needs neither mapping server nor storage once cached', async () => {
    await world.mappings.stop();
    await world.storage.stop();
    const verified = await startCli('verify', '1', '--json', ...world.flags(1));
    expect(verified).toMatchObject({code: 0});
    expect(JSON.parse(verified.stdout)).toMatchObject({epoch: '1', ok: true, violations: []});
    const rejected = await startCli('verify', '2', ...world.flags(1));
    expect(rejected).toMatchObject({code: 4});
    expect(rejected.stdout).toContain('✗ V8');
  });

  test('what is down or wrong is one sentence and the right exit code', async () => {
    await runCli('init', ...world.flags(9));
    const flags = world.flags(9);
    const withFlag = (name: string, value: string) => flags.map((flag, i) => (flags[i - 1] === name ? value : flag));
    const wrongPassword = path.join(dir, 'wrong-password');
    writeFileSync(wrongPassword, 'wrong\n');
    const cases: [string[], number, RegExp][] = [
      [['verify', '1', ...flags], 3, /^Storage ipfs .* does not answer/],
      [['verify', '99', ...flags], 2, /^Epoch 99 was never proposed/],
      [['verify', '1', ...withFlag('--rpc', '31337=http://127.0.0.1:9,412346=http://127.0.0.1:9')], 3, /^The RPC at http:\/\/127.0.0.1:9\/? does not answer/],
      [['verify', '1', ...withFlag('--rpc', `31337=${world.l2.url},412346=${world.l2.url}`)], 2, /serves chain 412346, not 31337/],
      [['run', ...withFlag('--password-file', wrongPassword)], 6, /^The password does not open/],
      [['run', ...withFlag('--data-dir', path.join(dir, 'nothing'))], 6, /^There is no key at/],
      [['stake', 'deposit', '--amount', STAKE.toString(), '--yes', ...flags], 8, /holds 0 of the 100000000000000000000 stake tokens needed/],
      [['stake', 'deposit', '--amount', STAKE.toString(), ...flags], 2, /needs --yes/],
      [['run', '--netwrk', 'x'], 2, /Did you mean --network/],
    ];
    for (const [args, code, sentence] of cases) {
      const ran = await (args[0] === 'run' ? startCli : runCli)(...args);
      expect([args.slice(0, 3).join(' '), ran.code, ran.stderr]).toEqual([args.slice(0, 3).join(' '), code, expect.stringMatching(sentence)]);
      expect(ran.stderr).not.toContain('    at ');
    }
  });
});

