/** Whole epochs on two real chains; what is told here of one run must hold however often the process dies in between. */
import {decryptMapping, VoteKind} from '@pobs/protocol';
import {epochManagerAbi} from '@pobs/protocol/abi';
import type {Hex} from 'viem';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {createSequencer, type Overrides, type Persistence, type Stage, type StageReport} from '../src/app.ts';
import {command} from './command.ts';
import {Harness} from './harness.ts';

const WITHDRAWAL = 10n;
const never = new AbortController().signal;

let harness: Harness;
let voting: AbortController;

beforeAll(async () => {
  harness = await Harness.start({withdrawalLots: WITHDRAWAL});
  voting = new AbortController();
  void harness.vote(voting.signal);
});

afterAll(async () => {
  voting?.abort();
  await harness?.stop();
});

/** One epoch from wherever it stands; its reported stages. */
async function runOne(overrides: Overrides = {}, until?: Stage): Promise<StageReport[]> {
  const reports: StageReport[] = [];
  const sequencer = await createSequencer({...harness.config, voteGraceMs: 5_000}, {...overrides, report: (stage) => {
    reports.push(stage);
    if (process.env.POBS_TEST_LOG) process.stderr.write(`${stage.epoch} ${stage.stage} ${stage.ms} ms\n`);
  }});
  try {
    await sequencer.run({signal: never, epochs: 1, until});
    return reports;
  } finally {
    await sequencer.close();
  }
}

/** What the chains and the engine recorded of all epochs so far. */
async function world() {
  const proposed = await harness.l2.getContractEvents({address: harness.network.l2.epochManager, abi: epochManagerAbi, eventName: 'EpochProposed', fromBlock: 0n, strict: true});
  const [l2, l1, paid] = await Promise.all([harness.custodyEvents('l2', 'Settled'), harness.custodyEvents('l1', 'Settled'), harness.custodyEvents('l2', 'Paid')]);
  return {
    proposed: proposed.map(({args}) => Number(args.epoch)), settledL2: l2.length, settledL1: l1.length, payments: paid.length,
    seals: harness.engine.seals.map(Number), outcomes: harness.engine.outcomes.map(({epoch, outcome}) => `${epoch} ${outcome}`), balance: await harness.balance(),
  };
}

test('an epoch goes from sealed books to paid withdrawals', async () => {
  const before = await harness.balance();
  const reports: StageReport[] = [];
  const sequencer = await createSequencer(harness.config, {report: (stage) => reports.push(stage)});
  try {
    await sequencer.run({signal: never, epochs: 1});
    const answer = await fetch(`http://127.0.0.1:${sequencer.port}/mapping/1`);
    const mapping = await decryptMapping(new Uint8Array(await answer.arrayBuffer()), harness.validators[0]!.identity);
    expect(mapping.ok && new TextDecoder().decode(mapping.bytes)).toContain(harness.depositor.toLowerCase());
    expect((await fetch(`http://127.0.0.1:${sequencer.port}/mapping/2`)).status).toBe(404);
    expect(await (await fetch(`http://127.0.0.1:${sequencer.port}/healthz`)).json()).toMatchObject({ok: true, epoch: '1', stage: 'final'});
  } finally {
    await sequencer.close();
  }
  expect(reports.map(({stage}) => stage)).toEqual(['sealed', 'built', 'published', 'proposed', 'decided', 'settled-l2', 'settled-l1', 'distributed', 'final']);
  expect(reports.at(-1)).toMatchObject({epoch: 1n, outcome: 'approved'});
  expect(reports.find(({stage}) => stage === 'settled-l1')).toMatchObject({skipped: true});
  expect((await harness.balance()) - before).toBe(WITHDRAWAL);
});

class Crash extends Error {}

