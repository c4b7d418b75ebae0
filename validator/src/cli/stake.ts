/** `pobs-validator stake deposit|top-up|exit|withdraw|unjail|status`: the validator's stake on L1, held by its gas key. */
import {setTimeout as sleep} from 'node:timers/promises';
import {Command, InvalidArgumentError} from 'commander';
import type {Hex} from 'viem';
import {KeyFolder} from '../adapters/keys.ts';
import {Registry} from '../adapters/registry.ts';
import {Staking} from '../adapters/staking.ts';
import {type Chains, connect, openGas, openSigner} from '../app.ts';
import {type Config, type Flags, readConfig} from '../config.ts';
import {withNetwork} from './options.ts';
import {printFields, warn} from './print.ts';
import {confirm, passwordOf} from './prompt.ts';

const WAIT_MS = 2_000;

export function stakeCommand(): Command {
  return new Command('stake').description('deposit, add to, leave and withdraw stake')
    .addCommand(depositCommand()).addCommand(topUpCommand()).addCommand(exitCommand()).addCommand(withdrawCommand()).addCommand(unjailCommand()).addCommand(statusCommand());
}

const withAmount = (command: Command): Command => command.requiredOption('--amount <n>', 'base units of the stake token', (text) => {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('Expected a whole number of base units.');
  return text;
});

const depositCommand = () => withAmount(withNetwork(new Command('deposit')).alias('add'))
  .description('register the voting key with stake, or add to it')
  .option('--wait', 'until a fixed term counts this key')
  .action(async (flags: Flags) => {
    const config = readConfig(flags);
    const signer = await openSigner(config, passwordOf(flags));
    const {staking, registry} = await stakingOf(config, signer.gas);
    await confirm(`Depositing ${String(flags.amount)} base units of stake from ${signer.gas.address}`, flags.yes === true);
    const hash = await staking.deposit(BigInt(flags.amount as string), {signer, encryptionKey: () => new KeyFolder(config.dataDir).encryptionKey()});
    const firstSet = flags.wait === true ? await seatedSet(registry, signer.key) : undefined;
    printFields(flags.json === true, {hash, ...(await staking.state()), ...(firstSet !== undefined && {firstSet})});
  });

const topUpCommand = () => withAmount(withNetwork(new Command('top-up'))).description('add to the stake of a registered key').action(async (flags: Flags) => {
  const {staking, gas} = await open(flags);
  await confirm(`Adding ${String(flags.amount)} base units of stake from ${gas.address}`, flags.yes === true);
  printFields(flags.json === true, {hash: await staking.topUp(BigInt(flags.amount as string)), ...(await staking.state())});
});

const exitCommand = () => withNetwork(new Command('exit')).description('leave the validator set; the stake unbonds once no fixed term counts it').action(async (flags: Flags) => {
  const {staking, gas} = await open(flags);
  await confirm(`Requesting the exit of ${gas.address}`, flags.yes === true);
  printFields(flags.json === true, {hash: await staking.exit(), ...(await staking.state())});
});

const withdrawCommand = () => withNetwork(new Command('withdraw')).description('take the unbonded stake back').action(async (flags: Flags) => {
  const {staking, gas} = await open(flags);
  await confirm(`Withdrawing the unbonded stake of ${gas.address}`, flags.yes === true);
  printFields(flags.json === true, {hash: await staking.withdraw(), ...(await staking.state())});
});

const unjailCommand = () => withNetwork(new Command('unjail')).description('come back after absence; the key queues for a seat again').action(async (flags: Flags) => {
  const {staking, gas} = await open(flags);
  await confirm(`Releasing ${gas.address} from jail`, flags.yes === true);
  printFields(flags.json === true, {hash: await staking.unjail(), ...(await staking.state())});
});

const statusCommand = () => withNetwork(new Command('status')).description('show stake, seat and what unbonds').action(async (flags: Flags) => {
  printFields(flags.json === true, await (await open(flags)).staking.state());
});

async function open(flags: Flags): Promise<{staking: Staking; gas: Awaited<ReturnType<typeof openGas>>}> {
  const config = readConfig(flags);
  const gas = await openGas(config, passwordOf(flags));
  return {gas, staking: (await stakingOf(config, gas)).staking};
}

async function stakingOf(config: Config, account: Awaited<ReturnType<typeof openGas>>): Promise<{staking: Staking; registry: Registry}> {
  const {l1}: Chains = await connect(config);
  const {registry: address, startBlock} = config.network.l1;
  const staking = new Staking({registry: address, salt: config.network.salt, startBlock: BigInt(startBlock)}, {l1, account});
  return {staking, registry: new Registry({client: l1, address, startBlock: BigInt(startBlock)})};
}

/** The first fixed set from now on that counts the key. */
async function seatedSet(registry: Registry, key: Hex): Promise<number> {
  for (let told = false; ; told = true) {
    const latest = await registry.latestSetId();
    if (latest > 0 && (await registry.load(latest)).members.some((member) => member.key.toLowerCase() === key.toLowerCase())) return latest;
    if (!told) warn(`Waiting for a term that counts this key; the newest fixed set is ${latest}.`);
    await sleep(WAIT_MS);
  }
}
