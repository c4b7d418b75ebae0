import type {CheckStep} from '../../lib/browser/check-proof.ts';
import {ToneIcon} from '../verdict.tsx';

const WORDS = {good: 'holds', bad: 'does not hold', wait: 'not checked'} as const;

const toneOf = (ok: boolean | undefined) => (ok === undefined ? 'wait' : ok ? 'good' : 'bad');

/** Every step with its sentence, the bytes it compared, and its mark. */
export function StepList({steps}: {steps: readonly CheckStep[]}) {
  return (
    <ol className="card divide-y divide-edge">
      {steps.map(({name, title, ok, detail, expected, actual, next}, index) => {
        const tone = toneOf(ok);
        const colour = {good: 'text-good', bad: 'text-bad', wait: 'text-wait'}[tone];
        return (
          <li key={name} className="p-4 sm:px-6" data-step={name} data-ok={String(ok ?? 'unknown')}>
            <div className="flex items-start gap-3">
              <span className={`mt-1 shrink-0 ${colour}`}><ToneIcon tone={tone} size={16} /></span>
              <div className="min-w-0 flex-1">
                <h3 className="font-medium">{index + 1}. {title}<span className="sr-only">: {WORDS[tone]}</span></h3>
                <p className="text-sm text-muted">{detail}</p>
                {(expected !== undefined || actual !== undefined) && (
                  <details className="mt-1 text-sm" open={ok === false}>
                    <summary className="w-fit text-muted">Bytes</summary>
                    <dl className="mt-1 grid gap-1 font-mono text-xs break-all">
                      {expected !== undefined && <div><dt className="inline text-muted">{name === 'approved' || name === 'summary' ? 'chain needs ' : 'in the file '}</dt><dd className="inline">{expected}</dd></div>}
                      {actual !== undefined && <div><dt className="inline text-muted">{name === 'approved' ? 'chain says ' : 'recomputed '}</dt><dd className="inline">{actual}</dd></div>}
                    </dl>
                  </details>
                )}
                {ok !== true && next !== undefined && <p className="mt-1 text-sm"><span className="font-medium">What to do: </span>{next}</p>}
              </div>
            </div>
          </li>
        );
      })}
    </ol>
  );
}
