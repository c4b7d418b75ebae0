/** Which active root is the oldest, and what is refused while it is too old (PROTOCOL §7). */
import type {Rejection} from './commands.ts';
import type {State} from './state.ts';
import {judgeRoots} from './venue/roots.ts';

/** After a chain has advanced. A chain without any active root has nothing to escape with yet and does not count. */
export function observeRoots({chains, bases, venue}: State): void {
  const {roots} = venue;
  const known = chains.flatMap(({activeEpoch}, chain) => (activeEpoch > 0n ? [{chain, sealedAt: bases.get(activeEpoch)!.sealedAt}] : []));
  const oldest = known.reduce<{chain: number; sealedAt: number} | undefined>((first, each) => (first && first.sealedAt <= each.sealedAt ? first : each), undefined);
  if (oldest) Object.assign(roots, oldest);
  judgeRoots(venue);
}

export const rootTooOld = ({chains, venue: {roots}}: State): Rejection => ({code: 'ROOT_TOO_OLD', chainId: chains[roots.chain]!.chainId});

/** The chain whose root keeps everything from moving, if one does. */
export const oldRoot = (state: State): Rejection | undefined => (state.venue.roots.old ? rootTooOld(state) : undefined);
