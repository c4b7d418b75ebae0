/** CIDs and blocks of files. The import parameters are part of the protocol: other parameters give other CIDs. */
import {sha256} from '@noble/hashes/sha2.js';
import {exporter} from 'ipfs-unixfs-exporter';
import {importBytes} from 'ipfs-unixfs-importer';
import {fixedSize} from 'ipfs-unixfs-importer/chunker';
import {balanced} from 'ipfs-unixfs-importer/layout';
import {CID} from 'multiformats/cid';
import * as Digest from 'multiformats/hashes/digest';
import {StoreError} from './errors.ts';
import {BLOCK_BYTES} from './types.ts';

const RAW = 0x55;
const DAG_PB = 0x70;
const SHA2_256 = 0x12;
const READ_CONCURRENCY = 8;

export type Block = {cid: CID; bytes: Uint8Array};

const IMPORT = {
  cidVersion: 1,
  rawLeaves: true,
  reduceSingleLeafToSelf: true,
  chunker: fixedSize({chunkSize: BLOCK_BYTES}),
  layout: balanced({maxChildrenPerNode: 1_024}),
} as const;

/** CIDv1, raw, sha2-256. */
export const rawCid = (bytes: Uint8Array): CID => CID.createV1(RAW, Digest.create(SHA2_256, sha256(bytes)));

/** @throws {StoreError} `STORE_CID_INVALID` for anything but CIDv1, raw or dag-pb, sha2-256. */
export function parseCid(text: string): CID {
  let cid: CID;
  try {
    cid = CID.parse(text);
  } catch (error) {
    throw new StoreError({code: 'STORE_CID_INVALID', cid: text}, {cause: error});
  }
  const known = cid.version === 1 && (cid.code === RAW || cid.code === DAG_PB) && cid.multihash.code === SHA2_256;
  if (!known) throw new StoreError({code: 'STORE_CID_INVALID', cid: text});
  return cid;
}

export const isRaw = (cid: CID): boolean => cid.code === RAW;

/** True if `bytes` are the block `cid` names. */
export function isBlock(cid: CID, bytes: Uint8Array): boolean {
  const digest = sha256(bytes);
  return digest.every((byte, i) => byte === cid.multihash.digest[i]);
}

/** The file's root and all its blocks, leaves first. */
export async function fileBlocks(bytes: Uint8Array): Promise<{root: CID; blocks: Block[]}> {
  if (bytes.length <= BLOCK_BYTES) {
    const root = rawCid(bytes);
    return {root, blocks: [{cid: root, bytes}]};
  }
  const blocks = new Map<string, Block>();
  const put = async (cid: CID, content: Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<CID> => {
    blocks.set(cid.toString(), {cid, bytes: await joined(content)});
    return cid;
  };
  const {cid} = await importBytes(bytes, {put}, IMPORT);
  return {root: cid, blocks: [...blocks.values()]};
}

/**
 * Reads a file block by block.
 *
 * @param getBlock - Must return the verified block.
 */
export async function readFile(root: CID, getBlock: (cid: CID) => Promise<Uint8Array>, bytesMax: number, store: string): Promise<Uint8Array> {
  if (isRaw(root)) return getBlock(root);
  const source = {
    async *get(cid: CID): AsyncGenerator<Uint8Array> {
      yield await getBlock(cid);
    },
  };
  const entry = await exporter(root, source);
  if (entry.type !== 'file') throw new StoreError({code: 'STORE_CID_INVALID', cid: root.toString()});
  if (entry.size > bytesMax) throw new StoreError({code: 'STORE_TOO_LARGE', store, bytesMax});
  const bytes = new Uint8Array(Number(entry.size));
  let offset = 0;
  for await (const part of entry.content({blockReadConcurrency: READ_CONCURRENCY})) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

async function joined(content: Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  if (content instanceof Uint8Array) return content;
  const parts: Uint8Array[] = [];
  for await (const part of content) parts.push(part);
  return concatenated(parts);
}

export function concatenated(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, {length}) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}
