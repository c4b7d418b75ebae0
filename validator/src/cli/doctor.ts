/** `pobs-validator doctor`: one line per check, with what to do. Changes nothing and votes nothing. */
import {Command} from 'commander';
import {doctorChecks} from '../doctor-checks.ts';
import {type Flags, readConfig} from '../config.ts';
import {exitOfFindings, findingsText} from '../core/health.ts';
import {Exit} from '../errors.ts';
import {examine} from '../services/doctor.ts';
import {exitOf} from './failure.ts';
import {type End, withNetwork} from './options.ts';
import {print, printJson} from './print.ts';
import {passwordOf} from './prompt.ts';

export function doctorCommand(end: End): Command {
  return withNetwork(new Command('doctor'))
    .description('check RPC, clock, storage, mapping, keys, seat, gas, disk and signing journal. Exit 0, or the code of the first failure')
    .action(async (flags: Flags) => {
      const findings = await examine(doctorChecks(readConfig(flags), passwordOf(flags)), exitOf);
      const exit = exitOfFindings(findings);
      if (flags.json === true) printJson({v: 1, ok: exit === Exit.ok, checks: findings});
      else print(findingsText(findings));
      end(exit);
    });
}
