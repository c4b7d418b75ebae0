'use client';

import {useState} from 'react';
import {parseLots} from '../../lib/amount.ts';
import {engineClient, type NewOrder} from '../../lib/browser/engine-client.ts';
import type {Session} from '../../lib/browser/sign-in.ts';
import {formatMoney, formatPrice, formatQuantity, type Market, PRICE, QUANTITY} from '../../lib/markets.ts';
import {type Done, Outcome} from '../notice.tsx';

type Fields = {side: 'buy' | 'sell'; type: 'limit' | 'market'; price: string; quantity: string; postOnly: boolean; reduceOnly: boolean};
type Ready = {ok: true; price: bigint | undefined; quantity: bigint} | {ok: false; complaint?: string};

type Props = {
  market: Market;
  session: Session;
  /** Taken over from the book by a click; each click counts. */
  price: string;
  onPrice: (price: string) => void;
  /** Best price of the side a market order would take. */
  best: {buy: string | undefined; sell: string | undefined};
  onPlaced: () => void;
};

/** What was typed as an order, or what is wrong with it. */
function readOrder({type, price, quantity}: Pick<Fields, 'type' | 'price' | 'quantity'>, {tick, lot}: Market): Ready {
  if (quantity === '' || (type === 'limit' && price === '')) return {ok: false};
  const lots = parseLots(quantity, {...QUANTITY, lotSize: lot});
  if (!lots.ok) return {ok: false, complaint: /finer|digits/.test(lots.message) ? `Sizes are multiples of ${formatQuantity(lot)}.` : lots.message};
  if (type === 'market') return {ok: true, price: undefined, quantity: lots.lots * BigInt(lot)};
  const ticks = parseLots(price, {...PRICE, lotSize: tick});
  if (!ticks.ok) return {ok: false, complaint: /finer|digits/.test(ticks.message) ? `Prices are multiples of ${formatPrice(tick)}.` : ticks.message.replace('amount', 'price')};
  return {ok: true, price: ticks.lots * BigInt(tick), quantity: lots.lots * BigInt(lot)};
}

function orderOf(fields: Fields, {market}: Market, {price, quantity}: Extract<Ready, {ok: true}>): NewOrder {
  const {side, type, postOnly, reduceOnly} = fields;
  return {
    market, side, type, quantity: quantity.toString(), clientOrderId: crypto.randomUUID(), timeInForce: type === 'limit' ? 'GTC' : 'IOC',
    ...(price !== undefined && {price: price.toString()}),
    ...(type === 'limit' && postOnly && {postOnly: true as const}),
    ...(reduceOnly && {reduceOnly: true as const}),
  };
}

