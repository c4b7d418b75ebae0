/** The approved past as V7, V8 and V11 need it: rows by wallet, the active epoch J and what was withdrawn since. */
import {type ActiveEpoch, assetKey, balancesName, custodyKey, type WalletBook, walletBook} from '@pobs/protocol/rules';
import {approvedBetween, type Proposal} from '../core/proposals.ts';
import {ValidatorError} from '../errors.ts';
import type {CustodyPort} from './ports.ts';
import type {PublishedEpochs} from './published-epoch.ts';

/** Rows of every sheet of an approved epoch by asset key. */
export function booksOf({lines}: Pick<Proposal, 'lines'>, {files, mapping}: {files: ReadonlyMap<string, Uint8Array>; mapping: Uint8Array}): Map<string, WalletBook> {
  const books = new Map<string, WalletBook>();
  for (const {chainId, custody, assets} of lines) {
    for (const {token} of assets) {
      const bytes = files.get(balancesName(chainId, token));
      if (bytes !== undefined) books.set(assetKey(chainId, custody, token), walletBook(bytes, mapping));
    }
  }
  return books;
}

type PastInput = {
  custodies: ReadonlyMap<string, CustodyPort>;
  published: PublishedEpochs;
  proposals: ReadonlyMap<bigint, Proposal>;
  proposal: Proposal;
  /** Mappings that are not served are an outage, see {@link PublishedEpochs.mappingIfOpen}. */
  owed: boolean;
};

/** Epochs whose mappings V11 needs and this key cannot open. */
export type Unreadable = {unreadable: readonly bigint[]};

/**
 * J, the lowest epoch active over the custodies at the lines' blocks, and the facts V11 takes from it; or the epochs
 * whose mappings were wrapped to others, as before this validator joined.
 */
export async function activeEpochOf({custodies, published, proposals, proposal, owed}: PastInput): Promise<ActiveEpoch | Unreadable> {
  const actives: bigint[] = [];
  for (const {chainId, custody, blockNumber} of proposal.lines) {
    const port = custodies.get(custodyKey(chainId, custody));
    if (port !== undefined) actives.push((await port.stateAt(blockNumber, [])).activeEpoch);
  }
  const epoch = actives.reduce((lowest, each) => (each < lowest ? each : lowest), actives[0] ?? 0n);
  const active = epoch === 0n ? undefined : proposals.get(epoch);
  if (epoch !== 0n && active === undefined) throw new ValidatorError({code: 'EPOCH_UNKNOWN', epoch: epoch.toString()});
  const needed = [...(active === undefined ? [] : [active]), ...approvedBetween(proposals, epoch, proposal.epoch)];
  const books = await booksByEpoch(needed, {published, owed});
  const unreadable = needed.filter((each) => !books.has(each.epoch)).map((each) => each.epoch);
  if (unreadable.length > 0) return {unreadable};

  const withdrawnSince = new Map<string, Map<string, bigint>>();
  for (const [each, sheets] of books) if (each !== epoch) addWithdrawals(withdrawnSince, sheets);
  const deposits = new Map<string, ReadonlyMap<string, bigint>>();
  for (const {chainId, custody, blockNumber, assets} of active?.lines ?? []) {
    const port = custodies.get(custodyKey(chainId, custody));
    if (port === undefined) continue;
    for (const {token} of assets) deposits.set(assetKey(chainId, custody, token), await port.depositsUpTo(token, blockNumber));
  }
  return {epoch, books: books.get(epoch) ?? new Map(), deposits, withdrawnSince};
}

/** Books of those epochs whose mapping this key opens. */
async function booksByEpoch(epochs: readonly Proposal[], {published, owed}: Pick<PastInput, 'published' | 'owed'>): Promise<Map<bigint, Map<string, WalletBook>>> {
  const books = new Map<bigint, Map<string, WalletBook>>();
  for (const each of epochs) {
    const mapping = await published.mappingIfOpen(each, owed);
    if (mapping !== undefined) books.set(each.epoch, booksOf(each, {files: await published.approvedFiles(each), mapping}));
  }
  return books;
}

function addWithdrawals(sums: Map<string, Map<string, bigint>>, books: ReadonlyMap<string, WalletBook>): void {
  for (const [key, book] of books) {
    const byWallet = sums.get(key) ?? new Map<string, bigint>();
    for (const wallet of book.wallets()) {
      const {withdrawal} = book.get(wallet)!;
      if (withdrawal > 0n) byWallet.set(wallet, (byWallet.get(wallet) ?? 0n) + withdrawal);
    }
    sums.set(key, byWallet);
  }
}
