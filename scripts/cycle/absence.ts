/** Absence from its count on L2 to jail on L1, through the rollup's outbox, and back. */
import {epochManagerAbi, participationAbi, validatorRegistryAbi} from '@pobs/protocol/abi';
import {loadSet} from '@pobs/protocol/chain';
import type {Address} from 'viem';
import {type LocalNetwork, VALIDATORS} from '../network/local-network.ts';
import {clientOf} from './chain-view.ts';
import type {Checks} from './checks.ts';
import {L1, L2} from './market.ts';
import {until} from './until.ts';

const TERM = 1;
const BPS = 10_000n;
/** Standing of IValidatorRegistry. */
const JAILED = 4;

type Seat = {validator: Address; isAbsent: boolean};

/** After the term's absences were counted: who missed too much is jailed, nobody else, and whoever was comes back by its own command. */
export async function jailAbsent(network: LocalNetwork, checks: Checks): Promise<void> {
  const seats = await seatsOf(network);
  const absent = seats.filter(({isAbsent}) => isAbsent).map(({validator}) => validator);
  await until('L1 to hear of absences', async () => {
    if ((await jailedOf(network, seats)).length >= absent.length) return true;
    await network.operatorCli('duties', '--yes', '--json');
    return undefined;
  });
  checks.equal(`who missed more than a third of the term is jailed on L1 (${absent.length}), and nobody else`, (await jailedOf(network, seats)).join(), absent.join());
  if (absent.length === 0) return;
  for (let index = 1; index <= VALIDATORS; index += 1) {
    const {standing} = JSON.parse(await network.validatorCli(index, 'stake', 'status', '--json')) as {standing: string};
    if (standing === 'jailed') await network.validatorCli(index, 'stake', 'unjail', '--yes');
  }
  checks.equal('and comes back by unjail', (await jailedOf(network, seats)).join(), '');
}

/** The term's seats, and by L2's own counts who missed more than the threshold. */
async function seatsOf(network: LocalNetwork): Promise<Seat[]> {
  const {l1, l2} = network.network;
  const client = clientOf(network, L2);
  const participation = {address: l2.participation!, abi: participationAbi} as const;
  const {members} = await loadSet({l1: clientOf(network, L1) as never, registry: l1.registry, setId: TERM, fromBlock: BigInt(l1.startBlock)});
  const {firstEpoch, lastEpoch} = await client.readContract({address: l2.epochManager, abi: epochManagerAbi, functionName: 'termOf', args: [TERM]});
  const absentBps = BigInt(await client.readContract({...participation, functionName: 'ABSENT_BPS'}));
  return Promise.all(members.map(async ({validator, index}): Promise<Seat> => {
    const missed = BigInt(await client.readContract({...participation, functionName: 'absencesOf', args: [TERM, index]}));
    return {validator, isAbsent: missed * BPS > (lastEpoch - firstEpoch + 1n) * absentBps};
  }));
}

async function jailedOf(network: LocalNetwork, seats: readonly Seat[]): Promise<Address[]> {
  const registry = {address: network.network.l1.registry, abi: validatorRegistryAbi} as const;
  const views = await Promise.all(seats.map(({validator}) => clientOf(network, L1).readContract({...registry, functionName: 'validatorOf', args: [validator]})));
  return seats.flatMap(({validator}, i) => (views[i]!.status === JAILED ? [validator] : []));
}
