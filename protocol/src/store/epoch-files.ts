/** The files of one epoch in content-addressed storage (PROTOCOL §3). */
import {sha256} from '@noble/hashes/sha2.js';
import {bytesToHex} from '@noble/hashes/utils.js';
import {cidOf} from '../snapshot/cid.ts';
import {parseManifest} from '../snapshot/manifest.ts';
import type {Manifest} from '../types.ts';
import {StoreError} from './errors.ts';
import {BLOCK_BYTES, type CallOptions, type ContentStore, FILE_BYTES_MAX, type Stored} from './types.ts';

const FILES_MAX = 1_000;
/** Files on their way at once. */
const CONCURRENCY = 4;

/** Names become paths of whoever keeps the files. */
const SAFE_NAME = /^[\w-][\w.-]*(\/[\w-][\w.-]*)*$/;

export type PublishedEpoch = {manifest: Stored; files: readonly (Stored & {name: string})[]};
export type FetchedEpoch = {manifest: Manifest; manifestBytes: Uint8Array; files: ReadonlyMap<string, Uint8Array>};

/**
 * Stores every file, then the manifest: a manifest that can be read names files that can be read. Repeating is harmless.
 *
 * @throws {StoreError} also when a file is not the one that the manifest names.
 */
export async function publishEpoch(
  store: ContentStore, files: ReadonlyMap<string, Uint8Array>, manifest: Uint8Array, options: CallOptions = {},
): Promise<PublishedEpoch> {
  const cid = cidOf(manifest);
  const named = parseNamed(manifest, cid);
  const stored = await mapLimited(named.files, async (entry) => {
    const bytes = files.get(entry.name);
    if (!bytes) throw new StoreError({code: 'EPOCH_FILE_MISMATCH', name: entry.name, detail: 'it is missing'});
    checkFile(entry, bytes);
    const put = await store.put(bytes, options);
    if (put.cid !== entry.cid) throw new StoreError({code: 'EPOCH_FILE_MISMATCH', name: entry.name, detail: `its CID is ${put.cid}, the manifest says ${entry.cid}`});
    return {name: entry.name, ...put};
  });
  return {manifest: await store.put(manifest, options), files: stored};
}

/**
 * Reads the manifest and all files it names, and checks size, sha256 and CID of each.
 *
 * @param cid - The manifest's CIDv1 (raw, sha2-256).
 * @throws {StoreError} `EPOCH_MANIFEST_INVALID` or `EPOCH_FILE_MISMATCH` when the stored bytes contradict themselves
 * (not repeatable: the operator's fault), else why they could not be read.
 */
export async function fetchEpoch(store: ContentStore, cid: string, options: CallOptions = {}): Promise<FetchedEpoch> {
  const manifestBytes = await store.get(cid, options);
  const manifest = parseNamed(manifestBytes, cid);
  const files = await mapLimited(manifest.files, async (entry): Promise<[string, Uint8Array]> => {
    const bytes = await getFile(store, entry, options);
    checkFile(entry, bytes);
    return [entry.name, bytes];
  });
  return {manifest, manifestBytes, files: new Map(files)};
}

/** Results in the order of the items; the first failure stops taking further ones. */
async function mapLimited<T, R>(items: readonly T[], map: (item: T) => Promise<R>): Promise<R[]> {
  const results = Array.from<R>({length: items.length});
  let next = 0;
  const worker = async () => {
    for (let i = next++; i < items.length; i = next++) results[i] = await map(items[i]!);
  };
  try {
    await Promise.all(Array.from({length: Math.min(CONCURRENCY, items.length)}, worker));
  } finally {
    next = items.length;
  }
  return results;
}

async function getFile(store: ContentStore, entry: Manifest['files'][number], options: CallOptions): Promise<Uint8Array> {
  try {
    return await store.get(entry.cid, options);
  } catch (error) {
    if (!(error instanceof StoreError) || error.data.code !== 'STORE_CID_INVALID') throw error;
    throw new StoreError({code: 'EPOCH_FILE_MISMATCH', name: entry.name, detail: `"${entry.cid}" is no CID this system uses`}, {cause: error});
  }
}

function parseNamed(bytes: Uint8Array, cid: string): Manifest {
  const invalid = (detail: string) => new StoreError({code: 'EPOCH_MANIFEST_INVALID', cid, detail});
  if (bytes.length > BLOCK_BYTES) throw invalid(`it is larger than ${BLOCK_BYTES} bytes`);
  const parsed = parseManifest(bytes);
  if (!parsed.ok) throw invalid(parsed.reason);
  const {files} = parsed.manifest;
  if (files.length > FILES_MAX) throw invalid(`it names more than ${FILES_MAX} files`);
  const unsafe = files.find(({name}) => !SAFE_NAME.test(name));
  if (unsafe) throw invalid(`"${unsafe.name}" is no file name`);
  const large = files.find(({size}) => size > FILE_BYTES_MAX);
  if (large) throw invalid(`${large.name} is larger than ${FILE_BYTES_MAX} bytes`);
  return parsed.manifest;
}

function checkFile(entry: Manifest['files'][number], bytes: Uint8Array): void {
  const mismatch = (detail: string) => new StoreError({code: 'EPOCH_FILE_MISMATCH', name: entry.name, detail});
  if (bytes.length !== entry.size) throw mismatch(`it has ${bytes.length} bytes, the manifest says ${entry.size}`);
  const digest = bytesToHex(sha256(bytes));
  if (digest !== entry.sha256) throw mismatch(`its sha256 is ${digest}, the manifest says ${entry.sha256}`);
}
