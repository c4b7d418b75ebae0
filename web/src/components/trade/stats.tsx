'use client';

import {useEffect, useState} from 'react';
import {engineClient} from '../../lib/browser/engine-client.ts';
import type {MarketState} from '../../lib/browser/market-stream.ts';
import {formatCountdown, formatPrice, formatQuantity, formatRate, type Funding, type Market} from '../../lib/markets.ts';
import {Badge} from '../verdict.tsx';

const REREAD_MS = 10_000;

/** Mark, index, last, funding and open interest, each said to be unknown until it is known. */
export function Stats({market, state}: {market: Market; state: MarketState}) {
  const funding = useFunding(market, state.fundings);
  const nowMs = useSeconds();
  const mark = state.ticker.mark ?? market.mark;
  const last = state.trades[0]?.price ?? state.ticker.lastPrice ?? market.lastPrice;
  const index = state.index ?? funding?.index ?? undefined;
  const interest = state.ticker.openInterest ?? market.openInterest;
  const rate = funding?.predictedPpb ?? funding?.lastPpb;
  return (
    <dl className="card grid grid-cols-2 gap-x-6 gap-y-3 px-4 py-3 sm:grid-cols-3 lg:flex lg:flex-wrap lg:items-baseline lg:gap-x-8 sm:px-5" data-testid="stats">
      <Stat term="Mark" text={priceOr(mark)} strong />
      {market.kind === 'perpetual' && <Stat term="Index" text={priceOr(index)} />}
      <Stat term="Last" text={priceOr(last)} />
      {market.kind === 'perpetual' && (
        <>
          <Stat term="Funding, 1 h" text={rate === undefined ? '—' : formatRate(rate)} title="Positive: longs pay shorts. What would be paid if the hour ended now." />
          <Stat term="Next funding" text={funding?.nextAt == null || nowMs === undefined ? '—' : formatCountdown(Number(funding.nextAt), nowMs)} />
          <Stat term="Open interest" text={`${formatQuantity(interest)} ${market.base}`} />
        </>
      )}
      <div className="col-span-2 self-center sm:col-span-3 lg:ml-auto"><Connection connection={state.connection} /></div>
    </dl>
  );
}

const priceOr = (price: string | undefined): string => (price === undefined ? '—' : formatPrice(price));

function Stat({term, text, title, strong = false}: {term: string; text: string; title?: string; strong?: boolean}) {
  return (
    <div title={title}>
      <dt className="text-xs text-muted">{term}</dt>
      <dd className={strong ? 'text-lg font-semibold' : 'text-sm font-medium'}>{text}</dd>
    </div>
  );
}

function Connection({connection}: Pick<MarketState, 'connection'>) {
  if (connection === 'live') return <Badge tone="good">Live</Badge>;
  return connection === 'lost' ? <Badge tone="bad">Connection lost: old figures</Badge> : <Badge tone="wait">Connecting</Badge>;
}

/** The rate moves with every sample, so that it is read anew now and then, and after each settlement. */
function useFunding({market, kind}: Market, settlements: number): Funding | undefined {
  const [funding, setFunding] = useState<Funding>();
  useEffect(() => {
    if (kind !== 'perpetual') return undefined;
    let gone = false;
    const read = async () => {
      const answer = await engineClient().funding(market);
      if (!gone && answer.ok) setFunding(answer.data);
    };
    void read();
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') void read();
    }, REREAD_MS);
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, [market, kind, settlements]);
  return funding;
}

/** This browser's clock by the second; nothing while the server renders. */
function useSeconds(): number | undefined {
  const [nowMs, setNowMs] = useState<number>();
  useEffect(() => {
    setNowMs(Date.now());
    const timer = setInterval(() => setNowMs(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return nowMs;
}
