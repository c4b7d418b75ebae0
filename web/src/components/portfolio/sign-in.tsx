'use client';

import {useState} from 'react';
import {type Session, signIn} from '../../lib/browser/sign-in.ts';
import {useWallets, type Wallet} from '../../lib/browser/wallets.ts';
import {Notice} from '../notice.tsx';

/** The wallets of this browser; one signature opens a session. */
export function SignIn({onSession}: {onSession: (session: Session) => void}) {
  const wallets = useWallets();
  const [busy, setBusy] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const choose = async (wallet: Wallet) => {
    setBusy(wallet.uuid);
    setProblem(undefined);
    const result = await signIn(wallet);
    setBusy(undefined);
    if (result.ok) onSession(result.session);
    else setProblem(result.message);
  };
  return (
    <section className="card p-6 sm:p-8" aria-labelledby="sign-in-title">
      <h2 id="sign-in-title" className="text-lg font-semibold">Sign in with your wallet</h2>
      <p className="mt-1 max-w-xl text-sm text-muted">You sign a message; nothing is sent on chain and no approval is given.</p>
      {wallets.length === 0 && (
        <p className="mt-4 max-w-xl text-sm">No wallet announced itself in this browser. Install one that supports EIP-6963, or enable it for this site, and reload.</p>
      )}
      <ul className="mt-4 grid max-w-sm gap-2">
        {wallets.map((wallet) => (
          <li key={wallet.uuid}>
            <button type="button" className="button-quiet w-full justify-start" disabled={busy !== undefined} onClick={() => void choose(wallet)}>
              {wallet.icon !== '' && <img src={wallet.icon} alt="" width={20} height={20} />}
              {busy === wallet.uuid ? 'Waiting for your wallet…' : wallet.name}
            </button>
          </li>
        ))}
      </ul>
      {problem !== undefined && <div className="mt-4"><Notice text={problem} /></div>}
    </section>
  );
}
