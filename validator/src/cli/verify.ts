/** `pobs-validator verify [epoch]`: recomputes one epoch from RPC, storage and mapping, and prints the verdict. Never votes. */
import {Command, InvalidArgumentError} from 'commander';
import {buildAuditor, connect} from '../app.ts';
import {type Flags, readConfig} from '../config.ts';
import {reportText} from '../core/report.ts';
import {Exit, ValidatorError} from '../errors.ts';
import {withNetwork} from './options.ts';
import {print, printJson} from './print.ts';

export function verifyCommand(): Command {
  return withNetwork(new Command('verify'))
    .description('check one epoch against its stored snapshot, without voting')
    .argument('[epoch]', 'epoch number; default the newest', parseEpoch)
    .action(async (wanted: bigint | undefined, flags: Flags) => {
      const config = readConfig(flags);
      const {epochs, judge} = await buildAuditor(config, await connect(config), {graceMs: 0});
      const proposals = await epochs.proposals();
      const epoch = wanted ?? [...proposals.keys()].reduce((max, each) => (each > max ? each : max), 0n);
      const proposal = proposals.get(epoch);
      if (proposal === undefined) throw new ValidatorError({code: 'EPOCH_UNKNOWN', epoch: epoch.toString()});
      const {report} = await judge.judge(proposal);
      if (flags.json === true) printJson(report);
      else print(reportText(report));
      // 0 valid, 4 invalid; 3 means that it could not be checked.
      process.exitCode = report.ok ? Exit.ok : Exit.invalid;
    });
}

function parseEpoch(text: string): bigint {
  if (!/^[1-9]\d{0,18}$/.test(text)) throw new InvalidArgumentError('Expected a whole number from 1.');
  return BigInt(text);
}
