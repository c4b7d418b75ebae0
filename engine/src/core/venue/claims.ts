/** Double entry over custody assets (PROTOCOL §2). Every change of a claim is a leg; nothing else writes claims, aside or balance. */
import {FIRST_USER, OUTSIDE} from './accounts.ts';
import {EVENT} from './codes.ts';
import {ensure} from './integers.ts';
import type {LegCode} from './legs.ts';
import {head} from './records.ts';
import type {Venue} from './venue.ts';

/** Moves one claim of at least one lot; {@link OUTSIDE} is the world outside the sheet (deposits, authorised withdrawals). */
export function post(venue: Venue, from: number, to: number, asset: number, lots: number, kind: LegCode): void {
  const {accounts, legs, currencyOf} = venue;
  ensure(lots > 0, 'a leg moves at least one lot');
  const currency = currencyOf[asset]!;
  if (venue.undo.active) {
    venue.undo.account(venue, from);
    venue.undo.account(venue, to);
  }
  if (from !== OUTSIDE) {
    const at = from * accounts.assets + asset;
    accounts.claims[at]! -= lots;
    accounts.balance[from * accounts.currencies + currency]! -= lots;
    ensure(accounts.claims[at]! >= accounts.aside[at]!, `claim of account ${from} in asset ${asset} fell below what is set aside`);
  }
  if (to !== OUTSIDE) {
    accounts.claims[to * accounts.assets + asset]! += lots;
    accounts.balance[to * accounts.currencies + currency]! += lots;
  }
  legs.append(from, to, asset, lots, kind);
  venue.log.push(head(EVENT.leg, kind, asset), from, to, 0, 0, 0, 0, 0, legs.last, lots, 0, 0);
}

/** Pays lots of a currency from the payer's largest custody asset first, tie lower chain id. The caller has checked that it can pay. */
export function pay(venue: Venue, from: number, to: number, currency: number, lots: number, kind: LegCode): void {
  const {accounts} = venue;
  const assets = venue.assetsOf[currency]!;
  let left = lots;
  let used = 0;
  while (left > 0) {
    let best = -1;
    let most = 0;
    for (let index = 0; index < assets.length; index += 1) {
      if ((used & (1 << index)) !== 0) continue;
      const able = accounts.spendable(from, assets[index]!);
      if (able > most) {
        most = able;
        best = index;
      }
    }
    ensure(best >= 0, `payment of ${lots} lots exceeds what account ${from} can spend`);
    used |= 1 << best;
    const part = left < most ? left : most;
    post(venue, from, to, assets[best]!, part, kind);
    left -= part;
  }
}

/** Sets part of a claim aside for a withdrawal (positive) or gives it back (negative). */
export function setAside(venue: Venue, account: number, asset: number, lots: number): void {
  const {accounts} = venue;
  const at = account * accounts.assets + asset;
  accounts.aside[at]! += lots;
  accounts.balance[account * accounts.currencies + venue.currencyOf[asset]!]! -= lots;
  ensure(accounts.aside[at]! >= 0 && accounts.aside[at]! <= accounts.claims[at]!, `account ${account} sets aside more than its claim in asset ${asset}`);
}

/** An authorised withdrawal leaves: the part set aside and the claim together. */
export function release(venue: Venue, account: number, asset: number, lots: number, kind: LegCode): void {
  setAside(venue, account, asset, -lots);
  post(venue, account, OUTSIDE, asset, lots, kind);
}

export const isUser = (venue: Venue, account: number): boolean => account >= FIRST_USER && account < venue.accounts.count;
