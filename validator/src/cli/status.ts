/** `pobs-validator status`: what the chains show of this validator. */
import {Command} from 'commander';
import {VoteCaster} from '../adapters/votes.ts';
import {buildAuditor, connect, openGas} from '../app.ts';
import {type Flags, readConfig} from '../config.ts';
import {Staking} from '../adapters/staking.ts';
import {withNetwork} from './options.ts';
import {printFields} from './print.ts';
import {passwordOf} from './prompt.ts';

const EPOCHS_SHOWN = 10;
const KINDS = ['none', 'approve', 'reject', 'dispute'];

export function statusCommand(): Command {
  return withNetwork(new Command('status')).description('show stake, gas, seat and the last votes').action(async (flags: Flags) => {
    const config = readConfig(flags);
    const {network} = config;
    const account = await openGas(config, passwordOf(flags));
    const chains = await connect(config);
    const {epochs, registry} = await buildAuditor(config, chains);
    const cast = new VoteCaster({client: chains.l2, manager: network.l2.epochManager, startBlock: BigInt(network.l2.startBlock), account});
    const stake = await new Staking({registry: network.l1.registry, salt: network.salt, startBlock: BigInt(network.l1.startBlock)}, {l1: chains.l1, account}).state();
    const proposals = await epochs.proposals();
    const newest = [...proposals.values()].sort((a, b) => (a.epoch > b.epoch ? -1 : 1)).slice(0, EPOCHS_SHOWN);
    const votes = await Promise.all(newest.map(async ({epoch, status}) => {
      const [vote] = await cast.votesOf(epoch, account.address);
      return {epoch: epoch.toString(), status, vote: KINDS[vote?.kind ?? 0]!, rule: vote?.rule ?? 0};
    }));
    printFields(flags.json === true, {network: network.name, ...stake, setId: await registry.latestSetId(), gasWei: await cast.gasWei(), votes});
  });
}
