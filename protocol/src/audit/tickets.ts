/** The draw of a term (PROTOCOL §8): everything follows from the seed. Twin of `TicketLib`. */
import type {Address, Hex} from 'viem';
import {bytesToHex, concatBytes, hexToBytes, uintBytes} from '../bytes.ts';
import {keccak256} from '../keccak.ts';

const SEED = 0x40;
const TICKET = 0x41;
const BAR = 0x42;
const EPOCH = 0x43;
const ROW = 0x44;

const tagged = (tag: number, ...parts: readonly Uint8Array[]): Hex => bytesToHex(keccak256(concatBytes(Uint8Array.of(tag), ...parts)));

/** `keccak256(0x40 ‖ pool:20 ‖ chainId:8 ‖ setId:4 ‖ randomness:32)`. */
export const termSeed = ({pool, chainId, setId, randomness}: {pool: Address; chainId: number | bigint; setId: number; randomness: Hex}): Hex =>
  tagged(SEED, hexToBytes(pool, 20), uintBytes(chainId, 8), uintBytes(setId, 4), hexToBytes(randomness, 32));

/** `keccak256(0x41 ‖ seed:32 ‖ setId:4 ‖ ticket:4)`: what the ticket's draws follow from. */
export const ticketHash = (seed: Hex, setId: number, ticket: number): Hex => tagged(TICKET, hexToBytes(seed, 32), uintBytes(setId, 4), uintBytes(ticket, 4));

/** Index of the member that the ticket names, of a set of `count`. */
export const ticketMember = (hash: Hex, count: number): number => Number(BigInt(hash) % BigInt(count));

/** The ticket counts when the member's weight is above this: `keccak256(0x42 ‖ hash) mod cap`. */
export const ticketBar = (hash: Hex, weightCap: bigint): bigint => BigInt(tagged(BAR, hexToBytes(hash, 32))) % weightCap;

/** The epoch whose vote and rows are looked at, counted from the term's first. */
export const ticketEpochOffset = (hash: Hex, epochs: bigint): bigint => BigInt(tagged(EPOCH, hexToBytes(hash, 32))) % epochs;

/** Position of the `i`-th row to open among all rows of the epoch: `keccak256(0x44 ‖ hash ‖ i:4) mod rows`. */
export const ticketRow = (hash: Hex, i: number, rows: number): number => Number(BigInt(tagged(ROW, hexToBytes(hash, 32), uintBytes(i, 4))) % BigInt(rows));
