/** Files of one epoch from a gateway, each checked against the epoch's CID before it is read. */
import {cidOf, parseManifest} from '../snapshot/index.ts';
import {type ContentStore, StoreError} from '../store/index.ts';
import type {Manifest} from '../types.ts';
import {type Hex, sha256} from 'viem';

export type Published = {
  /** In the summary: the hash of the manifest. */
  manifestDigest: Hex;
  /** Undefined for a file that the epoch does not have. */
  file(name: string): Promise<Uint8Array | undefined>;
};

export type PublishedResult<T> = {ok: true; value: T} | {ok: false; message: string};

/** A gateway that does not hold what the epoch names, or gives something else. */
class FilesError extends Error {}

/** Runs `read` over the files of an epoch; what is wrong with the gateway becomes one sentence. */
export async function withPublished<T>(store: ContentStore, {cid, onProgress}: {cid: string; onProgress: (text: string) => void}, read: (published: Published) => Promise<T>): Promise<PublishedResult<T>> {
  try {
    onProgress('Fetching the manifest');
    const bytes = await store.get(cid);
    // The digest in the summary is the hash of these bytes; the CID is the same hash in other clothes.
    if (cidOf(bytes) !== cid) throw new FilesError('The manifest does not match its CID. Try another gateway.');
    const manifest = parseManifest(bytes);
    if (!manifest.ok) throw new FilesError(`The published manifest cannot be read: ${manifest.reason}.`);
    const file = (name: string) => readFile(store, {files: manifest.manifest.files, name, onProgress});
    return {ok: true, value: await read({manifestDigest: sha256(bytes), file})};
  } catch (error) {
    if (error instanceof FilesError) return {ok: false, message: error.message};
    if (!(error instanceof StoreError)) throw error;
    return {ok: false, message: error.data.code === 'STORE_NOT_FOUND' ? 'The storage gateway does not hold this epoch.' : 'The storage gateway cannot be read. Try again in a moment.'};
  }
}

async function readFile(store: ContentStore, {files, name, onProgress}: {files: Manifest['files']; name: string; onProgress: (text: string) => void}): Promise<Uint8Array | undefined> {
  const entry = files.find((each) => each.name === name);
  if (entry === undefined) return undefined;
  onProgress(`Fetching ${name.startsWith('balances/') ? 'all balances' : name} (${Math.ceil(entry.size / 1_000)} kB)`);
  const bytes = await store.get(entry.cid);
  if (sha256(bytes).slice(2) !== entry.sha256) throw new FilesError(`The file ${name} does not match the manifest. Try another gateway.`);
  return bytes;
}
