import {webConfig} from './config.ts';

/** Why the engine's figures cannot be shown; `message` is one sentence for the reader. */
export type Problem = {reason: 'unreachable' | 'late' | 'refused' | 'malformed'; message: string};

export type Result<T> = {ok: true; data: T} | {ok: false; problem: Problem};

/**
 * Runs one query against the engine. Nothing is cached: a page shows what the chain says now.
 *
 * @typeParam T - Shape of `data`; the engine's schema (docs/INTERFACES.md) guarantees it for a query of ours.
 */
export function query<T>(document: string, variables: Readonly<Record<string, unknown>> = {}): Promise<Result<T>> {
  return ask({url: webConfig().graphqlUrl, who: 'engine'}, document, variables);
}

/** The same of any GraphQL server. @param who - Its name in sentences. */
export async function ask<T>({url, who}: {url: string; who: string}, document: string, variables: Readonly<Record<string, unknown>> = {}): Promise<Result<T>> {
  const {timeoutMs} = webConfig();
  let response: Response;
  try {
    response = await fetch(url, {
      method: 'POST',
      cache: 'no-store',
      headers: {'content-type': 'application/json', accept: 'application/json'},
      body: JSON.stringify({query: document, variables}),
      signal: AbortSignal.timeout(timeoutMs),
    });
  } catch (error) {
    return error instanceof DOMException && error.name === 'TimeoutError'
      ? problem('late', `The ${who} did not answer within ${timeoutMs / 1_000} seconds.`)
      : problem('unreachable', `The ${who} cannot be reached.`);
  }
  let body: {data?: T | null; errors?: readonly {message: string}[]};
  try {
    body = (await response.json()) as typeof body;
  } catch {
    return problem('malformed', `The ${who} answered with status ${response.status} and no readable data.`);
  }
  const message = body.errors?.[0]?.message;
  if (message !== undefined) return problem('refused', `The ${who} refused the query: ${message}`);
  if (body.data === undefined || body.data === null) return problem('malformed', `The ${who} answered without data.`);
  return {ok: true, data: body.data};
}

const problem = (reason: Problem['reason'], message: string): {ok: false; problem: Problem} => ({
  ok: false,
  problem: {reason, message},
});
