/** While any custody could only be escaped with a sheet older than a day, nothing is traded and nothing changes hands. */
import {type Refusal, refuse, type World} from './world.ts';

const DAY_MS = 24n * 3_600_000n;

export const refuseOld = ({halted}: World): Refusal | undefined => (halted ? refuse('ROOT_TOO_OLD') : undefined);

/** At ticks and whenever a chain has advanced. */
export function judgeRoots(world: World): void {
  const active = world.chains.filter(({activeEpoch}) => activeEpoch > 0n).map(({chainId, activeEpoch}) => ({chainId, epoch: activeEpoch, sealedAt: world.sheets.get(activeEpoch)!.sealedAt}));
  const oldest = active.reduce<(typeof active)[number] | undefined>((first, each) => (first && first.sealedAt <= each.sealedAt ? first : each), undefined);
  const old = oldest !== undefined && world.now - oldest.sealedAt > DAY_MS;
  if (old === world.halted) return;
  world.halted = old;
  world.tell(old ? {type: 'tradingHalted', chainId: oldest.chainId, epoch: oldest.epoch} : {type: 'tradingResumed'});
}
