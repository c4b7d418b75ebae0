import {numberToHex, type Hex} from 'viem';
import type {RelayBook} from '../relay/book.ts';
import type {RpcBlock, RpcLog, RpcReceipt, RpcTransaction} from '../rpc.ts';

/** Shows objects of the plain L2 node as a Nitro node would: its hashes, transaction types and extra fields. */

export function translateReceipt(book: RelayBook, receipt: RpcReceipt): unknown {
  const l1BlockNumber = numberToHex(book.l1BlockAt(Number(receipt.blockNumber)));
  const base = {...receipt, gasUsedForL1: '0x0', l1BlockNumber};
  const alias = book.byRealHash(receipt.transactionHash);
  if (alias === undefined) return base;
  const {nitroHash: transactionHash, kind, from, to, failed = false} = alias;
  // The announcing call of the system account has logs; a plain transfer that stands for a deposit has none.
  const logs = failed ? [] : receipt.logs.map((log) => ({...log, transactionHash}));
  const status = failed ? '0x0' : receipt.status;
  return {...base, transactionHash, type: numberToHex(kind), from, to, status, logs};
}

export function translateTransaction(book: RelayBook, tx: RpcTransaction): unknown {
  const alias = book.byRealHash(tx.hash);
  if (alias === undefined) return tx;
  const {nitroHash: hash, kind, from, to, requestId, ticketId} = alias;
  return {...tx, hash, type: numberToHex(kind), from, to, requestId, ...(ticketId === undefined ? {} : {ticketId})};
}

export function translateBlock(book: RelayBook, block: RpcBlock): unknown {
  const number = Number(block.number);
  const sendCount = book.sendCountAt(number);
  return {
    ...block,
    sendCount: numberToHex(sendCount),
    sendRoot: book.sendRootOf(sendCount),
    l1BlockNumber: numberToHex(book.l1BlockAt(number)),
    transactions: block.transactions.map((tx) =>
      typeof tx === 'string' ? translateHash(book, tx) : translateTransaction(book, tx),
    ),
  };
}

/** Elements of log and filter answers: logs, or hashes of blocks or transactions. */
export function translateLog(book: RelayBook, entry: RpcLog | Hex): unknown {
  if (typeof entry === 'string') return translateHash(book, entry);
  return {...entry, transactionHash: translateHash(book, entry.transactionHash)};
}

function translateHash(book: RelayBook, hash: Hex): Hex {
  return book.byRealHash(hash)?.nitroHash ?? hash;
}
