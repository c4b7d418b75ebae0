import type {Hex} from 'viem';
import {z} from 'zod';
import {ChainError} from './errors.ts';

/** One published round of a drand network. */
export type BeaconRound = {round: bigint; signature: Hex};

const TIMEOUT_MS = 10_000;
/** Answers that mean "not yet": drand says 425, some relays in front of it 404. */
const NOT_YET = [404, 425];
const shape = z.object({round: z.int().min(1), signature: z.string().regex(/^[0-9a-f]{128}$/)});

/**
 * A round over drand's HTTP interface, from the public network or the local one: the URL alone tells them apart, such as
 * `https://api.drand.sh/<chain hash>`. Whoever serves it need not be trusted: `DrandBeacon` verifies the signature.
 *
 * @returns undefined while the round is not published.
 * @throws {ChainError} `BEACON_UNREACHABLE`, which may pass.
 */
export async function fetchRound({url, round, timeoutMs = TIMEOUT_MS}: {url: string; round: bigint; timeoutMs?: number}): Promise<BeaconRound | undefined> {
  const failed = (detail: string, cause?: unknown) => new ChainError({code: 'BEACON_UNREACHABLE', url, detail}, {cause});
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(`${url}/public/${round}`, {headers: {accept: 'application/json'}, signal: AbortSignal.timeout(timeoutMs)});
    if (NOT_YET.includes(response.status)) return undefined;
    body = response.ok ? await response.json() : undefined;
  } catch (error) {
    const code = (error as {cause?: {code?: string}}).cause?.code;
    throw failed(code ?? (error instanceof Error && error.name === 'TimeoutError' ? 'no answer in time' : 'its answer is no JSON'), error);
  }
  if (!response.ok) throw failed(`HTTP ${response.status}`);
  const parsed = shape.safeParse(body);
  if (!parsed.success || BigInt(parsed.data.round) !== round) throw failed(`its answer is no round ${round} of a BN254 network`);
  return {round, signature: `0x${parsed.data.signature}`};
}
