'use client';

import {useEffect, useState, useSyncExternalStore} from 'react';
import type {Interval} from '../markets.ts';
import {type MarketState, MarketStream} from './market-stream.ts';

/** The market as the stream tells it, for as long as somebody looks. */
export function useMarket({url, market, interval, token}: {url: string; market: string; interval: Interval; token: string | undefined}): MarketState {
  const [stream, setStream] = useState(() => new MarketStream({url, market, interval, token}));
  useEffect(() => {
    const opened = new MarketStream({url, market, interval, token});
    opened.open();
    setStream(opened);
    return () => opened.close();
  }, [url, market, interval, token]);
  return useSyncExternalStore(stream.subscribe, stream.snapshot, stream.snapshot);
}
