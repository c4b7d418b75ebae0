const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/** CIDv1, raw, sha2-256, base32, of a 32-byte digest. */
export function cidOf(digest: Uint8Array): string {
  const bytes = Uint8Array.from([1, 0x55, 0x12, 0x20, ...digest]);
  let text = 'b';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      text += ALPHABET[(value >> (bits - 5)) & 31];
      bits -= 5;
    }
    value &= (1 << bits) - 1;
  }
  return bits > 0 ? text + ALPHABET[(value << (5 - bits)) & 31] : text;
}
