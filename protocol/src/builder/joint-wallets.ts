/** V4 and V6 of the joint test: who has rows, and under which blinding. */
import {isSystemWallet, ZERO_BLINDING} from '../ids.ts';
import type {SealedAsset, SealedEpoch, Violation} from '../types.ts';
import {assetLabel, violation} from './joint-report.ts';

/** V4: one row per wallet and custody asset. V6: one blinding per wallet in an era, zero for system rows. */
export function checkWallets({assets}: SealedEpoch): Violation[] {
  const wallets = new Wallets();
  const found: Violation[] = [];
  assets.forEach((asset, place) => {
    const twice = wallets.see(asset, place);
    if (twice.length > 0) found.push(violation(4, 'a wallet has more than one row', assetLabel(asset), twice));
  });
  const {different, named} = wallets;
  if (different.size > 0) found.push(violation(6, 'a wallet has two ids in one era', undefined, [...different]));
  if (named.size > 0) found.push(violation(6, 'a system row has a blinding', undefined, [...named]));
  return found;
}

class Wallets {
  readonly #numbers = new Map<string, number>();
  /** As first seen, by number. */
  readonly #spelled: string[] = [];
  readonly #blindings: string[] = [];
  /** Place of the last asset that listed the wallet. */
  readonly #seenIn: number[] = [];
  readonly different = new Set<string>();
  readonly named = new Set<string>();

  /** Wallets that the asset lists more than once. */
  see({rows}: SealedAsset, place: number): string[] {
    const twice: string[] = [];
    let guess = 0;
    for (const {wallet, blinding} of rows) {
      // Sheets tend to list wallets in one order: the next row is then the next wallet.
      const number = this.#spelled[guess] === wallet ? guess : this.#number(wallet, blinding);
      guess = number + 1;
      if (this.#seenIn[number] === place) twice.push(wallet.toLowerCase());
      this.#seenIn[number] = place;
      if (this.#blindings[number] !== blinding && this.#blindings[number] !== blinding.toLowerCase()) this.different.add(wallet.toLowerCase());
    }
    return twice;
  }

  #number(wallet: SealedAsset['custody'], blinding: string): number {
    const spelled = this.#numbers.get(wallet);
    if (spelled !== undefined) return spelled;
    const key = wallet.toLowerCase();
    const known = this.#numbers.get(key);
    const number = known ?? this.#spelled.push(wallet) - 1;
    this.#numbers.set(wallet, number);
    if (known !== undefined) return number;
    this.#numbers.set(key, number);
    this.#blindings.push(blinding.toLowerCase());
    this.#seenIn.push(-1);
    if (isSystemWallet(wallet) && BigInt(blinding) !== BigInt(ZERO_BLINDING)) this.named.add(key);
    return number;
  }
}
