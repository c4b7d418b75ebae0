/** What must hold after every command, recomputed from the raw state. Returns the broken ones. */
import {FINE} from '../../src/core/amounts.ts';
import type {Core} from '../../src/core/engine.ts';
import {spotHold} from '../../src/core/fills.ts';
import {riskOf, unsettledPnl} from '../../src/core/risk.ts';
import {type Account, FIRST_USER, type Market, type State, SYSTEM} from '../../src/core/state.ts';

const sum = (values: Iterable<bigint>): bigint => [...values].reduce((total, value) => total + value, 0n);

export function brokenInvariants({state}: Core): string[] {
  return [
    ...brokenAssets(state),
    ...state.accounts.flatMap((account) => [...brokenAccount(state, account)]),
    ...[...state.markets.values()].flatMap((market) => [...brokenBook(market)]),
    ...brokenPnl(state),
  ];
}

function* brokenAssets(state: State): Generator<string> {
  for (const {index, deposited, authorisedOut} of state.assets) {
    const rows = sum(state.accounts.map(({claims}) => claims[index]!));
    if (rows !== deposited - authorisedOut) yield `asset ${index}: rows ${rows} ≠ deposited ${deposited} − authorised ${authorisedOut}`;
    const unbound = sum([...state.senders].filter(([wallet]) => !state.byWallet.has(wallet)).map(([, {lots}]) => lots[index]!));
    const unmatched = state.accounts[SYSTEM.unmatched]!.claims[index]!;
    if (unmatched !== unbound) yield `asset ${index}: unmatched row ${unmatched} ≠ unbound senders ${unbound}`;
  }
}

function* brokenAccount(state: State, account: Account): Generator<string> {
  const {number, claims, requested, sealed, holds} = account;
  for (const {index} of state.assets) {
    if (claims[index]! < 0n || requested[index]! < 0n || sealed[index]! < 0n) yield `account ${number}: negative in asset ${index}`;
    if (requested[index]! + sealed[index]! > claims[index]!) yield `account ${number}: set aside more than it has in asset ${index}`;
  }
  for (const currency of state.currencies.keys()) {
    const orders = [...account.orders.values()].filter(({market, side}) => market.spec.kind === 'spot' && (side === 'buy' ? market.quoteCurrency : market.baseCurrency) === currency);
    const ordered = sum(orders.map(spotHold));
    if (holds[currency] !== ordered) yield `account ${number}: holds ${holds[currency]} ≠ its orders' ${ordered}`;
    const able = sum(state.assets.filter((asset) => asset.currency === currency).map(({index}) => claims[index]! - requested[index]! - sealed[index]!));
    if (holds[currency]! > able) yield `account ${number}: holds ${holds[currency]} > spendable ${able}`;
  }
  if (number < FIRST_USER) return;
  const risk = riskOf(state, account);
  if (account.positions.size > 0 && risk.equity < risk.maintenance) yield `account ${number}: positions below maintenance`;
  const hasPerpetualOrder = [...account.orders.values()].some(({market}) => market.spec.kind === 'perpetual');
  if (hasPerpetualOrder && risk.equity < risk.maintenanceWithOrders) yield `account ${number}: orders could push it below maintenance`;
}

function* brokenBook({spec, book}: Market): Generator<string> {
  for (const [side, levels] of [['buy', book.bids], ['sell', book.asks]] as const) {
    for (const [index, {price, quantity, orders}] of levels.entries()) {
      if (orders.size === 0 || quantity !== sum([...orders].map(({remaining}) => remaining))) yield `${spec.name}: level ${price} does not add up`;
      const better = levels[index + 1];
      if (better && (side === 'buy' ? better.price <= price : better.price >= price)) yield `${spec.name}: levels out of order`;
    }
  }
  const bid = book.bids.at(-1);
  const ask = book.asks.at(-1);
  if (bid && ask && bid.price >= ask.price) yield `${spec.name}: book is crossed`;
}

function* brokenPnl(state: State): Generator<string> {
  for (const name of state.markets.keys()) {
    const open = sum(state.accounts.map(({positions}) => positions.get(name)?.size ?? 0n));
    if (open !== 0n) yield `${name}: positions sum to ${open}`;
  }
  const pnl = sum(state.accounts.map((account) => unsettledPnl(state, account)));
  if (pnl !== 0n) yield `unsettled PnL sums to ${pnl}`;
  const rounding = state.accounts[SYSTEM.rounding]!;
  const held = sum(state.assets.filter(({currency}) => currency === state.settlementCurrency).map(({index}) => rounding.claims[index]!));
  if (held * FINE + rounding.pending < 0n) yield 'rounding owes more than it holds';
}

/** What is left unsettled right after a seal: less than one lot each, owed by the row `rounding`. */
export function brokenSettlement({state}: Core): string[] {
  return state.accounts.flatMap((account) => {
    const pnl = unsettledPnl(state, account);
    const fine = account.number === SYSTEM.rounding ? pnl <= 0n : pnl >= 0n && pnl < FINE;
    return fine ? [] : [`account ${account.number}: ${pnl} unsettled after the seal`];
  });
}
