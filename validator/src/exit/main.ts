/** `pobs-exit`: a depositor's way out that asks nobody: two chains and one storage gateway, no engine, no website. */
import {Command, CommanderError} from 'commander';
import {VERSION} from '../version.ts';
import type {Flags} from '../config.ts';

const loadCommands = () => import('./commands.ts');

const withSession = (command: Command): Command => command
  .option('--network <file>', 'network.json of the deployment')
  .option('--rpc <chain=url,…>', 'RPC URL of each chain')
  .option('--storage <kind=url,…>', 'ipfs=… and arweave=… gateways')
  .option('--key-file <file>', 'the wallet\'s key: JSON keystore, or hex of mode 0600')
  .option('--password-file <file>', 'password of the keystore, first line; without it the terminal asks')
  .option('--secret-file <file>', 'account secret, if it was not made of the wallet\'s signature')
  .option('--proof-file <file>', 'inclusion proof that names its owner: act for that wallet, in that era')
  .option('--timeout <seconds>', 'time limit of one request (default 10)')
  .option('--json', 'one JSON object on stdout')
  .option('--non-interactive', 'never prompt');

const withSending = (command: Command): Command => withSession(command)
  .requiredOption('--chain <L1|L2|id>', 'chain of the custody')
  .option('--dry-run', 'build the proof and try the call, without sending')
  .option('--yes', 'do not ask');

const token = ['--token <symbol|address>', 'asset of the row'] as const;

function program(): Command {
  const exit = new Command('pobs-exit')
    .description('Leave without anybody\'s help: rows and proofs come from the chains and from storage alone. Every flag --x-y is also read from POBS_X_Y.')
    .version(VERSION)
    .addHelpText('after', `
Order: status; force-withdraw (or force-exit, which closes positions first); the exchange has 7 days to answer.
If it does not: freeze, then escape. Without any answer to ask for, freeze also works after 7 days of silence, in two steps a day apart.
The row's wallet is paid, whoever sends. Exit codes: 0 done, 2 usage, 3 a dependency is down, 4 not possible now, 6 key, 8 gas.`);
  const run = (command: Command, name: string, description: string, action: (flags: Flags) => Promise<void>) =>
    exit.addCommand(command.name(name).description(description).action(action));
  run(withSession(new Command()), 'status', 'rows of the wallet, and what can be done with each', async (flags) => (await loadCommands()).showStatus(flags));
  run(withSending(new Command()).requiredOption(...token), 'force-withdraw', 'ask the custody itself for everything withdrawable of a row; its wallet only', async (flags) => (await loadCommands()).force('forceWithdraw')(flags));
  run(withSending(new Command()).requiredOption(...token), 'force-exit', 'the same, closing positions first', async (flags) => (await loadCommands()).force('forceExit')(flags));
  run(withSending(new Command()).requiredOption(...token), 'claim', 'take what is authorised and unpaid', async (flags) => (await loadCommands()).take('claim')(flags));
  run(withSending(new Command()).option(...token), 'freeze', 'freeze a custody that ignored a request (--token) or fell silent', async (flags) => (await loadCommands()).freeze(flags));
  run(withSending(new Command()).requiredOption(...token), 'escape', 'take the whole row out of a frozen custody', async (flags) => (await loadCommands()).take('escape')(flags));
  strict(exit);
  return exit;
}

/** Unknown flags and surplus arguments are errors with a suggestion, in every command. */
function strict(command: Command): void {
  command.exitOverride().showSuggestionAfterError().allowExcessArguments(false).allowUnknownOption(false);
  command.commands.forEach(strict);
}

try {
  await program().parseAsync();
} catch (error) {
  // Commander has printed its own; 2 is usage.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else process.exitCode = (await import('../cli/failure.ts')).reportFailure(error);
}
