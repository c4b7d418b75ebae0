import Link from 'next/link';
import {AutoRefresh} from '../components/auto-refresh.tsx';
import {CoverBars} from '../components/cover-bars.tsx';
import {EpochTable} from '../components/epoch-table.tsx';
import {ProblemPanel} from '../components/problem.tsx';
import {ToneIcon} from '../components/verdict.tsx';
import {type Cover, covers, weakest} from '../lib/coverage.ts';
import {formatAgo, formatCount, percent, toMillis} from '../lib/format.ts';
import {type Coverage, readHome} from '../lib/queries.ts';
import {VERDICTS, weightOf} from '../lib/verdict.ts';

/** Solvency in one sentence, then what stands behind it. */
export default async function HomePage() {
  const result = await readHome();
  if (!result.ok) return <ProblemPanel problem={result.problem} />;
  const {network, coverage, epochs, validators} = result.data;
  const rows = epochs.edges.map(({node}) => node);
  const all = coverage === null ? [] : covers(coverage.assets, rows.find(({number}) => number === coverage.epoch));
  const nowMs = Date.now();
  return (
    <div className="grid gap-6">
      <AutoRefresh seconds={15} />
      <Hero coverage={coverage} all={all} nowMs={nowMs} />
      {all.length > 0 && <CoverBars covers={all} network={network} />}
      <EpochTable epochs={rows} setWeight={weightOf(validators)} caption="Latest epochs" nowMs={nowMs} />
      <p className="text-sm"><Link prefetch={false} className="link" href="/epochs">All epochs</Link></p>
    </div>
  );
}

function Hero({coverage, all, nowMs}: {coverage: Coverage | null; all: readonly Cover[]; nowMs: number}) {
  return (
    <section className="card p-6 sm:p-10">
      <Sentence coverage={coverage} all={all} nowMs={nowMs} />
      <div className="mt-7 flex flex-wrap gap-3">
        <Link prefetch={false} className="button" href="/portfolio">Check my balance</Link>
        <Link prefetch={false} className="button-quiet" href="/verify">I have a proof file</Link>
      </div>
    </section>
  );
}

function Sentence({coverage, all, nowMs}: {coverage: Coverage | null; all: readonly Cover[]; nowMs: number}) {
  if (coverage === null) {
    return (
      <>
        <h1 className="max-w-3xl text-3xl leading-tight font-semibold tracking-tight text-balance sm:text-4xl">No epoch has been settled yet</h1>
        <p className="mt-3 text-muted">The first balance sheet appears here as soon as validators have approved it.</p>
      </>
    );
  }
  const lowest = weakest(all);
  const share = lowest === undefined ? undefined : percent(lowest.held, lowest.owed);
  const solvent = all.every(({surplus}) => surplus >= 0n);
  const taken = toMillis(coverage.snapshotTime);
  const status = coverage.status.toUpperCase();
  const verdict = status in VERDICTS ? VERDICTS[status as keyof typeof VERDICTS] : undefined;
  return (
    <>
      <h1 className="max-w-3xl text-3xl leading-tight font-semibold tracking-tight text-balance sm:text-5xl sm:leading-[1.1]">
        {share === undefined ? 'Nothing is owed to anybody' : <>Assets cover <span className={solvent ? 'text-good' : 'text-bad'}>{share}&nbsp;%</span> of what we owe</>}
      </h1>
      <p className="mt-4 flex flex-wrap items-center gap-x-2 gap-y-1 text-muted">
        <Link prefetch={false} className="link" href={`/epochs/${coverage.epoch}`}>epoch {formatCount(coverage.epoch)}</Link>
        {taken !== undefined && <><span aria-hidden="true">·</span><time dateTime={new Date(taken).toISOString()}>{formatAgo(taken, nowMs)}</time></>}
        {verdict !== undefined && (
          <><span aria-hidden="true">·</span><span className="inline-flex items-center gap-1"><ToneIcon tone={verdict.tone} />{verdict.label.toLowerCase()} by validators</span></>
        )}
      </p>
      {all.length > 1 && share !== undefined && (
        <p className="mt-3 max-w-2xl text-sm text-muted">This is the least covered of {all.length} custody assets. No asset stands in for another.</p>
      )}
    </>
  );
}
