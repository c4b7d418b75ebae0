/** `pobs-validator`: the auditor's client. A command is loaded when it is used: help and typing errors answer at once. */
import {Command, CommanderError} from 'commander';
import {VERSION} from '../version.ts';

const COMMANDS: readonly {name: string; summary: string; load: () => Promise<Command>}[] = [
  {name: 'init', summary: 'create the keys of a new validator', load: async () => (await import('./init.ts')).initCommand()},
  {name: 'key', summary: 'create, import, list, show, export and delete voting keys', load: async () => (await import('./key.ts')).keyCommand()},
  {name: 'stake', summary: 'deposit, add to, leave and withdraw stake', load: async () => (await import('./stake.ts')).stakeCommand()},
  {name: 'rewards', summary: 'show and claim prizes', load: async () => (await import('./rewards.ts')).rewardsCommand()},
  {name: 'run', summary: 'check every epoch and vote', load: async () => (await import('./run.ts')).runCommand()},
  {name: 'verify', summary: 'check epochs or an inclusion proof, without voting; needs no key', load: async () => (await import('./verify.ts')).verifyCommand()},
  {name: 'vote', summary: 'show or cast one vote by hand', load: async () => (await import('./vote.ts')).voteCommand()},
  {name: 'status', summary: 'show stake, gas, seat and the last votes', load: async () => (await import('./status.ts')).statusCommand()},
  {name: 'doctor', summary: 'check everything a vote depends on, with what to do', load: async () => (await import('./doctor.ts')).doctorCommand()},
  {name: 'protection', summary: 'export and import the signing history of a key', load: async () => (await import('./protection.ts')).protectionCommand()},
];

/** The command in use as it is, the others by name, for help and suggestions. */
async function programFor(args: readonly string[]): Promise<Command> {
  const program = new Command('pobs-validator')
    .description('Checks every balance sheet and votes on it. Every flag --x-y is also read from POBS_X_Y.')
    .version(VERSION);
  // `help <command>` shows what `<command> --help` does.
  const used = args[0] === 'help' ? args[1] : args[0];
  for (const {name, summary, load} of COMMANDS) program.addCommand((name === used ? await load() : new Command(name)).summary(summary));
  strict(program);
  return program;
}

/** Unknown flags and surplus arguments are errors with a suggestion, in every command. */
function strict(command: Command): void {
  command.exitOverride().showSuggestionAfterError().allowExcessArguments(false).allowUnknownOption(false);
  command.commands.forEach(strict);
}

try {
  await (await programFor(process.argv.slice(2))).parseAsync();
} catch (error) {
  // Commander has printed its own; 2 is usage.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else process.exitCode = (await import('./failure.ts')).reportFailure(error);
}
