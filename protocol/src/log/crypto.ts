/**
 * Keys and boxes of the transaction log (docs/log-format.md). X25519, HKDF-SHA256 and AES-256-GCM only; every AES key
 * encrypts exactly one message, therefore the nonce is zero and the file is a function of its inputs.
 */
import {x25519} from '@noble/curves/ed25519.js';
import {hkdf} from '@noble/hashes/hkdf.js';
import {sha256} from '@noble/hashes/sha2.js';
import {concatBytes, uintBytes, utf8} from '../bytes.ts';

export const KEY_BYTES = 32;
/** A wrapped 32-byte key: ciphertext and tag. */
export const WRAP_BYTES = 48;
const NONCE = new Uint8Array(12);
const COMMITMENT = utf8('PofBS-log-commitment-v1');

export type RowRef = {asset: number; id: Uint8Array};

/** `asset:2 ‖ id:24`. */
export const refBytes = ({asset, id}: RowRef): Uint8Array => concatBytes(uintBytes(asset, 2), id);

const derive = (key: Uint8Array, salt: Uint8Array, info: Uint8Array): Uint8Array => hkdf(sha256, key, salt, info, KEY_BYTES);

/** One per log; bound to everything the log says, so that two different logs of one epoch never share a key. */
export const epochKey = (logSecret: Uint8Array, contentHash: Uint8Array): Uint8Array =>
  derive(logSecret, contentHash, utf8('PofBS-log-epoch-v1'));

export const recordKey = (key: Uint8Array, row: RowRef): Uint8Array =>
  derive(key, new Uint8Array(0), concatBytes(utf8('PofBS-log-record-v1'), refBytes(row)));

export const ephemeralSecret = (key: Uint8Array): Uint8Array => derive(key, new Uint8Array(0), utf8('PofBS-log-ephemeral-v1'));

export const publicKeyOfSecret = (secret: Uint8Array): Uint8Array => x25519.getPublicKey(secret);

/** Binds key and plaintext: GCM alone would let one ciphertext open differently under two keys. */
export const commitmentOf = (key: Uint8Array, plaintext: Uint8Array): Uint8Array => sha256(concatBytes(COMMITMENT, key, plaintext));

/** Purpose of a wrap: the epoch key for the auditor, or one record's key for its account. */
export type Purpose = 'auditor' | RowRef;

/** Wrapping key for one recipient and purpose; undefined when a key is a low-order point. */
export function wrapKey({secret, peer, ephemeral, recipient, purpose}: {
  secret: Uint8Array; peer: Uint8Array; ephemeral: Uint8Array; recipient: Uint8Array; purpose: Purpose;
}): Uint8Array | undefined {
  let shared: Uint8Array;
  try {
    shared = x25519.getSharedSecret(secret, peer);
  } catch {
    return undefined;
  }
  const label = purpose === 'auditor' ? utf8('PofBS-log-auditor-v1') : concatBytes(utf8('PofBS-log-wrap-v1'), refBytes(purpose));
  return derive(shared, concatBytes(ephemeral, recipient), label);
}

export async function seal(key: Uint8Array, plaintext: Uint8Array, bound: Uint8Array): Promise<Uint8Array> {
  const imported = await importKey(key);
  return new Uint8Array(await crypto.subtle.encrypt(parameters(bound), imported, plaintext as BufferSource));
}

/** Undefined when key, bytes or context are not those of {@link seal}. */
export async function open(key: Uint8Array, box: Uint8Array, bound: Uint8Array): Promise<Uint8Array | undefined> {
  const imported = await importKey(key);
  try {
    return new Uint8Array(await crypto.subtle.decrypt(parameters(bound), imported, box as BufferSource));
  } catch {
    return undefined;
  }
}

const parameters = (bound: Uint8Array): AesGcmParams => ({name: 'AES-GCM', iv: NONCE, additionalData: bound as BufferSource});

const importKey = (key: Uint8Array): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', key as BufferSource, 'AES-GCM', false, ['encrypt', 'decrypt']);
