/**
 * Variation margin at a seal: what perpetuals won or lost, open or realised, becomes claims (PROTOCOL §2). Losers by account number pay from
 * their largest custody asset first to winners by account number, so a claim won may lie on a chain its winner never used. Everything is a
 * whole lot. Positions keep their cost: what is paid out now is taken off the account's cash, so its equity stays what it was.
 */
import {assert, big} from './amounts.ts';
import type {Context, State} from './state.ts';
import {SYSTEM} from './venue/accounts.ts';
import {pay} from './venue/claims.ts';
import {LEG} from './venue/legs.ts';
import {unsettled} from './venue/margin.ts';

/** `lots` = what the account receives (positive) or pays. */
type Share = {account: number; lots: number};

export type Plan = {ok: true; shares: Share[]} | {ok: false; reason: string};

/** Who pays and who receives; changes nothing. The waterfall keeps every account able to pay; one that cannot is an incident. */
export function planSettlement(state: State): Plan {
  const {venue, settlementCurrency} = state;
  const {accounts} = venue;
  const shares: Share[] = [];
  for (let account = 0; account < accounts.count; account += 1) {
    const lots = unsettled(venue, account);
    if (lots === 0) continue;
    const able = accounts.balance[account * accounts.currencies + settlementCurrency]!;
    if (-lots > able) return {ok: false, reason: `losses of ${-lots} lots reach ${state.identities[account]!.wallet}, which holds ${able}`};
    shares.push({account, lots});
  }
  return {ok: true, shares};
}

/** Moves the claims of a plan: within each wallet first, where no row changes, then between wallets. */
export function settle({state, emit}: Context, {shares, epoch}: {shares: Share[]; epoch: bigint}): void {
  const open = shares.map((share) => ({...share}));
  for (const [main, subs] of state.subs) {
    const own = new Set([main, ...subs]);
    payAcross(state, open.filter(({account}) => own.has(account)));
  }
  payAcross(state, open);
  assert(open.every(({lots}) => lots === 0), 'payers pay what receivers get');
  for (const {account, lots} of shares) {
    state.venue.accounts.cash[account]! -= lots;
    const {wallet, sub} = state.identities[account]!;
    emit({type: 'pnlSettled', epoch, wallet, ...(sub > 0 && {sub}), lots: big(lots)});
  }
}

/** Payers by account number to receivers by account number, as far as either goes; shares shrink by what was paid. */
function payAcross({venue, settlementCurrency}: State, shares: Share[]): void {
  const receivers = shares.filter(({lots}) => lots > 0);
  let next = 0;
  for (const payer of shares) {
    while (payer.lots < 0 && next < receivers.length) {
      const receiver = receivers[next]!;
      const part = Math.min(-payer.lots, receiver.lots);
      pay(venue, payer.account, receiver.account, settlementCurrency, part, receiver.account === SYSTEM.fees ? LEG.fee : LEG.pnl);
      receiver.lots -= part;
      payer.lots += part;
      if (receiver.lots === 0) next += 1;
    }
  }
}
