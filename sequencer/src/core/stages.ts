/** One epoch's way through the sequencer, as a pure state machine: what happened so far decides what is done next. */

/** The last thing that is done and recorded; `opened` means that number and snapshot time are chosen. */
export const STAGES = [
  'opened', 'sealed', 'built', 'published', 'proposed', 'decided', 'settled-l2', 'settled-l1', 'distributed', 'final',
] as const;
export type Stage = (typeof STAGES)[number];

/** `rejected` and `expired` epochs are dead: nothing of them leaves custody, their requests go back (PROTOCOL §6). */
export type Outcome = 'approved' | 'rejected' | 'expired';

export type EpochState = {
  epoch: bigint;
  stage: Stage;
  /** Seconds; chosen when the epoch is opened and never again. */
  snapshotTime: bigint;
  /** Known from `decided` on. */
  outcome?: Outcome;
};

export type EpochEvent =
  /** Nobody proposed it in time: it is sealed again, under the same number, at a new moment. */
  | {type: 'reopened'; snapshotTime: bigint}
  | {type: 'sealed' | 'built' | 'published' | 'proposed' | 'settled-l2' | 'settled-l1' | 'distributed' | 'final'}
  | {type: 'decided'; outcome: Outcome};

/** What has to be done next. Every effect checks the world first: it may have been done before a crash. */
export type Effect = 'seal' | 'build' | 'publish' | 'propose' | 'decide' | 'settle-l2' | 'settle-l1' | 'distribute' | 'finish';

const AFTER: Record<Exclude<Stage, 'final'>, Effect> = {
  opened: 'seal',
  sealed: 'build',
  built: 'publish',
  published: 'propose',
  proposed: 'decide',
  decided: 'settle-l2',
  'settled-l2': 'settle-l1',
  'settled-l1': 'distribute',
  distributed: 'finish',
};

/** The effect an epoch waits for; undefined when it is final. */
export function nextEffect({stage, outcome}: EpochState): Effect | undefined {
  if (stage === 'final') return undefined;
  if (stage === 'decided' && outcome !== 'approved') return 'finish';
  return AFTER[stage];
}

/**
 * The state after an event, and what to do then.
 *
 * @throws Error on an event that the state did not wait for: a bug of the caller.
 */
export function reduce(state: EpochState, event: EpochEvent): {state: EpochState; effects: Effect[]} {
  if (!isExpected(state, event)) throw new Error(`Epoch ${state.epoch} at stage ${state.stage} did not wait for ${event.type}`);
  const next = after(state, event);
  const effect = nextEffect(next);
  return {state: next, effects: effect ? [effect] : []};
}

function after(state: EpochState, event: EpochEvent): EpochState {
  switch (event.type) {
    case 'reopened':
      return {...state, stage: 'opened', snapshotTime: event.snapshotTime};
    case 'decided':
      return {...state, stage: 'decided', outcome: event.outcome};
    default:
      return {...state, stage: event.type};
  }
}

function isExpected(state: EpochState, event: EpochEvent): boolean {
  const at = STAGES.indexOf(state.stage);
  if (event.type === 'reopened') return at < STAGES.indexOf('proposed') && event.snapshotTime > state.snapshotTime;
  if (state.stage === 'decided' && state.outcome !== 'approved') return event.type === 'final';
  return STAGES.indexOf(event.type) === at + 1;
}

/** Number of the next epoch, given the greatest number anybody knows of. */
export const nextEpoch = (known: readonly bigint[]): bigint => known.reduce((max, epoch) => (epoch > max ? epoch : max), 0n) + 1n;

/** An L1 line is settled in every `l1Every`-th epoch, and whenever it may carry withdrawals. */
export const isL1Due = (epoch: bigint, {l1Every, withdrawEvery}: {l1Every: number; withdrawEvery: number}): boolean =>
  epoch % BigInt(l1Every) === 0n || epoch % BigInt(withdrawEvery) === 0n;

/** Furthest that a proposal's block may be from the snapshot time, seconds (V5). */
export const PROPOSAL_SKEW_MAX = 120n;

/** True when a summary with this snapshot time can no longer be proposed. */
export const isMissed = (snapshotTime: bigint, now: bigint): boolean => now > snapshotTime + PROPOSAL_SKEW_MAX;
