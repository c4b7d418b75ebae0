/** Makes an inclusion proof in the browser from the published files: nobody learns which row was looked up. */
import {balancesName, encodeProof, type Line, proofFromFiles, type Summary} from '@pobs/protocol';
import {withPublished} from '@pobs/protocol/exits';
import {firstOf, ipfsStore} from '@pobs/protocol/store';
import type {Address, Hex} from 'viem';
import {ipfsGateway} from '../chains.ts';
import type {Epoch, NetworkInfo} from '../queries.ts';
import {readJson} from './engine-client.ts';

export type BuildRequest = {
  epoch: number;
  chainId: number;
  token: Address;
  owner: {wallet: Address; blinding: Hex};
  /** Told what is being done. */
  onProgress: (text: string) => void;
};

export type BuildResult = {ok: true; proofJson: string; rpcUrl: string; epochManager: Address; l2ChainId: number} | {ok: false; message: string};

const refuse = (message: string): {ok: false; message: string} => ({ok: false, message});

export async function buildProof({epoch: number, chainId, token, owner, onProgress}: BuildRequest): Promise<BuildResult> {
  onProgress('Reading the epoch');
  const answer = await readJson<{epoch: Epoch; network: NetworkInfo}>(`/api/epochs/${number}`);
  if (!answer.ok) return refuse(answer.message);
  const {epoch, network} = answer.data;
  const gateway = ipfsGateway(network.storage);
  if (gateway === undefined) return refuse('No storage gateway is known for this network.');
  const files = await withPublished(firstOf([ipfsStore(gateway)]), {cid: epoch.snapshotCid, onProgress},
    async ({manifestDigest, file}) => ({manifestDigest, balances: await file(balancesName(chainId, token))}));
  if (!files.ok) return files;
  const {manifestDigest, balances} = files.value;
  if (balances === undefined) return refuse('This asset has no balances file in this epoch: nobody held it.');
  onProgress('Building the tree and the path to your row');
  const made = proofFromFiles({
    network: {salt: network.salt, name: network.name, l2ChainId: network.l2ChainId, epochManager: network.epochManager},
    summary: summaryOf(epoch, manifestDigest), lines: epoch.lines.map(lineOf), chainId, token, balancesBytes: balances, owner,
  });
  if (!made.ok) return refuse(`No proof can be made: ${made.reason}.`);
  const rpcUrl = network.rpc.find((entry) => entry.chainId === network.l2ChainId)?.url ?? '';
  return {ok: true, proofJson: encodeProof(made.proof), rpcUrl, epochManager: network.epochManager, l2ChainId: network.l2ChainId};
}

const summaryOf = (epoch: Epoch, snapshotCid: Hex): Summary => ({
  epoch: BigInt(epoch.number), snapshotTime: BigInt(epoch.snapshotTime), setId: epoch.setId, parent: epoch.parent, linesRoot: epoch.linesRoot,
  lineCount: epoch.lineCount, snapshotCid, mappingHash: epoch.mappingHash, logRoot: epoch.logRoot, journalHead: epoch.journalHead, rulesHash: epoch.rulesHash,
});

const lineOf = ({assets, ...line}: Epoch['lines'][number]): Line => ({
  chainId: BigInt(line.chainId), custody: line.custody, blockNumber: BigInt(line.blockNumber), blockHash: line.blockHash, kills: line.kills,
  payoutRoot: line.payoutRoot, payoutCount: line.payoutCount,
  assets: assets.map(({token, lotSize, deposited, liabilities, withdrawable, withdrawals, authorisedOut, count, root}) => ({
    token, lotSize: BigInt(lotSize), deposited: BigInt(deposited), liabilities: BigInt(liabilities), withdrawable: BigInt(withdrawable),
    withdrawals: BigInt(withdrawals), authorisedOut: BigInt(authorisedOut), count, root,
  })),
});
