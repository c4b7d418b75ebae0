/**
 * V1: digest, lines, roots and payout root equal what the stored bytes give; every file matches its hash.
 *
 * A sheet whose rows leave `0 ≤ x < 2^63` (V3) or cannot be read (V4) has no tree to compare: those rules name it.
 */
import {sha256} from '../sha256.ts';
import {lineHash, rulesHash, summaryDigest} from '../summary.ts';
import type {Manifest, RulesCustody} from '../types.ts';
import {bytesOf, hexAt} from './bytes.ts';
import type {AssetContext, Context, CustodyContext} from './context.ts';
import {custodyKey} from './evidence.ts';
import type {Report} from './report.ts';
import {LOTS_LIMIT} from './sheet-work.ts';
import {payoutsRoot, plainRoot, rootOfTop} from './tree.ts';

const SUMMARY = 'summary';
const MANIFEST = 'manifest.json';
const MAPPING = 'mapping.csv';

export function checkV1(context: Context, report: Report): void {
  checkSummary(context, report);
  checkLineList(context, report);
  const stored = checkManifest(context, report);
  checkMappingHash(context, report);
  for (const custody of context.custodies) {
    for (const asset of custody.assets) asset.committed = stored.has(asset.name) && checkSheetRoot(asset, report);
    custody.committed = stored.has(custody.name) && checkPayoutRoot(custody, report);
  }
}

function checkSummary({evidence}: Context, report: Report): void {
  const {summary, lines, digest, salt, rules} = evidence;
  const add = (detail: string) => report.add({rule: 1, where: SUMMARY, detail});
  const own = summaryDigest(summary, salt);
  if (own.toLowerCase() !== digest.toLowerCase()) add(`digest of the summary is ${own}, EpochManager stores ${digest}`);
  const root = plainRoot(5, lines.map((line) => bytesOf(lineHash(line))));
  if (root !== summary.linesRoot.toLowerCase()) add(`linesRoot is ${summary.linesRoot}, the lines give ${root ?? 'no root'}`);
  if (summary.lineCount !== lines.length) add(`lineCount is ${summary.lineCount}, there are ${lines.length} lines`);
  const hash = rulesHash(rules);
  if (hash.toLowerCase() !== summary.rulesHash.toLowerCase()) add(`rulesHash is ${summary.rulesHash}, the known rules hash to ${hash}`);
}

/** Lines are the custodies of the rules in order, each with all its tokens by address and their lot sizes. */
function checkLineList({evidence, custodies}: Context, report: Report): void {
  const known = new Map(evidence.rules.custodies.map((custody) => [custodyKey(custody.chainId, custody.custody), custody]));
  const seen = new Set<string>();
  custodies.forEach((custody, i) => {
    const {key, label, line} = custody;
    const previous = custodies[i - 1]?.line;
    if (seen.has(key)) report.add({rule: 1, where: label, detail: 'custody has two lines'});
    else if (previous !== undefined && !comesBefore(previous, line)) report.add({rule: 1, where: label, detail: 'lines are not ordered by (chainId, custody)'});
    seen.add(key);
    const rules = known.get(key);
    if (rules === undefined) report.add({rule: 1, where: label, detail: 'custody is not in the rules'});
    else checkAssetList(custody, rules, report);
  });
  for (const [key, {chainId, custody}] of known) {
    if (!seen.has(key)) report.add({rule: 1, where: `line ${chainId}/${custody}`, detail: 'custody has no line'});
  }
}

type Place = {chainId: bigint; custody: string};

const comesBefore = (a: Place, b: Place): boolean =>
  a.chainId < b.chainId || (a.chainId === b.chainId && a.custody.toLowerCase() < b.custody.toLowerCase());

function checkAssetList({label, line}: CustodyContext, rules: RulesCustody, report: Report): void {
  const expected = rules.tokens
    .map(({token, lotSize}) => `${token.toLowerCase()} lot ${lotSize}`)
    .sort();
  const actual = line.assets.map(({token, lotSize}) => `${token.toLowerCase()} lot ${lotSize}`);
  if (expected.length === actual.length && expected.every((text, i) => text === actual[i])) return;
  report.add({rule: 1, where: label, detail: 'assets are not those of the rules, sorted by token', rows: actual});
}

