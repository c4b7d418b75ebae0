/** The server's configuration, read when a request needs it: one build serves every network. */
export type WebConfig = {
  graphqlUrl: string;
  engineUrl: string;
  /** Where browsers connect for live markets. */
  streamUrl: string;
  timeoutMs: number;
};

const ENGINE_URL = 'http://127.0.0.1:18700';

/** `POBS_ENGINE_URL` (REST), `POBS_GRAPHQL_URL` and `POBS_STREAM_URL` (default: `/graphql` and `/v1/stream` of the engine). */
export function webConfig(env: Readonly<Record<string, string | undefined>> = process.env): WebConfig {
  const engineUrl = (env.POBS_ENGINE_URL ?? ENGINE_URL).replace(/\/+$/, '');
  return {
    engineUrl,
    graphqlUrl: env.POBS_GRAPHQL_URL ?? `${engineUrl}/graphql`,
    streamUrl: env.POBS_STREAM_URL ?? `${engineUrl.replace(/^http/, 'ws')}/v1/stream`,
    timeoutMs: 5_000,
  };
}