/** A simple order: limit or market, post-only, reduce-only. */
export function Ticket({market, session, price, onPrice, best, onPlaced}: Props) {
  const [rest, setRest] = useState<Omit<Fields, 'price'>>({side: 'buy', type: 'limit', quantity: '', postOnly: false, reduceOnly: false});
  const [busy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<Done>();
  const fields = {...rest, price};
  const change = (part: Partial<Omit<Fields, 'price'>>) => setRest((old) => ({...old, ...part}));
  const ready = readOrder(fields, market);
  const submit = async () => {
    if (!ready.ok) return;
    setBusy(true);
    const answer = await engineClient(session.token).place(orderOf(fields, market, ready));
    setBusy(false);
    if (!answer.ok) {
      setOutcome({ok: false, text: answer.message});
      return;
    }
    const {state, filled} = answer.data;
    const part = filled === '0' ? '' : ` ${formatQuantity(filled)} ${market.base} traded.`;
    setOutcome({ok: true, text: `${{open: 'The order rests in the book.', filled: 'Filled.', cancelled: 'What could not be filled at once is cancelled.'}[state]}${state === 'filled' ? '' : part}`});
    change({quantity: ''});
    onPlaced();
  };
  const isPerpetual = market.kind === 'perpetual';
  return (
    <section className="card p-4" aria-labelledby="ticket-title">
      <h2 id="ticket-title" className="text-sm font-semibold">Order</h2>
      <form className="mt-3 grid gap-3" onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}>
        <Choice name="Side" value={rest.side} options={[['buy', 'Buy'], ['sell', 'Sell']]} onChoose={(side) => change({side})} />
        <Choice name="Type" value={rest.type} options={[['limit', 'Limit'], ['market', 'Market']]} onChoose={(type) => change({type})} />
        {rest.type === 'limit' && <Field label={`Price (${market.quote})`} value={price} onChange={onPrice} />}
        <Field label={`Size (${market.base})`} value={rest.quantity} onChange={(quantity) => change({quantity})} />
        <div className="flex flex-wrap gap-x-5 gap-y-1 text-sm">
          {rest.type === 'limit' && <Tick label="Post only" title="Refused rather than taking what rests" checked={rest.postOnly} onChange={(postOnly) => change({postOnly})} />}
          {isPerpetual && <Tick label="Reduce only" title="Only makes your position smaller" checked={rest.reduceOnly} onChange={(reduceOnly) => change({reduceOnly})} />}
        </div>
        <Preview market={market} ready={ready} fallback={best[rest.side]} />
        <button type="submit" className="button" disabled={busy || !ready.ok}>{busy ? 'Placing…' : `${rest.side === 'buy' ? 'Buy' : 'Sell'} ${market.base}`}</button>
      </form>
      {!ready.ok && ready.complaint !== undefined && <p className="mt-2 text-xs text-bad">{ready.complaint}</p>}
      {outcome !== undefined && <Outcome outcome={outcome} />}
    </section>
  );
}

/** Value at the limit, or at the best price now; fees as the market has them. */
function Preview({market, ready, fallback}: {market: Market; ready: Ready; fallback: string | undefined}) {
  const price = ready.ok ? ready.price ?? (fallback === undefined ? undefined : BigInt(fallback)) : undefined;
  const value = ready.ok && price !== undefined ? formatMoney((price * ready.quantity) / 1_000_000_000n) : '—';
  const percentOf = (bps: string) => `${formatPrice(BigInt(bps) * 10_000n)} %`;
  return (
    <dl className="grid grid-cols-[1fr_auto] gap-y-0.5 text-xs text-muted">
      <dt>{ready.ok && ready.price === undefined ? 'Value at the best price now' : 'Value'}</dt><dd className="text-ink">{value} {value === '—' ? '' : market.quote}</dd>
      <dt>Fee, maker / taker</dt><dd className="text-ink">{percentOf(market.makerFeeBps)} / {percentOf(market.takerFeeBps)}</dd>
      {market.initialMarginBps !== undefined && <><dt>Initial margin</dt><dd className="text-ink">{percentOf(market.initialMarginBps)}</dd></>}
    </dl>
  );
}

function Choice<Value extends string>({name, value, options, onChoose}: {name: string; value: Value; options: readonly (readonly [Value, string])[]; onChoose: (value: Value) => void}) {
  return (
    <div role="group" aria-label={name} className="grid grid-cols-2 gap-1 rounded-lg bg-sunken p-1">
      {options.map(([each, label]) => (
        <button key={each} type="button" aria-pressed={each === value} onClick={() => onChoose(each)}
          className={`rounded-md px-2 py-1.5 text-sm ${each === value ? 'bg-surface font-medium text-ink shadow-sm' : 'text-muted'}`}>{label}</button>
      ))}
    </div>
  );
}

function Field({label, value, onChange}: {label: string; value: string; onChange: (text: string) => void}) {
  return <label className="block text-sm">{label}<input className="field mt-1" inputMode="decimal" autoComplete="off" value={value} onChange={(event) => onChange(event.target.value)} /></label>;
}

function Tick({label, title, checked, onChange}: {label: string; title: string; checked: boolean; onChange: (checked: boolean) => void}) {
  return <label className="inline-flex items-center gap-2" title={title}><input type="checkbox" className="h-4 w-4 accent-[var(--accent)]" checked={checked} onChange={(event) => onChange(event.target.checked)} />{label}</label>;
}
