import {formatPrice, formatSize, type Market, type Trade} from '../../lib/markets.ts';

const ROWS = 18;

/** The newest trades; the arrow is the side that took. */
export function Tape({trades, market}: {trades: readonly Trade[]; market: Market}) {
  const {base, quote} = market;
  return (
    <section className="card overflow-hidden" aria-label="Trades" data-testid="tape">
      <h2 className="px-4 pt-3 text-sm font-semibold">Trades</h2>
      <div className="grid grid-cols-[1fr_1fr_4.5rem] px-4 py-1 text-xs text-muted"><span>Price ({quote})</span><span className="text-right">Size ({base})</span><span className="text-right">UTC</span></div>
      <ol className="pb-2">
        {trades.slice(0, ROWS).map(({tradeId, price, quantity, takerSide, at}) => (
          <li key={tradeId} className="grid grid-cols-[1fr_1fr_4.5rem] px-4 text-xs leading-[1.4rem]">
            <span className={takerSide === 'buy' ? 'text-good' : 'text-bad'}><svg width="8" height="8" viewBox="0 0 8 8" role="img" aria-label={takerSide === 'buy' ? 'bought' : 'sold'} className="mr-1 inline-block"><path d={takerSide === 'buy' ? 'M4 1 7.5 7h-7z' : 'M4 7 .5 1h7z'} fill="currentColor" /></svg>{formatPrice(price)}</span>
            <span className="text-right">{formatSize(quantity, market)}</span>
            <span className="text-right text-muted">{new Date(Number(at)).toISOString().slice(11, 19)}</span>
          </li>
        ))}
        {trades.length === 0 && <li className="px-4 py-2 text-xs text-muted">No trade yet.</li>}
      </ol>
    </section>
  );
}
