'use client';

import Link from 'next/link';
import {useState} from 'react';
import type {Address} from 'viem';
import {engineClient} from '../../lib/browser/engine-client.ts';
import {handProof} from '../../lib/browser/handover.ts';
import type {Session} from '../../lib/browser/sign-in.ts';
import {formatCount} from '../../lib/format.ts';
import {Badge} from '../verdict.tsx';

type State = {kind: 'idle'} | {kind: 'busy'; text: string} | {kind: 'failed'; message: string} | {kind: 'done'; proofJson: string; verdict: 'good' | 'bad' | 'wait'};

type Props = {session: Session; chainId: number; token: Address; symbol: string; epoch: number | undefined};

/** Builds the proof from the published files, checks it against the chain, and offers it as a file. */
export function Inclusion({session, chainId, token, symbol, epoch}: Props) {
  const [state, setState] = useState<State>({kind: 'idle'});
  if (epoch === undefined) return <span className="text-xs text-muted">after the first approved epoch</span>;
  const busy = (text: string) => setState({kind: 'busy', text});
  const prove = async () => {
    busy('Asking for your blinding');
    const blinding = await engineClient(session.token).blinding(epoch);
    if (!blinding.ok) {
      setState({kind: 'failed', message: blinding.message});
      return;
    }
    const [{buildProof}, {checkProof}] = await Promise.all([import('../../lib/browser/build-proof.ts'), import('../../lib/browser/check-proof.ts')]);
    const owner = {wallet: session.wallet, blinding: blinding.data.blinding};
    const built = await buildProof({epoch, chainId, token, owner, onProgress: busy});
    if (!built.ok) {
      setState({kind: 'failed', message: built.message});
      return;
    }
    busy('Comparing with the chain');
    const {steps} = await checkProof(built.proofJson, {rpcUrl: built.rpcUrl, epochManager: built.epochManager, chainId: built.l2ChainId});
    const verdict = steps.some(({ok}) => ok === false) ? 'bad' : steps.some(({ok}) => ok === undefined) ? 'wait' : 'good';
    setState({kind: 'done', proofJson: built.proofJson, verdict});
  };
  if (state.kind === 'busy') return <span className="text-xs text-muted" role="status">{state.text}…</span>;
  if (state.kind === 'done') return <Proof {...state} name={`pobs-proof-epoch-${epoch}-${chainId}-${symbol}.json`} epoch={epoch} />;
  return (
    <span className="inline-flex flex-wrap items-center gap-2">
      <button type="button" className="link text-sm" onClick={() => void prove()}>Prove it in epoch {formatCount(epoch)}</button>
      {state.kind === 'failed' && <span className="text-xs text-bad" role="alert">{state.message}</span>}
    </span>
  );
}

const WORDS = {good: 'Included in epoch', bad: 'Does not hold in epoch', wait: 'Consistent, chain not asked, epoch'} as const;

function Proof({proofJson, verdict, name, epoch}: {proofJson: string; verdict: 'good' | 'bad' | 'wait'; name: string; epoch: number}) {
  const download = () => {
    const url = URL.createObjectURL(new Blob([proofJson], {type: 'application/json'}));
    const link = document.createElement('a');
    link.href = url;
    link.download = name;
    link.click();
    URL.revokeObjectURL(url);
  };
  return (
    <span className="inline-flex flex-wrap items-center gap-x-3 gap-y-1" data-testid="inclusion">
      <Badge tone={verdict}>{WORDS[verdict]} {formatCount(epoch)}</Badge>
      <button type="button" className="link text-sm" onClick={download}>Download</button>
      <Link prefetch={false} className="link text-sm" href="/verify" onClick={() => handProof(proofJson)}>See each step</Link>
    </span>
  );
}
