/** RFC 8785 JSON: one text per value, so that its hash names it. */
import canonicalize from 'canonicalize';
import {utf8} from './bytes.ts';

/** Canonical bytes of plain JSON data: no `undefined`, no bigint. */
export function canonicalJson(value: unknown): Uint8Array<ArrayBuffer> {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('Only JSON data has a canonical form.');
  return utf8(text);
}
