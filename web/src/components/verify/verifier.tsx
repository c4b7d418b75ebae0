'use client';

import {useEffect, useRef, useState} from 'react';
import type {CheckResult} from '../../lib/browser/check-proof.ts';
import {takeProof} from '../../lib/browser/handover.ts';
import {addOneLot} from '../../lib/browser/tamper.ts';
import {Outcome} from './outcome.tsx';
import {StepList} from './step-list.tsx';

export type KnownAsset = {chainId: number; token: string; symbol: string; decimals: number};
export type VerifierDefaults = {rpcUrl: string; epochManager: string; chainId?: number};

const FILE_BYTES_MAX = 1_000_000;

/** Takes a proof, recomputes it here, and says step by step what holds. */
export function Verifier({defaults, assets}: {defaults: VerifierDefaults; assets: readonly KnownAsset[]}) {
  const [text, setText] = useState('');
  const [rpcUrl, setRpcUrl] = useState(defaults.rpcUrl);
  const [epochManager, setEpochManager] = useState(defaults.epochManager);
  const [result, setResult] = useState<CheckResult>();
  const [busy, setBusy] = useState(false);
  const latest = useRef(0);

  const check = async (proofText: string) => {
    const run = (latest.current += 1);
    setBusy(true);
    // Loaded when it is needed: the page itself stays small.
    const {checkProof} = await import('../../lib/browser/check-proof.ts');
    const checked = await checkProof(proofText, {rpcUrl, epochManager, chainId: defaults.chainId});
    if (run !== latest.current) return;
    setResult(checked);
    setBusy(false);
  };
  const take = (proofText: string) => {
    setText(proofText);
    if (proofText.trim() === '') setResult(undefined);
    else void check(proofText);
  };
  const takeFile = async (file: File | undefined) => {
    if (file === undefined) return;
    take(file.size > FILE_BYTES_MAX ? 'This file is too large to be a proof.' : await file.text());
  };
  const handedOver = useRef(take);
  handedOver.current = take;
  useEffect(() => {
    const proof = takeProof();
    if (proof !== undefined) handedOver.current(proof);
  }, []);
  const tampered = result?.proof === undefined ? undefined : addOneLot(text);

  return (
    <div className="grid gap-6 lg:grid-cols-[minmax(0,1fr)_minmax(0,1.1fr)] lg:items-start">
      <section className="card p-4 sm:p-6 lg:sticky lg:top-6" aria-labelledby="proof-title"
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault();
          void takeFile(event.dataTransfer.files[0]);
        }}>
        <h2 id="proof-title" className="font-semibold">Your proof</h2>
        <p className="mt-1 text-sm text-muted">Paste it, drop the file here, or choose it. Your data stays in this tab: only the epoch&apos;s number is sent, to the RPC below.</p>
        <label className="mt-4 block text-sm" htmlFor="proof">Proof (JSON)</label>
        <textarea id="proof" data-testid="proof" value={text} onChange={(event) => take(event.target.value)} spellCheck={false} rows={12}
          placeholder='{"v": 1, …}' className="field mt-1 font-mono text-xs leading-5" />
        <div className="mt-3 flex flex-wrap items-center gap-3">
          <button type="button" className="button" disabled={text.trim() === '' || busy} onClick={() => void check(text)}>{busy ? 'Checking…' : 'Check'}</button>
          <label className="button-quiet focus-within:outline-2 focus-within:outline-accent">
            Choose a file
            <input type="file" accept="application/json,.json" className="sr-only" onChange={(event) => void takeFile(event.target.files?.[0])} />
          </label>
          {tampered !== undefined && <button type="button" className="button-quiet" onClick={() => take(tampered)}>Falsify it by one lot</button>}
        </div>
        <fieldset className="mt-6 grid gap-3 border-t border-edge pt-4">
          <legend className="sr-only">The chain to compare with</legend>
          <label className="block text-sm">RPC of L2, of your choice
            <input className="field mt-1 font-mono text-xs" data-testid="rpc" value={rpcUrl} onChange={(event) => setRpcUrl(event.target.value)} inputMode="url" spellCheck={false} />
          </label>
          <label className="block text-sm">EpochManager, as published by a source you trust
            <input className="field mt-1 font-mono text-xs" data-testid="epoch-manager" value={epochManager} onChange={(event) => setEpochManager(event.target.value)} spellCheck={false} />
          </label>
        </fieldset>
      </section>
      <section className="grid gap-4" aria-live="polite">
        {result === undefined
          ? <p className="card p-4 text-sm text-muted sm:p-6">Nothing has been checked yet. Each step appears here with the bytes it compared.</p>
          : <><Outcome result={result} assets={assets} /><StepList steps={result.steps} /></>}
      </section>
    </div>
  );
}
