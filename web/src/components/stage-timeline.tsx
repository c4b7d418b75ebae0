import {formatSpan, formatTime, toMillis} from '../lib/format.ts';
import type {Stage} from '../lib/queries.ts';

type Step = {name: string; fromMs: number; toMs: number};

/** A stage lasts from the end of the one before it to its own time. */
function stepsOf(snapshotTime: string, stages: readonly Stage[]): Step[] {
  const ends = stages
    .flatMap(({name, at}) => {
      const end = toMillis(at);
      return end === undefined ? [] : [{name, end}];
    })
    .sort((a, b) => a.end - b.end);
  let from = toMillis(snapshotTime) ?? ends[0]?.end ?? 0;
  return ends.map(({name, end}) => {
    const step = {name, fromMs: Math.min(from, end), toMs: end};
    from = end;
    return step;
  });
}

const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/** When each stage of an epoch ended, drawn on one time axis that starts at the snapshot. */
export function StageTimeline({snapshotTime, stages}: {snapshotTime: string; stages: readonly Stage[]}) {
  const steps = stepsOf(snapshotTime, stages);
  const startMs = steps[0]?.fromMs ?? 0;
  const spanMs = Math.max(1, (steps.at(-1)?.toMs ?? 0) - startMs);
  const at = (ms: number) => ((ms - startMs) / spanMs) * 100;
  return (
    <section className="card p-4 sm:p-5" aria-labelledby="stages-title">
      <div className="flex flex-wrap items-baseline justify-between gap-2">
        <h2 id="stages-title" className="font-semibold">Stages</h2>
        {steps.length > 0 && <p className="text-sm text-muted">{formatSpan(spanMs)} from snapshot to the last stage</p>}
      </div>
      {steps.length === 0 && <p className="mt-2 text-sm text-muted">No stage has been recorded yet.</p>}
      <ol className="mt-4 grid gap-2.5">
        {steps.map(({name, fromMs, toMs}) => (
          <li key={`${name}-${toMs}`} className="grid grid-cols-[7.5rem_1fr_auto] items-center gap-3 text-sm sm:grid-cols-[10rem_1fr_10rem]">
            <span>{capital(name)}</span>
            <svg className="h-4 w-full" aria-hidden="true">
              <line x1="0" x2="100%" y1="8" y2="8" className="stroke-edge" />
              <rect x={`${Math.min(at(fromMs), 99)}%`} width={`${Math.max(at(toMs) - at(fromMs), 1)}%`} y="3" height="10" rx="2" className="fill-accent" />
            </svg>
            <span className="text-right whitespace-nowrap">
              +{formatSpan(toMs - startMs)}
              <time className="ml-2 hidden text-xs text-muted sm:inline" dateTime={new Date(toMs).toISOString()}>{formatTime(toMs).slice(11)} UTC</time>
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
