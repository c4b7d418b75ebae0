/**
 * How long `checkEpochParallel` takes from bytes: `node --import tsx protocol/bench/verify.ts [accounts=1000000] [assets=3]`.
 * Prints one JSON object. The sheet is written by the bench itself; only the check is timed.
 */
import {initKeccak, keccak256} from '../src/keccak.ts';
import {assetKey, balancesName, checkEpochParallel, custodyKey, type Evidence, payoutsName} from '../src/rules/index.ts';
import {hexAt} from '../src/rules/bytes.ts';
import {readSheet} from '../src/rules/sheet-reader.ts';
import {payoutsRoot, plainRoot, rootOfTop, treeTop} from '../src/rules/tree.ts';
import {sha256} from '../src/sha256.ts';
import {lineHash, rulesHash, summaryDigest} from '../src/summary.ts';
import type {Line, Rules, Summary} from '../src/types.ts';

const [accounts = 1_000_000, assets = 3] = process.argv.slice(2).filter((argument) => /^\d+$/.test(argument)).map(Number);
const ZERO = `0x${'00'.repeat(32)}` as const;
const custody = `0x${'c1'.repeat(20)}` as const;
const tokens = Array.from({length: assets}, (_, i) => `0x${(i + 1).toString(16).padStart(40, '0')}` as const);
const hash = (text: string) => Buffer.from(text);

/** Rows sorted by id; wallet and blinding are cheap functions of the account's number. */
function accountRows(): {id: string; wallet: string; blinding: string; total: number}[] {
  const preimage = Buffer.alloc(60);
  hash('PofBS-id').copy(preimage);
  const rows = Array.from({length: accounts}, (_, i) => {
    preimage.writeUInt32BE(0xa0000000 + (i >>> 16), 8);
    preimage.writeUInt32BE(i, 24);
    preimage.writeUInt32BE((i * 2654435761) >>> 0, 28);
    return {
      id: Buffer.from(keccak256(preimage).subarray(0, 24)).toString('hex'), wallet: preimage.toString('hex', 8, 28),
      blinding: preimage.toString('hex', 28, 60), total: 1_000_000 + ((i * 7919) % 1_000_000_007),
    };
  });
  return rows.sort((a, b) => (a.id < b.id ? -1 : 1));
}

function lines(header: string, text: Iterable<string>): Uint8Array {
  const parts = [Buffer.from(header)];
  let chunk: string[] = [];
  for (const line of text) {
    chunk.push(line);
    if (chunk.length === 50_000) parts.push(Buffer.from(chunk.splice(0).join('')));
  }
  parts.push(Buffer.from(chunk.join('')));
  return new Uint8Array(Buffer.concat(parts));
}

await initKeccak();
const rows = accountRows();
const mapping = lines('id,wallet,blinding\n', rows.map((row) => `${row.id},0x${row.wallet},0x${row.blinding}\n`));
const sheet = lines('id,total,withdrawable,withdrawal\n', rows.map(({id, total}) => `${id},${total},${total},0\n`));
const total = rows.reduce((sum, row) => sum + BigInt(row.total), 0n);
const payouts = lines('token,wallet,cumulative\n', []);
const files = new Map([[payoutsName(1), payouts], ...tokens.map((token) => [balancesName(1, token), sheet] as const)]);
const deposits = new Map(rows.map((row) => [Buffer.from(`0x${row.wallet}`).toString('latin1'), BigInt(row.total)]));

const parsed = readSheet(sheet);
const line: Line = {
  chainId: 1n, custody, blockNumber: 1n, blockHash: ZERO, kills: 0, payoutRoot: payoutsRoot({chainId: 1n, custody}, []), payoutCount: 0,
  assets: tokens.map((token, i) => ({
    token, lotSize: 1n, deposited: total, liabilities: total, withdrawable: total, withdrawals: 0n, authorisedOut: 0n, count: accounts,
    root: rootOfTop(i, token, 1n, treeTop(i, parsed)),
  })),
};
const rules: Rules = {
  version: 1, l1ChainId: 1, registry: custody, settlementCurrency: 'T', maxAgeSeconds: 1, eraEpochs: 1,
  custodies: [{chainId: 1, custody, withdrawEvery: 1, tokens: tokens.map((token) => ({token, symbol: 'T', currency: 'T', decimals: 0, lotSize: '1', withdrawalFeeLots: '0', withdrawalMinimumLots: '0'}))}],
};
const manifest = Buffer.from(JSON.stringify({
  epoch: '1', files: [...files].map(([name, bytes]) => ({cid: '', name, sha256: hexAt(sha256(bytes), 0, 32).slice(2), size: bytes.length})), format: 1,
}));
const summary: Summary = {
  epoch: 1n, snapshotTime: 1n, setId: 1, parent: ZERO, linesRoot: plainRoot(5, [Buffer.from(lineHash(line).slice(2), 'hex')])!, lineCount: 1,
  snapshotCid: hexAt(sha256(manifest), 0, 32), mappingHash: hexAt(sha256(mapping), 0, 32), logRoot: ZERO, journalHead: ZERO, rulesHash: rulesHash(rules),
};
const evidence: Evidence = {
  salt: ZERO, rules, summary, lines: [line], digest: summaryDigest(summary, ZERO), proposalTime: 1n, expectedSetId: 1, approved: undefined, undead: [],
  manifest, files, mapping, previous: new Map(), active: {epoch: 0n, books: new Map(), deposits: new Map([[assetKey(1, custody, tokens[0]!), new Map()]]), withdrawnSince: new Map()},
  custodies: new Map([[custodyKey(1, custody), {
    blockHash: ZERO, kills: 0, paid: new Map(), notPayees: new Set([custody]), base: undefined,
    assets: new Map(tokens.map((token) => [token, {balance: total, paidOut: 0n, deposits}])),
  }]]),
};

rows.length = 0;
(globalThis as {gc?: () => void}).gc?.();
const [started, cpuStarted] = [performance.now(), process.cpuUsage()];
const violations = await checkEpochParallel(evidence);
const seconds = (performance.now() - started) / 1_000;
const {user, system} = process.cpuUsage(cpuStarted);
console.log(JSON.stringify({bench: 'verify', accounts, assets, seconds: Number(seconds.toFixed(2)), cpuSeconds: Number(((user + system) / 1e6).toFixed(2)), violations: violations.length, rssMb: Math.round(process.memoryUsage.rss() / 1e6)}));
process.exitCode = violations.length === 0 ? 0 : 1;
