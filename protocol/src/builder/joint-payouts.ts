/** V7 of the joint test: what leaves is what was requested, by wallet, and nothing else. */
import {zeroAddress} from 'viem';
import {isSystemWallet} from '../ids.ts';
import {LOTS_LIMIT, type SealedPayout, type Violation} from '../types.ts';
import type {AssetBook} from './books.ts';
import type {PackedInput} from './input.ts';
import {assetLabel, violation} from './joint-report.ts';

export function checkPayouts(input: PackedInput, books: readonly AssetBook[]): Violation[] {
  return [...checkEach(input), ...checkAgainstRows(input, books), ...checkAuthorised(input), ...checkCadence(input, books)];
}

const payoutKey = (chainId: number, token: string, wallet: string): string => `${chainId}-${token.toLowerCase()} ${wallet.toLowerCase()}`;
const keyOf = ({chainId, token, wallet}: SealedPayout): string => payoutKey(chainId, token, wallet);

/** One leaf per wallet and token, figures that fit each other, payees that may be paid. */
function checkEach({sealed, facts}: PackedInput): Violation[] {
  const barred = new Set([
    zeroAddress, ...sealed.chains.map(({custody}) => custody), ...sealed.assets.map(({token}) => token), ...(facts?.notPayees ?? []),
  ].map((address) => address.toLowerCase()));
  const seen = new Set<string>();
  const broken: Record<'twice' | 'figures' | 'payee', string[]> = {twice: [], figures: [], payee: []};
  for (const payout of sealed.payouts) {
    const {cumulative, paid, withdrawal, wallet} = payout;
    const key = keyOf(payout);
    if (seen.has(key)) broken.twice.push(key);
    seen.add(key);
    const fits = withdrawal >= 0n && paid >= 0n && cumulative - withdrawal >= paid && cumulative < LOTS_LIMIT;
    if (!fits) broken.figures.push(`${key} cumulative ${cumulative} paid ${paid} withdrawal ${withdrawal}`);
    if (barred.has(wallet.toLowerCase()) || isSystemWallet(wallet)) broken.payee.push(key);
  }
  return [
    ...named(broken.twice, 'a wallet has more than one payout'),
    ...named(broken.figures, 'cumulative less this withdrawal must be at least what was paid'),
    ...named(broken.payee, 'a custody, token, system or zero address is no payee'),
  ];
}

/** Each withdrawal of a row raises the payout of its wallet by the same lots, and no other payout rises. */
function checkAgainstRows({sealed}: PackedInput, books: readonly AssetBook[]): Violation[] {
  const requested = new Map<string, bigint>();
  for (const {asset: {chainId, token}, requests} of books) {
    for (const {wallet, withdrawal} of requests) {
      const key = payoutKey(chainId, token, wallet);
      requested.set(key, (requested.get(key) ?? 0n) + withdrawal);
    }
  }
  const differing: string[] = [];
  for (const payout of sealed.payouts) {
    const key = keyOf(payout);
    const lots = requested.get(key) ?? 0n;
    if (lots !== payout.withdrawal) differing.push(`${key} requested ${lots} pays ${payout.withdrawal}`);
    requested.delete(key);
  }
  differing.push(...[...requested].map(([key, lots]) => `${key} requested ${lots} pays nothing`));
  return named(differing, 'payouts differ from the requests on the sheet');
}

/** Cumulative payouts of an asset are all that was ever authorised to leave it. */
function checkAuthorised({sealed}: PackedInput): Violation[] {
  const cumulative = new Map<string, bigint>();
  for (const payout of sealed.payouts) cumulative.set(assetLabel(payout), (cumulative.get(assetLabel(payout)) ?? 0n) + payout.cumulative);
  return sealed.assets.flatMap((asset) => {
    const sum = cumulative.get(assetLabel(asset)) ?? 0n;
    cumulative.delete(assetLabel(asset));
    return sum === asset.authorisedOut ? [] : [violation(7, `payouts add up to ${sum}, authorised are ${asset.authorisedOut}`, assetLabel(asset))];
  }).concat([...cumulative.keys()].map((where) => violation(7, 'payouts of an asset that is not on the sheet', where)));
}

/** A line's withdrawals are zero unless the epoch's number is a multiple of `withdrawEvery`. */
function checkCadence({sealed, rules}: PackedInput, books: readonly AssetBook[]): Violation[] {
  return books.flatMap(({asset, requests}) => {
    const every = rules.custodies.find(({chainId}) => chainId === asset.chainId)?.withdrawEvery ?? 1;
    if (sealed.epoch % BigInt(every) === 0n) return [];
    const early = requests.map(({wallet}) => wallet.toLowerCase());
    return early.length === 0 ? [] : [violation(7, `withdrawals of this chain ride every ${every}th epoch only`, assetLabel(asset), early)];
  });
}

const named = (rows: readonly string[], detail: string): Violation[] =>
  rows.length === 0 ? [] : [violation(7, detail, undefined, rows)];
