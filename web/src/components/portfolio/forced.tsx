import type {Balance, ForcedWithdrawal} from '../../lib/browser/engine-client.ts';
import {chainName} from '../../lib/chains.ts';
import {formatCount, formatLots} from '../../lib/format.ts';
import type {PortfolioNetwork} from './portfolio.tsx';

/** Withdrawals the wallet forced on chain: what they ask for, and what happens if nobody answers. */
export function Forced({forced, balances, network}: {forced: readonly ForcedWithdrawal[]; balances: readonly Balance[]; network: PortfolioNetwork}) {
  const amount = ({chainId, token, lots}: ForcedWithdrawal) => {
    const asset = balances.find((balance) => balance.chainId === chainId && balance.token.toLowerCase() === token.toLowerCase());
    return asset === undefined ? `${formatCount(lots)} lots` : `${formatLots(lots, asset)} ${asset.symbol}`;
  };
  return (
    <section className="card p-4 sm:p-6">
      <h2 className="font-semibold">Forced on chain</h2>
      <ul className="mt-2 grid gap-1 text-sm">
        {forced.map((each) => (
          <li key={`${each.chainId}-${each.token}`}>
            <span className="font-medium">{amount(each)}</span> on {chainName(each.chainId, network)}{each.exit ? ', positions closed' : ''}: waiting for an epoch that carries everything withdrawable
          </li>
        ))}
      </ul>
      <p className="mt-2 max-w-2xl text-sm text-muted">Validators reject an epoch that passes over a request a day old. Unanswered for seven days, anybody may freeze the custody, and you leave with your row of the last active epoch.</p>
    </section>
  );
}
