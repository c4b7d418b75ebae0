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

/** Moves the claims of a plan. */
export function settle({state, emit}: Context, {shares, epoch}: {shares: Share[]; epoch: bigint}): void {
  const {venue, settlementCurrency} = state;
  const receivers = shares.filter(({lots}) => lots > 0).map((share) => ({...share}));
  let next = 0;
  for (const {account: from, lots} of shares) {
    let left = -lots;
    while (left > 0) {
      const receiver = receivers[next];
      assert(receiver !== undefined, 'payers pay more than receivers get');
      const part = Math.min(left, receiver.lots);
      pay(venue, from, receiver.account, settlementCurrency, part, receiver.account === SYSTEM.fees ? LEG.fee : LEG.pnl);
      receiver.lots -= part;
      left -= part;
      if (receiver.lots === 0) next += 1;
    }
  }
  assert(next === receivers.length, 'receivers get more than payers pay');
  for (const {account, lots} of shares) {
    venue.accounts.cash[account]! -= lots;
    emit({type: 'pnlSettled', epoch, wallet: state.identities[account]!.wallet, lots: big(lots)});
  }
}
