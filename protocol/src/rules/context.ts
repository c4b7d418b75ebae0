/** Everything parsed once, shared by the rules of one epoch. */
import type {AssetLine, Line} from '../types.ts';
import {hexAt} from './bytes.ts';
import {
  assetKey, type AssetFacts, balancesName, custodyKey, type CustodyFacts, type Evidence, payoutsName,
} from './evidence.ts';
import {idsHold, joinById, repeated} from './identity.ts';
import {type MappingTable, type PayoutTable, readMapping, readPayouts} from './record-readers.ts';
import {readSheet, type Sheet} from './sheet-reader.ts';
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

export function contextOf(evidence: Evidence): Context {
  const mapping = evidence.mapping === undefined ? undefined : mappingContext(evidence.mapping);
  const custodies = evidence.lines.map((line) => custodyContext(evidence, line, mapping));
  return {evidence, custodies, assets: custodies.flatMap(({assets}) => assets), mapping};
}

function mappingContext(bytes: Uint8Array): MappingContext {
  const table = readMapping(bytes);
  return {...table, holds: idsHold(table), sharedWallets: repeated(table.wallets, 20, table.count), index: new WalletIndex(table.wallets, table.count)};
}

function custodyContext(evidence: Evidence, line: Line, mapping: MappingContext | undefined): CustodyContext {
  const key = custodyKey(line.chainId, line.custody);
  const facts = evidence.custodies.get(key);
  const name = payoutsName(line.chainId);
  const payouts = evidence.files.get(name);
  return {
    key, name, label: `line ${line.chainId}/${line.custody}`, line, facts, committed: false,
    payouts: payouts === undefined ? undefined : readPayouts(payouts),
    assets: line.assets.map((asset, index) => assetContext(evidence, {line, asset, index, facts, mapping})),
  };
}

type AssetInput = {
  line: Line; asset: AssetLine; index: number; facts: CustodyFacts | undefined; mapping: MappingContext | undefined;
};

function assetContext(evidence: Evidence, {line, asset, index, facts, mapping}: AssetInput): AssetContext {
  const name = balancesName(line.chainId, asset.token);
  const bytes = evidence.files.get(name);
  const sheet = bytes === undefined ? undefined : readSheet(bytes);
  return {
    key: assetKey(line.chainId, line.custody, asset.token), name, line, asset, index, sheet, committed: false,
    facts: facts?.assets.get(asset.token.toLowerCase()),
    joined: sheet === undefined || mapping === undefined ? undefined : joinById(sheet.ids, sheet.count, mapping),
  };
}

export const idOf = (sheet: Sheet, row: number): `0x${string}` => hexAt(sheet.ids, row * 24, 24);

/** ⌊base units / lotSize⌋; a lot size of zero counts nothing (V1 names it). */
export const lotsOf = (baseUnits: bigint, lotSize: bigint): bigint => (lotSize > 1n ? baseUnits / lotSize : lotSize === 1n ? baseUnits : 0n);
