import type {Metadata} from 'next';
import {Portfolio} from '../../components/portfolio/portfolio.tsx';
import {ProblemPanel} from '../../components/problem.tsx';
import {readHome} from '../../lib/queries.ts';

export const metadata: Metadata = {title: 'Portfolio'};

/** One's own side of the balance sheet. Amounts are fetched in the browser, with the session that only it holds. */
export default async function PortfolioPage() {
  const result = await readHome();
  if (!result.ok) return <ProblemPanel problem={result.problem} />;
  const {network: {name, l1ChainId, l2ChainId, l1Custody, l2Custody}, coverage, epochs} = result.data;
  const approved = coverage?.epoch ?? epochs.edges.find(({node}) => node.status === 'APPROVED')?.node.number;
  return (
    <div className="grid gap-6">
      <div>
        <h1 className="text-2xl font-semibold tracking-tight">Portfolio</h1>
        <p className="mt-1 max-w-2xl text-muted">What is yours, what is on its way, and the proof that it was counted.</p>
      </div>
      <Portfolio network={{name, l1ChainId, l2ChainId, l1Custody, l2Custody}} epoch={approved} />
    </div>
  );
}
