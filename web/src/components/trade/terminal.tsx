'use client';

import Link from 'next/link';
import {useCallback, useEffect, useState} from 'react';
import {type Account, engineClient} from '../../lib/browser/engine-client.ts';
import {setSession, useSession} from '../../lib/browser/session-store.ts';
import {useMarket} from '../../lib/browser/use-market.ts';
import {shorten} from '../../lib/format.ts';
import {formatPrice, type Interval, type Market} from '../../lib/markets.ts';
import {Notice} from '../notice.tsx';
import {SignIn} from '../portfolio/sign-in.tsx';
import {OrderBook} from './book.tsx';
import {Candles} from './candles.tsx';
import {Own} from './own.tsx';
import {Stats} from './stats.tsx';
import {Tape} from './tape.tsx';
import {Ticket} from './ticket.tsx';

const REFRESH_MS = 5_000;
const plain = (price: string): string => formatPrice(price).replaceAll('\u202f', '');

/** One market: prices, candles, book and trades for everybody; positions, orders and a ticket for who is signed in. */
export function Terminal({market, streamUrl}: {market: Market; streamUrl: string}) {
  const session = useSession();
  const [interval, setInterval] = useState<Interval>('1m');
  const [price, setPrice] = useState('');
  const state = useMarket({url: streamUrl, market: market.market, interval, token: session?.token});
  const {account, problem, refresh} = useAccount(session?.token, state.ownEvents);
  const status = state.status ?? market.status;
  const {base, quote} = market;
  return (
    <div className="grid gap-4">
      <Stats market={market} state={state} />
      {status !== 'open' && <Notice text={STATUS[status]} />}
      <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_15rem_17rem] lg:items-start">
        <div className="grid min-w-0 gap-4">
          <Candles candles={state.candles} interval={interval} onInterval={setInterval} base={base} quote={quote} />
          <div className="lg:hidden"><OrderBook book={state.book} isStale={state.connection !== 'live'} market={market} onPrice={(each) => setPrice(plain(each))} /></div>
        </div>
        <div className="hidden lg:block"><OrderBook book={state.book} isStale={state.connection !== 'live'} market={market} onPrice={(each) => setPrice(plain(each))} /></div>
        <div className="grid gap-4">
          {session === undefined
            ? <SignIn onSession={setSession} />
            : <Ticket market={market} session={session} price={price} onPrice={setPrice} best={{buy: state.book?.asks[0]?.[0], sell: state.book?.bids[0]?.[0]}} onPlaced={refresh} />}
          {session !== undefined && <p className="text-xs text-muted">Signed in as <code className="font-mono" title={session.wallet}>{shorten(session.wallet)}</code> <button type="button" className="link" onClick={() => setSession(undefined)}>Sign out</button></p>}
        </div>
      </div>
      {problem !== undefined && <Notice text={problem} />}
      <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_17rem] lg:items-start">
        <div className="grid min-w-0 gap-4">
          {session !== undefined && account !== undefined && (account.bound
            ? <Own account={account} session={session} onChanged={refresh} />
            : <p className="card p-4 text-sm">This wallet is not bound yet. <Link prefetch={false} className="link" href="/portfolio">Bind it in the portfolio</Link>, then trade.</p>)}
          {session === undefined && <p className="card p-4 text-sm text-muted">Sign in to see your positions and orders. Prices, book and trades are open to everybody.</p>}
        </div>
        <Tape trades={state.trades} market={market} />
      </div>
    </div>
  );
}

const STATUS = {
  cancelOnly: 'This market takes no new orders; orders can be cancelled.',
  halted: 'This market is halted: nothing is traded, orders can be cancelled.',
  delisted: 'This market has ended.',
} as const;

/** What the engine holds for the wallet: read at first, after each of its events, and now and then. */
function useAccount(token: string | undefined, events: number) {
  const [account, setAccount] = useState<Account>();
  const [problem, setProblem] = useState<string>();
  const refresh = useCallback(async () => {
    if (token === undefined) return;
    const answer = await engineClient(token).account();
    if (answer.ok) {
      setAccount(answer.data);
      setProblem(undefined);
    } else if (answer.status === 401) {
      setSession(undefined);
      setProblem('The session has ended. Sign in again.');
    } else {
      setProblem(`${answer.message} The figures below may be old.`);
    }
  }, [token]);
  useEffect(() => {
    if (token === undefined) setAccount(undefined);
    void refresh();
  }, [token, refresh, events]);
  useEffect(() => {
    const timer = window.setInterval(() => {
      if (document.visibilityState === 'visible') void refresh();
    }, REFRESH_MS);
    return () => window.clearInterval(timer);
  }, [refresh]);
  return {account, problem, refresh: useCallback(() => void refresh(), [refresh])};
}
