/** `pobs-validator stake deposit|exit|status`: the validator's stake on L1, held by its gas key. */
import {Command, InvalidArgumentError} from 'commander';
import {KeyFolder} from '../adapters/keys.ts';
import {connect, openGas, openSigner} from '../app.ts';
import {type Config, type Flags, readConfig} from '../config.ts';
import {Staking} from '../adapters/staking.ts';
import {withNetwork} from './options.ts';
import {printFields} from './print.ts';
import {confirm} from './prompt.ts';

export function stakeCommand(): Command {
  return new Command('stake').description('deposit or withdraw stake').addCommand(depositCommand()).addCommand(exitCommand()).addCommand(statusCommand());
}

const depositCommand = () => withNetwork(new Command('deposit'))
  .description('register the voting key with stake, or add to it')
  .requiredOption('--amount <n>', 'base units of the stake token', (text) => {
    if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('Expected a whole number of base units.');
    return text;
  })
  .action(async (flags: Flags) => {
    const config = readConfig(flags);
    const {key, sign, gas} = await openSigner(config);
    const staking = await stakingOf(config, gas);
    await confirm(`Depositing ${String(flags.amount)} base units of stake from ${gas.address}`, flags.yes === true);
    const encryptionKey = await new KeyFolder(config.dataDir).encryptionKey();
    const hash = await staking.deposit(BigInt(flags.amount as string), {key, sign, encryptionKey});
    printFields(flags.json === true, {hash, ...(await staking.state())});
  });

const exitCommand = () => withNetwork(new Command('exit')).description('leave the validator set after the current terms').action(async (flags: Flags) => {
  const config = readConfig(flags);
  const gas = await openGas(config);
  const staking = await stakingOf(config, gas);
  await confirm(`Requesting the exit of ${gas.address}`, flags.yes === true);
  printFields(flags.json === true, {hash: await staking.exit(), ...(await staking.state())});
});

const statusCommand = () => withNetwork(new Command('status')).description('show stake and seat').action(async (flags: Flags) => {
  const config = readConfig(flags);
  printFields(flags.json === true, await (await stakingOf(config, await openGas(config))).state());
});

async function stakingOf(config: Config, account: Awaited<ReturnType<typeof openGas>>): Promise<Staking> {
  const {l1} = await connect(config);
  return new Staking({registry: config.network.l1.registry, salt: config.network.salt}, {l1, account});
}
