'use client';

import {useState} from 'react';
import {parseLots} from '../../lib/amount.ts';
import {type Balance, engineClient} from '../../lib/browser/engine-client.ts';
import type {Session} from '../../lib/browser/sign-in.ts';
import {chainName} from '../../lib/chains.ts';
import {formatLots} from '../../lib/format.ts';
import {type Done, Outcome} from '../notice.tsx';
import type {PortfolioNetwork} from './portfolio.tsx';

type Props = {balances: readonly Balance[]; session: Session; network: PortfolioNetwork; onRequested: () => void};

const keyOf = ({chainId, token}: Balance): string => `${chainId}-${token}`;

/** Asks for a withdrawal to the signed-in wallet; it leaves with an epoch that validators approve. */
export function WithdrawForm({balances, session, network, onRequested}: Props) {
  const able = balances.filter(({withdrawable}) => withdrawable !== '0');
  const [key, setKey] = useState<string>();
  const [amount, setAmount] = useState('');
  const [busy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<Done>();
  const asset = able.find((balance) => keyOf(balance) === key) ?? able[0];
  if (asset === undefined) return null;
  const parsed = amount === '' ? undefined : parseLots(amount, asset);
  const tooMuch = parsed?.ok === true && parsed.lots > BigInt(asset.withdrawable);
  const complaint = parsed?.ok === false ? parsed.message : tooMuch ? `At most ${formatLots(asset.withdrawable, asset)} ${asset.symbol} can leave now.` : undefined;
  const submit = async () => {
    if (parsed?.ok !== true || tooMuch) return;
    setBusy(true);
    const answer = await engineClient(session.token).withdraw({chainId: asset.chainId, token: asset.token, lots: parsed.lots.toString()});
    setBusy(false);
    if (!answer.ok) {
      setOutcome({ok: false, text: answer.message});
      return;
    }
    setOutcome({ok: true, text: `${formatLots(parsed.lots, asset)} ${asset.symbol} are set aside. They leave with the next epoch that carries withdrawals on ${chainName(asset.chainId, network)}.`});
    setAmount('');
    onRequested();
  };
  return (
    <section className="card p-4 sm:p-6" aria-labelledby="withdraw-title">
      <h2 id="withdraw-title" className="font-semibold">Withdraw</h2>
      <form className="mt-3 grid gap-4 sm:grid-cols-[1fr_1fr_auto] sm:items-start" onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}>
        <label className="block text-sm">Asset
          <select className="field mt-1" value={keyOf(asset)} onChange={(event) => setKey(event.target.value)}>
            {able.map((balance) => <option key={keyOf(balance)} value={keyOf(balance)}>{balance.symbol} on {chainName(balance.chainId, network)}</option>)}
          </select>
        </label>
        <label className="block text-sm">Amount
          <input className="field mt-1" inputMode="decimal" autoComplete="off" value={amount} aria-invalid={complaint !== undefined} aria-describedby="amount-help" onChange={(event) => setAmount(event.target.value)} />
          <span id="amount-help" className={`mt-1 block text-xs ${complaint === undefined ? 'text-muted' : 'text-bad'}`}>
            {complaint ?? `Up to ${formatLots(asset.withdrawable, asset)} ${asset.symbol}, to your own wallet only. A fixed fee is kept.`}
          </span>
        </label>
        <button type="submit" className="button sm:mt-6" disabled={busy || parsed?.ok !== true || tooMuch}>{busy ? 'Requesting…' : 'Request'}</button>
      </form>
      {outcome !== undefined && <Outcome outcome={outcome} />}
    </section>
  );
}
