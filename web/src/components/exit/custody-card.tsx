'use client';

import type {CustodyReading} from '../../lib/custody-standing.ts';
import {type CustodyStanding, type FreezeStage, freezeStage} from '../../lib/exit-steps.ts';
import {formatAgo, formatCount, formatTime, shorten} from '../../lib/format.ts';
import type {CustodyPlace, Sources} from '../../lib/network-file.ts';
import type {Tone} from '../../lib/verdict.ts';
import {Copy} from '../copy.tsx';
import {Badge} from '../verdict.tsx';
import {CallOutcome} from './call-state.tsx';
import type {Opened} from './exit-wallet.tsx';
import {useCall} from './use-call.ts';

const STAGES: Readonly<Record<FreezeStage, {tone: Tone; label: string}>> = {
  none: {tone: 'good', label: 'Working'},
  silent: {tone: 'wait', label: 'Silent for a week'},
  announced: {tone: 'wait', label: 'Freeze announced'},
  due: {tone: 'bad', label: 'Freeze due'},
  frozen: {tone: 'bad', label: 'Frozen'},
};

function sentenceOf(stage: FreezeStage, {freezeFrom}: CustodyStanding): string {
  switch (stage) {
    case 'none': return 'New balance sheets become active here. The ordinary withdrawal is faster, as long as the exchange answers you.';
    case 'silent': return 'No new balance sheet became active for seven days. Anybody may announce the freeze; it can be carried out a day later, unless a balance sheet becomes active before.';
    case 'announced': return `It can be frozen from ${formatTime(freezeFrom * 1_000)} UTC on, unless a balance sheet becomes active before.`;
    case 'due': return 'The announced day is over. Anybody may freeze it now.';
    case 'frozen': return 'It takes no new balance sheet, for ever. Everybody takes what the last active one says.';
  }
}

type Props = {place: CustodyPlace; reading: CustodyReading | undefined; opened: Opened | undefined; sources: Sources; onChanged: () => void};

/** One custody by its chain's word, and what anybody may do about its silence. */
export function CustodyCard({place, reading, opened, sources, onChanged}: Props) {
  const {state, run} = useCall({place, opened, sources, onChanged});
  const standing = reading?.ok === true ? reading.standing : undefined;
  const stage = standing === undefined ? undefined : freezeStage(standing);
  return (
    <section className="card p-4 sm:p-5" aria-label={`Custody on ${place.chain}`} data-testid={`custody-${place.chainId}`} data-stage={stage}>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h2 className="font-semibold">Custody on {place.chain}</h2>
        {stage !== undefined && <Badge tone={STAGES[stage].tone}>{STAGES[stage].label}</Badge>}
      </div>
      <p className="mt-1 text-xs text-muted"><Copy value={place.custody} shown={shorten(place.custody)} /></p>
      {reading === undefined && <p className="mt-2 text-sm text-muted">Asking its chain…</p>}
      {reading?.ok === false && <p className="mt-2 text-sm text-bad" role="alert">{reading.message}</p>}
      {standing !== undefined && stage !== undefined && (
        <>
          <p className="mt-2 text-sm">{standing.epoch === 0
            ? 'No balance sheet is active yet.'
            : <>Active balance sheet: <span className="font-medium">epoch {formatCount(standing.epoch)}</span>, taken <time dateTime={new Date(standing.snapshotTime * 1_000).toISOString()}>{formatAgo(standing.snapshotTime * 1_000, standing.now * 1_000)}</time></>}</p>
          <p className="mt-1 text-sm text-muted">{sentenceOf(stage, standing)}</p>
          {(stage === 'silent' || stage === 'due') && (
            <button type="button" className="button mt-3" disabled={opened === undefined || state.kind === 'busy'}
              onClick={() => void run(async () => ({functionName: stage === 'silent' ? 'announceFreeze' : 'freeze', args: []}), stage === 'silent' ? 'The freeze is announced.' : 'The custody is frozen.')}>
              {stage === 'silent' ? 'Announce the freeze' : 'Freeze the custody'}
            </button>
          )}
          <CallOutcome state={state} />
        </>
      )}
    </section>
  );
}
