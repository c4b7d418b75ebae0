/** The two epochs of the cycle. */
import {custodyAbi, erc20Abi} from '@pobs/protocol/abi';
import {type Address, zeroAddress} from 'viem';
import type {LocalNetwork} from '../network/local-network.ts';
import type {Service} from '../network/service.ts';
import {clientOf, custodyOf, statusOf, votesOf} from './chain-view.ts';
import type {Checks} from './checks.ts';
import {ETH_LOTS, L1, L2, type Market, USDC} from './market.ts';
import {forceWithdrawal, isForced, untilObeyed} from './exits.ts';
import {until} from './until.ts';

export type StagesMs = Record<string, number>;

const WEI_PER_LOT = 1_000_000_000n;

/** Stages of a sequencer's run as it reports them. */
export function followStages(sequencer: Service): {
  stages: StagesMs; epoch: () => string | undefined; reached: (stage: string, timeoutMs?: number) => Promise<void>;
} {
  const stages: StagesMs = {};
  let epoch: string | undefined;
  sequencer.onLine((line) => {
    if (typeof line.stage !== 'string') return;
    stages[line.stage] = Number(line.ms);
    epoch = String(line.epoch);
  });
  return {
    stages,
    epoch: () => epoch,
    reached: async (stage, timeoutMs = 90_000) => {
      await until(`the sequencer to reach stage ${stage}`, async () => {
        if (stages[stage] !== undefined) return true;
        if (!sequencer.running) throw new Error(`the sequencer stopped: ${sequencer.lastErrors()}`);
        return undefined;
      }, timeoutMs);
    },
  };
}

export type EpochRun = {epoch: bigint; stagesMs: StagesMs};

const ONE_EPOCH = ['--epochs', '1', '--interval-seconds', '1', '--l1-every', '1'] as const;

/** Runs one epoch to its end with all services that are up. */
export async function runEpoch(network: LocalNetwork): Promise<EpochRun> {
  const sequencer = await network.startSequencer(...ONE_EPOCH);
  const {stages, epoch} = followStages(sequencer);
  const code = await sequencer.exited;
  if (code !== 0 || epoch() === undefined) throw new Error(`the sequencer ended with exit code ${code}: ${sequencer.lastErrors()}`);
  return {epoch: BigInt(epoch()!), stagesMs: stages};
}

export async function firstEpoch(network: LocalNetwork, market: Market, checks: Checks): Promise<EpochRun> {
  const {alice, bob, carol, l1Usdc, l2Usdc} = market;
  const before = await Promise.all([
    alice.walletBalance({rpc: network.pair.l1Rpc, token: l1Usdc}),
    bob.walletBalance({rpc: network.pair.l2Rpc, token: l2Usdc}),
    carol.walletBalance({rpc: network.pair.l2Rpc, token: zeroAddress}),
  ]);
  checks.equal('winnings cannot leave before an epoch that holds them is active', await alice.refusedWithdrawal(L2, zeroAddress, ETH_LOTS / 2n), 'NOT_WITHDRAWABLE_YET');
  const {withdrawals} = await alice.view();
  if (!withdrawals.some(({state}) => state === 'requested')) await alice.withdraw(L1, l1Usdc, 1_000n * USDC);
  await bob.withdraw(L2, l2Usdc, 500n * USDC);
  await carol.withdraw(L2, zeroAddress, ETH_LOTS);
  const run = await runEpoch(network);
  checks.equal('the first epoch is approved with one validator down', await statusOf(network, run.epoch), 2);
  checks.equal('three of four voted', (await votesOf(network, run.epoch)).length, 3);
  checks.equal('alice was paid on L1', (await alice.walletBalance({rpc: network.pair.l1Rpc, token: l1Usdc})) - before[0], 1_000n * USDC);
  checks.equal('bob was paid on L2', (await bob.walletBalance({rpc: network.pair.l2Rpc, token: l2Usdc})) - before[1], 500n * USDC);
  checks.equal('carol was paid in ETH on L2', (await carol.walletBalance({rpc: network.pair.l2Rpc, token: zeroAddress})) - before[2], ETH_LOTS * WEI_PER_LOT);
  return run;
}

