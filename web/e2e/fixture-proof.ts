/** A small real sheet and a proof of one of its rows, made by the SDK itself. */
import {
  accountId, buildTree, canonicalJson, cidFromDigest, encodeBalances, encodeManifest, encodeProof, type Line, linesTree, NO_PAYOUTS_ROOT,
  proveInclusion, rootOf, type SnapshotRow, sortLines, type Summary, summaryDigest, balancesName, cidOf,
} from '@pobs/protocol';
import {type Address, type Hex, keccak256, pad, sha256, toHex} from 'viem';

export const L1 = 31337;
export const L2 = 412346;
export const USDC: Address = pad('0xdc', {size: 20});
export const ETHER: Address = pad('0x00', {size: 20});
export const EPOCH_MANAGER: Address = pad('0xe9', {size: 20});
export const SALT = keccak256(toHex('fixture salt'));
const hash = (text: string): Hex => keccak256(toHex(text));

export const blindingOf = (wallet: Address): Hex => keccak256(wallet);

/** `owner` holds 1,250.75 USDC on L2; eleven others hold something. */
function rowsOf(owner: Address): SnapshotRow[] {
  const wallets = [owner, ...Array.from({length: 11}, (_, i): Address => pad(toHex(100 + i), {size: 20}))];
  return wallets
    .map((wallet, i) => ({id: accountId(wallet, blindingOf(wallet)), total: i === 0 ? 1_250_750_000n : BigInt(i) * 3_000_001n, withdrawable: i === 0 ? 1_000_000_000n : BigInt(i), withdrawal: 0n}))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

function lineOf(chainId: number, token: Address, tree: ReturnType<typeof buildTree>): Line {
  const {total, withdrawable, withdrawal, count} = tree.sums;
  const sums = tree.sums;
  return {
    chainId: BigInt(chainId), custody: pad(toHex(chainId), {size: 20}), blockNumber: 890n, blockHash: hash(`block ${chainId}`), kills: 0,
    payoutRoot: NO_PAYOUTS_ROOT, payoutCount: 0,
    assets: [{
      token, lotSize: 1n, deposited: total - withdrawal + 91_200_000n, liabilities: total, withdrawable, withdrawals: withdrawal, authorisedOut: 91_200_000n, count,
      root: rootOf({assetIndex: 0, token, lotSize: 1n, hash: tree.hash, sums}),
    }],
  };
}

export type FixtureEpoch = {summary: Summary; digest: Hex; lines: Line[]; snapshotCid: string; blocks: Map<string, Uint8Array>; proofJson: string};

/** Summary, lines, published files and the owner's proof of one epoch. @param snapshotTime - Unix seconds. */
export async function fixtureEpoch(number: number, owner: Address, snapshotTime: bigint): Promise<FixtureEpoch> {
  const rows = rowsOf(owner);
  const tree = buildTree(0, rows);
  const other = buildTree(0, rows.slice(0, 5));
  const lines = sortLines([lineOf(L1, USDC, other), lineOf(L2, USDC, tree)]);
  const files = new Map([[balancesName(L1, USDC), encodeBalances(rows.slice(0, 5))], [balancesName(L2, USDC), encodeBalances(rows)]]);
  const manifest = await encodeManifest(BigInt(number), files);
  const summary: Summary = {
    epoch: BigInt(number), snapshotTime, setId: 1, parent: hash('parent'), linesRoot: linesTree(lines).root, lineCount: lines.length, snapshotCid: sha256(manifest),
    mappingHash: hash('mapping'), logRoot: hash('log'), journalHead: hash('journal'), rulesHash: sha256(canonicalJson({rules: 'fixture'})),
  };
  const lineIndex = lines.findIndex(({chainId}) => chainId === BigInt(L2));
  const leafIndex = rows.findIndex(({id}) => id === accountId(owner, blindingOf(owner)));
  const proof = proveInclusion({
    network: {salt: SALT, name: 'local', l2ChainId: L2, epochManager: EPOCH_MANAGER}, summary, lines, lineIndex, assetIndex: 0, tree, leaf: rows[leafIndex]!, leafIndex,
    owner: {wallet: owner, blinding: blindingOf(owner)},
  });
  const blocks = new Map([...files.values(), manifest].map((bytes) => [cidOf(bytes), bytes]));
  return {summary, digest: summaryDigest(summary, SALT), lines, snapshotCid: cidFromDigest(summary.snapshotCid), blocks, proofJson: encodeProof(proof)};
}
