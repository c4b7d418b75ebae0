import {createHash} from 'node:crypto';
import Arweave from 'arweave';
import {computeRootHash, validatePath} from 'arweave/node/lib/merkle.js';

/** A transaction as arweave-js posts it; all fields base64url or decimal strings. */
export type RawTransaction = {
  format: number;
  id: string;
  last_tx: string;
  owner: string;
  tags: {name: string; value: string}[];
  target: string;
  quantity: string;
  data: string;
  data_size: string;
  data_root: string;
  reward: string;
  signature: string;
};

export type RawChunk = {
  data_root: string;
  data_size: string;
  data_path: string;
  offset: string;
  chunk: string;
};

const arweave = Arweave.init({});

export function fromBase64Url(text: string): Buffer {
  return Buffer.from(text, 'base64url');
}

export function toBase64Url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

/** RSA-PSS signature over all fields, and id = SHA-256 of the signature. */
export async function verifyTransaction(raw: RawTransaction): Promise<boolean> {
  try {
    return await arweave.transactions.verify(await arweave.transactions.fromRaw({...raw, data: fromBase64Url(raw.data)}));
  } catch {
    // arweave-js throws on malformed fields.
    return false;
  }
}

/** The Merkle root that arweave-js computes over the chunks of `data`. */
export async function dataRootOf(data: Buffer): Promise<string> {
  return toBase64Url(await computeRootHash(data));
}

/** All chunks of `data` with their proofs. */
export async function chunksOf(data: Buffer): Promise<RawChunk[]> {
  const transaction = await arweave.createTransaction({data, last_tx: '', reward: '0'});
  await transaction.prepareChunks(data);
  const count = transaction.chunks?.chunks.length ?? 0;
  return Array.from({length: count}, (_, index) => transaction.getChunk(index, data));
}

/**
 * Where a chunk starts in its data, if its proof leads to the data root and its bytes have the proven hash.
 */
export async function verifyChunk(chunk: RawChunk): Promise<{start: number; bytes: Buffer} | undefined> {
  const path = fromBase64Url(chunk.data_path);
  const bytes = fromBase64Url(chunk.chunk);
  const size = Number(chunk.data_size);
  const proof = await validatePath(fromBase64Url(chunk.data_root), Number(chunk.offset), 0, size, path);
  if (proof === false || proof.chunkSize !== bytes.length) return undefined;
  // A leaf of the path: 32 bytes chunk hash, 32 bytes end offset.
  const leafHash = path.subarray(path.length - 64, path.length - 32);
  const hash = createHash('sha256').update(bytes).digest();
  return hash.equals(leafHash) ? {start: proof.leftBound, bytes} : undefined;
}
