/** Events in an order that reaches every branch of every handler. */
import {contractNames, type ContractName, type NetworkChain} from './chain-logs.ts';
import type {Emitter} from './emitter.ts';
import {eventsOf, SOURCES} from '../manifest.mjs';
import {playAdministration, playAccess} from './story/administration.ts';
import {playCourt} from './story/court.ts';
import {playCustody} from './story/custody.ts';
import {playEpochs} from './story/epochs.ts';
import {playRegistry} from './story/registry.ts';
import {playRewards} from './story/rewards.ts';
import {header, teller} from './story/tell.ts';

const ACCESS: Record<'l1' | 'l2', ContractName[]> = {l1: ['registry', 'sets', 'custody'], l2: ['epochManager', 'sets', 'custody', 'rewards']};

/** @throws {Error} Names an event of the chain's contracts that the story leaves out. */
export async function play(name: 'l1' | 'l2', chain: Emitter, contracts: NetworkChain): Promise<void> {
  const told = new Set<string>();
  const tell = teller(chain, contracts, told);
  for (const contract of ACCESS[name]) await playAccess(tell, contract);
  await playAdministration(tell);
  if (name === 'l1') {
    await tell('sets', 'SetAccepted', {setId: 1, header: header(1, 4)});
    await playRegistry(tell, contracts);
    await playCourt(tell);
  } else {
    await playEpochs(tell);
    await playRewards(tell);
  }
  await playCustody(tell);
  await chain.mine();
  const all = contractNames.filter((field) => contracts[field] !== undefined).flatMap((field) => eventsOf(SOURCES[name][field]!).map((event) => `${field}.${event.name}`));
  const untold = all.filter((event) => !told.has(event));
  if (untold.length > 0) throw new Error(`The story of ${name} leaves out ${untold.join(', ')}.`);
}
