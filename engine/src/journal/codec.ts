/** Canonical JSON of journal payloads: keys sorted, no spaces, a bigint as `{"$":"123"}`. Equal values give equal bytes. */

type Json = null | boolean | number | string | Json[] | {[key: string]: Json};

function canonical(value: unknown): Json {
  if (typeof value === 'bigint') return {$: value.toString()};
  if (Array.isArray(value)) return value.map(canonical);
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, canonical(item)]));
  }
  return value as Json;
}

export const encodePayload = (value: unknown): Buffer => Buffer.from(JSON.stringify(canonical(value)));

/** @throws SyntaxError on bytes that {@link encodePayload} never makes. */
export function decodePayload(bytes: Uint8Array): unknown {
  return JSON.parse(Buffer.from(bytes).toString('utf8'), (_, value: unknown) => {
    if (value !== null && typeof value === 'object' && '$' in value) return BigInt((value as {$: string}).$);
    return value;
  });
}