/** Names of files that are there and match the manifest that the CID commits to. */
function checkManifest({evidence, custodies}: Context, report: Report): Set<string> {
  const {manifest: bytes, summary, files} = evidence;
  const stored = new Set<string>();
  const add = (detail: string, where: string = MANIFEST) => report.add({rule: 1, where, detail});
  if (bytes === undefined) {
    add(`no store holds bytes for snapshotCid ${summary.snapshotCid}`);
    return stored;
  }
  const digest = hexAt(sha256(bytes), 0, 32);
  if (digest !== summary.snapshotCid.toLowerCase()) {
    add(`stored bytes hash to ${digest}, snapshotCid is ${summary.snapshotCid}`);
    return stored;
  }
  const manifest = parseManifest(bytes);
  if (manifest === undefined) {
    add('stored bytes are not a canonical manifest of format 1');
    return stored;
  }
  for (const file of manifest.files) {
    const content = files.get(file.name);
    if (stored.has(file.name)) add('manifest lists the file twice', file.name);
    else if (content === undefined) add(`no store holds bytes of hash ${file.sha256}`, file.name);
    else if (content.length !== file.size || hexAt(sha256(content), 0, 32) !== `0x${file.sha256}`) add('bytes do not match size and hash in the manifest', file.name);
    else stored.add(file.name);
  }
  const listed = new Set(manifest.files.map(({name}) => name));
  for (const {name, assets} of custodies) {
    for (const needed of [name, ...assets.map((asset) => asset.name)]) if (!listed.has(needed)) add('manifest does not list the file', needed);
  }
  return stored;
}

/** RFC 8785 form or nothing; the field order of JCS is alphabetical. */
export function parseManifest(bytes: Uint8Array): Manifest | undefined {
  try {
    const text = new TextDecoder('utf-8', {fatal: true}).decode(bytes);
    const {epoch, files, format} = JSON.parse(text) as Manifest;
    const canonical = JSON.stringify({epoch, files: files.map(({cid, name, sha256: hash, size}) => ({cid, name, sha256: hash, size})), format});
    const typed = format === 1 && /^(0|[1-9]\d*)$/.test(epoch) && files.every(
      ({cid, name, sha256: hash, size}) => typeof cid === 'string' && typeof name === 'string' && /^[0-9a-f]{64}$/.test(hash) && Number.isSafeInteger(size),
    );
    return typed && canonical === text ? {format, epoch, files} : undefined;
  } catch {
    return undefined;
  }
}

function checkMappingHash({evidence: {mapping, summary}}: Context, report: Report): void {
  if (mapping === undefined) return;
  const digest = hexAt(sha256(mapping), 0, 32);
  if (digest !== summary.mappingHash.toLowerCase()) report.add({rule: 1, where: MAPPING, detail: `mapping hashes to ${digest}, mappingHash is ${summary.mappingHash}`});
}

/** Compares root and totals; true when later rules may judge these rows. */
function checkSheetRoot({name, sheet, top, asset, index}: AssetContext, report: Report): boolean {
  if (sheet === undefined) return false;
  // Rows that cannot be read are missing from any sum, and amounts out of range have no leaf: V4 and V3 name them.
  if (top === undefined) return true;
  const root = rootOfTop(index, asset.token.toLowerCase(), asset.lotSize, top);
  const actual = [top.total, top.withdrawable, top.withdrawal, BigInt(top.count)];
  const expected = [asset.liabilities, asset.withdrawable, asset.withdrawals, BigInt(asset.count)];
  if (root === asset.root.toLowerCase() && actual.every((value, i) => value === expected[i])) return true;
  report.add({rule: 1, where: name, detail: `the stored rows give root ${root} and sums ${actual.join(', ')}, the line carries ${asset.root} and ${expected.join(', ')}`});
  return false;
}

function checkPayoutRoot({name, line, payouts}: CustodyContext, report: Report): boolean {
  if (payouts === undefined) return false;
  // Unreadable rows are V4's, amounts outside a leaf's range V7's.
  if (payouts.malformed.length > 0 || payouts.rows.some(({cumulative}) => cumulative < 0n || cumulative >= LOTS_LIMIT)) return true;
  const root = payoutsRoot(line, payouts.rows);
  if (root === line.payoutRoot.toLowerCase() && payouts.rows.length === line.payoutCount) return true;
  report.add({rule: 1, where: name, detail: `payout root of ${payouts.rows.length} stored leaves is ${root}, the line carries ${line.payoutRoot} over ${line.payoutCount}`});
  return false;
}
