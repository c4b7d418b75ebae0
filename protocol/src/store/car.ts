/** CAR v1, the archive `dag/import` takes: exact blocks, so the CID cannot depend on the server's import defaults. */
import type {CID} from 'multiformats/cid';
import {concatenated, type Block} from './unixfs.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** One root, its blocks in the given order. */
export function encodeCar(root: CID, blocks: readonly Block[]): Uint8Array<ArrayBuffer> {
  // DAG-CBOR of {roots: [root], version: 1}; a CID is tag 42 over 0x00 ‖ its bytes (37 bytes for sha2-256).
  const header = concatenated([
    Uint8Array.of(0xa2, 0x65), text('roots'), Uint8Array.of(0x81, 0xd8, 0x2a, 0x58, root.bytes.length + 1, 0x00), root.bytes,
    Uint8Array.of(0x67), text('version'), Uint8Array.of(0x01),
  ]);
  const sections = blocks.flatMap(({cid, bytes}) => [varint(cid.bytes.length + bytes.length), cid.bytes, bytes]);
  return concatenated([varint(header.length), header, ...sections]);
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}
