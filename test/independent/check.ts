/**
 * The independent check: re-reads chain and storage and verifies every inclusion proof, certificate and payout
 * of the given epochs. Imports viem and noble only, nothing of ours: what it accepts, a stranger can rebuild.
 *
 * Usage: node --import tsx test/independent/check.ts <network.json> <l1Rpc> <l2Rpc> <storageUrl> <epoch> [<epoch>…]
 * Prints one JSON object `{ok, checks, failures}`; exit 0 only if all held.
 */
import {readFileSync} from 'node:fs';
import {sha256} from '@noble/hashes/sha2.js';
import {
  type Address, bytesToHex, createPublicClient, decodeFunctionData, getAddress, hashTypedData, type Hex, hexToBytes,
  http, isAddressEqual, keccak256, type PublicClient, zeroAddress,
} from 'viem';
import {custodyAbi, epochManagerAbi, erc20Abi, setsAbi} from './abi.ts';
import {type CertificateArgs, signedWeight} from './certificate.ts';
import {cidOf} from './cid.ts';
import {assetRoot, climb, leafNode, levelsOf, type LineArgs, lineLeaf, payoutLeaf, plainRoot, siblingsOf} from './merkle.ts';

type NetworkFile = {
  salt: Hex;
  l1: {chainId: number; custody: Address; sets: Address; startBlock: number};
  l2: {chainId: number; custody: Address; sets: Address; epochManager: Address; startBlock: number};
};
type Chain = {chainId: number; client: PublicClient; custody: Address; sets: Address; startBlock: bigint};
type ProposedArgs = {epoch: bigint; digest: Hex; summary: SummaryArgs; lines: readonly LineArgs[]};
type SummaryArgs = {
  epoch: bigint; snapshotTime: bigint; setId: number; parent: Hex; linesRoot: Hex; lineCount: number;
  snapshotCid: Hex; mappingHash: Hex; logRoot: Hex; journalHead: Hex; rulesHash: Hex;
};

const SUMMARY_TYPE = [
  ['epoch', 'uint64'], ['snapshotTime', 'uint64'], ['setId', 'uint32'], ['parent', 'bytes32'], ['linesRoot', 'bytes32'],
  ['lineCount', 'uint32'], ['snapshotCid', 'bytes32'], ['mappingHash', 'bytes32'], ['logRoot', 'bytes32'],
  ['journalHead', 'bytes32'], ['rulesHash', 'bytes32'],
].map(([name, type]) => ({name: name!, type: type!}));

const checks: {name: string; count: number}[] = [];
const failures: string[] = [];

function held(name: string, ok: boolean, detail = ''): void {
  const entry = checks.find((check) => check.name === name);
  if (entry) entry.count += 1;
  else checks.push({name, count: 1});
  if (!ok) failures.push(`${name}${detail && `: ${detail}`}`);
}

async function fetchBlock(storage: string, digest: Hex): Promise<Uint8Array> {
  const url = `${storage}/ipfs/${cidOf(hexToBytes(digest))}?format=raw`;
  const response = await fetch(url, {signal: AbortSignal.timeout(10_000)});
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  held('stored bytes match their hash', bytesToHex(sha256(bytes)) === digest, url);
  return bytes;
}

const rowsOf = (bytes: Uint8Array): string[][] =>
  new TextDecoder().decode(bytes).split('\n').slice(1, -1).map((line) => line.split(','));

async function proposed(chain: Chain, epochManager: Address, epoch: bigint): Promise<ProposedArgs> {
  const logs = await chain.client.getContractEvents({
    address: epochManager, abi: epochManagerAbi, eventName: 'EpochProposed', args: {epoch}, fromBlock: chain.startBlock, strict: true,
  });
  if (logs.length !== 1) throw new Error(`epoch ${epoch} was proposed ${logs.length} times`);
  return logs[0]!.args as unknown as ProposedArgs;
}

