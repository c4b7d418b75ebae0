/** The doors that need nobody's approval: a withdrawal forced on chain, a freeze when it is ignored, and the escape after it. */
import {
  balancesName, cidFromDigest, type LeafOpening, leafOpening, type Line, NO_PAYOUT_CLAIM, parsePayouts, payoutClaim, payoutsName, proofFromFiles, type Summary,
} from '@pobs/protocol';
import {custodyAbi, epochManagerAbi} from '@pobs/protocol/abi';
import {fetchEpoch, ipfsStore} from '@pobs/protocol/store';
import {type Address, createWalletClient, http, publicActions} from 'viem';
import {actor} from '../network/accounts.ts';
import type {LocalNetwork} from '../network/local-network.ts';
import {clientOf, custodyOf} from './chain-view.ts';
import type {Checks} from './checks.ts';
import {L1, L2, type Market} from './market.ts';
import {DAY_SECONDS, passTime, passUntil} from './time.ts';
import type {Trader} from './trader.ts';
import {until} from './until.ts';

const SERVE_WITHIN = 7n * DAY_SECONDS;

type Row = {trader: Trader; chainId: number; token: Address};

const custody = (network: LocalNetwork, chainId: number) => ({address: custodyOf(network, chainId), abi: custodyAbi}) as const;

const walletOn = (network: LocalNetwork, chainId: number, account: Trader['account']) =>
  createWalletClient({account, transport: http(chainId === L1 ? network.pair.l1Rpc : network.pair.l2Rpc)}).extend(publicActions);

/** A row of the custody's active epoch, from chain and storage and its owner's own secret: nobody is asked. */
async function openRow(network: LocalNetwork, {trader, chainId, token}: Row) {
  const {salt, l2, rules} = network.network;
  const {epoch} = await clientOf(network, chainId).readContract({...custody(network, chainId), functionName: 'activeRoot'});
  const [event] = await clientOf(network, L2).getContractEvents({address: l2.epochManager, abi: epochManagerAbi, eventName: 'EpochProposed', args: {epoch}, fromBlock: 0n, strict: true});
  const {summary, lines} = event!.args as unknown as {summary: Summary; lines: Line[]};
  const {files} = await fetchEpoch(ipfsStore(network.pair.storageUrl), cidFromDigest(summary.snapshotCid));
  const owner = {wallet: trader.address, blinding: trader.ownBlinding(epoch, rules.eraEpochs)};
  const found = proofFromFiles({network: {salt}, summary, lines, chainId, token, balancesBytes: files.get(balancesName(chainId, token))!, owner});
  if (!found.ok) throw new Error(`no row of ${trader.name}: ${found.reason}`);
  const payouts = parsePayouts(files.get(payoutsName(chainId))!).rows;
  return {opening: leafOpening(found.proof)!, claim: payoutClaim({chainId, custody: custodyOf(network, chainId)}, payouts, {token, wallet: trader.address})};
}

/** Forces the withdrawal of everything the active row owes; answers the lots due. */
export async function forceWithdrawal(network: LocalNetwork, row: Row): Promise<bigint> {
  const {trader, chainId} = row;
  const {opening, claim} = await openRow(network, row);
  const wallet = walletOn(network, chainId, trader.account);
  const args = [opening as never, (claim ?? NO_PAYOUT_CLAIM)] as const;
  const hash = await wallet.writeContract({...custody(network, chainId), functionName: 'forceWithdraw', args, chain: null});
  const {status} = await wallet.waitForTransactionReceipt({hash, pollingInterval: 100});
  if (status !== 'success') throw new Error(`forceWithdraw ${hash} of ${trader.name} reverted`);
  return opening.withdrawable - opening.withdrawal;
}

/** Whether a forced withdrawal still waits for its answer. */
export async function isForced(network: LocalNetwork, {trader, chainId, token}: Row): Promise<boolean> {
  const [, open] = await clientOf(network, chainId).readContract({...custody(network, chainId), functionName: 'forcedRequest', args: [token, trader.address]});
  return open;
}

/** Waits until the engine has seen the request in a final block and set it aside. */
export async function untilObeyed({trader, chainId, token}: Row): Promise<void> {
  await until(`the engine to see ${trader.name}'s forced withdrawal`, async () => {
    const {forced} = await trader.view();
    return forced.some((each) => each.chainId === chainId && each.token.toLowerCase() === token.toLowerCase()) ? true : undefined;
  });
}

/** A withdrawal that alice forces on L1, a day later: from now on no line may pass it over (V10). */
export async function forceDaysAgo(network: LocalNetwork, {alice, l1Usdc}: Market): Promise<void> {
  const row = {trader: alice, chainId: L1, token: l1Usdc};
  await forceWithdrawal(network, row);
  await untilObeyed(row);
  await passTime(network, DAY_SECONDS);
  const {number} = await clientOf(network, L1).getBlock();
  await until('the engine to know a block of the day after', async () => {
    const {chains} = (await (await fetch(`${network.engineUrl}/healthz`)).json()) as {chains: {chainId: number; creditedBlock: string | null}[]};
    const credited = chains.find(({chainId}) => chainId === L1)?.creditedBlock;
    return credited && BigInt(credited) >= number ? true : undefined;
  });
}

/** With the operator gone: bob's forced withdrawal is not served in a week, anybody freezes the custody, and bob's row leaves it. */
export async function freezeAndEscape(network: LocalNetwork, {bob, l2Usdc}: Market, checks: Checks, forcedAt: bigint): Promise<void> {
  const row = {trader: bob, chainId: L2, token: l2Usdc};
  checks.that('a forced withdrawal that nobody serves stays open', await isForced(network, row));
  await passUntil(network, forcedAt + SERVE_WITHIN + 1n);
  const anybody = walletOn(network, L2, actor('guardian'));
  const contract = custody(network, L2);
  const hash = await anybody.writeContract({...contract, functionName: 'freezeUnserved', args: [l2Usdc, bob.address], chain: null});
  await anybody.waitForTransactionReceipt({hash, pollingInterval: 100});
  checks.equal('a week later anybody freezes the custody', await anybody.readContract({...contract, functionName: 'frozen'}), true);
  const {opening} = await openRow(network, row);
  const before = await bob.walletBalance({rpc: network.pair.l2Rpc, token: l2Usdc});
  await escape(network, opening);
  const escaped = (await bob.walletBalance({rpc: network.pair.l2Rpc, token: l2Usdc})) - before;
  checks.equal('and bob\'s whole row escapes to his wallet, engine and sequencer off', escaped, opening.total - opening.withdrawal);
  checks.that('it was something', escaped > 0n);
}

async function escape(network: LocalNetwork, opening: LeafOpening): Promise<void> {
  const anybody = walletOn(network, L2, actor('guardian'));
  const hash = await anybody.writeContract({...custody(network, L2), functionName: 'escape', args: [opening as never, opening.wallet], chain: null});
  await anybody.waitForTransactionReceipt({hash, pollingInterval: 100});
}
