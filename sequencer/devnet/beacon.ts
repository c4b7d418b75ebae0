/**
 * A randomness beacon of drand's scheme `bls-bn254-unchained-on-g1` with one local key: what *evmnet* is to a live network,
 * this is to the local one. Keys and signatures have the form drand's API serves.
 */
import {expand_message_xmd} from '@noble/curves/abstract/hash-to-curve.js';
import {bn254} from '@noble/curves/bn254.js';
import {sha256} from '@noble/hashes/sha2.js';
import {keccak_256} from '@noble/hashes/sha3.js';
import {bytesToHex, bytesToNumberBE, concatBytes, hexToBytes, numberToBytesBE} from '@noble/curves/utils.js';
import type {Hex} from 'viem';

const DST = 'BLS_SIG_BN254G1_XMD:KECCAK-256_SVDW_RO_NUL_';
const {Fp, Fr} = bn254.fields;
type G1 = typeof bn254.G1.Point.BASE;
type G2 = typeof bn254.G2.Point.BASE;

/** RFC 9380 §6.6.1 for y² = x³ + 3 with Z = 1. */
const C1 = 4n;
const C2 = Fp.neg(Fp.inv(2n));
const C3 = evenRoot(Fp.create(-12n));
const C4 = Fp.mul(Fp.create(-16n), Fp.inv(3n));

/** One published round, as drand's API words it. */
export type BeaconRound = {round: bigint; signature: Hex; randomness: Hex};

/**
 * @param secret - Scalar of BN254, never zero.
 * @returns G2 as x.c1‖x.c0‖y.c1‖y.c0, 128 bytes: the constructor argument of `DrandBeacon`.
 */
export function beaconPublicKey(secret: bigint): Hex {
  const {x, y} = bn254.G2.Point.BASE.multiply(secret).toAffine();
  return toHex(concatBytes(...[x.c1, x.c0, y.c1, y.c0].map((part) => numberToBytesBE(part, 32))));
}

/** Signs a round: `secret · H(keccak256(round as 8 bytes))`. Its randomness is sha256 of the signature. */
export function signRound(secret: bigint, round: bigint): BeaconRound {
  const signature = encodeG1(hashToG1(roundMessage(round)).multiply(secret));
  return {round, signature, randomness: toHex(sha256(hexToBytes(signature.slice(2))))};
}

/** Checks a round against a group's key; malformed or foreign signatures give `false`. */
export function verifyRound(publicKey: Hex, round: bigint, signature: Hex): boolean {
  if (!/^0x[0-9a-f]{128}$/.test(signature) || !/^0x[0-9a-f]{256}$/.test(publicKey)) return false;
  try {
    const pairs = [
      {g1: decodeG1(signature), g2: bn254.G2.Point.BASE.negate()},
      {g1: hashToG1(roundMessage(round)), g2: decodeG2(publicKey)},
    ];
    return bn254.fields.Fp12.eql(bn254.pairingBatch(pairs), bn254.fields.Fp12.ONE);
  } catch {
    // Coordinates beyond the field, points off the curve, infinities.
    return false;
  }
}

/** What is signed for a round. */
export function roundMessage(round: bigint): Uint8Array {
  return keccak_256(numberToBytesBE(round, 8));
}

/** RFC 9380 hash_to_curve, suite `BN254G1_XMD:KECCAK-256_SVDW_RO_`. */
export function hashToG1(message: Uint8Array): G1 {
  const [u0, u1] = hashToField(message);
  return mapToG1(u0).add(mapToG1(u1));
}

export function hashToField(message: Uint8Array): [bigint, bigint] {
  const bytes = expand_message_xmd(message, DST, 96, keccak_256);
  return [Fp.create(bytesToNumberBE(bytes.subarray(0, 48))), Fp.create(bytesToNumberBE(bytes.subarray(48)))];
}

/** RFC 9380 map_to_curve_svdw, in the words of §6.6.1: the first of three candidates that lies on the curve. */
export function mapToG1(u: bigint): G1 {
  const square = Fp.mul(Fp.sqr(u), C1);
  const [plus, minus] = [Fp.add(1n, square), Fp.sub(1n, square)];
  const product = Fp.mul(plus, minus);
  const inverse = product === 0n ? 0n : Fp.inv(product);
  const step = Fp.mul(Fp.mul(Fp.mul(u, minus), inverse), C3);
  const last = Fp.add(1n, Fp.mul(C4, Fp.sqr(Fp.mul(Fp.sqr(plus), inverse))));
  for (const x of [Fp.sub(C2, step), Fp.add(C2, step), last]) {
    const y = root(Fp.add(Fp.mul(Fp.sqr(x), x), 3n));
    if (y !== undefined) return bn254.G1.Point.fromAffine({x, y: (y & 1n) === (u & 1n) ? y : Fp.neg(y)});
  }
  throw new Error('One of the three candidates always lies on the curve.');
}

export function encodeG1(point: G1): Hex {
  const {x, y} = point.toAffine();
  return toHex(concatBytes(numberToBytesBE(x, 32), numberToBytesBE(y, 32)));
}

/** @throws when the point is infinity or not on the curve. */
function decodeG1(hex: Hex): G1 {
  const [x, y] = words(hex) as [bigint, bigint];
  const point = bn254.G1.Point.fromAffine({x, y});
  point.assertValidity();
  if (point.is0()) throw new Error('Infinity signs nothing.');
  return point;
}

/** @throws when the point is infinity, off the curve or outside the subgroup. */
function decodeG2(hex: Hex): G2 {
  const [x1, x0, y1, y0] = words(hex) as [bigint, bigint, bigint, bigint];
  const point = bn254.G2.Point.fromAffine({x: bn254.fields.Fp2.create({c0: x0, c1: x1}), y: bn254.fields.Fp2.create({c0: y0, c1: y1})});
  point.assertValidity();
  if (point.is0() || !point.multiplyUnsafe(Fr.ORDER - 1n).equals(point.negate())) throw new Error('Not a key.');
  return point;
}

function words(hex: Hex): bigint[] {
  return (hex.slice(2).match(/.{64}/g) ?? []).map((word) => {
    const value = BigInt(`0x${word}`);
    if (value >= Fp.ORDER) throw new Error('Coordinate beyond the field.');
    return value;
  });
}

/** The field's size is 3 mod 4. */
function root(square: bigint): bigint | undefined {
  const y = Fp.pow(square, (Fp.ORDER + 1n) / 4n);
  return Fp.sqr(y) === square ? y : undefined;
}

function evenRoot(square: bigint): bigint {
  const y = root(square);
  if (y === undefined) throw new Error('Not a square.');
  return (y & 1n) === 0n ? y : Fp.neg(y);
}

function toHex(bytes: Uint8Array): Hex {
  return `0x${bytesToHex(bytes)}`;
}
