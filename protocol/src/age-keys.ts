/** X25519 keys as age writes them: bech32 `age1…` for the public half, `AGE-SECRET-KEY-1…` for the secret one. */
import type {Hex} from 'viem';
import {bytesToHex, hexToBytes} from './bytes.ts';
import {PobsError} from './errors.ts';

const CHARSET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3] as const;
const CHECKSUM_CHARS = 6;
const KEY_BYTES = 32;
const RECIPIENT_PREFIX = 'age';
const IDENTITY_PREFIX = 'age-secret-key-';

export class AgeKeyError extends PobsError<{code: 'AGE_KEY_INVALID'; what: 'recipient' | 'identity'}> {}

/** `age1…` of the X25519 key that a validator registered beside its voting key. */
export const ageRecipient = (encryptionKey: Hex): string => encode(RECIPIENT_PREFIX, hexToBytes(encryptionKey, KEY_BYTES));

/** The 32-byte X25519 public key of an `age1…` recipient. @throws {AgeKeyError} */
export const encryptionKeyOf = (recipient: string): Hex => bytesToHex(decode(RECIPIENT_PREFIX, recipient, 'recipient'));

/** The 32-byte X25519 secret of an `AGE-SECRET-KEY-1…` identity. @throws {AgeKeyError} */
export const identitySecret = (identity: string): Uint8Array => decode(IDENTITY_PREFIX, identity, 'identity');

function encode(prefix: string, bytes: Uint8Array): string {
  const words = regroup(bytes, 8, 5, true);
  const sum = polymod([...expanded(prefix), ...words, ...new Array<number>(CHECKSUM_CHARS).fill(0)]) ^ 1;
  const checksum = Array.from({length: CHECKSUM_CHARS}, (_, i) => (sum >>> (5 * (CHECKSUM_CHARS - 1 - i))) & 31);
  return `${prefix}1${[...words, ...checksum].map((word) => CHARSET[word]).join('')}`;
}

function decode(prefix: string, text: string, what: 'recipient' | 'identity'): Uint8Array {
  const invalid = () => new AgeKeyError({code: 'AGE_KEY_INVALID', what});
  const lower = text.toLowerCase();
  if (text !== lower && text !== text.toUpperCase()) throw invalid();
  if (!lower.startsWith(`${prefix}1`)) throw invalid();
  const words = Array.from(lower.slice(prefix.length + 1), (char) => CHARSET.indexOf(char));
  if (words.includes(-1) || words.length < CHECKSUM_CHARS || polymod([...expanded(prefix), ...words]) !== 1) throw invalid();
  const bytes = Uint8Array.from(regroup(words.slice(0, -CHECKSUM_CHARS), 5, 8, false));
  if (bytes.length !== KEY_BYTES || encode(prefix, bytes) !== lower) throw invalid();
  return bytes;
}

const expanded = (prefix: string): number[] => {
  const codes = Array.from(prefix, (char) => char.charCodeAt(0));
  return [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)];
};

function polymod(values: readonly number[]): number {
  let checksum = 1;
  for (const value of values) {
    const top = checksum >>> 25;
    checksum = ((checksum & 0x1ffffff) << 5) ^ value;
    GENERATOR.forEach((generator, i) => {
      if ((top >>> i) & 1) checksum ^= generator;
    });
  }
  return checksum >>> 0;
}

/** Regroups bits, most significant first. */
function regroup(values: Iterable<number>, from: number, to: number, pad: boolean): number[] {
  const out: number[] = [];
  let buffer = 0;
  let bits = 0;
  for (const value of values) {
    buffer = ((buffer << from) | value) & 0xfff;
    bits += from;
    while (bits >= to) {
      bits -= to;
      out.push((buffer >> bits) & ((1 << to) - 1));
    }
  }
  if (pad && bits > 0) out.push((buffer << (to - bits)) & ((1 << to) - 1));
  return out;
}
