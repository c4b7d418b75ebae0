import type {Problem} from '../lib/graphql.ts';

const REMEDIES: Readonly<Record<Problem['reason'], string>> = {
  unreachable: 'It may be starting, or stopped. Funds do not depend on it: balances are proven by the published files and the chain.',
  late: 'It may be busy. Try again in a moment.',
  refused: 'This page and the engine may be of different versions.',
  malformed: 'Something other than the engine may be listening at its address.',
};

/** Shown in place of figures that could not be read; never zeros, never yesterday's numbers. */
export function ProblemPanel({problem}: {problem: Problem}) {
  return (
    <section className="card mx-auto max-w-2xl p-6 sm:p-8" role="alert">
      <h1 className="text-xl font-semibold">No current figures</h1>
      <p className="mt-2">{problem.message}</p>
      <p className="mt-2 text-sm text-muted">{REMEDIES[problem.reason]}</p>
      <div className="mt-6 flex flex-wrap gap-3">
        {/* A plain link to the same address: works without scripts. */}
        <a className="button" href="">Try again</a>
        <a className="button-quiet" href="/verify">Check a proof without the engine</a>
      </div>
    </section>
  );
}
