import {percent, ratio} from '../lib/format.ts';
import type {Tally} from '../lib/verdict.ts';
import {ToneIcon} from './verdict.tsx';

const RADIUS = 52;
const TURN = 2 * Math.PI * RADIUS;
const QUORUM = 2 / 3;

/** Weight for, against and silent as a ring; the mark at two thirds is what an approval needs. */
export function VoteRing({tally: {approve, reject, total}}: {tally: Tally}) {
  const forShare = ratio(approve, total);
  const againstShare = Math.min(ratio(reject, total), 1 - forShare);
  const silent = total - approve - reject;
  const angle = QUORUM * 2 * Math.PI - Math.PI / 2;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const shareOf = (weight: bigint) => `${percent(weight, total) ?? '0.0'} %`;
  const share = shareOf(approve);
  return (
    <figure className="flex flex-wrap items-center gap-6">
      <svg viewBox="0 0 140 140" className="h-36 w-36 shrink-0" role="img" aria-label={`${share} of the voting weight approved; two thirds are needed.`}>
        <g fill="none" strokeWidth="14" transform="rotate(-90 70 70)">
          <circle cx="70" cy="70" r={RADIUS} className="stroke-sunken" />
          <circle cx="70" cy="70" r={RADIUS} className="stroke-good" strokeDasharray={`${forShare * TURN} ${TURN}`} />
          {againstShare > 0 && (
            <circle cx="70" cy="70" r={RADIUS} className="stroke-bad" strokeDasharray={`${againstShare * TURN} ${TURN}`} strokeDashoffset={-forShare * TURN} />
          )}
        </g>
        <line x1={70 + 42 * cos} y1={70 + 42 * sin} x2={70 + 65 * cos} y2={70 + 65 * sin} className="stroke-ink" strokeWidth="2.5" />
        <text x="70" y="70" textAnchor="middle" className="fill-ink text-[20px] font-semibold">{share}</text>
        <text x="70" y="88" textAnchor="middle" className="fill-muted text-[11px]">of weight for</text>
      </svg>
      <figcaption>
        <dl className="grid gap-1.5 text-sm">
          <Row icon={<span className="text-good"><ToneIcon tone="good" /></span>} term="For" text={share} />
          <Row icon={<span className="text-bad"><ToneIcon tone="bad" /></span>} term="Against" text={shareOf(reject)} />
          <Row icon={<span className="text-muted"><ToneIcon tone="wait" /></span>} term="Silent" text={shareOf(silent > 0n ? silent : 0n)} />
          <Row icon={<span aria-hidden="true" className="inline-block w-3.5 text-center font-semibold">/</span>} term="Needed" text="two thirds" />
        </dl>
      </figcaption>
    </figure>
  );
}

function Row({icon, term, text}: {icon: React.ReactNode; term: string; text: string}) {
  return (
    <div className="grid grid-cols-[1rem_5rem_auto] items-center gap-2">
      {icon}
      <dt className="text-muted">{term}</dt>
      <dd className="text-right">{text}</dd>
    </div>
  );
}
