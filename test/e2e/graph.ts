/** The subgraphs of both chains on graph-node against the contracts' own logs. */
import {checkSubgraph} from '../../subgraph/test/check-subgraph.ts';
import type {Checks} from '../../scripts/cycle/checks.ts';
import type {LocalNetwork} from '../../scripts/network/local-network.ts';

export async function checkGraph(network: LocalNetwork, checks: Checks): Promise<void> {
  if (!(await network.startGraph())) {
    process.stderr.write('SKIPPED: subgraph against running chains (npm carries no graph-node for this platform)\n');
    return;
  }
  const results = await checkSubgraph({
    network: network.network, rpc: {l1: network.pair.l1Rpc, l2: network.pair.l2Rpc}, subgraphs: {l1: network.subgraphUrl('l1'), l2: network.subgraphUrl('l2')},
  });
  for (const {check, ok, detail} of results) checks.that(check, ok, detail);
}
