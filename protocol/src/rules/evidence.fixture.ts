/**
 * Test support: a small balance sheet whose every hash is recomputed from its books, so that a changed book is a
 * consistent lie. Plain recursion over viem's keccak: it shares no code with the rules it tests.
 */
import {type Address, concat, type Hex, keccak256, numberToHex, sha256, stringToBytes, zeroHash} from 'viem';
import {lineHash, rulesHash, summaryDigest} from '../summary.ts';
import type {AssetLine, Line, Rules, Summary} from '../types.ts';
import {type AssetFacts, assetKey, balancesName, custodyKey, type Evidence, paidKey, payoutsName} from './evidence.ts';

export type BookRow = {wallet: Address; blinding: Hex; total: bigint; withdrawable: bigint; withdrawal: bigint};
export type AssetBook = {token: Address; lotSize: bigint; deposited: bigint; authorisedOut: bigint; rows: BookRow[]; truth: Truth; descending?: boolean};
/** What the chain says, whatever the operator writes. */
export type Truth = {balance: bigint; paidOut: bigint; deposits: Map<string, bigint>};
export type Payout = {token: Address; wallet: Address; cumulative: bigint};
export type CustodyBook = {chainId: number; custody: Address; assets: AssetBook[]; payouts: Payout[]};
export type Books = {epoch: bigint; custodies: CustodyBook[]};

export const wallet = (n: number): Address => `0x${(0xa11ce0000 + n).toString(16).padStart(40, '0')}`;
export const blinding = (n: number): Hex => keccak256(numberToHex(n, {size: 32}));
export const idFor = (owner: Address, secret: Hex): Hex =>
  keccak256(concat(['0x506f6642532d6964', owner, secret])).slice(0, 50) as Hex;

const USDC_1 = `0x${'11'.repeat(20)}` as const;
const USDC_2 = `0x${'22'.repeat(20)}` as const;
export const ETHER = `0x${'00'.repeat(20)}` as const;
const SALT = keccak256('0x5a');
export const TIME = 1_700_000_000n;

const row = (n: number, total: bigint, withdrawable: bigint, withdrawal = 0n): BookRow =>
  ({wallet: wallet(n), blinding: blinding(n), total, withdrawable, withdrawal});

/** Epoch 1: three depositors, a trade on chain 2's USDC (1 lost 30 to 3), fees, withdrawals on both chains. */
export function honestBooks(): Books {
  const deposits = (...entries: [number, bigint][]) => new Map(entries.map(([n, amount]) => [wallet(n), amount]));
  const fees: BookRow = {wallet: `0x${'0'.repeat(39)}1`, blinding: zeroHash, total: 2n, withdrawable: 0n, withdrawal: 0n};
  return {
    epoch: 1n,
    custodies: [
      {
        chainId: 1, custody: `0x${'c1'.repeat(20)}`,
        payouts: [{token: USDC_1, wallet: wallet(1), cumulative: 40n}],
        assets: [{
          token: USDC_1, lotSize: 1n, deposited: 300n, authorisedOut: 40n,
          rows: [row(1, 100n, 100n, 40n), row(2, 200n, 200n)],
          truth: {balance: 300n, paidOut: 0n, deposits: deposits([1, 100n], [2, 200n])},
        }],
      },
      {
        chainId: 2, custody: `0x${'c2'.repeat(20)}`,
        payouts: [{token: ETHER, wallet: wallet(3), cumulative: 5n}, {token: USDC_2, wallet: wallet(1), cumulative: 7n}],
        assets: [
          {
            token: ETHER, lotSize: 1_000n, deposited: 50n, authorisedOut: 5n,
            rows: [row(3, 50n, 50n, 5n)], truth: {balance: 50_700n, paidOut: 0n, deposits: deposits([3, 50_700n])},
          },
          {
            token: USDC_2, lotSize: 1n, deposited: 150n, authorisedOut: 7n,
            rows: [row(1, 68n, 68n, 7n), row(2, 50n, 50n), row(3, 30n, 0n), fees],
            truth: {balance: 150n, paidOut: 0n, deposits: deposits([1, 100n], [2, 50n])},
          },
        ],
      },
    ],
  };
}

