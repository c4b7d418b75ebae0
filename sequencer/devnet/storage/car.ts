import * as dagCbor from '@ipld/dag-cbor';
import {CID} from 'multiformats/cid';
import {HttpError} from '../http.ts';

export type CarFile = {roots: CID[]; blocks: {cid: CID; bytes: Uint8Array}[]};

/**
 * Parses a CAR (version 1): sections of varint length; the first is the header, the others CID and block.
 *
 * @throws HttpError 400 for anything else.
 */
export function parseCar(bytes: Uint8Array): CarFile {
  const sections = sectionsOf(bytes);
  const [first, ...rest] = sections;
  if (first === undefined) throw new HttpError(400, 'CAR file is empty');
  try {
    const header = dagCbor.decode<{version: number; roots: CID[]}>(first);
    if (header.version !== 1) throw new HttpError(400, `CAR version ${header.version} is not supported, expected 1`);
    const blocks = rest.map((section) => {
      const [cid, block] = CID.decodeFirst(section);
      return {cid, bytes: block};
    });
    return {roots: header.roots, blocks};
  } catch (error) {
    if (error instanceof HttpError) throw error;
    throw new HttpError(400, `CAR file is damaged: ${String(error)}`);
  }
}

function sectionsOf(bytes: Uint8Array): Uint8Array[] {
  const sections: Uint8Array[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    const {value: length, next} = readVarint(bytes, offset);
    if (next + length > bytes.length) throw new HttpError(400, 'CAR file ends too early');
    sections.push(bytes.subarray(next, next + length));
    offset = next + length;
  }
  return sections;
}

/** Unsigned LEB128, at most 4 bytes (256 MiB): a block is far smaller. */
function readVarint(bytes: Uint8Array, offset: number): {value: number; next: number} {
  let value = 0;
  for (let index = 0; index < 4; index++) {
    const byte = bytes[offset + index];
    if (byte === undefined) break;
    value |= (byte & 0x7f) << (7 * index);
    if (byte < 0x80) return {value, next: offset + index + 1};
  }
  throw new HttpError(400, 'CAR file has a damaged length');
}
