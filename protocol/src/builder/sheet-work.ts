/**
 * Files and trees of all sheets, cut into chunks that any thread may take: a chunk is a range of rows and the subtree
 * over it. Columns and nodes lie in shared memory and are filled in place; only csv text travels.
 */
import {concatBytes} from '../bytes.ts';
import {NODE_BYTES} from '../gpmp/node.ts';
import {emptyLevels, fillLeaves, fillParents, type TreeLevels} from '../gpmp/tree.ts';
import {encodeColumnRows} from '../snapshot/balances.ts';
import type {BalanceColumns} from '../snapshot/columns.ts';

/** Height of a chunk's subtree. */
const CHUNK_LEVELS = 15;
const CHUNK_ROWS = 2 ** CHUNK_LEVELS;

/** File and tree of one sheet. */
export type SheetParts = {bytes: Uint8Array; levels: TreeLevels};
export type SheetJob = {assetIndex: number; columns: BalanceColumns};

type Chunk = {sheet: number; from: number; to: number};

/** May be posted to a worker: nothing but plain data and shared memory. */
export type SheetWork = {
  sheets: readonly (SheetJob & {levels: readonly Uint8Array[]})[];
  chunks: readonly Chunk[];
  /** Number of the next chunk nobody has taken. */
  next: Int32Array;
};

export const sharedBytes = (bytes: number): SharedArrayBuffer => new SharedArrayBuffer(bytes);

export function planWork(jobs: readonly SheetJob[]): SheetWork {
  const sheets = jobs.map((job) => ({...job, levels: emptyLevels(job.columns.count, (bytes) => new Uint8Array(sharedBytes(bytes)))}));
  const chunks = sheets.flatMap(({columns: {count}}, sheet) =>
    // A sheet without rows still has a header.
    Array.from({length: Math.max(1, Math.ceil(count / CHUNK_ROWS))}, (_, i): Chunk => ({sheet, from: i * CHUNK_ROWS, to: Math.min(count, (i + 1) * CHUNK_ROWS)})));
  return {sheets, chunks, next: new Int32Array(sharedBytes(4))};
}

/** Takes the next chunk; undefined when none is left. */
export function takeChunk({chunks, next}: SheetWork): number | undefined {
  const chunk = Atomics.add(next, 0, 1);
  return chunk < chunks.length ? chunk : undefined;
}

/** Fills a chunk's nodes and gives its text. Repeating is harmless. */
export function runChunk({sheets, chunks}: SheetWork, chunk: number): Uint8Array<ArrayBuffer> {
  const {sheet, from, to} = chunks[chunk]!;
  const {assetIndex, columns, levels} = sheets[sheet]!;
  levels.slice(0, CHUNK_LEVELS + 1).forEach((nodes, level) => {
    const range = {from: Math.floor(from / 2 ** level), to: Math.ceil(to / 2 ** level)};
    if (level === 0) fillLeaves(assetIndex, columns, nodes, range);
    else fillParents(assetIndex, level, {below: levels[level - 1]!, nodes}, range);
  });
  return encodeColumnRows(columns, from, to);
}

/** Joins the chunks' texts and fills the levels above them. */
export function finishWork({sheets, chunks}: SheetWork, texts: readonly Uint8Array[]): SheetParts[] {
  return sheets.map(({assetIndex, levels}, sheet) => {
    levels.forEach((nodes, level) => {
      if (level > CHUNK_LEVELS) fillParents(assetIndex, level, {below: levels[level - 1]!, nodes}, {from: 0, to: nodes.length / NODE_BYTES});
    });
    return {bytes: concatBytes(...texts.filter((_, chunk) => chunks[chunk]!.sheet === sheet)), levels};
  });
}
