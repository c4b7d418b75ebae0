/** What must hold after every command, recomputed from the raw state. Returns the broken ones. */
import type {Core} from '../../src/core/engine.ts';
import type {State} from '../../src/core/state.ts';
import {SYSTEM} from '../../src/core/venue/accounts.ts';
import {unsettled} from '../../src/core/venue/margin.ts';
import {brokenVenue} from '../venue/invariants.ts';

const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);

export function brokenInvariants({state}: Core): string[] {
  return [...brokenAssets(state), ...brokenWithdrawals(state), ...brokenVenue(state.venue)];
}

function* brokenAssets({assets, venue, identities, senders, byWallet}: State): Generator<string> {
  const claims = (account: number, asset: number): number => venue.accounts.claims[account * assets.length + asset]!;
  if (identities.length !== venue.accounts.count) yield 'identities and accounts differ in number';
  for (const {index, deposited, authorisedOut} of assets) {
    const rows = sum(identities.map(({number}) => claims(number, index)));
    if (rows !== deposited - authorisedOut) yield `asset ${index}: rows ${rows} ≠ deposited ${deposited} − authorised ${authorisedOut}`;
    const unbound = sum([...senders].filter(([wallet]) => !byWallet.has(wallet)).map(([, {lots}]) => lots[index]!));
    const unmatched = claims(SYSTEM.unmatched, index);
    if (unmatched !== unbound) yield `asset ${index}: unmatched row ${unmatched} ≠ unbound senders ${unbound}`;
  }
}

function* brokenWithdrawals({assets, venue, identities, withdrawals}: State): Generator<string> {
  for (const {number} of identities) {
    for (const {index} of assets) {
      const requested = venue.requested.get(number)?.[index] ?? 0;
      const sealed = withdrawals.get(number)?.sealed[index] ?? 0;
      const aside = venue.accounts.aside[number * assets.length + index]!;
      if (requested < 0 || sealed < 0 || requested + sealed !== aside) yield `account ${number}: aside ${aside} ≠ requested ${requested} + sealed ${sealed} in asset ${index}`;
    }
  }
}

/** Nothing is left unsettled right after a seal. */
export function brokenSettlement({state}: Core): string[] {
  return state.identities.flatMap(({number}) => {
    const left = unsettled(state.venue, number);
    return left === 0 ? [] : [`account ${number}: ${left} unsettled after the seal`];
  });
}
