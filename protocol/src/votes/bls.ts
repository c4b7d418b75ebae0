/** BLS12-381 keys and signatures in the wire form of PROTOCOL §6: public key in G1, signature in G2. */
import {bls12_381 as bls} from '@noble/curves/bls12-381.js';
import type {Hex} from 'viem';
import {bytesToHex, hexToBytes, readUint, writeUint} from '../bytes.ts';
import {PobsError} from '../errors.ts';

const {longSignatures} = bls;
const {Fp2} = bls.fields;
const DST = 'BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_NUL_';
const FIELD_BYTES = 48;
export const KEY_BYTES = 2 * FIELD_BYTES;
export const SIGNATURE_BYTES = 4 * FIELD_BYTES;
const MESSAGE_BYTES = 32;

export class VoteError extends PobsError<
  | {code: 'SECRET_KEY_INVALID'}
  | {code: 'POINT_INVALID'; what: 'key' | 'signature'}
  | {code: 'VOTES_INVALID'; detail: string}
> {}

export type G1 = InstanceType<typeof bls.G1.Point>;
export type G2 = InstanceType<typeof bls.G2.Point>;

export const G1_ZERO: G1 = bls.G1.Point.ZERO;

/** x‖y, 96 bytes. */
export function encodeKey(point: G1): Hex {
  const {x, y} = point.toAffine();
  return packed([x, y]);
}

/** x.c0‖x.c1‖y.c0‖y.c1, 192 bytes. */
export function encodeSignature(point: G2): Hex {
  const {x, y} = point.toAffine();
  return packed([x.c0, x.c1, y.c0, y.c1]);
}

/** @throws {VoteError} `POINT_INVALID` unless on the curve, in the subgroup and not infinity. */
export function decodeKey(key: Hex): G1 {
  return decoded('key', () => {
    const [x, y] = fields(key, KEY_BYTES) as [bigint, bigint];
    return bls.G1.Point.fromAffine({x, y});
  });
}

/** @throws {VoteError} `POINT_INVALID` unless on the curve, in the subgroup and not infinity. */
export function decodeSignature(signature: Hex): G2 {
  return decoded('signature', () => {
    const [x0, x1, y0, y1] = fields(signature, SIGNATURE_BYTES) as [bigint, bigint, bigint, bigint];
    return bls.G2.Point.fromAffine({x: Fp2.fromBigTuple([x0, x1]), y: Fp2.fromBigTuple([y0, y1])});
  });
}

/**
 * Public key of a 32-byte secret key.
 *
 * @throws {VoteError} `SECRET_KEY_INVALID` for zero or a number beyond the group's order.
 */
export const publicKeyOf = (secretKey: Hex | Uint8Array): Hex =>
  encodeKey(withSecret(secretKey, (bytes) => longSignatures.getPublicKey(bytes)));

/** Signature over a 32-byte typed digest. */
export const signDigest = (secretKey: Hex | Uint8Array, digest: Hex): Hex =>
  encodeSignature(withSecret(secretKey, (bytes) => longSignatures.sign(messagePoint(digest), bytes)));

/** True when `signature` over `digest` is by `key`; malformed points verify nothing. */
export function verifyDigest({key, digest, signature}: {key: Hex; digest: Hex; signature: Hex}): boolean {
  try {
    return verifyPoints({key: decodeKey(key), digest, signature: decodeSignature(signature)});
  } catch (error) {
    if (error instanceof VoteError) return false;
    throw error;
  }
}

export const verifyPoints = ({key, digest, signature}: {key: G1; digest: Hex; signature: G2}): boolean =>
  longSignatures.verify(signature, messagePoint(digest), key);

/** Sum of public keys; undefined when it is infinity or there is none. */
export function aggregateKeys(keys: readonly Hex[]): Hex | undefined {
  const sum = sumKeys(keys);
  return sum.is0() ? undefined : encodeKey(sum);
}

export const sumKeys = (keys: readonly Hex[]): G1 => keys.reduce((sum, key) => sum.add(decodeKey(key)), G1_ZERO);

/** Sum of signatures. @throws {VoteError} when one is malformed or they add up to infinity. */
export function aggregateSignatures(signatures: readonly Hex[]): Hex {
  const sum = signatures.reduce((total, signature) => total.add(decodeSignature(signature)), bls.G2.Point.ZERO);
  if (sum.is0()) throw new VoteError({code: 'POINT_INVALID', what: 'signature'});
  return encodeSignature(sum);
}

const messagePoint = (digest: Hex): G2 => longSignatures.hash(hexToBytes(digest, MESSAGE_BYTES), DST);

function withSecret<T>(secretKey: Hex | Uint8Array, use: (bytes: Uint8Array) => T): T {
  try {
    const bytes = typeof secretKey === 'string' ? hexToBytes(secretKey, 32) : secretKey;
    // noble would reduce a larger number; one key must have one spelling.
    if (bytes.length !== 32 || readUint(bytes, 0, 32) >= bls.fields.Fr.ORDER) throw new VoteError({code: 'SECRET_KEY_INVALID'});
    return use(bytes);
  } catch (error) {
    // No cause: it could quote the key.
    if (error instanceof Error) throw new VoteError({code: 'SECRET_KEY_INVALID'});
    throw error;
  }
}

function decoded<P extends G1 | G2>(what: 'key' | 'signature', read: () => P): P {
  let point: P;
  try {
    point = read();
    point.assertValidity();
  } catch (error) {
    throw new VoteError({code: 'POINT_INVALID', what}, false, {cause: error});
  }
  if (point.is0()) throw new VoteError({code: 'POINT_INVALID', what});
  return point;
}

function packed(values: readonly bigint[]): Hex {
  const bytes = new Uint8Array(values.length * FIELD_BYTES);
  values.forEach((value, i) => writeUint(bytes, i * FIELD_BYTES, FIELD_BYTES, value));
  return bytesToHex(bytes);
}

/** Field elements; a value not below the modulus is refused by `fromAffine`. */
function fields(hex: Hex, length: number): bigint[] {
  const bytes = hexToBytes(hex, length);
  return Array.from({length: length / FIELD_BYTES}, (_, i) => readUint(bytes, i * FIELD_BYTES, FIELD_BYTES));
}
