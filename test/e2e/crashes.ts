/** The sequencer killed at every stage of one epoch, before and after it is recorded: nothing happens twice (S-3). */
import {custodyAbi, epochManagerAbi} from '@pobs/protocol/abi';
import {STAGES} from '@pobs/sequencer';
import {clientOf, custodyOf, statusOf} from '../../scripts/cycle/chain-view.ts';
import type {Checks} from '../../scripts/cycle/checks.ts';
import {runEpoch} from '../../scripts/cycle/epochs.ts';
import {L1, L2, type Market, USDC} from '../../scripts/cycle/market.ts';
import type {LocalNetwork} from '../../scripts/network/local-network.ts';

const APPROVED = 2;
const KILLED = 128;

export async function checkCrashes(network: LocalNetwork, {alice, bob, l1Usdc, l2Usdc}: Market, checks: Checks): Promise<void> {
  await alice.withdraw(L1, l1Usdc, 111n * USDC);
  await bob.withdraw(L2, l2Usdc, 222n * USDC);
  const before = [await alice.walletBalance({rpc: network.pair.l1Rpc, token: l1Usdc}), await bob.walletBalance({rpc: network.pair.l2Rpc, token: l2Usdc})];
  for (const stage of STAGES.slice(1)) {
    for (const moment of ['before', 'after'] as const) {
      await network.startOwn('sequencer', 'test/e2e/crashing-sequencer.ts', [stage, moment, ...network.operatorFlags()]);
      const sequencer = network.services.get('sequencer')!;
      const code = await sequencer.exited;
      checks.that(`sequencer killed ${moment} recording ${stage}`, code === KILLED, `exit ${code}: ${sequencer.lastErrors()}`);
    }
  }
  const number = await clientOf(network, L2).readContract({abi: epochManagerAbi, address: network.network.l2.epochManager, functionName: 'lastEpoch'});
  const events = {abi: epochManagerAbi, address: network.network.l2.epochManager, fromBlock: 0n, args: {epoch: number}, strict: true} as const;
  checks.equal('after eighteen kills the epoch is approved', await statusOf(network, number), APPROVED);
  checks.equal('it was proposed once', (await clientOf(network, L2).getContractEvents({...events, eventName: 'EpochProposed'})).length, 1);
  for (const chainId of [L1, L2]) {
    const custody = {abi: custodyAbi, address: custodyOf(network, chainId), fromBlock: 0n, strict: true} as const;
    const settled = await clientOf(network, chainId).getContractEvents({...custody, eventName: 'Settled', args: {epoch: number}});
    checks.equal(`it settled once on chain ${chainId}`, settled.length, 1);
  }
  const after = [await alice.walletBalance({rpc: network.pair.l1Rpc, token: l1Usdc}), await bob.walletBalance({rpc: network.pair.l2Rpc, token: l2Usdc})];
  checks.equal('alice was paid exactly once', after[0]! - before[0]!, 111n * USDC);
  checks.equal('bob was paid exactly once', after[1]! - before[1]!, 222n * USDC);
  const {epoch: next} = await runEpoch(network);
  checks.equal('and the next epoch runs', await statusOf(network, next), APPROVED);
}
