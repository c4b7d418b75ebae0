import type {EpochStatus} from '../lib/queries.ts';
import {type Tone, VERDICTS} from '../lib/verdict.ts';

const TONES: Readonly<Record<Tone, string>> = {
  good: 'bg-good-soft text-good',
  bad: 'bg-bad-soft text-bad',
  wait: 'bg-wait-soft text-wait',
};

/** A check, a cross, or an hourglass dot: the shape tells the tone without its colour. */
export function ToneIcon({tone, size = 14}: {tone: Tone; size?: number}) {
  const shapes: Readonly<Record<Tone, string>> = {
    good: 'M3 8.5 6.5 12 13 4.5',
    bad: 'M4 4l8 8M12 4l-8 8',
    wait: 'M8 4v4.5l3 2',
  };
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" strokeLinejoin="round">
      {tone === 'wait' && <circle cx="8" cy="8" r="6.5" strokeWidth="1.5" />}
      <path d={shapes[tone]} />
    </svg>
  );
}

/** Icon and word on the tone's colour. */
export function Badge({tone, children}: {tone: Tone; children: React.ReactNode}) {
  return (
    <span className={`inline-flex items-center gap-1.5 rounded-full px-2.5 py-0.5 text-xs font-medium whitespace-nowrap ${TONES[tone]}`}>
      <ToneIcon tone={tone} />
      {children}
    </span>
  );
}

export function Verdict({status}: {status: EpochStatus}) {
  const {tone, label} = VERDICTS[status];
  return <Badge tone={tone}>{label}</Badge>;
}
