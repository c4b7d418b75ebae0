/** The accounts of one epoch: each id is computed and sorted once, whatever number of assets its wallet holds. */
import type {Address, Hex} from 'viem';
import {BLINDING_BYTES, bytesToHex, hexToBytes, WALLET_BYTES} from '../bytes.ts';
import {accountId, ID_BYTES, isSystemWallet, ZERO_BLINDING} from '../ids.ts';
import {blockHasher} from '../keccak.ts';
import {sortedOrder} from '../snapshot/columns.ts';
import type {PackedEpoch} from '../types.ts';
import {sharedCopy} from './shared.ts';

const PREFIX = new TextEncoder().encode('PofBS-id');
const WALLET_WORDS = WALLET_BYTES / 4;
const BLINDING_WORDS = BLINDING_BYTES / 4;
const ID_WORDS = ID_BYTES / 4;
const SYSTEM_WALLETS_MAX = 4;
const EMPTY = -1;

export class Accounts {
  readonly count: number;
  /** Packed and shared between threads, by account: 20, 32 and 24 bytes. */
  readonly wallets: Uint8Array;
  readonly blindings: Uint8Array;
  readonly ids: Uint8Array;
  /** Lowest account of the same wallet; itself in honest books. */
  readonly owner: Uint32Array;
  /** Lower-case wallets that came with two blindings, and blinded system wallets. */
  readonly ambiguous = new Set<string>();
  readonly blindedSystem = new Set<string>();
  readonly #slots: Int32Array;

  constructor({wallets, blindings}: PackedEpoch['accounts']) {
    this.count = wallets.length / WALLET_BYTES;
    if (!Number.isInteger(this.count) || blindings.length !== this.count * BLINDING_BYTES) {
      throw new RangeError(`${wallets.length} bytes of wallets and ${blindings.length} of blindings are no table of accounts.`);
    }
    this.wallets = sharedCopy(wallets);
    this.blindings = sharedCopy(blindings);
    this.ids = hashIds(this.wallets, this.blindings, this.count);
    this.#slots = new Int32Array(slotsFor(this.count)).fill(EMPTY);
    this.owner = this.#findOwners();
    this.#checkBlindings();
  }

  walletOf(account: number): Address {
    return bytesToHex(this.wallets, account * WALLET_BYTES, (account + 1) * WALLET_BYTES);
  }

  /** Id of a wallet wherever it is known from, for its log records. */
  idOf(wallet: Address): Hex | undefined {
    const bytes = hexToBytes(wallet, WALLET_BYTES);
    const words = new Int32Array(bytes.buffer);
    const account = this.#slots[this.#slotOf(words, 0)]!;
    if (account !== EMPTY) return bytesToHex(this.ids, account * ID_BYTES, (account + 1) * ID_BYTES);
    return isSystemWallet(wallet) ? accountId(wallet, ZERO_BLINDING) : undefined;
  }

  /** Accounts in order of their ids. */
  order(): Uint32Array {
    return sortedOrder(this.ids, ID_BYTES, this.count) ?? Uint32Array.from({length: this.count}, (_, account) => account);
  }

  #findOwners(): Uint32Array {
    const words = new Int32Array(this.wallets.buffer);
    const owner = new Uint32Array(this.count);
    for (let account = 0; account < this.count; account += 1) {
      const slot = this.#slotOf(words, account * WALLET_WORDS);
      const known = this.#slots[slot]!;
      if (known === EMPTY) this.#slots[slot] = account;
      owner[account] = known === EMPTY ? account : known;
    }
    return owner;
  }

  /** Where a wallet is, or would be, in the open-addressed table. */
  #slotOf(words: Int32Array, at: number): number {
    const known = new Int32Array(this.wallets.buffer);
    const mask = this.#slots.length - 1;
    let hash = 0;
    for (let i = 0; i < WALLET_WORDS; i += 1) hash = Math.imul(hash ^ words[at + i]!, 0x9e3779b1) ^ (hash >>> 15);
    for (let slot = (hash ^ (hash >>> 16)) & mask; ; slot = (slot + 1) & mask) {
      const account = this.#slots[slot]!;
      if (account === EMPTY || sameWords({words: known, at: account * WALLET_WORDS}, {words, at}, WALLET_WORDS)) return slot;
    }
  }

  #checkBlindings(): void {
    const words = new Int32Array(this.blindings.buffer);
    for (let account = 0; account < this.count; account += 1) {
      const first = this.owner[account]!;
      const blinded = {words, at: account * BLINDING_WORDS};
      // Only a false sheet has a second blinding, and it must still have bytes.
      if (first !== account && !sameWords(blinded, {words, at: first * BLINDING_WORDS}, BLINDING_WORDS)) this.ambiguous.add(this.walletOf(account));
      if (this.#isSystem(account) && words.subarray(blinded.at, blinded.at + BLINDING_WORDS).some((word) => word !== 0)) {
        this.blindedSystem.add(this.walletOf(account));
      }
    }
  }

  #isSystem(account: number): boolean {
    const last = (account + 1) * WALLET_BYTES - 1;
    const number = this.wallets[last]!;
    if (number === 0 || number > SYSTEM_WALLETS_MAX) return false;
    for (let i = account * WALLET_BYTES; i < last; i += 1) if (this.wallets[i] !== 0) return false;
    return true;
  }
}

type Words = {words: Int32Array; at: number};

function sameWords(a: Words, b: Words, count: number): boolean {
  for (let i = 0; i < count; i += 1) if (a.words[a.at + i] !== b.words[b.at + i]) return false;
  return true;
}

/** A power of two, at least twice the accounts, so that searches stay short. */
const slotsFor = (count: number): number => 2 ** Math.ceil(Math.log2(2 * count + 2));

/** `keccak256("PofBS-id" ‖ wallet:20 ‖ blinding:32)[0..24)` of every account. */
function hashIds(wallets: Uint8Array, blindings: Uint8Array, count: number): Uint8Array {
  const ids = sharedCopy(new Uint8Array(count * ID_BYTES));
  const [from, secrets, to] = [wallets, blindings, ids].map(({buffer}) => new Int32Array(buffer)) as [Int32Array, Int32Array, Int32Array];
  const {bytes, words, hash} = blockHasher(PREFIX.length + WALLET_BYTES + BLINDING_BYTES);
  const walletAt = PREFIX.length / 4;
  for (let account = 0; account < count; account += 1) {
    for (let i = 0; i < PREFIX.length; i += 1) bytes[i] = PREFIX[i]!;
    for (let i = 0; i < WALLET_WORDS; i += 1) words[walletAt + i] = from[account * WALLET_WORDS + i]!;
    for (let i = 0; i < BLINDING_WORDS; i += 1) words[walletAt + WALLET_WORDS + i] = secrets[account * BLINDING_WORDS + i]!;
    hash();
    for (let i = 0; i < ID_WORDS; i += 1) to[account * ID_WORDS + i] = words[i]!;
  }
  return ids;
}
