import type {Metadata} from 'next';
import {Verifier} from '../../components/verify/verifier.tsx';
import {readHome} from '../../lib/queries.ts';

export const metadata: Metadata = {title: 'Verify'};

/** The verifier works without the engine; only its defaults come from there. */
export default async function VerifyPage() {
  const result = await readHome();
  const network = result.ok ? result.data.network : undefined;
  const assets = result.ok ? (result.data.coverage?.assets ?? []) : [];
  const rpcUrl = network?.rpc.find(({chainId}) => chainId === network.l2ChainId)?.url ?? '';
  return (
    <div className="grid gap-6">
      <div>
        <h1 className="text-2xl font-semibold tracking-tight">Verify a balance</h1>
        <p className="mt-1 max-w-2xl text-muted">Your browser recomputes every step from the proof and compares the result with what the chain stored. It needs no account and believes nobody, this site included.</p>
      </div>
      <Verifier
        defaults={{rpcUrl, epochManager: network?.epochManager ?? '', ...(network !== undefined && {chainId: network.l2ChainId})}}
        assets={assets.map(({chainId, token, symbol, decimals}) => ({chainId, token, symbol, decimals}))} />
      <Limits />
    </div>
  );
}

/** What a reader might take the proof for, and must not. */
function Limits() {
  return (
    <section className="card border-wait/40 p-4 sm:p-6" aria-labelledby="limits-title">
      <h2 id="limits-title" className="font-semibold">What this does not prove</h2>
      <ul className="mt-2 grid list-disc gap-1 pl-5 text-sm text-muted">
        <li>What happened after the snapshot: trades, fees and losses since then are in the next epoch.</li>
        <li>That the figure is the one you expect. Compare it with your own records.</li>
        <li>Debts outside this balance sheet. Validators check that the custodies cover every row of it, and nothing else.</li>
        <li>That nobody else holds your wallet&apos;s key.</li>
        <li>That the RPC tells the truth. Ask a second one, or your own node.</li>
      </ul>
    </section>
  );
}