/** Waits until final blocks show the first epoch active on both custodies: what was won before it may leave (V11). */
async function untilWinningsMayLeave({alice}: Market): Promise<void> {
  await until('the first epoch to be active everywhere', async () => {
    const balance = await alice.balance(L2, zeroAddress);
    return balance && BigInt(balance.withdrawable) >= ETH_LOTS / 2n ? true : undefined;
  });
}

export async function secondEpoch(network: LocalNetwork, market: Market, checks: Checks): Promise<EpochRun> {
  const {alice, bob, carol, l1Usdc, l2Usdc} = market;
  await untilWinningsMayLeave(market);
  await alice.withdraw(L2, zeroAddress, ETH_LOTS / 2n);
  await bob.withdraw(L2, l2Usdc, 200n * USDC);
  await carol.withdraw(L1, l1Usdc, 700n * USDC);
  const forced = {trader: carol, chainId: L2, token: zeroAddress};
  const due = await forceWithdrawal(network, forced);
  await untilObeyed(forced);
  const held = await custodyHoldings(network, market);
  const carolPaid = await paidTo(network, zeroAddress, carol.address);
  const earlier = await paidTo(network, l2Usdc, bob.address);
  await Promise.all([network.stop('validator-3'), network.stop('validator-4')]);

  const sequencer = await network.startSequencer(...ONE_EPOCH, '--stop-after', 'settled-l1');
  const {stages, epoch: epochOf, reached} = followStages(sequencer);
  await reached('proposed');
  const epoch = BigInt(epochOf()!);
  await until('the two remaining validators to vote', async () => ((await votesOf(network, epoch)).length === 2 ? true : undefined));
  checks.equal('with two of four down the epoch stays undecided', await statusOf(network, epoch), 1);
  checks.equal('and nothing leaves custody', await custodyHoldings(network, market), held);
  await Promise.all([network.startValidator(3), network.startValidator(4)]);
  const code = await sequencer.exited;
  checks.equal('with them back the second epoch settles', code, 0);

  const winnings = await alice.walletBalance({rpc: network.pair.l2Rpc, token: zeroAddress});
  await payOut(network, L2);
  checks.equal('alice was paid winnings on a chain she never deposited to', (await alice.walletBalance({rpc: network.pair.l2Rpc, token: zeroAddress})) - winnings, (ETH_LOTS / 2n) * WEI_PER_LOT);
  checks.equal('what carol forced on chain left with it, whole', (await paidTo(network, zeroAddress, carol.address)) - carolPaid, due);
  checks.equal('and nothing waits for an answer any more', await isForced(network, forced), false);
  checks.equal('bob\'s withdrawal added to his earlier ones (cumulative)', (await paidTo(network, l2Usdc, bob.address)) - earlier, 200n * USDC);
  return {epoch, stagesMs: stages};
}

/** Lots ever paid to a wallet on L2. */
const paidTo = (network: LocalNetwork, token: Address, wallet: Address): Promise<bigint> =>
  clientOf(network, L2).readContract({address: custodyOf(network, L2), abi: custodyAbi, functionName: 'paid', args: [token, wallet]});

/** The operator's command that pays what is active on one chain. */
async function payOut(network: LocalNetwork, chainId: number): Promise<void> {
  await network.operatorCli('withdrawals', 'execute', '--chain', String(chainId), '--yes');
}

/** Base units in both custodies. */
export async function custodyHoldings(network: LocalNetwork, {l1Usdc, l2Usdc}: Market): Promise<string> {
  const tokens = await Promise.all(([[L1, l1Usdc], [L2, l2Usdc]] as const).map(([chainId, token]) =>
    clientOf(network, chainId).readContract({address: token, abi: erc20Abi, functionName: 'balanceOf', args: [custodyOf(network, chainId)]})));
  const ether = await clientOf(network, L2).getBalance({address: custodyOf(network, L2)});
  return [...tokens, ether].join(' ');
}
