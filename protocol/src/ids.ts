/** Account ids: what stands in a public row instead of a wallet (PROTOCOL §3). */
import {hmac} from '@noble/hashes/hmac.js';
import {sha256} from '@noble/hashes/sha2.js';
import type {Address, Hex} from 'viem';
import {bytesToHex, hexToBytes, uintBytes, utf8} from './bytes.ts';
import {keccak256} from './keccak.ts';
import {SYSTEM_WALLETS} from './types.ts';

const PREFIX = utf8('PofBS-id');
const WALLET_BYTES = 20;
const BLINDING_BYTES = 32;
export const ID_BYTES = 24;

/** Blinding of system rows, in every era. */
export const ZERO_BLINDING: Hex = `0x${'00'.repeat(BLINDING_BYTES)}`;

const SYSTEM = new Set<string>(Object.values(SYSTEM_WALLETS));
export const isSystemWallet = (wallet: Address): boolean => SYSTEM.has(wallet.toLowerCase());

const preimage = new Uint8Array(PREFIX.length + WALLET_BYTES + BLINDING_BYTES);
preimage.set(PREFIX);

/** `keccak256("PofBS-id" ‖ wallet:20 ‖ blinding:32)`, of which an id is the first {@link ID_BYTES} bytes. */
export function idHash(wallet: Uint8Array, blinding: Uint8Array): Uint8Array {
  preimage.set(wallet, PREFIX.length);
  preimage.set(blinding, PREFIX.length + WALLET_BYTES);
  return keccak256(preimage);
}

/**
 * The id of a wallet in one era, 24 bytes.
 *
 * @throws {EncodingError} when wallet or blinding is no hex of 20 and 32 bytes.
 */
export const accountId = (wallet: Address, blinding: Hex): Hex =>
  bytesToHex(idHash(hexToBytes(wallet, WALLET_BYTES), hexToBytes(blinding, BLINDING_BYTES)), 0, ID_BYTES);

/**
 * What a wallet signs so that it finds its account secret again on any device, without asking anybody.
 *
 * @param network - Name of the network, so that no other one's signature opens these rows.
 */
export const accountSecretMessage = (network: string): string => [
  `Make my account secret on ${network}.`,
  'It hides which public rows are mine. Sign this only on sites you use for this exchange: whoever has the signature can find my rows.',
  'Version 1',
].join('\n\n');

/** The account secret, 32 bytes, of a signature over {@link accountSecretMessage}. */
export const accountSecretOf = (signature: Hex): Hex => bytesToHex(keccak256(hexToBytes(signature)));

/** `HMAC-SHA256(accountSecret, era:8)`. */
export const blindingFor = (accountSecret: Hex, era: bigint | number): Hex =>
  bytesToHex(hmac(sha256, hexToBytes(accountSecret, 32), uintBytes(era, 8)));

/** `⌊epoch / eraEpochs⌋`. */
export const eraOf = (epoch: bigint | number, eraEpochs: number): number => Number(BigInt(epoch) / BigInt(eraEpochs));
