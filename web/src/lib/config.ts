/** The server's configuration, read when a request needs it: one build serves every network. */
export type WebConfig = {
  graphqlUrl: string;
  engineUrl: string;
  /** Where browsers connect for live markets. */
  streamUrl: string;
  /** The network's description and where it is read, for pages that work without the engine. */
  network: {file: string; rpc: string; storage: string} | undefined;
  /** graph-node's query URLs, for the pages of validators. */
  subgraphs: {l1: string; l2: string} | undefined;
  timeoutMs: number;
};

const ENGINE_URL = 'http://127.0.0.1:18700';

/** `POBS_ENGINE_URL` (REST), `POBS_GRAPHQL_URL` and `POBS_STREAM_URL` (default: `/graphql` and `/v1/stream` of the engine); `POBS_SUBGRAPH_L1_URL` and `POBS_SUBGRAPH_L2_URL`; `POBS_NETWORK`, `POBS_RPC` and `POBS_STORAGE` as for every program. */
export function webConfig(env: Readonly<Record<string, string | undefined>> = process.env): WebConfig {
  const engineUrl = (env.POBS_ENGINE_URL ?? ENGINE_URL).replace(/\/+$/, '');
  return {
    engineUrl,
    graphqlUrl: env.POBS_GRAPHQL_URL ?? `${engineUrl}/graphql`,
    streamUrl: env.POBS_STREAM_URL ?? `${engineUrl.replace(/^http/, 'ws')}/v1/stream`,
    network: env.POBS_NETWORK === undefined ? undefined : {file: env.POBS_NETWORK, rpc: env.POBS_RPC ?? '', storage: env.POBS_STORAGE ?? ''},
    subgraphs: env.POBS_SUBGRAPH_L1_URL === undefined || env.POBS_SUBGRAPH_L2_URL === undefined ? undefined : {l1: env.POBS_SUBGRAPH_L1_URL, l2: env.POBS_SUBGRAPH_L2_URL},
    timeoutMs: 5_000,
  };
}
