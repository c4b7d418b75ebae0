/** The wallets of one epoch as numbers: each id is computed and sorted once, whatever number of assets its wallet holds. */
import type {Address, Hex} from 'viem';
import {bytesToHex, hexInto} from '../bytes.ts';
import {accountId, ID_BYTES, idHash, isSystemWallet, ZERO_BLINDING} from '../ids.ts';
import {sortedOrder} from '../snapshot/columns.ts';
import {encodeSortedMapping} from '../snapshot/mapping-file.ts';
import type {SealedAsset, SealedRow} from '../types.ts';

const WALLET_BYTES = 20;
const BLINDING_BYTES = 32;

/** Holders only: a row of nothing is left out. */
export const isHolder = ({total, withdrawal}: SealedRow): boolean => total !== 0n || withdrawal !== 0n;

export class Identities {
  readonly #numbers = new Map<string, number>();
  /** Lower-case, and as first seen. */
  readonly #wallets: string[] = [];
  readonly #spelled: string[] = [];
  readonly #blindings: string[] = [];
  /** Whether a sheet lists the identity, by number. */
  readonly #listed: boolean[] = [];
  #ids = new Uint8Array(1_024 * ID_BYTES);
  readonly #wallet = new Uint8Array(WALLET_BYTES);
  readonly #blinding = new Uint8Array(BLINDING_BYTES);

  /** 24 bytes by number. */
  get ids(): Uint8Array {
    return this.#ids;
  }

  get count(): number {
    return this.#wallets.length;
  }

  /** Numbers of an asset's rows; −1 for a row that is left out. @throws {EncodingError} for malformed hex. */
  numbersOf({rows}: SealedAsset): Int32Array {
    const numbers = new Int32Array(rows.length).fill(-1);
    let guess = 0;
    for (let i = 0; i < rows.length; i += 1) {
      const row = rows[i]!;
      // Sheets tend to list wallets in one order: the next row is then the next identity.
      const guessed = this.#spelled[guess] === row.wallet && this.#blindings[guess] === row.blinding;
      const number = guessed ? guess : this.#number(row.wallet, row.blinding);
      guess = number + 1;
      if (!isHolder(row)) continue;
      numbers[i] = number;
      this.#listed[number] = true;
    }
    return numbers;
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
    return encodeSortedMapping(listed.length, (place) => {
      const number = listed[place]!;
      return {ids: this.#ids, row: number, wallet: this.#wallets[number]!, blinding: this.#blindings[number]!};
    });
  }

  #number(wallet: Address, blinding: Hex): number {
    const known = this.#numbers.get(wallet);
    if (known !== undefined && this.#blindings[known] === blinding) return known;
    const walletText = wallet.toLowerCase();
    const blindingText = blinding.toLowerCase();
    const same = this.#numbers.get(walletText);
    if (same !== undefined && this.#blindings[same] === blindingText) {
      this.#numbers.set(wallet, same);
      return same;
    }
    // A wallet with a second blinding: only a false sheet has one, and it must still have bytes.
    const key = same === undefined ? walletText : `${walletText} ${blindingText}`;
    const other = this.#numbers.get(key);
    if (other !== undefined) return other;
    this.#spelled.push(wallet);
    return this.#add(key, walletText, blindingText);
  }

  #add(key: string, wallet: string, blinding: string): number {
    const number = this.count;
    if ((number + 1) * ID_BYTES > this.#ids.length) {
      const larger = new Uint8Array(2 * this.#ids.length);
      larger.set(this.#ids);
      this.#ids = larger;
    }
    hexInto(wallet, this.#wallet, 0, WALLET_BYTES);
    hexInto(blinding, this.#blinding, 0, BLINDING_BYTES);
    const hash = idHash(this.#wallet, this.#blinding);
    for (let i = 0; i < ID_BYTES; i += 1) this.#ids[number * ID_BYTES + i] = hash[i]!;
    this.#numbers.set(key, number);
    this.#wallets.push(wallet);
    this.#blindings.push(blinding);
    this.#listed.push(false);
    return number;
  }
}
