/** The server's configuration, read when a request needs it: one build serves every network. */
export type WebConfig = {graphqlUrl: string; engineUrl: string; timeoutMs: number};

const ENGINE_URL = 'http://127.0.0.1:18700';

/** `POBS_ENGINE_URL` (REST) and `POBS_GRAPHQL_URL` (default: `/graphql` of the engine). */
export function webConfig(env: Readonly<Record<string, string | undefined>> = process.env): WebConfig {
  const engineUrl = (env.POBS_ENGINE_URL ?? ENGINE_URL).replace(/\/+$/, '');
  return {engineUrl, graphqlUrl: env.POBS_GRAPHQL_URL ?? `${engineUrl}/graphql`, timeoutMs: 5_000};
}