/** Every row of every shard proves its place up to the root that its line carries. */
function checkBalances(line: LineArgs, files: ReadonlyMap<string, Uint8Array>): void {
  line.assets.forEach((asset, index) => {
    const name = `balances/${line.chainId}-${asset.token.toLowerCase()}.csv`;
    const rows = rowsOf(files.get(name)!).map(([id, total, withdrawable, withdrawal]) => ({
      id: `0x${id}` as Hex, total: BigInt(total!), withdrawable: BigInt(withdrawable!), withdrawal: BigInt(withdrawal!),
    }));
    const levels = levelsOf(index, rows.map((row) => leafNode(index, row)));
    rows.forEach((row, i) => {
      held('row is solvent (0 ≤ withdrawal ≤ withdrawable ≤ total)',
        row.total >= row.withdrawable && row.withdrawable >= row.withdrawal && row.withdrawal >= 0n, `${name} ${row.id}`);
      const top = climb(index, leafNode(index, row), i, siblingsOf(levels, i));
      held('inclusion proof reaches the root', assetRoot(index, asset.token, asset.lotSize, top) === asset.root, `${name} ${row.id}`);
      held('proof carries the line\'s sums', top.sums.total === asset.liabilities && top.sums.withdrawable === asset.withdrawable &&
        top.sums.withdrawal === asset.withdrawals && top.sums.count === asset.count, name);
    });
    held('liabilities − withdrawals = deposited − authorised', asset.liabilities - asset.withdrawals === asset.deposited - asset.authorisedOut, name);
  });
}

async function checkPayouts(chain: Chain, epoch: bigint, line: LineArgs, files: ReadonlyMap<string, Uint8Array>, last: boolean): Promise<void> {
  const rows = rowsOf(files.get(`payouts/${line.chainId}.csv`)!).map(([token, wallet, cumulative]) => ({
    token: token as Hex, wallet: wallet as Hex, cumulative: BigInt(cumulative!),
  }));
  const leaves = rows.map((row) => payoutLeaf(line.chainId, line.custody, row));
  held('payout root recomputes', plainRoot('0x06', leaves, keccak256('0x06')) === line.payoutRoot, `epoch ${epoch}`);
  held('payout count', rows.length === line.payoutCount);
  const paidEvents = await chain.client.getContractEvents({
    address: chain.custody, abi: custodyAbi, eventName: 'Paid', fromBlock: chain.startBlock, strict: true,
  });
  for (const {args} of paidEvents.filter((event) => event.args.epoch === epoch)) {
    const leaf = rows.find((row) => isAddressEqual(row.token, args.token) && isAddressEqual(row.wallet, args.wallet));
    held('payment is in the payout tree', leaf !== undefined && args.cumulative <= leaf.cumulative, `${args.wallet} epoch ${epoch}`);
  }
  if (!last) return;
  for (const row of rows) {
    const lots = await chain.client.readContract({address: chain.custody, abi: custodyAbi, functionName: 'paid', args: [row.token, row.wallet]});
    held('every authorised payout was paid in full', lots === row.cumulative, `${row.wallet} ${lots} of ${row.cumulative}`);
  }
}

/** Tokens that ever left the Custody are exactly what its `Paid` events name. */
async function checkOutflow(chain: Chain, line: LineArgs): Promise<void> {
  for (const asset of line.assets.filter(({token}) => token !== zeroAddress)) {
    const [transfers, payments] = await Promise.all([
      chain.client.getContractEvents({address: asset.token, abi: erc20Abi, eventName: 'Transfer', args: {from: chain.custody}, fromBlock: chain.startBlock, strict: true}),
      chain.client.getContractEvents({address: chain.custody, abi: custodyAbi, eventName: 'Paid', args: {token: asset.token}, fromBlock: chain.startBlock, strict: true}),
    ]);
    const left = transfers.reduce((sum, {args}) => sum + args.value, 0n);
    const named = payments.reduce((sum, {args}) => sum + args.lots * asset.lotSize, 0n);
    held('nothing left custody but payments', left === named, `${asset.token}: ${left} left, ${named} paid`);
  }
}

