import type {Metadata} from 'next';
import Link from 'next/link';
import {notFound} from 'next/navigation';
import {ProblemPanel} from '../../../components/problem.tsx';
import {Terminal} from '../../../components/trade/terminal.tsx';
import {webConfig} from '../../../lib/config.ts';
import {readMarkets} from '../../../lib/engine-rest.ts';

type Props = {params: Promise<{market: string}>};

export async function generateMetadata({params}: Props): Promise<Metadata> {
  return {title: decodeURIComponent((await params).market)};
}

/** One market. What is live comes over the stream, into the browser directly. */
export default async function MarketPage({params}: Props) {
  const name = decodeURIComponent((await params).market);
  const result = await readMarkets();
  if (!result.ok) return <ProblemPanel problem={result.problem} />;
  const market = result.data.find((each) => each.market === name);
  if (market === undefined) notFound();
  return (
    <div className="grid gap-4">
      <div className="flex flex-wrap items-baseline gap-x-5 gap-y-2">
        <h1 className="text-2xl font-semibold tracking-tight">{market.market}</h1>
        <nav aria-label="Markets" className="flex flex-wrap gap-3 text-sm">
          {result.data.filter((each) => each.market !== name).map((each) => (
            <Link key={each.market} prefetch={false} className="link" href={`/trade/${encodeURIComponent(each.market)}`}>{each.market}</Link>
          ))}
        </nav>
      </div>
      <Terminal key={market.market} market={market} streamUrl={webConfig().streamUrl} />
    </div>
  );
}
