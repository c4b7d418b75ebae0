/** Isolated margin and fee tiers: settings of an account that change how its money is bound. */
import {NONE} from './accounts.ts';
import {isUser} from './claims.ts';
import {EVENT, REASON, type Reason} from './codes.ts';
import {dropIfIdle, findPosition, openPosition} from './exposure.ts';
import {isWhole, VALUE_MAX} from './integers.ts';
import {assess, assessBucket} from './margin.ts';
import {MARKET_STATUS} from './market.ts';
import {POSITION_FLAG} from './positions.ts';
import {head} from './records.ts';
import type {Venue} from './venue.ts';

/** Cross or isolated, for one perpetual; only while the account has neither position nor orders there. */
export function setMarginMode(venue: Venue, account: number, index: number, isolated: boolean): Reason {
  const market = venue.markets[index];
  if (!isUser(venue, account)) return REASON.unknownAccount;
  if (market === undefined || !market.perpetual) return REASON.unknownMarket;
  if (market.status === MARKET_STATUS.delisted) return REASON.marketHalted;
  const {positions} = venue;
  const known = findPosition(venue, account, index);
  if (known !== NONE && (positions.quantity[known] !== 0 || positions.openBuy[known] !== 0 || positions.openSell[known] !== 0)) return REASON.positionOpen;
  const slot = known === NONE ? openPosition(venue, account, market) : known;
  positions.flags[slot] = isolated ? POSITION_FLAG.isolated : 0;
  venue.log.push(head(EVENT.margin, isolated ? 1 : 0, index), account, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  dropIfIdle(venue, slot);
  return REASON.none;
}

/** Moves collateral into (positive) or out of an isolated position; neither bucket may fall below its initial margin by it. */
export function moveCollateral(venue: Venue, account: number, index: number, lots: number): Reason {
  if (!isUser(venue, account)) return REASON.unknownAccount;
  const slot = findPosition(venue, account, index);
  if (slot === NONE || (venue.positions.flags[slot]! & POSITION_FLAG.isolated) === 0 || venue.positions.quantity[slot] === 0) return REASON.noPosition;
  if (!isWhole(Math.abs(lots), 1, VALUE_MAX)) return REASON.badAmount;
  const giver = lots > 0 ? assess(venue, account) : assessBucket(venue, slot);
  if (giver.equity - Math.abs(lots) < giver.initial) {
    venue.needed = Math.abs(lots);
    venue.available = Math.max(0, giver.equity - giver.initial);
    return REASON.insufficientMargin;
  }
  venue.positions.collateral[slot]! += lots;
  venue.accounts.cash[account]! -= lots;
  venue.log.push(head(EVENT.margin, 2, index), account, 0, 0, 0, 0, 0, 0, venue.positions.collateral[slot]!, lots, 0, 0);
  return REASON.none;
}

export function setFeeTier(venue: Venue, account: number, tier: number): Reason {
  if (!isUser(venue, account)) return REASON.unknownAccount;
  if (!isWhole(tier, 0, 31)) return REASON.badFlags;
  venue.accounts.feeTier[account] = tier;
  venue.log.push(head(EVENT.margin, 3, 0), account, tier, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  return REASON.none;
}
