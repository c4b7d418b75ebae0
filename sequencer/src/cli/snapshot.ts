/** `snapshot build|check|upload`: an epoch's files without the pipeline. */
import {cidFromDigest, cidOf, fileCid, mappingRecipient, parseManifest} from '@pobs/protocol';
import {buildEpoch} from '@pobs/protocol/builder';
import {all, type ContentStore, fetchEpoch, firstOf, parseStores, publishEpoch, StoreError} from '@pobs/protocol/store';
import {mkdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {HttpEngine} from '../adapters/engine.ts';
import {arweaveWallet, logSecret, mappingIdentity, readSecret} from '../adapters/keys.ts';
import {FolderVault} from '../adapters/vault.ts';
import {createLogger} from '../app.ts';
import {type Flags, invalid, required, text} from '../config.ts';
import {BuildService} from '../services/build-service.ts';
import type {StoredEpoch} from '../services/ports.ts';
import {TermKeeper} from '../services/term-keeper.ts';
import {connectChains, epochOf} from './offline.ts';

export type SnapshotReport = {cid: string; files: readonly {name: string; size: number; cid: string}[]} & Record<string, unknown>;

/** Builds what the engine sealed, after the joint test, into `--out`; nothing is published or kept. */
export async function buildSnapshot(flags: Flags): Promise<SnapshotReport> {
  const epoch = epochOf(flags);
  const out = required(flags, 'out');
  const {config, epochChain, termChain, l1, l2} = await connectChains(flags, {sends: false});
  const token = (await readSecret(required(flags, 'operatorTokenFile'), 'operator token')).trim();
  const sealed = await new HttpEngine({url: required(flags, 'engineUrl'), token}).sealed(epoch);
  const logger = createLogger(config.logLevel);
  const dataDir = path.resolve(required(flags, 'dataDir'));
  const service = new BuildService(
    {network: config.network, logSecret: await logSecret(dataDir), mappingRecipient: await mappingRecipient(await mappingIdentity(dataDir))},
    {builder: buildEpoch, chain: epochChain, custodies: [l1, l2], terms: new TermKeeper({terms: termChain, sets: termChain, logger}), vault: vaultOf(flags), logger},
  );
  const built = await service.assemble(sealed);
  await writeFiles(out, built);
  return {epoch: epoch.toString(), digest: built.digest, ...describe(built.manifest)};
}

/** Checks files against their manifest: of a folder (`--out`), or of an epoch in storage (`--epoch`). */
export async function checkSnapshot(flags: Flags): Promise<SnapshotReport> {
  if (text(flags, 'epoch') === undefined) {
    const {manifest, files} = await readFolder(required(flags, 'out'));
    await publishEpoch(hashingOnly, files, manifest);
    return describe(manifest);
  }
  const {epochChain} = await connectChains(flags, {sends: false});
  const {snapshotCid} = await epochChain.summaryOf(epochOf(flags));
  const {manifestBytes} = await fetchEpoch(firstOf(parseStores(required(flags, 'storage'))), cidFromDigest(snapshotCid));
  return describe(manifestBytes);
}

/** Publishes a folder that `snapshot build` wrote, to every store of `--storage`. */
export async function uploadSnapshot(flags: Flags): Promise<SnapshotReport> {
  const storage = required(flags, 'storage');
  const {manifest, files} = await readFolder(required(flags, 'out'));
  const wallet = /arweave=/.test(storage) ? await arweaveWallet(path.resolve(required(flags, 'dataDir')), text(flags, 'arweaveKeyFile')) : undefined;
  const published = await publishEpoch(all(parseStores(storage, wallet ? {wallet} : {})), files, manifest);
  return {...describe(manifest), reference: published.manifest.reference};
}

/** Computes CIDs and stores nothing. */
const hashingOnly: ContentStore = {
  name: 'this computer',
  put: async (bytes) => ({cid: await fileCid(bytes), reference: ''}),
  get: (cid) => Promise.reject(new StoreError({code: 'STORE_NOT_FOUND', store: 'this computer', cid})),
};

/** The built epochs in the data folder. */
export const vaultOf = (flags: Flags): FolderVault => new FolderVault(path.resolve(required(flags, 'dataDir')));

async function writeFiles(out: string, {files, manifest, mapping}: StoredEpoch): Promise<void> {
  const entries: [string, Uint8Array][] = [['manifest.json', manifest], ['mapping.age', mapping], ...[...files].map(([name, bytes]): [string, Uint8Array] => [`files/${name}`, bytes])];
  for (const [name, bytes] of entries) {
    const file = path.join(out, name);
    await mkdir(path.dirname(file), {recursive: true});
    await writeFile(file, bytes);
  }
}

async function readFolder(folder: string): Promise<{manifest: Uint8Array; files: Map<string, Uint8Array>}> {
  const manifest = await read(path.join(folder, 'manifest.json'));
  const parsed = parseManifest(manifest);
  if (!parsed.ok) throw new StoreError({code: 'EPOCH_MANIFEST_INVALID', cid: cidOf(manifest), detail: parsed.reason});
  const files = new Map<string, Uint8Array>();
  for (const {name} of parsed.manifest.files) {
    if (name.split('/').includes('..')) throw invalid(`The manifest names "${name}", which is no file name`);
    files.set(name, await read(path.join(folder, 'files', name)));
  }
  return {manifest, files};
}

async function read(file: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(file));
  } catch (error) {
    throw invalid(`Cannot read ${file} (${(error as NodeJS.ErrnoException).code})`, error);
  }
}

function describe(manifest: Uint8Array): SnapshotReport {
  const parsed = parseManifest(manifest);
  if (!parsed.ok) throw new StoreError({code: 'EPOCH_MANIFEST_INVALID', cid: cidOf(manifest), detail: parsed.reason});
  return {cid: cidOf(manifest), files: parsed.manifest.files.map(({name, size, cid}) => ({name, size, cid}))};
}