type Sums = {total: bigint; withdrawable: bigint; withdrawal: bigint; count: number};
type Node = {hash: Hex; sums: Sums};
const word = (value: bigint | number, size: number): Hex => numberToHex(BigInt.asUintN(size * 8, BigInt(value)), {size});
const EMPTY: Node = {hash: zeroHash, sums: {total: 0n, withdrawable: 0n, withdrawal: 0n, count: 0}};
const packed = ({hash, sums}: Node): Hex => concat([hash, word(sums.total, 8), word(sums.withdrawable, 8), word(sums.withdrawal, 8), word(sums.count, 4)]);

function top(asset: number, nodes: Node[], level = 1): Node {
  if (nodes.length <= 1) return nodes[0] ?? EMPTY;
  const above: Node[] = [];
  for (let i = 0; i < nodes.length; i += 2) {
    const [left, right] = [nodes[i]!, nodes[i + 1] ?? EMPTY];
    above.push({
      hash: keccak256(concat(['0x01', word(level, 1), word(asset, 2), packed(left), packed(right)])),
      sums: {
        total: left.sums.total + right.sums.total, withdrawable: left.sums.withdrawable + right.sums.withdrawable,
        withdrawal: left.sums.withdrawal + right.sums.withdrawal, count: left.sums.count + right.sums.count,
      },
    });
  }
  return top(asset, above, level + 1);
}

function assetLine(book: AssetBook, index: number): AssetLine {
  const nodes = sorted(book).map(({id, total, withdrawable, withdrawal}): Node => ({
    hash: keccak256(concat(['0x00', word(index, 2), id, word(total, 8), word(withdrawable, 8), word(withdrawal, 8)])),
    sums: {total, withdrawable, withdrawal, count: 1},
  }));
  const root = top(index, nodes);
  const {total, withdrawable, withdrawal, count} = root.sums;
  return {
    token: book.token, lotSize: book.lotSize, deposited: book.deposited, authorisedOut: book.authorisedOut,
    liabilities: BigInt.asUintN(64, total), withdrawable: BigInt.asUintN(64, withdrawable), withdrawals: BigInt.asUintN(64, withdrawal), count,
    root: keccak256(concat(['0x04', word(index, 2), book.token, word(book.lotSize, 16), packed(root)])),
  };
}

function sorted(book: AssetBook) {
  const sign = book.descending ? -1 : 1;
  return book.rows.map((each) => ({...each, id: idFor(each.wallet, each.blinding)})).sort((a, b) => (a.id < b.id ? -sign : a.id > b.id ? sign : 0));
}

export function plain(tag: Hex, leaves: readonly Hex[]): Hex {
  if (leaves.length === 1) return leaves[0]!;
  const above: Hex[] = [];
  for (let i = 0; i < leaves.length; i += 2) above.push(keccak256(concat([tag, leaves[i]!, leaves[i + 1] ?? zeroHash])));
  return plain(tag, above);
}

function lineOf({chainId, custody, assets, payouts}: CustodyBook): Line {
  const leaves = payouts.map((leaf) => keccak256(concat(['0x03', word(chainId, 8), custody, leaf.token, leaf.wallet, word(leaf.cumulative, 8)])));
  return {
    chainId: BigInt(chainId), custody, blockNumber: 10n, blockHash: keccak256(word(chainId, 8)), kills: 0,
    payoutRoot: leaves.length === 0 ? keccak256('0x06') : plain('0x06', leaves), payoutCount: leaves.length,
    assets: assets.map(assetLine),
  };
}

export type Published = {
  summary: Summary; digest: Hex; lines: Line[]; files: Map<string, Uint8Array>; manifest: Uint8Array; mapping: Uint8Array; rules: Rules;
};
export type Forged = {mapping?: string; files?: Record<string, string>; summary?: Partial<Summary>; manifestEpoch?: string; log?: Uint8Array};

