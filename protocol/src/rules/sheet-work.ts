/** The part of a check that belongs to one sheet alone: reading its bytes and hashing its tree. */
import {columnSum, readSheet, type Sheet} from './sheet-reader.ts';
import {type TreeTop, treeTop} from './tree.ts';

export const LOTS_LIMIT = 1n << 63n;

/** `top` is absent where rows are unreadable, out of range or sum beyond 2^63: no tree stands for them. */
export type SheetWork = {sheet: Sheet; top: TreeTop | undefined};

export function workOnSheet(bytes: Uint8Array, assetIndex: number): SheetWork {
  const sheet = readSheet(bytes);
  const sound = sheet.malformed.length === 0 && sheet.outOfRange.length === 0 &&
    [sheet.total, sheet.withdrawable, sheet.withdrawal].every((column) => columnSum(column) < LOTS_LIMIT);
  return {sheet, top: sound ? treeTop(assetIndex, sheet) : undefined};
}

/** Where work done elsewhere is found: the same file may be claimed at two positions. */
export const workKey = (name: string, assetIndex: number): string => `${assetIndex} ${name}`;
