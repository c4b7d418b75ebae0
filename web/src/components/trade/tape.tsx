import {formatPrice, formatQuantity, type Trade} from '../../lib/markets.ts';

const ROWS = 18;

/** The newest trades; the arrow is the side that took. */
export function Tape({trades, base, quote}: {trades: readonly Trade[]; base: string; quote: string}) {
  return (
    <section className="card overflow-hidden" aria-label="Trades" data-testid="tape">
      <h2 className="px-4 pt-3 text-sm font-semibold">Trades</h2>
      <div className="grid grid-cols-[1fr_1fr_4.5rem] px-4 py-1 text-xs text-muted"><span>Price ({quote})</span><span className="text-right">Size ({base})</span><span className="text-right">UTC</span></div>
      <ol className="pb-2">
        {trades.slice(0, ROWS).map(({tradeId, price, quantity, takerSide, at}) => (
          <li key={tradeId} className="grid grid-cols-[1fr_1fr_4.5rem] px-4 text-xs leading-[1.4rem]">
            <span className={takerSide === 'buy' ? 'text-good' : 'text-bad'}><span aria-label={takerSide === 'buy' ? 'bought' : 'sold'}>{takerSide === 'buy' ? '▲' : '▼'}</span> {formatPrice(price)}</span>
            <span className="text-right">{formatQuantity(quantity)}</span>
            <span className="text-right text-muted">{new Date(Number(at)).toISOString().slice(11, 19)}</span>
          </li>
        ))}
        {trades.length === 0 && <li className="px-4 py-2 text-xs text-muted">No trade yet.</li>}
      </ol>
    </section>
  );
}
