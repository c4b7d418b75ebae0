/** The web app against the running network in a real browser: pages, and a proof verified and broken on /verify. */
import {cidFromDigest, encodeProof, type Line, proofFromFiles, type Summary} from '@pobs/protocol';
import {epochManagerAbi} from '@pobs/protocol/abi';
import {fetchEpoch, ipfsStore} from '@pobs/protocol/store';
import {checkLive} from '../../web/e2e/check-live.ts';
import {checkWeb} from '../../web/e2e/check-web.ts';
import {type ExitOptions, forceInBrowser, freezeAndEscapeInBrowser} from '../../web/e2e/exit-doors.ts';
import {clientOf} from '../../scripts/cycle/chain-view.ts';
import type {Checks} from '../../scripts/cycle/checks.ts';
import {keyOf} from '../../scripts/network/accounts.ts';
import type {Doors} from '../../scripts/cycle/exits.ts';
import {L1, L2, type Market} from '../../scripts/cycle/market.ts';
import {type LocalNetwork, VALIDATORS} from '../../scripts/network/local-network.ts';

/** Bob's inclusion proof for one epoch, as his own browser would build it: whole shard, own blinding. */
export async function proofFor(network: LocalNetwork, {bob, l2Usdc}: Market, epoch: bigint): Promise<string> {
  const {salt, name, l2} = network.network;
  const [event] = await clientOf(network, L2).getContractEvents({
    address: l2.epochManager, abi: epochManagerAbi, eventName: 'EpochProposed', args: {epoch}, fromBlock: 0n, strict: true,
  });
  const {summary, lines} = event!.args as unknown as {summary: Summary; lines: Line[]};
  const {files} = await fetchEpoch(ipfsStore(network.pair.storageUrl), cidFromDigest(summary.snapshotCid));
  const {blinding} = await bob.blinding(epoch);
  const result = proofFromFiles({
    network: {salt, name, l2ChainId: l2.chainId, epochManager: l2.epochManager}, summary, lines, chainId: L2, token: l2Usdc,
    balancesBytes: files.get(`balances/${L2}-${l2Usdc.toLowerCase()}.csv`)!, owner: {wallet: bob.address, blinding},
  });
  if (!result.ok) throw new Error(`no proof for bob: ${result.reason}`);
  return encodeProof(result.proof);
}

export async function checkBrowser(network: LocalNetwork, market: Market, checks: Checks, epoch: bigint): Promise<void> {
  const proofJson = await proofFor(network, market, epoch);
  await network.startWeb();
  const webUrl = `http://127.0.0.1:${network.options.ports.web}`;
  const results = await checkWeb({webUrl, proofJson, epoch: Number(epoch), privateKey: keyOf('bob'), screenshotDir: process.env.POBS_SCREENSHOTS});
  const live = await checkLive({
    webUrl, wallet: {privateKey: keyOf('bob'), chainId: L1}, bid: {typed: '1999.50', shown: '1\u202f999.50'}, seated: network.services.has('graph-node') ? VALIDATORS : undefined,
    screenshotDir: process.env.POBS_SCREENSHOTS,
  });
  for (const {check, ok, detail} of [...results, ...live]) checks.that(check, ok, detail);
  await network.stop('web');
}

/** The doors of a depositor in his browser: the web app runs again, of the exchange nothing does. */
export function browserDoors(network: LocalNetwork): Doors {
  const withWeb = async <T>(chainId: number, work: (options: ExitOptions) => Promise<T>): Promise<T> => {
    const {l1Rpc, l2Rpc} = network.pair;
    await network.startWeb();
    const result = await work({
      webUrl: `http://127.0.0.1:${network.options.ports.web}`, wallet: {privateKey: keyOf('bob'), chainId: L1, rpc: {[L1]: l1Rpc, [L2]: l2Rpc}},
      row: {chainId, symbol: 'USDC'}, screenshotDir: process.env.POBS_SCREENSHOTS,
    });
    await network.stop('web');
    return result;
  };
  return {
    force: ({chainId}) => withWeb(chainId, forceInBrowser),
    async freezeAndEscape({chainId}, checks) {
      const notice = await withWeb(chainId, freezeAndEscapeInBrowser);
      checks.that('with the engine off every page of the web app says that the custody is frozen', /custody on L2 is frozen/.test(notice), notice);
    },
  };
}
