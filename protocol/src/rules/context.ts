/** Everything parsed once, shared by the rules of one epoch. */
import type {AssetLine, Line} from '../types.ts';
import {hexAt} from './bytes.ts';
import {
  assetKey, type AssetFacts, balancesName, custodyKey, type CustodyFacts, type Evidence, payoutsName,
} from './evidence.ts';
import {idsHold, joinById, repeated} from './identity.ts';
import {type MappingTable, type PayoutTable, readMapping, readPayouts} from './record-readers.ts';
import type {Sheet} from './sheet-reader.ts';
import {type SheetWork, workKey, workOnSheet} from './sheet-work.ts';
import type {TreeTop} from './tree.ts';
import {WalletIndex} from './wallet-index.ts';

export type AssetContext = {
  key: string;
  /** File name; the `where` of every violation of this sheet. */
  name: string;
  line: Line;
  asset: AssetLine;
  index: number;
  facts: AssetFacts | undefined;
  sheet: Sheet | undefined;
  /** Root node of the sheet's own tree; undefined where its rows have none. */
  top: TreeTop | undefined;
  /** Mapping row per sheet row, −1 for none; undefined without sheet or mapping. */
  joined: Int32Array | undefined;
  /** Set by V1: the stored rows are the committed ones, so later rules may judge them. */
  committed: boolean;
};

export type CustodyContext = {
  key: string;
  /** `payouts/…` file name. */
  name: string;
  label: string;
  line: Line;
  facts: CustodyFacts | undefined;
  payouts: PayoutTable | undefined;
  /** Set by V1 like {@link AssetContext.committed}. */
  committed: boolean;
  assets: AssetContext[];
};

export type MappingContext = MappingTable & {
  /** 1 where the id recomputes. */
  holds: Uint8Array;
  /** Groups of mapping rows of one wallet. */
  sharedWallets: number[][];
  index: WalletIndex;
};

export type Context = {evidence: Evidence; custodies: CustodyContext[]; assets: AssetContext[]; mapping: MappingContext | undefined};

/** @param works - Sheets already read, by {@link workKey}. */
export function contextOf(evidence: Evidence, works: ReadonlyMap<string, SheetWork> = new Map()): Context {
  const mapping = evidence.mapping === undefined ? undefined : mappingContext(evidence.mapping);
  const custodies = evidence.lines.map((line) => custodyContext({evidence, works, mapping}, line));
  return {evidence, custodies, assets: custodies.flatMap(({assets}) => assets), mapping};
}

function mappingContext(bytes: Uint8Array): MappingContext {
  const table = readMapping(bytes);
  return {...table, holds: idsHold(table), sharedWallets: repeated(table.wallets, 20, table.count), index: new WalletIndex(table.wallets, table.count)};
}

type Inputs = {evidence: Evidence; works: ReadonlyMap<string, SheetWork>; mapping: MappingContext | undefined};

function custodyContext(inputs: Inputs, line: Line): CustodyContext {
  const {evidence} = inputs;
  const key = custodyKey(line.chainId, line.custody);
  const facts = evidence.custodies.get(key);
  const name = payoutsName(line.chainId);
  const payouts = evidence.files.get(name);
  return {
    key, name, label: `line ${line.chainId}/${line.custody}`, line, facts, committed: false,
    payouts: payouts === undefined ? undefined : readPayouts(payouts),
    assets: line.assets.map((asset, index) => assetContext(inputs, {line, asset, index, facts})),
  };
}

type AssetInput = {line: Line; asset: AssetLine; index: number; facts: CustodyFacts | undefined};

function assetContext({evidence, works, mapping}: Inputs, {line, asset, index, facts}: AssetInput): AssetContext {
  const name = balancesName(line.chainId, asset.token);
  const bytes = evidence.files.get(name);
  const work = bytes === undefined ? undefined : (works.get(workKey(name, index)) ?? workOnSheet(bytes, index));
  return {
    key: assetKey(line.chainId, line.custody, asset.token), name, line, asset, index, sheet: work?.sheet, top: work?.top, committed: false,
    facts: facts?.assets.get(asset.token.toLowerCase()),
    joined: work === undefined || mapping === undefined ? undefined : joinById(work.sheet.ids, work.sheet.count, mapping),
  };
}

export const idOf = (sheet: Sheet, row: number): `0x${string}` => hexAt(sheet.ids, row * 24, 24);

/** ⌊base units / lotSize⌋; a lot size of zero counts nothing (V1 names it). */
export const lotsOf = (baseUnits: bigint, lotSize: bigint): bigint => (lotSize > 1n ? baseUnits / lotSize : lotSize === 1n ? baseUnits : 0n);
