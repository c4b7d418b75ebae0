/**
 * Sealed books as bytes: what large books are too large for as text.
 *
 * `"PBS1" ‖ head length:4 ‖ head (JSON: all but rows, with counts) ‖ columns`, each column at a multiple of 8, numbers
 * little-endian: wallets, blindings, then per asset owners, total, withdrawable, withdrawal.
 */
import {z} from 'zod';
import {BLINDING_BYTES, utf8, WALLET_BYTES} from './bytes.ts';
import {PobsError} from './errors.ts';
import {parseWith, sealedShape, toJson} from './json.ts';
import type {PackedAsset, PackedEpoch} from './types.ts';

export const SEALED_MEDIA_TYPE = 'application/vnd.pofbs.sealed';

export class SealedWireError extends PobsError<{code: 'SEALED_BYTES_INVALID'; detail: string}> {}

const MAGIC = utf8('PBS1');
const HEAD_AT = 8;
const ALIGN = 8;
const countShape = z.int().min(0).max(2 ** 31);
const headShape = sealedShape({rows: countShape}).extend({accounts: countShape});

const aligned = (at: number): number => Math.ceil(at / ALIGN) * ALIGN;
const columnsOf = ({owners, total, withdrawable, withdrawal}: PackedAsset): ArrayBufferView[] => [owners, total, withdrawable, withdrawal];

export function encodeSealed({accounts, assets, ...sealed}: PackedEpoch): Uint8Array<ArrayBuffer> {
  const described = assets.map(({owners, total: _total, withdrawable: _withdrawable, withdrawal: _withdrawal, ...asset}) => ({...asset, rows: owners.length}));
  const head = utf8(toJson({...sealed, accounts: accounts.wallets.length / WALLET_BYTES, assets: described}));
  const columns = [accounts.wallets, accounts.blindings, ...assets.flatMap(columnsOf)];
  const start = aligned(HEAD_AT + head.length);
  const bytes = new Uint8Array(columns.reduce((at, {byteLength}) => aligned(at + byteLength), start));
  bytes.set(MAGIC);
  new DataView(bytes.buffer).setUint32(MAGIC.length, head.length, true);
  bytes.set(head, HEAD_AT);
  let at = start;
  for (const {buffer, byteOffset, byteLength} of columns) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at = aligned(at + byteLength);
  }
  return bytes;
}

/** The columns are views of `bytes` where its place in memory allows. @throws {SealedWireError | JsonError} */
export function decodeSealed(bytes: Uint8Array): PackedEpoch {
  if (bytes.length < HEAD_AT || MAGIC.some((byte, i) => bytes[i] !== byte)) throw invalid('they do not begin as sealed books do');
  const source = bytes.byteOffset % ALIGN === 0 ? bytes : bytes.slice();
  const headLength = new DataView(source.buffer, source.byteOffset).getUint32(MAGIC.length, true);
  if (HEAD_AT + headLength > source.length) throw invalid('their head is cut off');
  const {accounts, assets, ...sealed} = parseWith(headShape, new TextDecoder().decode(source.subarray(HEAD_AT, HEAD_AT + headLength)));
  let at = aligned(HEAD_AT + headLength);
  const take = (length: number): {buffer: ArrayBufferLike; offset: number} => {
    const offset = at;
    at = aligned(at + length);
    if (at > source.length) throw invalid('their columns are cut off');
    return {buffer: source.buffer, offset: source.byteOffset + offset};
  };
  const octets = (length: number) => {
    const {buffer, offset} = take(length);
    return new Uint8Array(buffer, offset, length);
  };
  const amounts = (rows: number) => {
    const {buffer, offset} = take(8 * rows);
    return new BigInt64Array(buffer, offset, rows);
  };
  const owners = (rows: number) => {
    const {buffer, offset} = take(4 * rows);
    return new Uint32Array(buffer, offset, rows);
  };
  const table = {wallets: octets(WALLET_BYTES * accounts), blindings: octets(BLINDING_BYTES * accounts)};
  const packed = assets.map(({rows, ...asset}): PackedAsset =>
    ({...asset, owners: owners(rows), total: amounts(rows), withdrawable: amounts(rows), withdrawal: amounts(rows)}));
  if (at !== source.length) throw invalid(`${source.length - at} bytes follow their columns`);
  if (packed.some((asset) => asset.owners.some((owner) => owner >= accounts))) throw invalid('a row names an account that is not in the table');
  return {...sealed, accounts: table, assets: packed};
}

const invalid = (detail: string): SealedWireError => new SealedWireError({code: 'SEALED_BYTES_INVALID', detail});
