/** The wallets of one epoch: each id is computed once, whatever number of assets its wallet holds. */
import type {Address, Hex} from 'viem';
import {bytesToHex, hexInto} from '../bytes.ts';
import {ID_BYTES, idHash, isSystemWallet, ZERO_BLINDING} from '../ids.ts';
import type {MappingRow} from '../types.ts';

const WALLET_BYTES = 20;
const BLINDING_BYTES = 32;

type Identity = {wallet: Address; blinding: Hex; id: Uint8Array; listed: boolean};

export class Identities {
  readonly #byWallet = new Map<string, Identity>();
  /** Wallets that came with a second blinding: only a false sheet has them, and it must still have bytes. */
  readonly #others: Identity[] = [];
  readonly #wallet = new Uint8Array(WALLET_BYTES);
  readonly #blinding = new Uint8Array(BLINDING_BYTES);

  /** Id of a row that stands on a sheet, 24 bytes. @throws {EncodingError} for malformed hex. */
  list(wallet: Address, blinding: Hex): Uint8Array {
    const identity = this.#identity(wallet, blinding);
    identity.listed = true;
    return identity.id;
  }

  /** Id of a wallet wherever it is known from, for its log records. */
  idOf(wallet: Address): Hex | undefined {
    const key = wallet.toLowerCase();
    const identity = this.#byWallet.get(key) ?? (isSystemWallet(wallet) ? this.#identity(wallet, ZERO_BLINDING) : undefined);
    return identity === undefined ? undefined : bytesToHex(identity.id);
  }

  /** Makes a wallet known without listing it. */
  note(wallet: Address, blinding: Hex): void {
    this.#identity(wallet, blinding);
  }

  /** Every listed id once. */
  mapping(): MappingRow[] {
    return [...this.#byWallet.values(), ...this.#others]
      .filter(({listed}) => listed)
      .map(({wallet, blinding, id}) => ({id: bytesToHex(id), wallet, blinding}));
  }

  #identity(wallet: Address, blinding: Hex): Identity {
    // Most callers write wallets in one way; the map then needs no second string.
    const exact = this.#byWallet.get(wallet);
    if (exact?.blinding === blinding) return exact;
    const key = wallet.toLowerCase();
    const secret = blinding.toLowerCase() as Hex;
    const known = this.#byWallet.get(key);
    if (known?.blinding === secret) return known;
    const other = known && this.#others.find((each) => each.wallet === key && each.blinding === secret);
    if (other !== undefined) return other;
    hexInto(wallet, this.#wallet, 0, WALLET_BYTES);
    hexInto(blinding, this.#blinding, 0, BLINDING_BYTES);
    const identity = {wallet: key as Address, blinding: secret, id: idHash(this.#wallet, this.#blinding).slice(0, ID_BYTES), listed: false};
    if (known === undefined) this.#byWallet.set(key, identity);
    else this.#others.push(identity);
    return identity;
  }
}
