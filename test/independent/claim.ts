/**
 * Claims one authorised payout from chain and storage alone: no engine, no sequencer, no database, nothing of ours.
 *
 * Usage: node --import tsx test/independent/claim.ts <network.json> <l1Rpc> <l2Rpc> <storageUrl> <epoch> <chainId> <wallet> <payerKey>
 * Anybody may pay the gas; the money goes to the leaf's wallet. Prints `{hash, lots}`.
 */
import {readFileSync} from 'node:fs';
import {sha256} from '@noble/hashes/sha2.js';
import {type Address, bytesToHex, createWalletClient, type Hex, hexToBytes, http, isAddressEqual, keccak256, concat, parseAbi, publicActions} from 'viem';
import {privateKeyToAccount} from 'viem/accounts';
import {custodyAbi, epochManagerAbi} from './abi.ts';
import {cidOf} from './cid.ts';
import {payoutLeaf} from './merkle.ts';

type Proposed = {summary: {snapshotCid: Hex}; lines: readonly {chainId: bigint; custody: Address; payoutRoot: Hex}[]};

const claimAbi = parseAbi([
  'struct PayoutClaim { address token; address wallet; uint64 cumulative; uint32 index; bytes32[] path; }',
  'function claim(PayoutClaim payout)',
]);
const ZERO32: Hex = `0x${'00'.repeat(32)}`;

/** Bottom-up siblings of leaf `index`, and the root they lead to. */
function pathOf(leaves: readonly Hex[], index: number): {path: Hex[]; root: Hex} {
  const path: Hex[] = [];
  let level = [...leaves];
  for (let position = index; level.length > 1; position >>= 1) {
    path.push(level[position ^ 1] ?? ZERO32);
    level = Array.from({length: Math.ceil(level.length / 2)}, (_, i) => keccak256(concat(['0x06', level[2 * i]!, level[2 * i + 1] ?? ZERO32])));
  }
  return {path, root: level[0]!};
}

async function stored(storage: string, digest: Hex): Promise<string> {
  const response = await fetch(`${storage}/ipfs/${cidOf(hexToBytes(digest))}?format=raw`, {signal: AbortSignal.timeout(10_000)});
  if (!response.ok) throw new Error(`storage answered ${response.status}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (bytesToHex(sha256(bytes)) !== digest) throw new Error('stored bytes do not match their hash');
  return new TextDecoder().decode(bytes);
}

const [networkPath, l1Rpc, l2Rpc, storage, epochText, chainText, wallet, payerKey] = process.argv.slice(2);
if (!payerKey) {
  process.stderr.write('Usage: claim.ts <network.json> <l1Rpc> <l2Rpc> <storageUrl> <epoch> <chainId> <wallet> <payerKey>\n');
  process.exit(2);
}
const network = JSON.parse(readFileSync(networkPath!, 'utf8')) as {l2: {epochManager: Address; startBlock: number}};
const account = privateKeyToAccount(payerKey as Hex);
const l2 = createWalletClient({account, transport: http(l2Rpc)}).extend(publicActions);
const l1 = createWalletClient({account, transport: http(l1Rpc)}).extend(publicActions);
const [event] = await l2.getContractEvents({
  address: network.l2.epochManager, abi: epochManagerAbi, eventName: 'EpochProposed', args: {epoch: BigInt(epochText!)},
  fromBlock: BigInt(network.l2.startBlock), strict: true,
});
const {summary, lines} = event!.args as unknown as Proposed;
const line = lines.find(({chainId}) => chainId === BigInt(chainText!))!;
const manifest = JSON.parse(await stored(storage!, summary.snapshotCid)) as {files: {name: string; sha256: string}[]};
const {sha256: digest} = manifest.files.find(({name}) => name === `payouts/${line.chainId}.csv`)!;
const rows = (await stored(storage!, `0x${digest}`)).split('\n').slice(1, -1).map((text) => {
  const [token, payee, cumulative] = text.split(',');
  return {token: token as Hex, wallet: payee as Hex, cumulative: BigInt(cumulative!)};
});
const index = rows.findIndex((row) => isAddressEqual(row.wallet, wallet as Hex));
const {path, root} = pathOf(rows.map((row) => payoutLeaf(line.chainId, line.custody, row)), index);
if (root !== line.payoutRoot) throw new Error('the stored payouts do not lead to the payout root');

const chain = (await l1.getChainId()) === Number(line.chainId) ? l1 : l2;
const before = await chain.readContract({address: line.custody, abi: custodyAbi, functionName: 'paid', args: [rows[index]!.token, wallet as Hex]});
const hash = await chain.writeContract({
  address: line.custody, abi: claimAbi, functionName: 'claim', args: [{...rows[index]!, index, path}], chain: null,
});
const receipt = await chain.waitForTransactionReceipt({hash, pollingInterval: 100});
if (receipt.status !== 'success') throw new Error(`claim ${hash} reverted`);
process.stdout.write(`${JSON.stringify({hash, lots: (rows[index]!.cumulative - before).toString(), gas: Number(receipt.gasUsed)})}\n`);
