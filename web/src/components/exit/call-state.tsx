import {Notice} from '../notice.tsx';
import type {CallState} from './use-call.ts';

export function CallOutcome({state}: {state: CallState}) {
  switch (state.kind) {
    case 'idle': return null;
    case 'busy': return <p className="mt-3 text-sm text-muted" role="status">{state.text}…</p>;
    case 'failed': return <div className="mt-3"><Notice text={state.message} /></div>;
    case 'done': return <p className="mt-3 rounded-lg bg-good-soft px-4 py-3 text-sm text-good" role="status">{state.text}</p>;
  }
}
