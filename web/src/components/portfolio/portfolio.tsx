'use client';

import {useCallback, useEffect, useState} from 'react';
import {type Account, engineClient} from '../../lib/browser/engine-client.ts';
import {setSession, useSession} from '../../lib/browser/session-store.ts';
import {accountSecret, type Session} from '../../lib/browser/sign-in.ts';
import {shorten} from '../../lib/format.ts';
import type {NetworkInfo} from '../../lib/queries.ts';
import {Notice} from '../notice.tsx';
import {Balances} from './balances.tsx';
import {PositionTable} from '../trade/own.tsx';
import {SignIn} from './sign-in.tsx';
import {WithdrawForm} from './withdraw-form.tsx';
import {Forced} from './forced.tsx';
import {Withdrawals} from './withdrawals.tsx';

export type PortfolioNetwork = Pick<NetworkInfo, 'name' | 'l1ChainId' | 'l2ChainId' | 'l1Custody' | 'l2Custody'>;

const REFRESH_MS = 5_000;

/** What the engine holds for the signed-in wallet, and the proofs that it is on the balance sheet. */
export function Portfolio({network, epoch}: {network: PortfolioNetwork; epoch: number | undefined}) {
  const session = useSession();
  const [account, setAccount] = useState<Account>();
  const [problem, setProblem] = useState<string>();
  const refresh = useCallback(async (open: Session) => {
    const answer = await engineClient(open.token).account();
    if (answer.ok) {
      setAccount(answer.data);
      setProblem(undefined);
    } else if (answer.status === 401) {
      setSession(undefined);
      setAccount(undefined);
      setProblem('The session has ended. Sign in again.');
    } else {
      setProblem(`${answer.message} The figures below may be old.`);
    }
  }, []);
  useEffect(() => {
    if (session === undefined) return undefined;
    void refresh(session);
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') void refresh(session);
    }, REFRESH_MS);
    return () => clearInterval(timer);
  }, [session, refresh]);

  if (session === undefined) {
    return <>{problem !== undefined && <Notice text={problem} />}<SignIn onSession={(open) => {
      setProblem(undefined);
      setSession(open);
    }} /></>;
  }
  return (
    <div className="grid gap-6">
      <p className="flex flex-wrap items-center gap-3 text-sm text-muted">
        Signed in as <code className="font-mono text-xs" title={session.wallet}>{shorten(session.wallet)}</code>
        <button type="button" className="link" onClick={() => {
          setSession(undefined);
          setAccount(undefined);
        }}>Sign out</button>
      </p>
      {problem !== undefined && <Notice text={problem} />}
      {account === undefined && problem === undefined && <p className="card p-6 text-sm text-muted" role="status">Reading your account…</p>}
      {account !== undefined && !account.bound && <Bind session={session} network={network.name} onBound={() => void refresh(session)} />}
      {account !== undefined && (
        <>
          <Balances balances={account.balances} session={session} network={network} epoch={epoch} />
          {account.positions.length > 0 && <PositionTable account={account} />}
          {account.bound && <WithdrawForm balances={account.balances} session={session} network={network} onRequested={() => void refresh(session)} />}
          {account.forced.length > 0 && <Forced forced={account.forced} balances={account.balances} network={network} />}
          <Withdrawals withdrawals={account.withdrawals} balances={account.balances} session={session} network={network} onCancelled={() => void refresh(session)} />
        </>
      )}
    </div>
  );
}

/** A wallet binds once; deposits it made before are then found and credited. */
function Bind({session, network, onBound}: {session: Session; network: string; onBound: () => void}) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const bind = async () => {
    setBusy(true);
    const made = await accountSecret(session, network);
    const answer = made.ok ? await engineClient(session.token).bind(made.secret) : made;
    setBusy(false);
    if (answer.ok) onBound();
    else setProblem(answer.message);
  };
  return (
    <section className="card p-4 sm:p-6">
      <h2 className="font-semibold">Bind this wallet</h2>
      <p className="mt-1 max-w-2xl text-sm text-muted">One signature makes your account secret. It keeps your wallet out of the published balance sheet and lets you, and only you, find your rows in it. Deposits from this wallet are then credited to you.</p>
      <button type="button" className="button mt-4" disabled={busy} onClick={() => void bind()}>{busy ? 'Waiting for your wallet…' : 'Bind'}</button>
      {problem !== undefined && <div className="mt-3"><Notice text={problem} /></div>}
    </section>
  );
}
