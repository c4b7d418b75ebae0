'use client';

import {custodiesOf, type NetworkFile, type Sources} from '../../lib/network-file.ts';

type Props = {network: NetworkFile; sources: Sources; onChange: (sources: Sources) => void};

/** Where chains and files are read: the reader's choice, this site's only as a start. */
export function SourceFields({network, sources, onChange}: Props) {
  const save = () => {
    const url = URL.createObjectURL(new Blob([JSON.stringify(network, null, 2)], {type: 'application/json'}));
    const link = document.createElement('a');
    link.href = url;
    link.download = 'network.json';
    link.click();
    URL.revokeObjectURL(url);
  };
  return (
    <details className="card p-4 sm:p-6">
      <summary className="text-sm font-medium">Where this page reads: network {network.name}</summary>
      <div className="mt-4 grid gap-3 sm:grid-cols-2">
        {custodiesOf(network).map(({chainId, chain}) => (
          <label key={chainId} className="block text-sm">RPC of {chain} (chain {chainId})
            <input className="field mt-1 font-mono text-xs" inputMode="url" spellCheck={false} value={sources.rpc[chainId] ?? ''}
              onChange={(event) => onChange({...sources, rpc: {...sources.rpc, [chainId]: event.target.value.trim()}})} />
          </label>
        ))}
        <label className="block text-sm">Storage gateway
          <input className="field mt-1 font-mono text-xs" inputMode="url" spellCheck={false} value={sources.gateway} onChange={(event) => onChange({...sources, gateway: event.target.value.trim()})} />
        </label>
      </div>
      <p className="mt-4 max-w-2xl text-sm text-muted">Every file is checked against the hash the chain stores, so that a gateway cannot lie; an RPC can, so take one you trust. <button type="button" className="link" onClick={save}>Keep the network file</button>: with it this page works from any server, or none of ours.</p>
    </details>
  );
}
