/** From the sealed epoch to files, trees, lines and summary (paper §3.3 steps 1–4). */
import type {Hex} from 'viem';
import {bytesToHex, compareText} from '../bytes.ts';
import {linesTree, type PayoutTree, payoutTree, sortLines} from '../gpmp/payouts.ts';
import {buildLog} from '../log/build.ts';
import {packed} from '../packed.ts';
import {sha256} from '../sha256.ts';
import {balancesName} from '../snapshot/balances.ts';
import {encodeManifest, LOG_NAME} from '../snapshot/manifest.ts';
import {encodePayouts, payoutsName} from '../snapshot/payouts.ts';
import {rulesHash, summaryDigest} from '../summary.ts';
import type {Line, PackedAsset, PackedEpoch, PayoutRow, SealedChain, Summary} from '../types.ts';
import {type Books, readBooks} from './books.ts';
import type {BuildInput, BuiltEpoch, PackedInput} from './input.ts';
import {logRows} from './log-rows.ts';
import {buildParts} from './parallel.ts';
import {type Sheet, sheetOf} from './sheet.ts';

type ChainSheets = {chain: SealedChain; sheets: readonly Sheet[]; payouts: PayoutTree; line: Line};

/**
 * Builds without judging: false books give consistent files, hashes and roots over false books.
 * `buildEpoch` is this after the joint test.
 */
export async function assembleEpoch(input: BuildInput): Promise<BuiltEpoch> {
  const sealed = packed(input.sealed);
  return assembleBooks({...input, sealed}, readBooks(sealed));
}

/** {@link assembleEpoch} over books that were read already. */
export async function assembleBooks(input: PackedInput, {accounts, order, assets: books}: Books): Promise<BuiltEpoch> {
  const {sealed} = input;
  const ordered = sortLines(sealed.chains).map((chain) => ({chain, assets: assetsOf(sealed, chain)}));
  const jobs = ordered.flatMap(({assets}) => assets.map((asset, assetIndex) => ({assetIndex, asset, rows: books.get(asset)!.rows})));
  const {sheets: parts, mapping} = await buildParts({accounts, order, jobs});
  const chains = ordered.map(({chain, assets}) =>
    buildChain(sealed, chain, assets.map((asset, assetIndex) => sheetOf(assetIndex, asset, parts.shift()!))));
  const log = await buildLog({
    epoch: sealed.epoch,
    previous: input.previousLogRoot,
    rows: logRows({sealed, positions: positionsOf(sealed), accounts, logSecret: input.logSecret}),
    logSecret: input.logSecret,
    auditor: input.auditor,
  });
  const files = new Map<string, Uint8Array>();
  for (const {chain, sheets, payouts} of chains) {
    for (const {line, bytes} of sheets) files.set(balancesName(chain.chainId, line.token), bytes);
    files.set(payoutsName(chain.chainId), encodePayouts(payouts.rows));
  }
  files.set(LOG_NAME, log.bytes);
  const manifest = await encodeManifest(sealed.epoch, files);
  const lines = chains.map(({line}) => line);
  const tree = linesTree(lines);
  const summary: Summary = {
    epoch: sealed.epoch,
    snapshotTime: sealed.snapshotTime,
    setId: input.setId,
    parent: input.parent,
    linesRoot: tree.root,
    lineCount: lines.length,
    snapshotCid: hashHex(manifest),
    mappingHash: hashHex(mapping),
    logRoot: log.logRoot,
    journalHead: sealed.journalHead,
    rulesHash: rulesHash(input.rules),
  };
  return {
    ok: true, summary, digest: summaryDigest(summary, input.salt), lines, linesTree: tree,
    trees: chains.map(({sheets}) => sheets.map((sheet) => sheet.tree)),
    payoutTrees: chains.map(({payouts}) => payouts),
    files, manifest, mapping, logHead: log.logRoot,
  };
}

function buildChain(sealed: PackedEpoch, chain: SealedChain, sheets: readonly Sheet[]): ChainSheets {
  const payouts = payoutTree(chain, payoutRows(sealed, chain.chainId));
  const line: Line = {
    chainId: BigInt(chain.chainId),
    custody: chain.custody,
    blockNumber: chain.blockNumber,
    blockHash: chain.blockHash,
    kills: chain.kills,
    payoutRoot: payouts.root,
    payoutCount: payouts.count,
    assets: sheets.map((sheet) => sheet.line),
  };
  return {chain, sheets, payouts, line};
}

/** Assets of one custody in line order: by token. */
export const assetsOf = ({assets}: PackedEpoch, {chainId, custody}: SealedChain): PackedAsset[] =>
  assets
    .filter((asset) => asset.chainId === chainId && asset.custody.toLowerCase() === custody.toLowerCase())
    .sort((a, b) => compareText(a.token.toLowerCase(), b.token.toLowerCase()));

/** A leaf already fully paid at the line's block is left out; it returns with its full cumulative. */
export const payoutRows = ({payouts}: PackedEpoch, chainId: number): PayoutRow[] =>
  payouts
    .filter((payout) => payout.chainId === chainId && (payout.cumulative > payout.paid || payout.withdrawal > 0n))
    .map(({token, wallet, cumulative}) => ({token, wallet, cumulative}));

/** By index in `sealed.assets`: position in the flattened lines. */
function positionsOf(sealed: PackedEpoch): number[] {
  const flat = sortLines(sealed.chains).flatMap((chain) => assetsOf(sealed, chain));
  return sealed.assets.map((asset) => flat.indexOf(asset));
}

const hashHex = (bytes: Uint8Array): Hex => bytesToHex(sha256(bytes));
