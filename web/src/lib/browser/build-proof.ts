/** Makes an inclusion proof in the browser from the published files: nobody learns which row was looked up. */
import {balancesName, cidOf, encodeProof, type Line, parseManifest, proofFromFiles, type Summary} from '@pobs/protocol';
import {type ContentStore, firstOf, ipfsStore, StoreError} from '@pobs/protocol/store';
import {type Address, type Hex, sha256} from 'viem';
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
  const files = await readFiles(firstOf([ipfsStore(gateway)]), {cid: epoch.snapshotCid, name: balancesName(chainId, token), onProgress});
  if (!files.ok) return files;
  onProgress('Building the tree and the path to your row');
  const made = proofFromFiles({
    network: {salt: network.salt, name: network.name, l2ChainId: network.l2ChainId, epochManager: network.epochManager},
    summary: summaryOf(epoch, files.manifestDigest), lines: epoch.lines.map(lineOf), chainId, token, balancesBytes: files.balances, owner,
  });
  if (!made.ok) return refuse(`No proof can be made: ${made.reason}.`);
  const rpcUrl = network.rpc.find((entry) => entry.chainId === network.l2ChainId)?.url ?? '';
  return {ok: true, proofJson: encodeProof(made.proof), rpcUrl, epochManager: network.epochManager, l2ChainId: network.l2ChainId};
}

type FilesResult = {ok: true; manifestDigest: Hex; balances: Uint8Array} | {ok: false; message: string};

async function readFiles(store: ContentStore, {cid, name, onProgress}: {cid: string; name: string; onProgress: (text: string) => void}): Promise<FilesResult> {
  try {
    onProgress('Fetching the manifest');
    const bytes = await store.get(cid);
    // The digest in the summary is the hash of these bytes; the CID is the same hash in other clothes.
    if (cidOf(bytes) !== cid) return refuse('The manifest does not match its CID. Try another gateway.');
    const manifest = parseManifest(bytes);
    if (!manifest.ok) return refuse(`The published manifest cannot be read: ${manifest.reason}.`);
    const entry = manifest.manifest.files.find((file) => file.name === name);
    if (entry === undefined) return refuse('This asset has no balances file in this epoch: nobody held it.');
    onProgress(`Fetching all balances (${Math.ceil(entry.size / 1_000)} kB)`);
    const balances = await store.get(entry.cid);
    if (sha256(balances).slice(2) !== entry.sha256) return refuse('The balances file does not match the manifest. Try another gateway.');
    return {ok: true, manifestDigest: sha256(bytes), balances};
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return refuse(error.data.code === 'STORE_NOT_FOUND' ? 'The storage gateway does not hold this epoch.' : 'The storage gateway cannot be read. Try again in a moment.');
  }
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
