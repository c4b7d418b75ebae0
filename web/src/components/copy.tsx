'use client';

import {useState} from 'react';

/** A long value shown short, with a button that copies all of it. */
export function Copy({value, shown}: {value: string; shown: string}) {
  const [copied, setCopied] = useState(false);
  const copy = () => {
    navigator.clipboard.writeText(value).then(() => setCopied(true), () => setCopied(false));
  };
  return (
    <span className="inline-flex items-center gap-1.5">
      <code className={`font-mono text-[0.8125rem] ${shown === value ? 'break-all' : 'whitespace-nowrap'}`} title={value}>{shown}</code>
      <button type="button" onClick={copy} onBlur={() => setCopied(false)} aria-label={`Copy ${value}`}
        className="inline-flex h-6 min-w-6 items-center justify-center rounded text-xs text-muted hover:text-accent">
        {copied ? <span role="status">copied</span> : (
          <svg width="14" height="14" viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.4" aria-hidden="true">
            <rect x="5" y="5" width="8.5" height="8.5" rx="1.5" /><path d="M3 10.5V3.5A1 1 0 0 1 4 2.5h6.5" />
          </svg>
        )}
      </button>
    </span>
  );
}
