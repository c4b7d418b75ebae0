'use client';

import {useState} from 'react';
import {type Address, type EIP1193Provider, getAddress, type Hex} from 'viem';
import {accountSecret, refusal} from '../../lib/browser/sign-in.ts';
import {useWallets, type Wallet} from '../../lib/browser/wallets.ts';
import {Notice} from '../notice.tsx';

/** A wallet with the secret that finds its rows; both stay in this tab. */
export type Opened = {wallet: Address; secret: Hex; provider: EIP1193Provider};

export function ExitWallet({network, onOpened}: {network: string; onOpened: (opened: Opened) => void}) {
  const wallets = useWallets();
  const [busy, setBusy] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const open = async ({uuid, provider}: Wallet) => {
    setBusy(uuid);
    setProblem(undefined);
    try {
      const [account] = await provider.request({method: 'eth_requestAccounts'});
      const made = account === undefined ? undefined : await accountSecret({wallet: getAddress(account), provider}, network);
      if (made?.ok === true) onOpened({wallet: getAddress(account!), secret: made.secret, provider});
      else setProblem(made?.message ?? 'The wallet named no account.');
    } catch (error) {
      setProblem(refusal(error));
    }
    setBusy(undefined);
  };
  return (
    <section className="card p-4 sm:p-6" aria-labelledby="exit-wallet-title">
      <h2 id="exit-wallet-title" className="font-semibold">Find what is yours</h2>
      <p className="mt-1 max-w-2xl text-sm text-muted">Your wallet signs the message that made your account secret. With it this tab finds your rows in the published files; neither the signature nor the secret leaves it.</p>
      {wallets.length === 0 && <p className="mt-3 text-sm">No wallet announced itself in this browser. Install one that supports EIP-6963, or enable it for this site, and reload.</p>}
      <ul className="mt-4 flex flex-wrap gap-2">
        {wallets.map((wallet) => (
          <li key={wallet.uuid}>
            <button type="button" className="button" disabled={busy !== undefined} onClick={() => void open(wallet)}>
              {wallet.icon !== '' && <img src={wallet.icon} alt="" width={18} height={18} />}
              {busy === wallet.uuid ? 'Waiting for your wallet…' : `Open with ${wallet.name}`}
            </button>
          </li>
        ))}
      </ul>
      {problem !== undefined && <div className="mt-3"><Notice text={problem} /></div>}
    </section>
  );
}
