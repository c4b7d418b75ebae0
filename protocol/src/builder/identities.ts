/** The wallets of one epoch as numbers: each id is computed and sorted once, whatever number of assets its wallet holds. */
import type {Address, Hex} from 'viem';
import {bytesToHex, hexInto} from '../bytes.ts';
import {accountId, ID_BYTES, idHash, isSystemWallet, ZERO_BLINDING} from '../ids.ts';
import {sortedOrder} from '../snapshot/columns.ts';
import {encodePackedMapping} from '../snapshot/mapping-file.ts';

const WALLET_BYTES = 20;
const BLINDING_BYTES = 32;
const CAPACITY_FIRST = 1_024;

export class Identities {
  readonly #numbers = new Map<string, number>();
  /** Wallet and blinding as first seen, by number. */
  readonly #wallets: string[] = [];
  readonly #blindings: string[] = [];
  /** Whether a sheet lists the identity. */
  readonly #listed: boolean[] = [];
  /** Packed, by number. */
  #ids = new Uint8Array(CAPACITY_FIRST * ID_BYTES);
  #walletBytes = new Uint8Array(CAPACITY_FIRST * WALLET_BYTES);
  #blindingBytes = new Uint8Array(CAPACITY_FIRST * BLINDING_BYTES);
  #guess = 0;
  /** Lower-case wallets that came with two blindings, and blinded system wallets. */
  readonly ambiguous = new Set<string>();
  readonly blindedSystem = new Set<string>();

  /** 24 bytes by number. */
  get ids(): Uint8Array {
    return this.#ids;
  }

  get count(): number {
    return this.#wallets.length;
  }

  /** Number of a wallet and its blinding. @throws {EncodingError} for malformed hex. */
  numberOf(wallet: Address, blinding: Hex): number {
    // Sheets tend to list wallets in one order: the next row is then the next identity.
    const guess = this.#guess;
    const guessed = this.#wallets[guess] === wallet && this.#blindings[guess] === blinding;
    const number = guessed ? guess : this.#find(wallet, blinding);
    this.#guess = number + 1;
    return number;
  }

  /** The next row is expected to be the first identity's. */
  rewind(): void {
    this.#guess = 0;
  }

  /** A sheet lists the identity. */
  list(number: number): void {
    this.#listed[number] = true;
  }

  /** Id of a wallet wherever it is known from, for its log records. */
  idOf(wallet: Address): Hex | undefined {
    const number = this.#numbers.get(wallet.toLowerCase());
    if (number !== undefined) return bytesToHex(this.#ids, number * ID_BYTES, (number + 1) * ID_BYTES);
    return isSystemWallet(wallet) ? accountId(wallet, ZERO_BLINDING) : undefined;
  }

  /** Numbers in order of their ids. */
  order(): Uint32Array {
    return sortedOrder(this.#ids, ID_BYTES, this.count) ?? Uint32Array.from({length: this.count}, (_, number) => number);
  }

  /** `mapping.csv`: every listed id once. */
  encodeMapping(order: Uint32Array): Uint8Array {
    const listed = order.filter((number) => this.#listed[number]);
    return encodePackedMapping({ids: this.#ids, wallets: this.#walletBytes, blindings: this.#blindingBytes}, listed);
  }

  #find(wallet: Address, blinding: Hex): number {
    const spelled = this.#numbers.get(wallet);
    if (spelled !== undefined && this.#blindings[spelled] === blinding) return spelled;
    const walletText = wallet.toLowerCase();
    const blindingText = blinding.toLowerCase();
    const known = this.#numbers.get(walletText);
    if (known === undefined) return this.#add(walletText, wallet, blinding);
    if (this.#blindings[known]!.toLowerCase() === blindingText) {
      this.#numbers.set(wallet, known);
      return known;
    }
    // Only a false sheet has a second blinding, and it must still have bytes.
    this.ambiguous.add(walletText);
    const key = `${walletText} ${blindingText}`;
    return this.#numbers.get(key) ?? this.#add(key, wallet, blinding);
  }

  #add(key: string, wallet: Address, blinding: Hex): number {
    const number = this.count;
    if ((number + 1) * ID_BYTES > this.#ids.length) this.#grow();
    hexInto(wallet, this.#walletBytes, number * WALLET_BYTES, WALLET_BYTES);
    hexInto(blinding, this.#blindingBytes, number * BLINDING_BYTES, BLINDING_BYTES);
    const hash = idHash(
      this.#walletBytes.subarray(number * WALLET_BYTES, (number + 1) * WALLET_BYTES),
      this.#blindingBytes.subarray(number * BLINDING_BYTES, (number + 1) * BLINDING_BYTES),
    );
    for (let i = 0; i < ID_BYTES; i += 1) this.#ids[number * ID_BYTES + i] = hash[i]!;
    if (isSystemWallet(wallet) && BigInt(blinding) !== 0n) this.blindedSystem.add(wallet.toLowerCase());
    this.#numbers.set(key, number);
    this.#wallets.push(wallet);
    this.#blindings.push(blinding);
    this.#listed.push(false);
    return number;
  }

  #grow(): void {
    this.#ids = doubled(this.#ids);
    this.#walletBytes = doubled(this.#walletBytes);
    this.#blindingBytes = doubled(this.#blindingBytes);
  }
}

function doubled(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(2 * bytes.length);
  larger.set(bytes);
  return larger;
}
