'use client';

import {formatPrice, formatSize, type Market} from '../../lib/markets.ts';
import {type Book, type DepthRow, depthOf} from '../../lib/order-book.ts';

const ROWS = 9;

type Props = {book: Book | undefined; isStale: boolean; market: Market; onPrice: (price: string) => void};

/** Best prices meet in the middle; a bar shows what lies up to each price. */
export function OrderBook({book, isStale, market, onPrice}: Props) {
  const {base, quote} = market;
  const asks = depthOf(book?.asks ?? [], ROWS);
  const bids = depthOf(book?.bids ?? [], ROWS);
  const most = [asks, bids].reduce((max, side) => (side.at(-1) !== undefined && side.at(-1)!.sum > max ? side.at(-1)!.sum : max), 1n);
  return (
    <section className={`card flex flex-col overflow-hidden ${isStale ? 'opacity-60' : ''}`} aria-label="Order book" data-testid="book">
      <h2 className="px-4 pt-3 text-sm font-semibold">Order book</h2>
      <div className="grid grid-cols-2 px-4 py-1 text-xs text-muted"><span>Price ({quote})</span><span className="text-right">Size ({base})</span></div>
      <ol className="flex min-h-[13.5rem] flex-col justify-end" aria-label="Asks">
        {asks.toReversed().map((row) => <Row key={row.price} row={row} most={most} market={market} side="ask" onPrice={onPrice} />)}
        {book !== undefined && asks.length === 0 && <li className="px-4 py-2 text-xs text-muted">Nobody sells.</li>}
      </ol>
      <p className="border-y border-edge bg-sunken px-4 py-1.5 text-xs text-muted" data-testid="spread">{book === undefined ? 'Waiting for the book…' : spreadText(book)}</p>
      <ol className="min-h-[13.5rem]" aria-label="Bids">
        {bids.map((row) => <Row key={row.price} row={row} most={most} market={market} side="bid" onPrice={onPrice} />)}
        {book !== undefined && bids.length === 0 && <li className="px-4 py-2 text-xs text-muted">Nobody buys.</li>}
      </ol>
    </section>
  );
}

function spreadText({bids, asks}: Book): string {
  const [bid, ask] = [bids[0]?.[0], asks[0]?.[0]];
  return bid === undefined || ask === undefined ? 'One-sided: no spread' : `Spread ${formatPrice(BigInt(ask) - BigInt(bid))}`;
}

function Row({row: {price, quantity, sum}, most, market, side, onPrice}: {row: DepthRow; most: bigint; market: Market; side: 'ask' | 'bid'; onPrice: (price: string) => void}) {
  const share = Number((sum * 1_000n) / most) / 10;
  return (
    <li className="relative">
      <span aria-hidden="true" className={`absolute inset-y-0 right-0 ${side === 'ask' ? 'bg-bad-soft' : 'bg-good-soft'}`} style={{width: `${share}%`}} />
      <button type="button" onClick={() => onPrice(price)} title="Take this price over into the order" className="relative grid w-full grid-cols-2 px-4 py-[1px] text-xs leading-[1.35rem]">
        <span className={`text-left ${side === 'ask' ? 'text-bad' : 'text-good'}`}>{formatPrice(price)}</span>
        <span className="text-right">{formatSize(quantity, market)}</span>
      </button>
    </li>
  );
}
