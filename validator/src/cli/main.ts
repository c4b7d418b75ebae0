/** `pobs-validator`: the auditor's client. A command is loaded when it is used: help and typing errors answer at once. */
import {Command, CommanderError} from 'commander';
import type {Exit} from '../errors.ts';
import {VERSION} from '../version.ts';
import type {End} from './options.ts';

const COMMANDS: readonly {name: string; summary: string; load: (end: End) => Promise<Command>}[] = [
  {name: 'init', summary: 'create the keys of a new validator', load: async () => (await import('./init.ts')).initCommand()},
  {name: 'key', summary: 'create, import, list, show, export and delete voting keys', load: async () => (await import('./key.ts')).keyCommand()},
  {name: 'stake', summary: 'deposit, add to, leave and withdraw stake', load: async () => (await import('./stake.ts')).stakeCommand()},
  {name: 'rewards', summary: 'show and claim prizes', load: async () => (await import('./rewards.ts')).rewardsCommand()},
  {name: 'run', summary: 'check every epoch and vote', load: async () => (await import('./run.ts')).runCommand()},
  {name: 'verify', summary: 'check epochs or an inclusion proof, without voting; needs no key', load: async (end) => (await import('./verify.ts')).verifyCommand(end)},
  {name: 'vote', summary: 'show or cast one vote by hand', load: async () => (await import('./vote.ts')).voteCommand()},
  {name: 'status', summary: 'show stake, gas, seat and the last votes', load: async () => (await import('./status.ts')).statusCommand()},
  {name: 'doctor', summary: 'check everything a vote depends on, with what to do', load: async (end) => (await import('./doctor.ts')).doctorCommand(end)},
  {name: 'protection', summary: 'export and import the signing history of a key', load: async () => (await import('./protection.ts')).protectionCommand()},
];

/** The command in use as it is, the others by name, for help and suggestions. */
async function programFor(args: readonly string[], end: End): Promise<Command> {
  const program = new Command('pobs-validator')
    .description('Checks every balance sheet and votes on it. Every flag --x-y is also read from POBS_X_Y.')
    .version(VERSION);
  // `help <command>` shows what `<command> --help` does.
  const used = args[0] === 'help' ? args[1] : args[0];
  for (const {name, summary, load} of COMMANDS) program.addCommand((name === used ? await load(end) : new Command(name)).summary(summary));
  strict(program);
  return program;
}

/** Unknown flags and surplus arguments are errors with a suggestion, in every command. */
function strict(command: Command): void {
  command.exitOverride().showSuggestionAfterError().allowExcessArguments(false).allowUnknownOption(false);
  command.commands.forEach(strict);
}

/** Runs one command line and returns its exit code. */
export async function main(args: readonly string[]): Promise<Exit> {
  let exit: Exit = 0;
  try {
    await (await programFor(args, (code) => void (exit = code))).parseAsync([...args], {from: 'user'});
    return exit;
  } catch (error) {
    // Commander has printed its own; 2 is usage.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    return (await import('./failure.ts')).reportFailure(error);
  }
}
