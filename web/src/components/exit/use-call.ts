'use client';

import {useState} from 'react';
import type {Call, SendResult} from '../../lib/browser/exit/send.ts';
import type {CustodyPlace, Sources} from '../../lib/network-file.ts';
import type {Opened} from './exit-wallet.tsx';

export type CallState = {kind: 'idle'} | {kind: 'busy'; text: string} | {kind: 'failed'; message: string} | {kind: 'done'; text: string};

/** One transaction at a time, from a try without sending to its block. `prepare` answers nothing when there is nothing to send any more. */
export function useCall({place, opened, sources, onChanged}: {place: CustodyPlace; opened: Opened | undefined; sources: Sources; onChanged: () => void}) {
  const [state, setState] = useState<CallState>({kind: 'idle'});
  const run = async (prepare: () => Promise<Call | undefined>, done: string): Promise<void> => {
    if (opened === undefined) return;
    const onProgress = (text: string) => setState({kind: 'busy', text});
    onProgress('Preparing');
    const call = await prepare();
    if (call === undefined) {
      setState({kind: 'failed', message: 'The active balance sheet is a newer one now, in which this row cannot be found. Look again.'});
      return;
    }
    const {sendCall} = await import('../../lib/browser/exit/send.ts');
    const result: SendResult = await sendCall({...opened, sources, onProgress}, place, call);
    setState(result.ok ? {kind: 'done', text: done} : {kind: 'failed', message: result.message});
    if (result.ok) onChanged();
  };
  return {state, run};
}
