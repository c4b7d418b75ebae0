/**
 * The joint test (PROTOCOL §4): the operator's own check of V1–V8 and V11 before it signs anything.
 *
 * Its own code over the sealed books as they were read; the validators' rules read published bytes instead.
 */
import type {Address} from 'viem';
import {packed} from '../packed.ts';
import {domainSalt} from '../summary.ts';
import {LOTS_LIMIT, type PackedAsset, type Violation} from '../types.ts';
import {type AssetBook, type BookRow, type Books, readBooks, rowsWhere} from './books.ts';
import type {BuildFacts, BuildInput, PackedInput} from './input.ts';
import {checkPayouts} from './joint-payouts.ts';
import {assetLabel, violation} from './joint-report.ts';

/** Every violation, by rule; empty means that a summary may be made. */
export function jointTest(input: BuildInput): Violation[] {
  const sealed = packed(input.sealed);
  return testBooks({...input, sealed}, readBooks(sealed));
}

/** {@link jointTest} over books that were read already. */
export function testBooks(input: PackedInput, books: Books): Violation[] {
  const {facts = {}} = input;
  const assets = [...books.assets.values()];
  const found = [
    ...checkIdentity(input),
    ...assets.flatMap((book) => [
      ...checkReserve(book.asset, facts),
      ...checkRows(book),
      ...checkUnique(book),
      ...checkEquality(book),
      ...checkVesting(book, books, facts),
    ]),
    ...checkLineage(input),
    ...checkBlindings(books),
    ...checkPayouts(input, assets),
  ];
  return found.sort((a, b) => a.rule - b.rule);
}

/** V1: what the summary will be made of fits the network and its rules. */
function checkIdentity({sealed, rules, salt}: PackedInput): Violation[] {
  const found: Violation[] = [];
  if (domainSalt(rules.l1ChainId, rules.registry) !== salt.toLowerCase()) found.push(violation(1, 'the salt is not that of the rules’ registry'));
  if (sealed.chains.length === 0) found.push(violation(1, 'the sealed epoch has no custody'));
  const seen = new Set<string>();
  for (const {chainId, custody} of sealed.chains) {
    const known = rules.custodies.find((each) => each.chainId === chainId && same(each.custody, custody));
    if (known === undefined) found.push(violation(1, `the rules name no custody ${custody} on chain ${chainId}`));
    if (seen.has(`${chainId}`)) found.push(violation(1, `chain ${chainId} has two lines`));
    seen.add(`${chainId}`);
  }
  const assets = new Set<string>();
  for (const asset of sealed.assets) {
    const where = assetLabel(asset);
    const custody = rules.custodies.find((each) => each.chainId === asset.chainId && same(each.custody, asset.custody));
    const token = custody?.tokens.find((each) => same(each.token, asset.token));
    if (token === undefined) found.push(violation(1, 'the rules do not know this asset', where));
    else if (BigInt(token.lotSize) !== asset.lotSize) found.push(violation(1, `lot size ${asset.lotSize} is not the rules’ ${token.lotSize}`, where));
    if (!sealed.chains.some(({chainId, custody: line}) => chainId === asset.chainId && same(line, asset.custody))) found.push(violation(1, 'no line owes this asset', where));
    if (assets.has(where)) found.push(violation(1, 'the asset is listed twice', where));
    assets.add(where);
  }
  return found;
}

/** V2: reserves cover deposits less payouts; only where the caller read the chain. */
function checkReserve(asset: PackedAsset, {reserves}: BuildFacts): Violation[] {
  if (reserves === undefined) return [];
  const reserve = reserves.find(({chainId, token, custody}) => chainId === asset.chainId && same(token, asset.token) && same(custody, asset.custody));
  if (reserve === undefined) return [violation(2, 'nobody read what the custody holds', assetLabel(asset))];
  const held = reserve.balance + reserve.paidOut * asset.lotSize;
  const needed = asset.deposited * asset.lotSize;
  return held >= needed ? [] : [violation(2, `${held} base units held and paid, ${needed} deposited`, assetLabel(asset))];
}

/** V3, and the range that every sum of the tree must keep. */
function checkRows({asset, total, broken}: AssetBook): Violation[] {
  const found = broken.length === 0 ? [] : [violation(3, 'a row breaks total ≥ withdrawable ≥ withdrawal ≥ 0', assetLabel(asset), broken.map(rowText))];
  if (total >= LOTS_LIMIT) found.push(violation(3, `the rows add up to ${total} lots, beyond 2^63`, assetLabel(asset)));
  return found;
}

/** V4: one row per wallet and custody asset. */
const checkUnique = ({asset, repeated}: AssetBook): Violation[] =>
  repeated.length === 0 ? [] : [violation(4, 'a wallet has more than one row', assetLabel(asset), repeated)];

/** V5: the part that the caller's own numbers show. */
function checkLineage({sealed: {epoch, snapshotTime}, parent, facts}: PackedInput): Violation[] {
  const found: Violation[] = [];
  const approved = facts?.approved;
  if (epoch < 1n) found.push(violation(5, 'epochs start at 1'));
  if (approved !== undefined && epoch <= approved.epoch) found.push(violation(5, `epoch ${epoch} does not follow the approved ${approved.epoch}`));
  if (approved !== undefined && snapshotTime <= approved.snapshotTime) found.push(violation(5, `snapshot time ${snapshotTime} is not after ${approved.snapshotTime}`));
  if (approved !== undefined && BigInt(parent) === 0n) found.push(violation(5, 'only the first epoch has no parent'));
  return found;
}

/** V6: one blinding per wallet in an era, zero for system rows. */
function checkBlindings({accounts: {ambiguous, blindedSystem}}: Books): Violation[] {
  return [
    ...(ambiguous.size === 0 ? [] : [violation(6, 'a wallet has two ids in one era', undefined, [...ambiguous])]),
    ...(blindedSystem.size === 0 ? [] : [violation(6, 'a system row has a blinding', undefined, [...blindedSystem])]),
  ];
}

/** V8: what is owed is what came in less what was authorised to leave. */
function checkEquality({asset, total, withdrawn}: AssetBook): Violation[] {
  const owed = total - withdrawn;
  const held = asset.deposited - asset.authorisedOut;
  return owed === held ? [] : [violation(8, `liabilities less withdrawals are ${owed}, deposited less authorised ${held}`, assetLabel(asset))];
}

/** V11: the engine enforces it; checked again where the caller knows the limits. */
function checkVesting(book: AssetBook, {accounts}: Books, {withdrawableLimit}: BuildFacts): Violation[] {
  if (withdrawableLimit === undefined) return [];
  const {asset} = book;
  const early = rowsWhere(book, accounts, ({wallet, withdrawable}) => withdrawable > (withdrawableLimit(asset, wallet) ?? LOTS_LIMIT));
  return early.length === 0 ? [] : [violation(11, 'a row may withdraw what was won since the active epoch', assetLabel(asset), early.map(rowText))];
}

const rowText = ({wallet, total, withdrawable, withdrawal}: BookRow): string =>
  `${wallet.toLowerCase()} ${total} ${withdrawable} ${withdrawal}`;

const same = (a: Address, b: Address): boolean => a.toLowerCase() === b.toLowerCase();