/** Publishes the books; `forged` replaces texts before anything is hashed. */
export function publish(books: Books, forged: Forged = {}): Published {
  const lines = books.custodies.map(lineOf);
  const files = new Map<string, Uint8Array>([['log.bin', forged.log ?? new Uint8Array()]]);
  const mapping = new Map<string, string>();
  for (const custody of books.custodies) {
    const leaves = custody.payouts.map((leaf) => `${leaf.token},${leaf.wallet},${leaf.cumulative}\n`);
    files.set(payoutsName(custody.chainId), stringToBytes(`token,wallet,cumulative\n${leaves.join('')}`));
    for (const book of custody.assets) {
      const rows = sorted(book);
      for (const {id, wallet: owner, blinding: secret} of rows) mapping.set(id.slice(2), `${id.slice(2)},${owner},${secret}\n`);
      const text = rows.map(({id, total, withdrawable, withdrawal}) => `${id.slice(2)},${total},${withdrawable},${withdrawal}\n`).join('');
      files.set(balancesName(custody.chainId, book.token), stringToBytes(`id,total,withdrawable,withdrawal\n${text}`));
    }
  }
  for (const [name, text] of Object.entries(forged.files ?? {})) files.set(name, stringToBytes(text));
  const mappingText = forged.mapping ?? `id,wallet,blinding\n${[...mapping].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text).join('')}`;
  const names = [...files.keys()].sort();
  const manifest = stringToBytes(JSON.stringify({
    epoch: forged.manifestEpoch ?? `${books.epoch}`,
    files: names.map((name) => ({cid: `cid of ${name}`, name, sha256: sha256(files.get(name)!).slice(2), size: files.get(name)!.length})),
    format: 1,
  }));
  const rules = rulesOf(books);
  const summary: Summary = {
    epoch: books.epoch, snapshotTime: TIME + books.epoch, setId: 1, parent: zeroHash, linesRoot: plain('0x05', lines.map(lineHash)), lineCount: lines.length,
    snapshotCid: sha256(manifest), mappingHash: sha256(stringToBytes(mappingText)), logRoot: zeroHash, journalHead: zeroHash, rulesHash: rulesHash(rules),
    ...forged.summary,
  };
  return {summary, digest: summaryDigest(summary, SALT), lines, files, manifest, mapping: stringToBytes(mappingText), rules};
}

const rulesOf = ({custodies}: Books): Rules => ({
  version: 1, l1ChainId: 1, registry: `0x${'aa'.repeat(20)}`, settlementCurrency: 'USDC', maxAgeSeconds: 600, eraEpochs: 100,
  custodies: custodies.map(({chainId, custody, assets}) => ({
    chainId, custody, withdrawEvery: 1,
    tokens: assets.map(({token, lotSize}) => ({
      token, symbol: 'T', currency: 'T', decimals: 6, lotSize: `${lotSize}`, withdrawalFeeLots: '0', withdrawalMinimumLots: '0',
    })),
  })),
});

/** Evidence as an honest validator gathers it in epoch 1. */
export function evidenceOf(books: Books, forged: Forged = {}): Evidence {
  const {rules, ...published} = publish(books, forged);
  return {
    ...published, salt: SALT, rules, proposalTime: published.summary.snapshotTime + 2n, expectedSetId: 1, approved: undefined, undead: [],
    custodies: new Map(books.custodies.map((custody) => [custodyKey(custody.chainId, custody.custody), {
      blockHash: keccak256(word(custody.chainId, 8)), kills: 0, notPayees: new Set([custody.custody, ...custody.assets.map(({token}) => token)]), base: undefined,
      paid: new Map(custody.payouts.map((leaf) => [paidKey(leaf.token, leaf.wallet), 0n])),
      assets: new Map(custody.assets.map(({token, truth}): [string, AssetFacts] => [token, truth])),
    }])),
    active: {epoch: 0n, books: new Map(), deposits: new Map(), withdrawnSince: new Map()}, previous: new Map(),
  };
}

export const keyOf = (custody: CustodyBook, {token}: AssetBook): string => assetKey(custody.chainId, custody.custody, token);
