/**
 * Files and trees of all sheets and the mapping file, cut into chunks that any thread may take: a chunk is a range of
 * rows and the subtree over it, or a range of the mapping. Columns and nodes lie in shared memory and are filled in
 * place; only csv text travels.
 */
import {concatBytes} from '../bytes.ts';
import {NODE_BYTES} from '../gpmp/node.ts';
import {emptyLevels, fillLeaves, fillParents, type TreeLevels} from '../gpmp/tree.ts';
import {ID_BYTES} from '../ids.ts';
import {encodeColumnRows} from '../snapshot/balances.ts';
import {AMOUNTS, type BalanceColumns, emptyColumns} from '../snapshot/columns.ts';
import {encodeMappingRows, type PackedMapping} from '../snapshot/mapping-file.ts';
import type {PackedAsset} from '../types.ts';
import {sharedBytes, sharedCopy} from './shared.ts';

/** Height of a chunk's subtree. */
const CHUNK_LEVELS = 15;
const CHUNK_ROWS = 2 ** CHUNK_LEVELS;
const MAPPING = -1;
const ID_WORDS = ID_BYTES / 4;

/** File and tree of one sheet. */
export type SheetParts = {bytes: Uint8Array; levels: TreeLevels};
/** `rows`: the asset's rows in order of their ids. */
export type SheetJob = {assetIndex: number; asset: Pick<PackedAsset, 'owners' | 'total' | 'withdrawable' | 'withdrawal'>; rows: Uint32Array};
export type EpochJob = {accounts: PackedMapping; order: Uint32Array; jobs: readonly SheetJob[]};
export type EpochParts = {sheets: SheetParts[]; mapping: Uint8Array};

type Chunk = {sheet: number; from: number; to: number};
type SheetPlan = SheetJob & {
  /** Sorted, filled chunk by chunk. */
  columns: BalanceColumns;
  levels: readonly Uint8Array[];
};

/** May be posted to a worker: nothing but plain data and shared memory. */
export type EpochWork = {
  accounts: PackedMapping;
  order: Uint32Array;
  sheets: readonly SheetPlan[];
  chunks: readonly Chunk[];
  /** Number of the next chunk nobody has taken. */
  next: Int32Array;
};

export function planWork({accounts: {ids, wallets, blindings}, order, jobs}: EpochJob): EpochWork {
  const sheets = jobs.map(planSheet);
  const counts = [...sheets.map(({columns: {count}}, sheet) => ({sheet, count})), {sheet: MAPPING, count: order.length}];
  const chunks = counts.flatMap(({sheet, count}) =>
    // A file without rows still has a header.
    Array.from({length: Math.max(1, Math.ceil(count / CHUNK_ROWS))}, (_, i): Chunk => ({sheet, from: i * CHUNK_ROWS, to: Math.min(count, (i + 1) * CHUNK_ROWS)})));
  const accounts = {ids: sharedCopy(ids), wallets: sharedCopy(wallets), blindings: sharedCopy(blindings)};
  return {accounts, order: sharedWords(order), sheets, chunks, next: new Int32Array(sharedBytes(4))};
}

function planSheet({assetIndex, asset: {owners, ...amounts}, rows}: SheetJob): SheetPlan {
  const amount = (name: (typeof AMOUNTS)[number]) => new BigInt64Array(sharedCopy(bytesOf(amounts[name])).buffer);
  return {
    assetIndex, rows: sharedWords(rows),
    asset: {owners: sharedWords(owners), total: amount('total'), withdrawable: amount('withdrawable'), withdrawal: amount('withdrawal')},
    columns: emptyColumns(rows.length, sharedBytes),
    levels: emptyLevels(rows.length, (bytes) => new Uint8Array(sharedBytes(bytes))),
  };
}

const bytesOf = ({buffer, byteOffset, byteLength}: ArrayBufferView): Uint8Array => new Uint8Array(buffer, byteOffset, byteLength);
const sharedWords = (words: Uint32Array): Uint32Array => new Uint32Array(sharedCopy(bytesOf(words)).buffer);

/** Takes the next chunk; undefined when none is left. */
export function takeChunk({chunks, next}: EpochWork): number | undefined {
  const chunk = Atomics.add(next, 0, 1);
  return chunk < chunks.length ? chunk : undefined;
}

/** Fills a chunk's columns and nodes and gives its text. Repeating is harmless. */
export function runChunk({accounts, order, sheets, chunks}: EpochWork, chunk: number): Uint8Array<ArrayBuffer> {
  const {sheet, from, to} = chunks[chunk]!;
  if (sheet === MAPPING) return encodeMappingRows(accounts, order, from, to);
  const plan = sheets[sheet]!;
  gather(plan, accounts.ids, from, to);
  const {assetIndex, columns, levels} = plan;
  levels.slice(0, CHUNK_LEVELS + 1).forEach((nodes, level) => {
    const range = {from: Math.floor(from / 2 ** level), to: Math.ceil(to / 2 ** level)};
    if (level === 0) fillLeaves(assetIndex, columns, nodes, range);
    else fillParents(assetIndex, level, {below: levels[level - 1]!, nodes}, range);
  });
  return encodeColumnRows(columns, from, to);
}

/** Sorted places `from` to before `to`, copied as words: reading a 64-bit integer would allocate. */
function gather({asset, rows, columns}: SheetPlan, ids: Uint8Array, from: number, to: number): void {
  const idsFrom = new Int32Array(ids.buffer);
  const idsTo = new Int32Array(columns.ids.buffer);
  for (let place = from; place < to; place += 1) {
    const id = asset.owners[rows[place]!]! * ID_WORDS;
    for (let i = 0; i < ID_WORDS; i += 1) idsTo[place * ID_WORDS + i] = idsFrom[id + i]!;
  }
  for (const name of AMOUNTS) {
    const source = new Int32Array(asset[name].buffer);
    const target = new Int32Array(columns[name].buffer);
    for (let place = from; place < to; place += 1) {
      const row = rows[place]!;
      target[2 * place] = source[2 * row]!;
      target[2 * place + 1] = source[2 * row + 1]!;
    }
  }
}

/** Joins the chunks' texts and fills the levels above them. */
export function finishWork({sheets, chunks}: EpochWork, texts: readonly Uint8Array[]): EpochParts {
  const file = (sheet: number) => concatBytes(...texts.filter((_, chunk) => chunks[chunk]!.sheet === sheet));
  const parts = sheets.map(({assetIndex, levels}, sheet) => {
    levels.forEach((nodes, level) => {
      if (level > CHUNK_LEVELS) fillParents(assetIndex, level, {below: levels[level - 1]!, nodes}, {from: 0, to: nodes.length / NODE_BYTES});
    });
    return {bytes: file(sheet), levels};
  });
  return {sheets: parts, mapping: file(MAPPING)};
}
