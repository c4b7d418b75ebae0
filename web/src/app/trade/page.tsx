import type {Metadata} from 'next';
import {redirect} from 'next/navigation';
import {ProblemPanel} from '../../components/problem.tsx';
import {readMarkets} from '../../lib/engine-rest.ts';

export const metadata: Metadata = {title: 'Trade'};

/** Leads to the first perpetual, or to the first market there is. */
export default async function TradePage() {
  const result = await readMarkets();
  if (!result.ok) return <ProblemPanel problem={result.problem} />;
  const first = result.data.find(({kind}) => kind === 'perpetual') ?? result.data[0];
  if (first !== undefined) redirect(`/trade/${first.market}`);
  return <p className="card p-6">There is no market yet.</p>;
}
