import {readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {hexToBytes} from '@noble/curves/utils.js';
import {bn254} from '@noble/curves/bn254.js';
import {describe, expect, test} from 'vitest';
import type {Hex} from 'viem';
import {beaconPublicKey, encodeG1, hashToField, hashToG1, mapToG1, roundMessage, signRound, verifyRound} from './beacon.ts';

type Round = {round: string; signature: Hex; randomness: Hex; source?: string; hashed?: Hex};
type Vectors = {evmnet: {publicKey: Hex; genesis: number; period: number; rounds: Round[]}; local: object; map: object[]};

const file = path.join(import.meta.dirname, '../../protocol/vectors/beacon.json');
const text = readFileSync(file, 'utf8');
const {evmnet} = JSON.parse(text) as Vectors;
const SECRET = 0x1234567890abcdefn;

/** The parts that this code derives; the evmnet rounds are the network's own and stay as they are. */
function derived(): Pick<Vectors, 'local' | 'map'> {
  const rounds = [1n, 2n, 255n, 1_000_000n, 2n ** 40n].map((round) => ({...signRound(SECRET, round), round: round.toString(), hashed: encodeG1(hashToG1(roundMessage(round)))}));
  const inputs = [0n, 1n, 2n, bn254.fields.Fp.ORDER - 1n, ...hashToField(roundMessage(7n)), ...hashToField(roundMessage(8n))];
  return {
    local: {secret: `0x${SECRET.toString(16)}`, publicKey: beaconPublicKey(SECRET), rounds},
    map: inputs.map((u) => ({u: `0x${u.toString(16).padStart(64, '0')}`, point: encodeG1(mapToG1(u))})),
  };
}

test('beacon.json is what the code gives', () => {
  const expected = `${JSON.stringify({evmnet, ...derived()}, undefined, 2)}\n`;
  if (process.env['POBS_WRITE_VECTORS'] === '1') writeFileSync(file, expected);
  expect(readFileSync(file, 'utf8')).toBe(expected);
});

describe('verifyRound', () => {
  test.each(evmnet.rounds)('accepts round $round of evmnet', ({round, signature, hashed}) => {
    expect(verifyRound(evmnet.publicKey, BigInt(round), signature)).toBe(true);
    if (hashed !== undefined) expect(encodeG1(hashToG1(roundMessage(BigInt(round))))).toBe(hashed);
  });

  test('accepts its own rounds and nothing else', () => {
    const key = beaconPublicKey(SECRET);
    const {signature} = signRound(SECRET, 9n);
    expect(verifyRound(key, 9n, signature)).toBe(true);
    expect(verifyRound(key, 10n, signature)).toBe(false);
    expect(verifyRound(evmnet.publicKey, 9n, signature)).toBe(false);
    expect(verifyRound(key, 9n, signRound(SECRET + 1n, 9n).signature)).toBe(false);
    expect(verifyRound(key, 9n, `0x${'00'.repeat(64)}`)).toBe(false);
    expect(verifyRound(key, 9n, `0x${'ff'.repeat(64)}`)).toBe(false);
    const y = BigInt(`0x${signature.slice(66)}`);
    const other = (bn254.fields.Fp.ORDER - y).toString(16).padStart(64, '0');
    expect(verifyRound(key, 9n, `0x${signature.slice(2, 66)}${other}`)).toBe(false);
    expect(verifyRound(`0x${'00'.repeat(128)}`, 9n, signature)).toBe(false);
    expect(verifyRound(key, 9n, '0x')).toBe(false);
  });
});

test('the randomness is sha256 of the signature, as drand publishes it', () => {
  const known = evmnet.rounds.find(({round}) => round === '6390578')!;
  expect(known.randomness).toBe('0x466262e8cb50407310fa05024bff96e52a8c701e7f6b209ac5cdbdf01cf903f2');
  expect(hexToBytes(signRound(SECRET, 1n).randomness.slice(2))).toHaveLength(32);
});