/** Dies once, at the named point of its bookkeeping: everything before it has happened, nothing after it has. */
function dyingAt(point: string): (real: Persistence) => Persistence {
  let armed = true;
  const reach = (name: string) => {
    if (!armed || name !== point) return;
    armed = false;
    throw new Crash(name);
  };
  return (real) => {
    const purposes = new Map<Hex, string>();
    const purposeOf = (purpose: string) => purpose.split(' ')[0]!;
    return {
      findUnfinished: () => real.findUnfinished(), find: (epoch) => real.find(epoch), findLatest: (count) => real.findLatest(count),
      stagesOf: (epoch) => real.stagesOf(epoch), reopen: (state) => real.reopen(state), findSent: (of) => real.findSent(of),
      add: async (state) => {
        await real.add(state);
        reach('after opening');
      },
      advance: async (state, done) => {
        reach(`before recording ${state.stage}`);
        return real.advance(state, done);
      },
      addSent: async (sent) => {
        await real.addSent(sent);
        purposes.set(sent.hash, purposeOf(sent.purpose));
        reach(`between signing and sending ${purposeOf(sent.purpose)}`);
      },
      closeSent: async (sent) => {
        reach(`when ${purposes.get(sent.hash)} is mined`);
        await real.closeSent(sent);
      },
    };
  };
}

const POINTS = [
  'after opening', 'before recording sealed', 'before recording built', 'before recording published', 'between signing and sending propose',
  'when propose is mined', 'before recording proposed', 'between signing and sending certify', 'before recording decided',
  'between signing and sending settle', 'when settle is mined', 'before recording settled-l2', 'before recording settled-l1',
  'between signing and sending distribute', 'before recording distributed', 'before recording final',
];

describe('a sequencer that dies', () => {
  test.each(POINTS)('%s goes on where it stood and does nothing twice', async (point) => {
    const before = await world();
    const epoch = before.proposed.length + 1;
    await expect(runOne({persistence: dyingAt(point)})).rejects.toThrow(Crash);
    const reports = await runOne();
    expect(reports.at(-1)).toMatchObject({epoch: BigInt(epoch), stage: 'final', outcome: 'approved'});
    const after = await world();
    expect(after).toEqual({
      proposed: [...before.proposed, epoch], settledL2: before.settledL2 + 1, settledL1: before.settledL1 + (epoch % 2 === 0 ? 1 : 0), payments: before.payments + 1,
      seals: [...before.seals, epoch], outcomes: [...before.outcomes, `${epoch} approved`], balance: before.balance + WITHDRAWAL,
    });
  });
});

test('an epoch can be left at a stage and taken up later', async () => {
  const before = await harness.balance();
  const left = await runOne({}, 'settled-l1');
  expect(left.at(-1)?.stage).toBe('settled-l1');
  expect(await harness.balance()).toBe(before);
  expect((await runOne()).map(({stage}) => stage)).toEqual(['distributed', 'final']);
  expect((await harness.balance()) - before).toBe(WITHDRAWAL);
});

/** Flags of the command line for the harness, and the command's JSON answer. */
async function operator(...args: string[]): Promise<Record<string, unknown>> {
  const {network, config, dir} = harness;
  const {code, stdout, stderr} = await command(
    ...args, '--network', `${dir}/network.json`, '--rpc', `${network.l1.chainId}=${config.l1Url},${network.l2.chainId}=${config.l2Url}`, '--json',
    '--database-url', config.databaseUrl, '--data-dir', config.dataDir, '--engine-url', config.engineUrl, '--operator-token-file', config.operatorTokenFile,
    '--storage', config.storage, '--log-level', 'silent', ...(args.includes('--key-file') ? [] : ['--key-file', config.keyFile]),
  );
  if (code !== 0) throw new Error(`exit code ${code}: ${stderr}`);
  return JSON.parse(stdout) as Record<string, unknown>;
}

