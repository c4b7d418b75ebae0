/** `pobs-validator status`: what the chains show of this validator. */
import {setTimeout as sleep} from 'node:timers/promises';
import {Command} from 'commander';
import {VoteCaster} from '../adapters/votes.ts';
import {buildAuditor, connect, openGas, type PasswordSource} from '../app.ts';
import {type Config, type Flags, readConfig} from '../config.ts';
import {Staking} from '../adapters/staking.ts';
import {withNetwork} from './options.ts';
import {printFields} from './print.ts';
import {passwordOf} from './prompt.ts';

const EPOCHS_SHOWN = 10;
const WATCH_MS = 3_000;
const KINDS = ['none', 'approve', 'reject', 'dispute'];

export function statusCommand(): Command {
  return withNetwork(new Command('status'))
    .description('show stake, gas, seat and the last votes')
    .option('--watch', 'again every few seconds, until interrupted; with --json one object per line')
    .action(async (flags: Flags) => {
      const read = await statusReader(readConfig(flags), passwordOf(flags));
      for (;;) {
        printFields(flags.json === true, await read());
        if (flags.watch !== true) return;
        await sleep(WATCH_MS);
      }
    });
}

async function statusReader(config: Config, password: PasswordSource): Promise<() => Promise<Record<string, unknown>>> {
  const {network} = config;
  const account = await openGas(config, password);
  const chains = await connect(config);
  const {epochs, registry} = await buildAuditor(config, chains);
  const cast = new VoteCaster({client: chains.l2, manager: network.l2.epochManager, startBlock: BigInt(network.l2.startBlock), account});
  const staking = new Staking({registry: network.l1.registry, salt: network.salt, startBlock: BigInt(network.l1.startBlock)}, {l1: chains.l1, account});
  return async () => {
    const proposals = await epochs.proposals();
    const newest = [...proposals.values()].sort((a, b) => (a.epoch > b.epoch ? -1 : 1)).slice(0, EPOCHS_SHOWN);
    const votes = await Promise.all(newest.map(async ({epoch, status}) => {
      const [vote] = await cast.votesOf(epoch, account.address);
      return {epoch: epoch.toString(), status, vote: KINDS[vote?.kind ?? 0]!, rule: vote?.rule ?? 0};
    }));
    return {network: network.name, ...(await staking.state()), setId: await registry.latestSetId(), gasWei: await cast.gasWei(), votes};
  };
}
