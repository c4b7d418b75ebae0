import Link from 'next/link';
import {Suspense} from 'react';
import {chainName} from '../lib/chains.ts';
import {readHeader} from '../lib/queries.ts';
import {NavLinks} from './nav-links.tsx';

/** Network and how far the engine's view lags behind each chain. A silent engine is said to be silent. */
async function Status() {
  const result = await readHeader();
  if (!result.ok) {
    return <span className="inline-flex items-center gap-1.5 text-bad"><Dot shape="bad" />engine unreachable</span>;
  }
  const {network, freshness} = result.data;
  const late = freshness.filter(({lagSeconds}) => lagSeconds > 30);
  const text = freshness.length === 0
    ? 'no chain indexed yet'
    : late.length === 0
      ? 'up to date'
      : late.map(({chainId, lagSeconds}) => `${chainName(chainId, network)} ${lagSeconds} s behind`).join(', ');
  return (
    <span className="inline-flex items-center gap-1.5" title={freshness.map(({chainId, indexedBlock, headBlock}) => `${chainName(chainId, network)}: block ${indexedBlock} of ${headBlock}`).join(' · ')}>
      <Dot shape={late.length === 0 ? 'good' : 'wait'} />
      {network.name} · {text}
    </span>
  );
}

function Dot({shape}: {shape: 'good' | 'wait' | 'bad'}) {
  const colour = {good: 'text-good', wait: 'text-wait', bad: 'text-bad'}[shape];
  return (
    <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true" className={colour}>
      {shape === 'good' && <circle cx="5" cy="5" r="4" fill="currentColor" />}
      {shape === 'wait' && <path d="M5 1 9.5 9h-9z" fill="currentColor" />}
      {shape === 'bad' && <path d="M1.5 1.5l7 7m0-7l-7 7" stroke="currentColor" strokeWidth="2" />}
    </svg>
  );
}

export function SiteHeader() {
  return (
    <header className="border-b border-edge bg-surface">
      <a href="#main" className="sr-only focus:not-sr-only focus:absolute focus:m-2 focus:bg-surface focus:p-2">Skip to content</a>
      <div className="mx-auto flex max-w-6xl flex-wrap items-center gap-x-8 gap-y-2 px-4 py-3 sm:px-6">
        <Link prefetch={false} href="/" className="flex items-center gap-2.5 font-semibold tracking-tight no-underline">
          <svg width="24" height="24" viewBox="0 0 32 32" aria-hidden="true" className="text-accent">
            <rect width="32" height="32" rx="7" fill="currentColor" />
            <path d="M7 22h18M9 22v-6m7 6V9m7 13v-9" stroke="var(--accent-ink)" strokeWidth="3" strokeLinecap="round" />
          </svg>
          Proof of Balance Sheet
        </Link>
        <NavLinks />
        <p className="ml-auto text-xs text-muted"><Suspense fallback="…"><Status /></Suspense></p>
      </div>
    </header>
  );
}
