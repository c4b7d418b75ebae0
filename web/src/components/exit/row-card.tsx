'use client';

import type {CustodyReading} from '../../lib/custody-standing.ts';
import type {ExitRow} from '../../lib/browser/exit/rows.ts';
import {callOf} from '../../lib/browser/exit/send.ts';
import {type Action, actionsOf, requestSteps, type Step} from '../../lib/exit-steps.ts';
import {formatCount, formatLots, formatTime} from '../../lib/format.ts';
import type {Sources} from '../../lib/network-file.ts';
import {Badge, ToneIcon} from '../verdict.tsx';
import {CallOutcome} from './call-state.tsx';
import type {Opened} from './exit-wallet.tsx';
import {useCall} from './use-call.ts';

const BUTTONS: Readonly<Record<Action, {label: string; strong: boolean; done: string}>> = {
  forceWithdraw: {label: 'Force withdrawal', strong: true, done: 'The custody has your demand.'},
  forceExit: {label: 'Force exit', strong: false, done: 'The custody has your demand. Your positions are closed at the next mark.'},
  freezeUnserved: {label: 'Freeze the custody', strong: true, done: 'The custody is frozen.'},
  escape: {label: 'Escape to my wallet', strong: true, done: 'Your row has left the custody. It is in your wallet.'},
  claim: {label: 'Collect what is authorised', strong: false, done: 'It is in your wallet.'},
};

type Props = {
  row: ExitRow;
  reading: CustodyReading | undefined;
  opened: Opened;
  sources: Sources;
  /** The row as the balance sheet has it that is active by now. */
  latest: (row: ExitRow) => Promise<ExitRow | undefined>;
  onChanged: () => void;
};

/** One row of the active balance sheet: what it says, what its owner can do, and what happens then. */
export function RowCard({row, reading, opened, sources, latest, onChanged}: Props) {
  const {state, run} = useCall({place: row, opened, sources, onChanged});
  const standing = reading?.ok === true ? reading.standing : undefined;
  const actions = standing === undefined ? [] : actionsOf(standing, row.standing);
  const amount = (lots: bigint) => `${formatLots(lots, row)} ${row.symbol}`;
  const {total, withdrawable, withdrawal, escaped, unpaid, request} = row.standing;
  return (
    <section className="card p-4 sm:p-6" aria-label={`${row.symbol} on ${row.chain}`} data-testid={`row-${row.chainId}-${row.symbol}`}>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h2 className="text-lg font-semibold">{row.symbol} on {row.chain}</h2>
        <Standing row={row} frozen={standing?.frozen ?? false} />
      </div>
      <dl className="mt-3 grid grid-cols-2 gap-x-6 gap-y-2 text-sm sm:flex sm:flex-wrap sm:gap-x-10">
        <Figure term={`Yours in epoch ${formatCount(row.epoch)}`} text={amount(total)} />
        <Figure term="Withdrawable" text={amount(withdrawable)} />
        {withdrawal > 0n && <Figure term="Leaving with this epoch" text={amount(withdrawal)} />}
        {unpaid > 0n && <Figure term="Authorised, to collect" text={amount(unpaid)} />}
        {escaped > 0n && <Figure term="Escaped" text={amount(escaped)} />}
      </dl>
      {request !== undefined && standing !== undefined && (request.open || !standing.frozen) && <Course steps={requestSteps(standing, request)} />}
      {standing !== undefined && <Hint actions={actions} row={row} amount={amount} />}
      <div className="mt-4 flex flex-wrap gap-3">
        {actions.map((action) => {
          const {label, strong, done} = BUTTONS[action];
          return <button key={action} type="button" className={strong ? 'button' : 'button-quiet'} disabled={state.kind === 'busy'} onClick={() => void run(() => latest(row).then((now) => now && callOf(action, now)), done)}>{label}</button>;
        })}
      </div>
      <CallOutcome state={state} />
    </section>
  );
}

function Standing({row: {standing: {total, withdrawal, escaped, request}}, frozen}: {row: ExitRow; frozen: boolean}) {
  if (frozen) return escaped >= total - withdrawal ? <Badge tone="good">Escaped</Badge> : <Badge tone="bad">Custody frozen</Badge>;
  if (request?.open === true) return <Badge tone="wait">{request.exit ? 'Exit demanded' : 'Withdrawal demanded'}</Badge>;
  return request === undefined ? null : <Badge tone="good">Demand answered</Badge>;
}

function Figure({term, text}: {term: string; text: string}) {
  return <div><dt className="text-xs text-muted">{term}</dt><dd className="font-medium">{text}</dd></div>;
}

/** What the buttons do, in words, before they are pressed. */
function Hint({actions, row: {standing}, amount}: {actions: readonly Action[]; row: ExitRow; amount: (lots: bigint) => string}) {
  const {total, withdrawable, withdrawal, escaped} = standing;
  const lines: string[] = [];
  if (actions.includes('forceWithdraw')) lines.push(`Force withdrawal demands the ${amount(withdrawable - withdrawal)} that can leave now. Positions stay open.`);
  if (actions.includes('forceExit')) lines.push(`Force exit demands all of it, ${amount(total - withdrawal)} by the last balance sheet: your positions are closed at the next mark first, and what is then yours leaves.`);
  if (actions.includes('freezeUnserved')) lines.push('Seven days passed without an answer. Freezing ends this custody for everybody: it takes no new balance sheet, and each takes its own row.');
  if (actions.includes('escape')) lines.push(`Escape pays ${amount(total - withdrawal - escaped)} to your wallet at once.`);
  return lines.length === 0 ? null : <ul className="mt-4 grid max-w-3xl gap-1 text-sm text-muted">{lines.map((line) => <li key={line}>{line}</li>)}</ul>;
}

const TONES = {done: 'good', now: 'wait', later: 'wait'} as const;
const COLOURS = {done: 'text-good', now: 'text-accent', later: 'text-muted'} as const;
const WORDS = {done: 'done', now: 'possible now', later: 'to come'} as const;

function Course({steps}: {steps: readonly Step[]}) {
  return (
    <ol className="mt-4 grid max-w-3xl gap-2 text-sm">
      {steps.map(({at, text, state}) => (
        <li key={text} className="grid grid-cols-[1rem_1fr] gap-x-2.5 sm:grid-cols-[1rem_10.5rem_1fr]">
          <span className={`mt-1 ${COLOURS[state]}`}><ToneIcon tone={TONES[state]} /><span className="sr-only">{WORDS[state]}</span></span>
          <span className="text-muted">{at === undefined ? 'then' : `${formatTime(at * 1_000).slice(0, 16)} UTC`}</span>
          <span className="col-start-2 sm:col-start-3">{text}</span>
        </li>
      ))}
    </ol>
  );
}
