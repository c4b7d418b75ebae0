import type {Metadata} from 'next';
import Link from 'next/link';
import {AutoRefresh} from '../../components/auto-refresh.tsx';
import {EpochTable} from '../../components/epoch-table.tsx';
import {ProblemPanel} from '../../components/problem.tsx';
import {readEpochs} from '../../lib/queries.ts';
import {weightOf} from '../../lib/verdict.ts';

export const metadata: Metadata = {title: 'Epochs'};

/** Every balance sheet ever proposed, newest first; the address holds the page. */
export default async function EpochsPage({searchParams}: {searchParams: Promise<{after?: string | string[]}>}) {
  const {after} = await searchParams;
  const cursor = typeof after === 'string' ? after : null;
  const result = await readEpochs(cursor);
  if (!result.ok) return <ProblemPanel problem={result.problem} />;
  const {validators, epochs: {edges, pageInfo}} = result.data;
  return (
    <div className="grid gap-6">
      {cursor === null && <AutoRefresh seconds={15} />}
      <div>
        <h1 className="text-2xl font-semibold tracking-tight">Epochs</h1>
        <p className="mt-1 max-w-2xl text-muted">Each epoch is one balance sheet: sealed, published, proposed on chain, and recomputed by every validator before anything of it is paid.</p>
      </div>
      <EpochTable epochs={edges.map(({node}) => node)} setWeight={weightOf(validators)} caption={cursor === null ? 'Newest epochs' : 'Earlier epochs'} nowMs={Date.now()} />
      <nav aria-label="More epochs" className="flex flex-wrap gap-3">
        {cursor !== null && <Link prefetch={false} className="button-quiet" href="/epochs">Newest</Link>}
        {pageInfo.hasNextPage && pageInfo.endCursor !== null && (
          <Link prefetch={false} className="button-quiet" href={`/epochs?after=${encodeURIComponent(pageInfo.endCursor)}`}>Earlier</Link>
        )}
      </nav>
    </div>
  );
}