async function checkCertificate(chain: Chain, epoch: bigint, digest: Hex, salt: Hex): Promise<void> {
  const [settled] = await chain.client.getContractEvents({
    address: chain.custody, abi: custodyAbi, eventName: 'Settled', args: {epoch}, fromBlock: chain.startBlock, strict: true,
  });
  if (!settled) return held('epoch settled', false, `epoch ${epoch} on chain ${chain.chainId}`);
  held('epoch settled', settled.args.digest === digest, `epoch ${epoch} on chain ${chain.chainId}`);
  const {input} = await chain.client.getTransaction({hash: settled.transactionHash});
  const {args} = decodeFunctionData({abi: custodyAbi, data: input});
  const certificate = args[5] as unknown as CertificateArgs;
  const header = await chain.client.readContract({address: chain.sets, abi: setsAbi, functionName: 'header', args: [certificate.setId]});
  const signed = signedWeight({certificate, header, epoch, summary: digest, salt});
  held('certificate approves', certificate.kind === 1);
  held('two thirds signed', signed * 3n >= header.totalWeight * 2n && header.totalWeight > 0n, `${signed} of ${header.totalWeight}`);
}

async function checkEpoch(network: NetworkFile, chains: readonly Chain[], storage: string, epoch: bigint, last: boolean): Promise<void> {
  const l2 = chains.find(({chainId}) => chainId === network.l2.chainId)!;
  const {digest, summary, lines} = await proposed(l2, network.l2.epochManager, epoch);
  const recomputed = hashTypedData({
    domain: {name: 'PofBS', version: '1', salt: network.salt}, types: {Summary: SUMMARY_TYPE}, primaryType: 'Summary', message: summary,
  });
  held('summary digest recomputes', recomputed === digest, `epoch ${epoch}`);
  held('lines root recomputes', plainRoot('0x05', lines.map(lineLeaf), '0x') === summary.linesRoot, `epoch ${epoch}`);

  const manifest = JSON.parse(new TextDecoder().decode(await fetchBlock(storage, summary.snapshotCid))) as {files: {name: string; sha256: string}[]};
  const files = new Map<string, Uint8Array>();
  for (const file of manifest.files) files.set(file.name, await fetchBlock(storage, `0x${file.sha256}`));

  for (const line of lines) {
    const chain = chains.find(({chainId}) => BigInt(chainId) === line.chainId)!;
    held('line names the custody of its chain', getAddress(line.custody) === getAddress(chain.custody));
    checkBalances(line, files);
    await checkCertificate(chain, epoch, digest, network.salt);
    await checkPayouts(chain, epoch, line, files, last);
    if (last) await checkOutflow(chain, line);
  }
}

const [networkPath, l1Rpc, l2Rpc, storage, ...epochs] = process.argv.slice(2);
if (!networkPath || !l1Rpc || !l2Rpc || !storage || epochs.length === 0) {
  process.stderr.write('Usage: check.ts <network.json> <l1Rpc> <l2Rpc> <storageUrl> <epoch> [<epoch>…]\n');
  process.exit(2);
}
const network = JSON.parse(readFileSync(networkPath, 'utf8')) as NetworkFile;
const chains: Chain[] = ([[network.l1, l1Rpc], [network.l2, l2Rpc]] as const).map(([chain, url]) => ({
  chainId: chain.chainId, client: createPublicClient({transport: http(url)}) as PublicClient, custody: chain.custody, sets: chain.sets, startBlock: BigInt(chain.startBlock),
}));
const numbers = epochs.map(BigInt);
for (const epoch of numbers) await checkEpoch(network, chains, storage, epoch, epoch === numbers.at(-1));
process.stdout.write(`${JSON.stringify({ok: failures.length === 0, checks, failures})}\n`);
process.exitCode = failures.length === 0 ? 0 : 4;
