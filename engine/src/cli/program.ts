/** A command line that throws on a mistake instead of ending the process, and says it as every program of ours does. */
import {Command} from 'commander';

export const programOf = (name: string, description: string): Command =>
  new Command(name)
    .description(`${description} Every flag --x-y is also read from POBS_X_Y.`)
    .exitOverride()
    .configureOutput({outputError: (text, write) => write(text.replace(/^error: /, '✗ '))})
    .showSuggestionAfterError();
