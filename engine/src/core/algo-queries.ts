/** Triggers, parents, offers and timers of one account, by id. */
import {big} from './amounts.ts';
import {holderIn, priceOf, quantityOf} from './decode.ts';
import type {State} from './state.ts';
import {TRIGGER_BY} from './venue/codes.ts';
import type {AccountView, OfferView, ParentView, TriggerView} from './views.ts';

const BY_NAMES = Object.keys(TRIGGER_BY) as readonly (keyof typeof TRIGGER_BY)[];
const sideOf = (side: number): 'buy' | 'sell' => (side === 0 ? 'buy' : 'sell');

export function algosOf(state: State, account: number): Pick<AccountView, 'triggers' | 'parents' | 'offers' | 'deadManAt'> {
  const deadManAt = state.venue.deadMen.get(account);
  return {
    triggers: triggersOf(state, account), parents: parentsOf(state, account), offers: offersOf(state, account), ...(deadManAt !== undefined && {deadManAt: big(deadManAt)}),
  };
}

const triggersOf = ({venue}: State, account: number): TriggerView[] =>
  [...venue.triggers.waiting].filter(([, trigger]) => trigger.account === account).map(([id, {market: index, by, direction, price, side, quantity, limit, reduceOnly, trail, sibling}]) => {
    const market = venue.markets[index]!;
    return {
      triggerId: big(id), market: market.spec.name, by: BY_NAMES[by]!, direction: direction > 0 ? 'rise' : 'fall', price: priceOf(market, price), side: sideOf(side),
      quantity: quantityOf(market, quantity), ...(limit > 0 && {limitPrice: priceOf(market, limit)}), reduceOnly: reduceOnly === 1,
      ...(trail > 0 && {trail: priceOf(market, trail)}), ...(sibling > 0 && {sibling: big(sibling)}),
    };
  });

const parentsOf = ({venue}: State, account: number): ParentView[] =>
  [...venue.parents.working].filter(([, parent]) => parent.account === account).map(([id, {market: index, side, quantity, done, limit, byVolume, reduceOnly, slices, next, at, interval}]) => {
    const market = venue.markets[index]!;
    return {
      parentId: big(id), market: market.spec.name, side: sideOf(side), strategy: byVolume === 1 ? 'vwap' : 'twap', quantity: quantityOf(market, quantity),
      filled: quantityOf(market, done), ...(limit > 0 && {limitPrice: priceOf(market, limit)}), reduceOnly: reduceOnly === 1, slices, done: next, nextAt: big(at), intervalMs: interval,
    };
  });

function offersOf(state: State, account: number): OfferView[] {
  const {venue} = state;
  const holder = holderIn(state);
  return [...venue.offers.open].filter(([, {from, to}]) => from === account || to === account).map(([id, {from, to, market: index, lots, price}]) => {
    const market = venue.markets[index]!;
    const [giver, receiver] = [holder(from), holder(to)];
    return {
      offerId: big(id), market: market.spec.name, from: giver.wallet, ...(giver.sub && {fromSub: giver.sub}), to: receiver.wallet, ...(receiver.sub && {toSub: receiver.sub}),
      size: quantityOf(market, lots), ...(price > 0 && {price: priceOf(market, price)}),
    };
  });
}
