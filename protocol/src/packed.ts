/** Row objects to columns: small books are easier to write as rows, large ones are built as columns. */
import {BLINDING_BYTES, bytesToHex, hexInto, WALLET_BYTES} from './bytes.ts';
import {AMOUNTS} from './snapshot/columns.ts';
import type {PackedAsset, PackedEpoch, SealedAsset, SealedBooks, SealedEpoch} from './types.ts';

export const packed = (sealed: SealedBooks): PackedEpoch => ('accounts' in sealed ? sealed : packEpoch(sealed));

/** @throws {EncodingError} when a wallet or blinding is malformed, RangeError when an amount does not fit 64 bits. */
export function packEpoch(sealed: SealedEpoch): PackedEpoch {
  const numbers = new Map<string, number>();
  const keys: {wallet: string; blinding: string}[] = [];
  const numberOf = (wallet: string, blinding: string): number => {
    const key = `${wallet} ${blinding}`.toLowerCase();
    let number = numbers.get(key);
    if (number === undefined) {
      number = keys.push({wallet, blinding}) - 1;
      numbers.set(key, number);
    }
    return number;
  };
  const assets = sealed.assets.map((asset) => packAsset(asset, numberOf));
  const accounts = {wallets: new Uint8Array(keys.length * WALLET_BYTES), blindings: new Uint8Array(keys.length * BLINDING_BYTES)};
  keys.forEach(({wallet, blinding}, number) => {
    hexInto(wallet, accounts.wallets, number * WALLET_BYTES, WALLET_BYTES);
    hexInto(blinding, accounts.blindings, number * BLINDING_BYTES, BLINDING_BYTES);
  });
  return {...sealed, accounts, assets};
}

function packAsset({rows, ...asset}: SealedAsset, numberOf: (wallet: string, blinding: string) => number): PackedAsset {
  const amounts = () => new BigInt64Array(rows.length);
  const packed = {...asset, owners: new Uint32Array(rows.length), total: amounts(), withdrawable: amounts(), withdrawal: amounts()};
  rows.forEach((sealed, row) => {
    packed.owners[row] = numberOf(sealed.wallet, sealed.blinding);
    for (const name of AMOUNTS) {
      packed[name][row] = sealed[name];
      if (packed[name][row] !== sealed[name]) throw new RangeError(`${name} ${sealed[name]} of ${sealed.wallet} does not fit 64 bits.`);
    }
  });
  return packed;
}

/** Columns to row objects: for small books and whoever wants to read them. */
export function unpackEpoch({accounts, ...sealed}: PackedEpoch): SealedEpoch {
  const assets = sealed.assets.map(({owners, total, withdrawable, withdrawal, ...asset}): SealedAsset => ({
    ...asset,
    rows: Array.from(owners, (owner, row) => ({
      wallet: bytesToHex(accounts.wallets, owner * WALLET_BYTES, (owner + 1) * WALLET_BYTES),
      blinding: bytesToHex(accounts.blindings, owner * BLINDING_BYTES, (owner + 1) * BLINDING_BYTES),
      total: total[row]!, withdrawable: withdrawable[row]!, withdrawal: withdrawal[row]!,
    })),
  }));
  return {...sealed, assets};
}