describe('the operator by hand', () => {
  const chain = () => String(harness.network.l2.chainId);

  test('pays what is active, from storage alone, once', async () => {
    const [{epoch}] = (await runOne({}, 'settled-l1')).slice(-1) as [StageReport];
    const before = await harness.balance();
    await expect(operator('withdrawals', 'execute', '--chain', chain())).rejects.toThrow(/exit code 2: ✗ This would pay the withdrawals of epoch \d+ on chain 412346: add --yes/);
    await expect(operator('withdrawals', 'execute', '--chain', '5', '--yes')).rejects.toThrow(/--chain must be 31337 or 412346, not "5"/);
    const elsewhere = ['--data-dir', `${harness.dir}/nothing`];
    expect(await operator('withdrawals', 'execute', '--chain', chain(), '--yes', ...elsewhere)).toMatchObject({epoch: epoch.toString(), paid: 1, deferred: 0});
    expect((await harness.balance()) - before).toBe(WITHDRAWAL);
    expect(await operator('withdrawals', 'execute', '--chain', chain(), '--yes')).toMatchObject({paid: 0, txs: []});
    expect((await runOne()).map(({stage, skipped}) => [stage, skipped ?? false])).toEqual([['distributed', true], ['final', false]]);
  });

  test('sees epochs and terms', async () => {
    expect(await operator('epoch', 'status', '--epoch', '1')).toMatchObject({epochs: [{epoch: 1, stage: 'final', outcome: 'approved'}]});
    await expect(operator('epoch', 'status', '--epoch', '999')).rejects.toThrow('There is no epoch 999.');
    expect(await operator('term', 'status')).toMatchObject({setId: 1, onL2: 1, ticket: 'redeemed', members: 4});
    expect(await operator('term', 'send', '--yes')).toMatchObject({sent: false, onL2: true});
  });

  test('checks what storage holds of an epoch, and publishes a folder', async () => {
    const [{epoch}] = (await runOne({}, 'sealed')).slice(-1) as [StageReport];
    const built = await operator('snapshot', 'build', '--epoch', epoch.toString(), '--out', `${harness.dir}/snapshot`);
    expect(await operator('snapshot', 'upload', '--out', `${harness.dir}/snapshot`)).toMatchObject({cid: built.cid});
    expect((await runOne()).at(-1)).toMatchObject({epoch, stage: 'final', outcome: 'approved'});
    // The build is deterministic: by hand or in the pipeline, the same bytes.
    expect(await operator('snapshot', 'check', '--epoch', epoch.toString())).toMatchObject({cid: built.cid});
    await expect(operator('snapshot', 'build', '--epoch', '1', '--out', `${harness.dir}/old`)).rejects.toThrow(/exit code 4: ✗ Epoch 1 was not built, its books break V5/);
    await expect(operator('snapshot', 'check', '--epoch', '999')).rejects.toThrow('There is no epoch 999.');
  });

  test('posts a root once', async () => {
    const [{epoch}] = (await runOne({}, 'published')).slice(-1) as [StageReport];
    expect(await operator('root', 'post', '--epoch', epoch.toString(), '--yes')).toMatchObject({proposed: true});
    expect(await operator('root', 'post', '--epoch', epoch.toString(), '--yes')).toMatchObject({already: true});
    expect((await runOne()).at(-1)).toMatchObject({epoch, stage: 'final', outcome: 'approved'});
  });

  test('brakes only as the guardian', async () => {
    const pause = ['custody', 'pause', '--chain', chain(), '--hours', '1', '--yes'];
    await expect(operator(...pause)).rejects.toThrow(/exit code 2: ✗ The contract refuses pause: /);
    const guardian = ['--key-file', harness.guardianKeyFile];
    expect(await operator(...pause, ...guardian)).toMatchObject({paused: true});
    expect(await operator('custody', 'unpause', '--chain', chain(), '--yes', ...guardian)).toMatchObject({paused: false});
  });
});

test('only one sequencer runs on a database', async () => {
  const sequencer = await createSequencer(harness.config);
  try {
    await expect(createSequencer(harness.config)).rejects.toMatchObject({data: {code: 'ALREADY_RUNNING'}});
  } finally {
    await sequencer.close();
  }
});

test('an engine that fails for a while is asked again', async () => {
  harness.engine.failures = 2;
  expect((await runOne()).at(-1)).toMatchObject({stage: 'final', outcome: 'approved'});
});

test('rejected by more than a third, an epoch is dead: nothing leaves and the next one carries on from the same parent', async () => {
  voting.abort();
  voting = new AbortController();
  const before = await world();
  const epoch = before.proposed.length + 1;
  const rejecting = new AbortController();
  void harness.vote(rejecting.signal, {kind: VoteKind.Reject, rule: 8, count: 2});
  const reports = await runOne({});
  rejecting.abort();
  expect(reports.map(({stage}) => stage)).toEqual(['sealed', 'built', 'published', 'proposed', 'decided', 'final']);
  expect(reports.at(-1)).toMatchObject({outcome: 'rejected'});
  expect(await world()).toEqual({...before, proposed: [...before.proposed, epoch], seals: [...before.seals, epoch], outcomes: [...before.outcomes, `${epoch} dead`]});
  void harness.vote(voting.signal);
  expect((await runOne()).at(-1)).toMatchObject({epoch: BigInt(epoch + 1), outcome: 'approved'});
  expect((await world()).balance).toBe(before.balance + WITHDRAWAL);
});
