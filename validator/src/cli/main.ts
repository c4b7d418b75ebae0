/** `pobs-validator`: the auditor's client. */
import {Command} from 'commander';
import {VERSION} from '../app.ts';
import {doctorCommand} from './doctor.ts';
import {reportFailure} from './failure.ts';
import {initCommand} from './init.ts';
import {keyCommand} from './key.ts';
import {protectionCommand} from './protection.ts';
import {runCommand} from './run.ts';
import {stakeCommand} from './stake.ts';
import {statusCommand} from './status.ts';
import {verifyCommand} from './verify.ts';
import {voteCommand} from './vote.ts';

const program = new Command('pobs-validator')
  .description('Checks every balance sheet and votes on it.')
  .version(VERSION);
const commands = [
  initCommand(), keyCommand(), stakeCommand(), runCommand(), verifyCommand(), voteCommand(), statusCommand(), doctorCommand(), protectionCommand(),
];
for (const command of commands) program.addCommand(command);
strict(program);

/** Unknown flags and surplus arguments are errors with a suggestion, in every command. */
function strict(command: Command): void {
  command.exitOverride().showSuggestionAfterError().allowExcessArguments(false).allowUnknownOption(false);
  command.commands.forEach(strict);
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportFailure(error);
}
