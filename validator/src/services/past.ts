/** The approved past as V7, V8 and V11 need it: rows by wallet, the active epoch J and what was withdrawn since. */
import {type ActiveEpoch, assetKey, balancesName, custodyKey, type WalletBook, walletBook} from '@pobs/protocol/rules';
import {approvedBetween, type Proposal} from '../core/proposals.ts';
import {ValidatorError} from '../errors.ts';
import type {CustodyPort} from './ports.ts';
import type {PublishedEpochs, WholeEpochBytes} from './published-epoch.ts';

/** Rows of every sheet of an approved epoch by asset key. */
export function booksOf({lines}: Pick<Proposal, 'lines'>, {files, mapping}: WholeEpochBytes): Map<string, WalletBook> {
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
};

/** J: the lowest epoch active over the custodies at the lines' blocks, and the facts V11 takes from it. */
export async function activeEpochOf({custodies, published, proposals, proposal}: PastInput): Promise<ActiveEpoch> {
  const actives: bigint[] = [];
  for (const {chainId, custody, blockNumber} of proposal.lines) {
    const port = custodies.get(custodyKey(chainId, custody));
    if (port !== undefined) actives.push((await port.stateAt(blockNumber, [])).activeEpoch);
  }
  const epoch = actives.reduce((lowest, each) => (each < lowest ? each : lowest), actives[0] ?? 0n);
  const withdrawnSince = new Map<string, Map<string, bigint>>();
  for (const approved of approvedBetween(proposals, epoch, proposal.epoch)) addWithdrawals(withdrawnSince, booksOf(approved, await published.loadApproved(approved)));
  if (epoch === 0n) return {epoch, books: new Map(), deposits: new Map(), withdrawnSince};

  const active = proposals.get(epoch);
  if (active === undefined) throw new ValidatorError({code: 'EPOCH_UNKNOWN', epoch: epoch.toString()});
  const deposits = new Map<string, ReadonlyMap<string, bigint>>();
  for (const {chainId, custody, blockNumber, assets} of active.lines) {
    const port = custodies.get(custodyKey(chainId, custody));
    if (port === undefined) continue;
    for (const {token} of assets) deposits.set(assetKey(chainId, custody, token), await port.depositsUpTo(token, blockNumber));
  }
  return {epoch, books: booksOf(active, await published.loadApproved(active)), deposits, withdrawnSince};
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
