/** The doors that need nobody's approval: a withdrawal forced on chain, a freeze when it is ignored, and the escape after it. */
import {
  balancesName, cidFromDigest, leafOpening, type Line, NO_PAYOUT_CLAIM, parsePayouts, payoutClaim, payoutsName, proofFromFiles, type Summary,
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

export type Row = {trader: Trader; chainId: number; token: Address};

/** How a depositor goes through the doors; each ends once its transactions are in a block. */
export type Doors = {
  force(row: Row): Promise<unknown>;
  /** Freezes for a request that stayed unserved, and takes the row out; `checks` takes what else was seen on the way. */
  freezeAndEscape(row: Row, checks: Checks): Promise<void>;
};

const custody = (network: LocalNetwork, chainId: number) => ({address: custodyOf(network, chainId), abi: custodyAbi}) as const;

const walletOn = (network: LocalNetwork, chainId: number, account: Trader['account']) =>
  createWalletClient({account, transport: http(chainId === L1 ? network.pair.l1Rpc : network.pair.l2Rpc)}).extend(publicActions);

/** The custody's active epoch, from chain and storage: nobody is asked. */
async function openEpoch(network: LocalNetwork, chainId: number) {
  const {epoch} = await clientOf(network, chainId).readContract({...custody(network, chainId), functionName: 'activeRoot'});
  const {epochManager} = network.network.l2;
  const [event] = await clientOf(network, L2).getContractEvents({address: epochManager, abi: epochManagerAbi, eventName: 'EpochProposed', args: {epoch}, fromBlock: 0n, strict: true});
  const {summary, lines} = event!.args as unknown as {summary: Summary; lines: Line[]};
  const {files} = await fetchEpoch(ipfsStore(network.pair.storageUrl), cidFromDigest(summary.snapshotCid));
  return {epoch, summary, lines, files};
}

const payoutOf = (network: LocalNetwork, {trader, chainId, token}: Row, files: ReadonlyMap<string, Uint8Array>) =>
  payoutClaim({chainId, custody: custodyOf(network, chainId)}, parsePayouts(files.get(payoutsName(chainId))!).rows, {token, wallet: trader.address});

/** A row of the active epoch, opened by its owner's own secret. */
async function openRow(network: LocalNetwork, row: Row) {
  const {trader, chainId, token} = row;
  const {salt, rules} = network.network;
  const {epoch, summary, lines, files} = await openEpoch(network, chainId);
  const owner = {wallet: trader.address, blinding: trader.ownBlinding(epoch, rules.eraEpochs)};
  const found = proofFromFiles({network: {salt}, summary, lines, chainId, token, balancesBytes: files.get(balancesName(chainId, token))!, owner});
  if (!found.ok) throw new Error(`no row of ${trader.name}: ${found.reason}`);
  return {opening: leafOpening(found.proof)!, claim: payoutOf(network, row, files)};
}

/** Lots authorised to the wallet by the active epoch and not yet paid. */
export async function unpaid(network: LocalNetwork, row: Row): Promise<bigint> {
  const {files} = await openEpoch(network, row.chainId);
  const authorised = payoutOf(network, row, files)?.cumulative ?? 0n;
  const args = [row.token, row.trader.address] as const;
  return authorised - (await clientOf(network, row.chainId).readContract({...custody(network, row.chainId), functionName: 'paid', args}));
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
export async function freezeAndEscape(network: LocalNetwork, {bob, l2Usdc}: Market, {checks, doors, forcedAt}: {checks: Checks; doors: Doors; forcedAt: bigint}): Promise<void> {
  const row = {trader: bob, chainId: L2, token: l2Usdc};
  checks.that('a forced withdrawal that nobody serves stays open', await isForced(network, row));
  await passUntil(network, forcedAt + SERVE_WITHIN + 1n);
  const {opening} = await openRow(network, row);
  const before = await bob.walletBalance({rpc: network.pair.l2Rpc, token: l2Usdc});
  await doors.freezeAndEscape(row, checks);
  checks.equal('a week later anybody freezes the custody', await clientOf(network, L2).readContract({...custody(network, L2), functionName: 'frozen'}), true);
  const escaped = (await bob.walletBalance({rpc: network.pair.l2Rpc, token: l2Usdc})) - before;
  checks.equal('and bob\'s whole row escapes to his wallet, engine and sequencer off', escaped, opening.total - opening.withdrawal);
  checks.that('it was something', escaped > 0n);
}

/** By script: anybody freezes, anybody brings the row out; it is paid to its wallet. */
export const scriptedDoors = (network: LocalNetwork): Doors => ({
  force: (row) => forceWithdrawal(network, row),
  async freezeAndEscape(row) {
    const {trader, chainId, token} = row;
    const anybody = walletOn(network, chainId, actor('guardian'));
    const contract = custody(network, chainId);
    const freeze = await anybody.writeContract({...contract, functionName: 'freezeUnserved', args: [token, trader.address], chain: null});
    await anybody.waitForTransactionReceipt({hash: freeze, pollingInterval: 100});
    const {opening} = await openRow(network, row);
    const escape = await anybody.writeContract({...contract, functionName: 'escape', args: [opening as never, opening.wallet], chain: null});
    await anybody.waitForTransactionReceipt({hash: escape, pollingInterval: 100});
  },
});
