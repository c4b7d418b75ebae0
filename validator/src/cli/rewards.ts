/** `pobs-validator rewards`, `rewards claim`, `rewards payee`: this validator's prizes on L2. */
import {Command} from 'commander';
import {getAddress, isAddress} from 'viem';
import {buildAuditor, buildRewards, connect, createLogger, openGas} from '../app.ts';
import {type Flags, readConfig} from '../config.ts';
import {ValidatorError} from '../errors.ts';
import {withNetwork} from './options.ts';
import {print, printFields, printJson} from './print.ts';
import {confirm, passwordOf} from './prompt.ts';

export function rewardsCommand(): Command {
  return new Command('rewards').description('show and claim prizes, and say who receives them')
    .addCommand(statusCommand(), {isDefault: true}).addCommand(claimCommand()).addCommand(payeeCommand());
}

const statusCommand = () => withNetwork(new Command('status')).description('prizes, draws and tickets of the newest terms').action(async (flags: Flags) => {
  const {claimer, rewards, validator} = await open(flags);
  const [terms, payee] = [await claimer.terms(), await rewards.payeeOf(validator)];
  if (flags.json === true) return printJson({validator, payee, terms});
  print(`validator ${validator}, prizes go to ${payee}`);
  if (terms.length === 0) print('no term counts this validator yet');
  for (const {setId, funded, committed, drawn, prize, tickets} of terms) {
    print(`term ${setId}: ${funded} base units in prizes, audit root ${committed ? 'committed' : 'not committed'}, ${drawn ? `drawn, ${prize} a ticket` : 'not drawn yet'}`);
    for (const {ticket, epoch, state} of tickets) print(`  ticket ${ticket}  epoch ${epoch}  ${state}`);
  }
});

const claimCommand = () => withNetwork(new Command('claim')).description('claim every ticket that can be claimed').action(async (flags: Flags) => {
  const {claimer, audits, rewards, validator} = await open(flags);
  await confirm(`Claiming the prizes of ${validator}`, flags.yes === true);
  await audits.step();
  const claimed = await claimer.claim();
  const paid = claimed.reduce((sum, {prize}) => sum + prize, 0n);
  printFields(flags.json === true, {validator, payee: await rewards.payeeOf(validator), claimed, paid});
});

const payeeCommand = () => withNetwork(new Command('payee')).description('send prizes to another address from now on; only the present payee may')
  .requiredOption('--to <address>', 'who receives them')
  .action(async (flags: Flags) => {
    const to = String(flags.to);
    if (!isAddress(to)) throw new ValidatorError({code: 'CONFIG_INVALID', detail: `--to must be an address, not "${to}"`});
    const {rewards, validator} = await open(flags);
    await confirm(`Sending the prizes of ${validator} to ${to}: only ${to} can change that again`, flags.yes === true);
    printFields(flags.json === true, {validator, payee: getAddress(to), hash: await rewards.setPayee(getAddress(to))});
  });

async function open(flags: Flags) {
  const config = readConfig(flags);
  const gas = await openGas(config, passwordOf(flags));
  const chains = await connect(config);
  const auditor = await buildAuditor(config, chains, {graceMs: 0});
  const built = buildRewards({config, chains, auditor, gas, log: createLogger(config)});
  if (built === undefined) throw new ValidatorError({code: 'CONFIG_INVALID', detail: 'this network has no reward pool'});
  return {...built, validator: gas.address};
}
