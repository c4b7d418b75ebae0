/** Where somebody stands who leaves without the exchange, and what comes next after which delay (PROTOCOL §7). */

export const DAY_SECONDS = 86_400;
/** Validators reject every epoch that passes over a request of this age (V10). */
export const ANSWER_BY = DAY_SECONDS;
/** Unanswered for so long, anybody may freeze the custody. */
export const SERVE_WITHIN = 7 * DAY_SECONDS;
/** Without a newer active balance sheet for so long, anybody may announce the freeze, */
export const SILENCE = 7 * DAY_SECONDS;
/** and so much later carry it out. */
export const FREEZE_NOTICE = DAY_SECONDS;

/** Of one custody, as its chain says; seconds of that chain's clock. */
export type CustodyStanding = {
  epoch: number;
  snapshotTime: number;
  frozen: boolean;
  /** When an announced freeze may happen; 0 when none is announced. */
  freezeFrom: number;
  now: number;
};

export type FreezeStage = 'none' | 'silent' | 'announced' | 'due' | 'frozen';

/** `silent`: the freeze can be announced; `due`: it can be carried out. */
export function freezeStage({epoch, snapshotTime, frozen, freezeFrom, now}: CustodyStanding): FreezeStage {
  if (frozen) return 'frozen';
  if (freezeFrom > 0) return now >= freezeFrom ? 'due' : 'announced';
  return epoch > 0 && now >= snapshotTime + SILENCE ? 'silent' : 'none';
}

/** A row of the active epoch and what the custody keeps about it; lots. */
export type RowStanding = {
  total: bigint;
  withdrawable: bigint;
  withdrawal: bigint;
  escaped: bigint;
  /** Authorised by the active epoch or earlier, and not yet paid. */
  unpaid: bigint;
  request: {lots: bigint; requestedAt: number; exit: boolean; open: boolean} | undefined;
};

export type Action = 'forceWithdraw' | 'forceExit' | 'freezeUnserved' | 'escape' | 'claim';

/** What the wallet can do now, the weakest means first. */
export function actionsOf({frozen, now}: CustodyStanding, {total, withdrawable, withdrawal, escaped, unpaid, request}: RowStanding): Action[] {
  const actions: Action[] = [];
  if (unpaid > 0n) actions.push('claim');
  if (frozen) return total - withdrawal > escaped ? [...actions, 'escape'] : actions;
  if (request?.open === true) return now >= request.requestedAt + SERVE_WITHIN ? [...actions, 'freezeUnserved'] : actions;
  if (withdrawable > withdrawal) actions.push('forceWithdraw');
  if (total > withdrawal) actions.push('forceExit');
  return actions;
}

export type Step = {at: number | undefined; text: string; state: 'done' | 'now' | 'later'};

/** The course of a forced request, with the moments that were and those that will be. */
export function requestSteps({frozen, now}: CustodyStanding, request: NonNullable<RowStanding['request']>): Step[] {
  const {requestedAt, exit, open} = request;
  const stateAt = (from: number): Step['state'] => (now >= from ? 'done' : 'later');
  const asked: Step = {at: requestedAt, state: 'done', text: `You asked the custody on chain${exit ? '; your positions are closed at the next mark' : ''}.`};
  if (!open && !frozen) return [asked, {at: undefined, state: 'done', text: 'An approved balance sheet carries it. What is due is paid to your wallet, or collected here.'}];
  const freezeAt = requestedAt + SERVE_WITHIN;
  return [
    asked,
    {at: requestedAt + ANSWER_BY, state: stateAt(requestedAt + ANSWER_BY), text: 'From here on validators reject every balance sheet that passes over your request. The exchange either serves it, or gets nothing approved any more.'},
    {at: freezeAt, state: frozen ? 'done' : now >= freezeAt ? 'now' : 'later', text: 'If nobody has answered: anybody, you too, may freeze the custody. A frozen custody takes no new balance sheet, for ever.'},
    {at: undefined, state: frozen ? 'now' : 'later', text: 'Once frozen, you take your whole row of the last active balance sheet by one transaction. It is paid at once.'},
  ];
}
