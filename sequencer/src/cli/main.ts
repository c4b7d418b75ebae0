/** `pobs-operator`: snapshot, root, epoch, withdrawals, custody, rewards, duties, term. stdout = result, stderr = logs. */
import {Command, CommanderError} from 'commander';
import type {Overrides} from '../app.ts';
import type {Flags} from '../config.ts';
import {EXIT} from './exit.ts';
import {ALL_FLAGS, CHAIN_FLAGS, type FlagName, SENDER_FLAGS, withFlags} from './flags.ts';

type Result = (flags: Flags) => Promise<object>;

/** Commands are loaded when they run: help and typing errors answer at once. */
const onRun = () => import('./run.ts');
const onChain = () => import('./chain-commands.ts');
const onDuties = () => import('./duty-commands.ts');
const onSnapshot = () => import('./snapshot.ts');

/**
 * Runs one command line.
 *
 * @param overrides - For programs that bring their own builder; they end as the command itself would.
 * @returns Exit code: 0 ok, 1 bug, 2 usage, 3 dependency down, 4 check failed, 6 key, 8 gas too low, 130 interrupted.
 */
export async function main(args: readonly string[], overrides: Overrides = {}): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = new Command('pobs-operator')
    .description('The operator of Proof-of-Balance-Sheet. Every flag --x-y is also read from POBS_X_Y.')
    .exitOverride()
    .configureOutput({outputError: (text, write) => write(text.replace(/^error: /, '✗ '))})
    .showSuggestionAfterError();
  const long = (command: Command, run: (flags: Flags, overrides: Overrides) => Promise<number>) =>
    withFlags(command, ALL_FLAGS).action(async (flags: Flags) => {
      exitCode = await run(flags, overrides);
    });
  addEpoch(program, long);
  addSnapshot(program);
  addChain(program);
  try {
    await program.parseAsync([...args], {from: 'user'});
    return exitCode;
  } catch (error) {
    return await report(error);
  }
}

function addEpoch(program: Command, long: (command: Command, run: (flags: Flags, overrides: Overrides) => Promise<number>) => Command): void {
  const epoch = program.command('epoch').description('The pipeline from sealed books to paid withdrawals');
  long(epoch.command('run').description('Run epoch after epoch; one JSON line per stage')
    .option('--epochs <n>', 'stop after so many')
    .option('--stop-after <stage>', 'leave an epoch at this stage (for example proposed, settled)'), async (flags, overrides) => (await onRun()).runEpochs(flags, overrides));
  long(epoch.command('retry').description('Take the unfinished epoch to its end'), async (flags, overrides) => (await onRun()).retryEpoch(flags, overrides));
  short(epoch.command('status').description('Stages of the newest epochs, or of one'), ['databaseUrl', 'epoch', 'json'],
    async (flags) => (await import('./epoch-status.ts')).epochStatus(flags));
}

function addSnapshot(program: Command): void {
  const snapshot = program.command('snapshot').description('The files of an epoch');
  short(snapshot.command('build').description('Build the files of a sealed epoch into a folder, after the joint test'),
    [...CHAIN_FLAGS, 'epoch', 'out', 'dataDir', 'engineUrl', 'operatorTokenFile'], async (flags) => (await onSnapshot()).buildSnapshot(flags));
  short(snapshot.command('check').description('Check files against their manifest: of a folder, or of an epoch in storage'),
    [...CHAIN_FLAGS, 'epoch', 'out', 'storage'], async (flags) => (await onSnapshot()).checkSnapshot(flags));
  short(snapshot.command('upload').description('Publish the files of a folder'), ['out', 'storage', 'dataDir', 'arweaveKeyFile', 'json'], async (flags) => (await onSnapshot()).uploadSnapshot(flags));
}

function addChain(program: Command): void {
  const root = program.command('root').description('Proposals on L2');
  short(root.command('post').description('Propose a built epoch'), [...SENDER_FLAGS, 'epoch', 'dataDir', 'yes'], async (flags) => (await onChain()).postRoot(flags));

  const withdrawals = program.command('withdrawals').description('What leaves custody');
  short(withdrawals.command('list').description('Withdrawals that are not paid yet'), ['engineUrl', 'operatorTokenFile', 'json'], async (flags) => (await onChain()).listWithdrawals(flags));
  short(withdrawals.command('execute').description('Pay what the active root of a custody authorises'),
    [...SENDER_FLAGS, 'chain', 'storage', 'dataDir', 'batchSize', 'yes'], async (flags) => (await onChain()).executeWithdrawals(flags));

  const custody = program.command('custody').description('The guardian\'s brake');
  short(custody.command('pause').description('Stop settling and paying').option('--hours <n>', 'how long, at most 72 (24)').option('--reason <text>', 'kept in the output'),
    [...SENDER_FLAGS, 'chain', 'yes'], async (flags) => (await onChain()).pauseCustody(flags));
  short(custody.command('unpause').description('Go on'), [...SENDER_FLAGS, 'chain', 'yes'], async (flags) => (await onChain()).unpauseCustody(flags));

  const rewards = program.command('rewards').description('Prizes of validators');
  short(rewards.command('status').description('Funds, draw and claims of a term'), [...CHAIN_FLAGS, 'set'], async (flags) => (await onDuties()).rewardStatus(flags));
  short(rewards.command('fund').description('Add to the prizes of a term'), [...SENDER_FLAGS, 'set', 'amount', 'yes'], async (flags) => (await onDuties()).fundRewards(flags));
  short(program.command('duties').description('Do once what is due on chain beside epochs: participation, messages to L1, draws, the treasury, answers to forced withdrawals'),
    [...SENDER_FLAGS, 'dataDir', 'beaconUrl', 'rewardsPerTerm', 'treasuryFile', 'yes'], async (flags) => (await onDuties()).runDuties(flags));

  const term = program.command('term').description('Validator sets');
  short(term.command('fix').description('Fix the next term on L1'), [...SENDER_FLAGS, 'yes'], async (flags) => (await onChain()).fixTerm(flags));
  short(term.command('send').description('Send the next header to L2 by a retryable ticket'), [...SENDER_FLAGS, 'yes'], async (flags) => (await onChain()).sendTerm(flags));
  short(term.command('status').description('The newest term and its ticket'), CHAIN_FLAGS, async (flags) => (await onChain()).termStatus(flags));
}

/** A command whose result is one object: JSON with `--json`, else one line per field. */
function short(command: Command, names: readonly FlagName[], run: Result): void {
  withFlags(command, names).action(async (flags: Flags) => {
    const result = await run(flags);
    process.stdout.write(flags.json === true ? `${JSON.stringify({v: 1, ...result})}\n` : lines(result));
  });
}

function lines(result: object): string {
  const show = (value: unknown): string => (typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value));
  const text = (value: unknown): string => (Array.isArray(value) ? (value.length === 0 ? 'none' : value.map((item) => `\n  ${show(item)}`).join('')) : show(value));
  return Object.entries(result).map(([name, value]) => `${name}: ${text(value)}\n`).join('');
}

async function report(error: unknown): Promise<number> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  const {failureOf} = await import('./failure.ts');
  const failure = failureOf(error);
  if (failure) {
    process.stderr.write(`✗ ${failure.sentence}\n`);
    return failure.exitCode;
  }
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  return EXIT.bug;
}
