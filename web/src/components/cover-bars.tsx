import {chainName} from '../lib/chains.ts';
import type {Cover} from '../lib/coverage.ts';
import {formatLots, percent, ratio} from '../lib/format.ts';
import type {NetworkInfo} from '../lib/queries.ts';
import {Badge} from './verdict.tsx';

/** Where the line "all that is owed" stands, as a share of the bar; the rest shows surplus. */
const OWED_AT = 0.8;

/** Held against owed per custody asset: a bar, its numbers, and a word. */
export function CoverBars({covers, network}: {covers: readonly Cover[]; network: NetworkInfo}) {
  return (
    <section className="card p-4 sm:p-6" aria-labelledby="cover-title">
      <div className="flex flex-wrap items-baseline justify-between gap-2">
        <h2 id="cover-title" className="text-base font-semibold">Held and owed, per custody asset</h2>
        <p className="text-xs text-muted">Every liability names the custody that owes it.</p>
      </div>
      <ul className="mt-5 grid gap-6">
        {covers.map((cover) => <CoverBar key={`${cover.asset.chainId}-${cover.asset.token}`} cover={cover} network={network} />)}
      </ul>
    </section>
  );
}

function CoverBar({cover: {asset, held, owed, surplus}, network}: {cover: Cover; network: NetworkInfo}) {
  const share = percent(held, owed);
  const solvent = surplus >= 0n;
  const label = `${asset.symbol} on ${chainName(asset.chainId, network)}`;
  return (
    <li>
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
        <h3 className="font-medium">{label}</h3>
        <p className="flex items-center gap-3">
          <span className="text-lg font-semibold">{share === undefined ? 'nothing owed' : `${share} %`}</span>
          <Badge tone={solvent ? 'good' : 'bad'}>{solvent ? 'Covered' : 'Short'}</Badge>
        </p>
      </div>
      <svg className="mt-2 block h-3 w-full overflow-visible" role="img" aria-label={`${label}: held ${formatLots(held, asset)}, owed ${formatLots(owed, asset)} ${asset.symbol}`}>
        <rect width="100%" height="12" rx="3" className="fill-sunken" />
        <rect width={`${ratio(held, owed, 1 / OWED_AT) * OWED_AT * 100}%`} height="12" rx="3" className={solvent ? 'fill-accent' : 'fill-bad'} />
        <line x1={`${OWED_AT * 100}%`} x2={`${OWED_AT * 100}%`} y1="-4" y2="16" className="stroke-ink" strokeWidth="2" />
      </svg>
      <dl className="mt-2 flex flex-wrap gap-x-8 gap-y-1 text-sm">
        <Figure term="Held" text={`${formatLots(held, asset)} ${asset.symbol}`} />
        <Figure term="Owed (the mark)" text={`${formatLots(owed, asset)} ${asset.symbol}`} />
        <Figure term={solvent ? 'Surplus' : 'Missing'} text={`${formatLots(solvent ? surplus : -surplus, asset)} ${asset.symbol}`} />
      </dl>
    </li>
  );
}

function Figure({term, text}: {term: string; text: string}) {
  return (
    <div className="flex gap-2">
      <dt className="text-muted">{term}</dt>
      <dd>{text}</dd>
    </div>
  );
}
