/** CIDv1 of files. The import parameters are part of the protocol: other parameters give other CIDs. */
import {sha256} from '../sha256.ts';
import type {Hex} from 'viem';
import {CID} from 'multiformats/cid';
import {create as createDigest} from 'multiformats/hashes/digest';
import {bytesToHex, hexToBytes} from '../bytes.ts';

const RAW = 0x55;
const SHA2_256 = 0x12;
/** Files up to this many bytes are one raw block. */
export const CID_BLOCK_BYTES = 1_048_576;
const LINKS_MAX = 1_024;

/** CIDv1 (raw, sha2-256) of bytes taken as one block. */
export const cidOf = (bytes: Uint8Array): string => cidFromDigest(bytesToHex(sha256(bytes)));

/** CIDv1 (raw, sha2-256) of a 32-byte digest, such as `summary.snapshotCid`. */
export const cidFromDigest = (digest: Hex): string =>
  CID.createV1(RAW, createDigest(SHA2_256, hexToBytes(digest, 32))).toString();

/** UnixFS CID of a file with the fixed import parameters; equals {@link cidOf} up to one block. */
export async function fileCid(bytes: Uint8Array): Promise<string> {
  if (bytes.length <= CID_BLOCK_BYTES) return cidOf(bytes);
  // Loaded when needed: a browser that checks one proof never needs the importer.
  const [{importBytes}, {fixedSize}, {balanced}] = await Promise.all([
    import('ipfs-unixfs-importer'), import('ipfs-unixfs-importer/chunker'), import('ipfs-unixfs-importer/layout'),
  ]);
  const {cid} = await importBytes(bytes, {put: (block: CID) => Promise.resolve(block)}, {
    cidVersion: 1,
    rawLeaves: true,
    reduceSingleLeafToSelf: true,
    chunker: fixedSize({chunkSize: CID_BLOCK_BYTES}),
    layout: balanced({maxChildrenPerNode: LINKS_MAX}),
  });
  return cid.toString();
}
