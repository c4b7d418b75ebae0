import type {Metadata} from 'next';
import {Exit} from '../../components/exit/exit.tsx';
import {readExitDefaults} from '../../lib/exit-source.ts';

export const metadata: Metadata = {title: 'Exit'};

/** Leaving without the exchange. The server only tells where the chains are; everything else happens between browser, chain and storage. */
export default async function ExitPage() {
  return (
    <div className="grid gap-6">
      <div>
        <h1 className="text-2xl font-semibold tracking-tight">Leave without the exchange</h1>
        <p className="mt-1 max-w-3xl text-muted">
          If the exchange does not answer, or refuses you, your funds do not depend on it. The custody contract takes your demand directly, with a proof your browser builds from the published balance sheet. Nobody has to approve it.
        </p>
      </div>
      <Exit defaults={await readExitDefaults()} />
    </div>
  );
}
