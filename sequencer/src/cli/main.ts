/** `pobs-operator`: snapshot, root, epoch, withdrawals, custody, term. stdout = result, stderr = logs. */
import {Command, CommanderError} from 'commander';
import type {Overrides} from '../app.ts';
import type {Flags} from '../config.ts';
import {executeWithdrawals, fixTerm, listWithdrawals, pauseCustody, postRoot, sendTerm, termStatus, unpauseCustody} from './chain-commands.ts';
import {epochStatus} from './epoch-status.ts';
import {EXIT, failureOf} from './failure.ts';
import {ALL_FLAGS, CHAIN_FLAGS, type FlagName, SENDER_FLAGS, withFlags} from './flags.ts';
import {retryEpoch, runEpochs} from './run.ts';
import {buildSnapshot, checkSnapshot, uploadSnapshot} from './snapshot.ts';

type Result = (flags: Flags) => Promise<object>;

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
    return report(error);
  }
}

function addEpoch(program: Command, long: (command: Command, run: (flags: Flags, overrides: Overrides) => Promise<number>) => Command): void {
  const epoch = program.command('epoch').description('The pipeline from sealed books to paid withdrawals');
  long(epoch.command('run').description('Run epoch after epoch; one JSON line per stage')
    .option('--epochs <n>', 'stop after so many')
    .option('--stop-after <stage>', 'leave an epoch at this stage (for example proposed, settled)'), runEpochs);
  long(epoch.command('retry').description('Take the unfinished epoch to its end'), retryEpoch);
  short(epoch.command('status').description('Stages of the newest epochs, or of one'), ['databaseUrl', 'epoch', 'json'], epochStatus);
}

function addSnapshot(program: Command): void {
  const snapshot = program.command('snapshot').description('The files of an epoch');
  short(snapshot.command('build').description('Build the files of a sealed epoch into a folder, after the joint test'),
    [...CHAIN_FLAGS, 'epoch', 'out', 'dataDir', 'engineUrl', 'operatorTokenFile'], buildSnapshot);
  short(snapshot.command('check').description('Check files against their manifest: of a folder, or of an epoch in storage'),
    [...CHAIN_FLAGS, 'epoch', 'out', 'storage'], checkSnapshot);
  short(snapshot.command('upload').description('Publish the files of a folder'), ['out', 'storage', 'dataDir', 'arweaveKeyFile', 'json'], uploadSnapshot);
}

function addChain(program: Command): void {
  const root = program.command('root').description('Proposals on L2');
  short(root.command('post').description('Propose a built epoch'), [...SENDER_FLAGS, 'epoch', 'dataDir', 'yes'], postRoot);

  const withdrawals = program.command('withdrawals').description('What leaves custody');
  short(withdrawals.command('list').description('Withdrawals that are not paid yet'), ['engineUrl', 'operatorTokenFile', 'json'], listWithdrawals);
  short(withdrawals.command('execute').description('Pay what the active root of a custody authorises'),
    [...SENDER_FLAGS, 'chain', 'storage', 'dataDir', 'batchSize', 'yes'], executeWithdrawals);

  const custody = program.command('custody').description('The guardian\'s brake');
  short(custody.command('pause').description('Stop settling and paying').option('--hours <n>', 'how long, at most 72 (24)').option('--reason <text>', 'kept in the output'),
    [...SENDER_FLAGS, 'chain', 'yes'], pauseCustody);
  short(custody.command('unpause').description('Go on'), [...SENDER_FLAGS, 'chain', 'yes'], unpauseCustody);

  const term = program.command('term').description('Validator sets');
  short(term.command('fix').description('Fix the next term on L1'), [...SENDER_FLAGS, 'yes'], fixTerm);
  short(term.command('send').description('Send the next header to L2 by a retryable ticket'), [...SENDER_FLAGS, 'yes'], sendTerm);
  short(term.command('status').description('The newest term and its ticket'), CHAIN_FLAGS, termStatus);
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

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  const failure = failureOf(error);
  if (failure) {
    process.stderr.write(`✗ ${failure.sentence}\n`);
    return failure.exitCode;
  }
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  return EXIT.bug;
}
