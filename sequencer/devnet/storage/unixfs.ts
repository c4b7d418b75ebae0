import type {Blockstore} from 'interface-blockstore';
import {exporter} from 'ipfs-unixfs-exporter';
import {importer} from 'ipfs-unixfs-importer';
import type {CID} from 'multiformats/cid';
import {HttpError} from '../http.ts';
import type {BlockStore} from './block-store.ts';

/** Content of a file, by `<cid>` or `<cid>/<path>`. @throws HttpError 404. */
export async function readUnixfs(blocks: BlockStore, path: string): Promise<Buffer> {
  try {
    const entry = await exporter(path, asBlockstore(blocks));
    if (entry.type !== 'file' && entry.type !== 'raw') throw new HttpError(404, `${path} is not a file`);
    const parts: Uint8Array[] = [];
    for await (const part of entry.content()) parts.push(part);
    return Buffer.concat(parts);
  } catch (error) {
    if (error instanceof HttpError) throw error;
    throw new HttpError(404, `${path} not found`);
  }
}

/** Adds one file with Kubo's defaults for `/api/v0/add`: CIDv0, 256 KiB chunks. */
export async function addUnixfs(blocks: BlockStore, content: Uint8Array): Promise<{cid: CID; size: number}> {
  const options = {cidVersion: 0, rawLeaves: false} as const;
  for await (const entry of importer([{content}], asBlockstore(blocks), options)) {
    return {cid: entry.cid, size: Number(entry.size)};
  }
  throw new HttpError(400, 'nothing to add');
}

/** The three methods that importer and exporter call. */
function asBlockstore(blocks: BlockStore): Pick<Blockstore, 'get' | 'put' | 'has'> {
  return {
    put: async (cid: CID, bytes: Uint8Array | AsyncIterable<Uint8Array> | Iterable<Uint8Array>) => {
      return blocks.put(cid, bytes as Uint8Array);
    },
    async *get(cid: CID) {
      const bytes = await blocks.get(cid);
      if (bytes === undefined) throw new HttpError(404, `block ${cid} not found`);
      yield bytes;
    },
    has: (cid: CID) => blocks.has(cid),
  };
}
