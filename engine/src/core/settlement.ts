/**
 * Variation margin at a seal: open and realised PnL and perpetual fees become claims (PROTOCOL §2). Losers by account number pay from
 * their largest custody asset first to winners by account number, so a claim won may lie on a chain its winner never used.
 * Less than one lot stays with each account as a gain to come; the row `rounding` holds exactly those claims.
 */
import {assert, FINE, floorDiv} from './amounts.ts';
import {piecesOf, post, spendable} from './ledger.ts';
import {unsettledPnl} from './risk.ts';
import {type Account, type Asset, type Context, FIRST_USER, type State, SYSTEM, systemAccount} from './state.ts';

/** `lots` = what the account receives (positive) or pays; `remainder` (fine units) stays pending; `uncovered` was paid by the fund. */
type Share = {account: Account; lots: bigint; remainder: bigint; uncovered: bigint};

export type Plan = {ok: true; shares: Share[]} | {ok: false; reason: string};

/** Who pays and who receives; changes nothing. Not solvable when losses exceed the losers' claims and the Liquidation Fund's. */
export function planSettlement(state: State): Plan {
  const shares: Share[] = [];
  let shortfall = 0n;
  let others = 0n;
  for (const account of state.accounts) {
    const pnl = unsettledPnl(state, account);
    if (pnl === 0n && account.number >= FIRST_USER) continue;
    const due = floorDiv(pnl, FINE);
    const share: Share = {account, lots: due, remainder: pnl - due * FINE, uncovered: 0n};
    shares.push(share);
    if (account.number === SYSTEM.rounding) continue;
    others += due;
    if (account.number < FIRST_USER) continue;
    const able = spendable(state, account, state.settlementCurrency);
    if (-due > able) {
      share.uncovered = -due - able;
      share.lots = -able;
      shortfall += share.uncovered;
    }
  }
  const fund = shares.find(({account}) => account.number === SYSTEM.liquidationFund)!;
  fund.lots -= shortfall;
  const rounding = shares.find(({account}) => account.number === SYSTEM.rounding)!;
  rounding.remainder += (rounding.lots + others) * FINE;
  rounding.lots = -others;
  for (const {account, lots} of [fund, rounding]) {
    const able = spendable(state, account, state.settlementCurrency);
    if (-lots > able) return {ok: false, reason: `losses of ${-lots} lots reach ${account.wallet}, which holds ${able}`};
  }
  return {ok: true, shares};
}

/** Moves the claims of a plan and marks all positions as settled at their marks. */
export function settle(context: Context, {shares, epoch}: {shares: Share[]; epoch: bigint}): void {
  const {state, emit} = context;
  moveClaims(context, shares);
  for (const {account, lots, remainder, uncovered} of shares) {
    account.pending = remainder;
    for (const [name, position] of account.positions) position.settleCost = position.size * state.markets.get(name)!.mark;
    if (lots !== 0n) emit({type: 'pnlSettled', epoch, wallet: account.wallet, lots});
    if (uncovered > 0n) emit({type: 'shortfallCovered', epoch, wallet: account.wallet, lots: uncovered});
  }
  assert(state.accounts.reduce((sum, account) => sum + account.pending, 0n) === 0n, `settlement of epoch ${epoch} lost value`);
}

function moveClaims(context: Context, shares: Share[]): void {
  const {state} = context;
  const receivers = shares.filter(({lots}) => lots > 0n).map(({account, lots}) => ({account, lots}));
  const payers = shares.filter(({lots}) => lots < 0n);
  let next = 0;
  for (const {account: from, lots} of payers) {
    for (const piece of piecesOf(state, {account: from, currency: state.settlementCurrency, lots: -lots})) {
      let left = piece.lots;
      while (left > 0n) {
        const receiver = receivers[next];
        assert(receiver !== undefined, 'payers pay more than receivers get');
        const part = left < receiver.lots ? left : receiver.lots;
        give(context, {from, to: receiver.account, asset: piece.asset, lots: part});
        receiver.lots -= part;
        left -= part;
        if (receiver.lots === 0n) next += 1;
      }
    }
  }
  assert(next === receivers.length, 'receivers get more than payers pay');
}

function give(context: Context, {from, to, asset, lots}: {from: Account; to: Account; asset: Asset; lots: bigint}): void {
  const rounding = systemAccount(context.state, 'rounding');
  const kind = from === rounding || to === rounding ? 'rounding' : to.number === SYSTEM.fees ? 'fee' : 'pnl';
  post(context, {from, to, asset, lots, kind});
}
