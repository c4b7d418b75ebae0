/**
 * What custodies could be escaped with if the exchange vanished now. Where the oldest active root is older than a day, trading and reallocation
 * halt until a newer one is active (PROTOCOL §7): what changes hands meanwhile would be lost in an escape. No order is taken or matched for the fund,
 * no position novated, nothing transferred, no excess distributed. Cancels, marks, funding and liquidation go on, and so do seals, which end it.
 */
import {EVENT} from './codes.ts';
import {head} from './records.ts';
import type {Venue} from './venue.ts';

export const ROOT_AGE_MAX_MS = 24 * 3_600_000;

/** The oldest active root: which chain's, by the order of chains, and when its epoch was sealed by the core's clock; 0 = none is active yet. */
export class Roots {
  chain = 0;
  sealedAt = 0;
  /** Trading and reallocation are halted. */
  old = false;
}

/** At ticks and when a chain advances, so that between them orders meet a flag and no clock. */
export function judgeRoots({roots, now, log}: Venue): void {
  const old = roots.sealedAt > 0 && now - roots.sealedAt > ROOT_AGE_MAX_MS;
  if (old === roots.old) return;
  roots.old = old;
  log.push(head(EVENT.roots, old ? 1 : 0, roots.chain), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
}
