import type {Metadata} from 'next';
import Link from 'next/link';
import {notFound} from 'next/navigation';
import {AutoRefresh} from '../../../components/auto-refresh.tsx';
import {Copy} from '../../../components/copy.tsx';
import {LineSheet, PayoutTable, TransactionTable, VoteTable} from '../../../components/epoch-sheets.tsx';
import {ProblemPanel} from '../../../components/problem.tsx';
import {RuleMatrix} from '../../../components/rule-matrix.tsx';
import {StageTimeline} from '../../../components/stage-timeline.tsx';
import {Verdict} from '../../../components/verdict.tsx';
import {VoteRing} from '../../../components/vote-ring.tsx';
import {ipfsGateway} from '../../../lib/chains.ts';
import {parseEpochNumber} from '../../../lib/epoch-number.ts';
import {formatCount, formatTime, toMillis} from '../../../lib/format.ts';
import {type Epoch, type NetworkInfo, readEpoch} from '../../../lib/queries.ts';
import {tally, VERDICTS, weightOf} from '../../../lib/verdict.ts';

type Props = {params: Promise<{n: string}>};

export async function generateMetadata({params}: Props): Promise<Metadata> {
  const number = parseEpochNumber((await params).n);
  return {title: number === undefined ? 'Epochs' : `Epoch ${number}`};
}

/** One epoch: its balance sheet, who vouched for it, and what left because of it. */
export default async function EpochPage({params}: Props) {
  const number = parseEpochNumber((await params).n);
  if (number === undefined) notFound();
  const result = await readEpoch(number);
  if (!result.ok) return <ProblemPanel problem={result.problem} />;
  const {epoch, network, validators} = result.data;
  if (epoch === null) notFound();
  const weights = tally(epoch.votes, epoch.certificates, weightOf(validators));
  return (
    <div className="grid gap-6">
      {epoch.status === 'PROPOSED' && <AutoRefresh seconds={5} />}
      <Head epoch={epoch} />
      <div className="grid gap-6 lg:grid-cols-[1fr_26rem]">
        <StageTimeline snapshotTime={epoch.snapshotTime} stages={epoch.stages} />
        <section className="card p-4 sm:p-5" aria-labelledby="votes-title">
          <h2 id="votes-title" className="mb-4 font-semibold">Voting weight</h2>
          <VoteRing tally={weights} />
        </section>
      </div>
      {epoch.lines.map((line) => <LineSheet key={`${line.chainId}-${line.custody}`} line={line} network={network} />)}
      <RuleMatrix votes={epoch.votes} />
      <VoteTable votes={epoch.votes} totalWeight={weights.total} network={network} />
      <PayoutTable payouts={epoch.payouts} network={network} decimalsOf={({chainId, token}) =>
        epoch.lines.find((line) => line.chainId === chainId)?.assets.find((asset) => asset.token.toLowerCase() === token.toLowerCase())} />
      <TransactionTable epoch={epoch} network={network} />
      <Commitments epoch={epoch} network={network} />
    </div>
  );
}

function Head({epoch}: {epoch: Epoch}) {
  const taken = toMillis(epoch.snapshotTime);
  return (
    <section>
      <p className="text-sm text-muted"><Link prefetch={false} className="link" href="/epochs">Epochs</Link></p>
      <div className="mt-1 flex flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="text-3xl font-semibold tracking-tight">Epoch {formatCount(epoch.number)}</h1>
        <Verdict status={epoch.status} />
        {taken !== undefined && <p className="text-sm text-muted">Snapshot of <time dateTime={new Date(taken).toISOString()}>{formatTime(taken)} UTC</time></p>}
      </div>
      <p className="mt-2 max-w-3xl text-muted">{VERDICTS[epoch.status].sentence}</p>
      <nav aria-label="Neighbouring epochs" className="mt-3 flex gap-4 text-sm">
        {epoch.number > 1 && <Link prefetch={false} className="link" href={`/epochs/${epoch.number - 1}`}>Epoch {formatCount(epoch.number - 1)}</Link>}
        {epoch.status !== 'PROPOSED' && <Link prefetch={false} className="link" href={`/epochs/${epoch.number + 1}`}>Epoch {formatCount(epoch.number + 1)}</Link>}
      </nav>
    </section>
  );
}

/** What the digest binds: enough to fetch and recompute everything without this site. */
function Commitments({epoch, network}: {epoch: Epoch; network: NetworkInfo}) {
  const gateway = ipfsGateway(network.storage);
  const values: readonly [string, string][] = [
    ['Digest (what validators sign)', epoch.digest],
    ['Parent digest', epoch.parent],
    ['Lines root', epoch.linesRoot],
    ['Mapping hash', epoch.mappingHash],
    ['Log root', epoch.logRoot],
    ['Journal head', epoch.journalHead],
    ['Rules hash', epoch.rulesHash],
    ['Validator set', String(epoch.setId)],
  ];
  return (
    <section className="card p-4 sm:p-5" aria-labelledby="commit-title">
      <h2 id="commit-title" className="font-semibold">Published and committed</h2>
      <dl className="mt-3 grid gap-x-6 gap-y-2 text-sm sm:grid-cols-[14rem_1fr]">
        <dt className="text-muted">Snapshot CID</dt>
        <dd className="min-w-0">
          <Copy value={epoch.snapshotCid} shown={epoch.snapshotCid} />{' '}
          {gateway !== undefined && <a className="link ml-1 whitespace-nowrap" href={`${gateway}/ipfs/${epoch.snapshotCid}`} rel="noreferrer">open on the gateway</a>}
        </dd>
        {values.map(([term, value]) => (
          <div key={term} className="contents">
            <dt className="text-muted">{term}</dt>
            <dd className="min-w-0"><Copy value={value} shown={value} /></dd>
          </div>
        ))}
      </dl>
      <p className="mt-4 text-sm text-muted">The CID is the hash of the manifest, which holds the hash of every file. To repeat a validator&apos;s work, run <code className="font-mono text-xs">pobs-validator verify {epoch.number}</code>.</p>
    </section>
  );
}
