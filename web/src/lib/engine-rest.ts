/** The engine's public REST interface, read by the server. */
import {webConfig} from './config.ts';
import type {Result} from './graphql.ts';
import type {Market} from './markets.ts';

export async function readMarkets(): Promise<Result<Market[]>> {
  const {engineUrl, timeoutMs} = webConfig();
  try {
    const response = await fetch(`${engineUrl}/v1/markets`, {cache: 'no-store', signal: AbortSignal.timeout(timeoutMs)});
    if (!response.ok) return {ok: false, problem: {reason: 'refused', message: `The engine answered with status ${response.status}.`}};
    return {ok: true, data: (await response.json()) as Market[]};
  } catch {
    return {ok: false, problem: {reason: 'unreachable', message: 'The engine cannot be reached.'}};
  }
}
