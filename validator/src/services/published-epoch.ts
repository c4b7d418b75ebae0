/** The bytes of one epoch: manifest and files from storage, mapping from its server, everything cached by hash. */
import {createHash} from 'node:crypto';
import {cidFromDigest, type Manifest, parseManifest} from '@pobs/protocol';
import type {Hex} from 'viem';
import type {Proposal} from '../core/proposals.ts';
import {ValidatorError} from '../errors.ts';
import type {CachePort, Clock, MappingPort, StoragePort} from './ports.ts';

export type EpochFiles = {
  manifest: Uint8Array | undefined;
  files: ReadonlyMap<string, Uint8Array>;
};

export type PublishedEpochsOptions = {
  /** How long missing bytes may be on their way before their absence counts as evidence. */
  graceMs: number;
};
export type PublishedEpochsDeps = {storage: StoragePort; mapping: MappingPort | undefined; cache: CachePort; clock: Clock};

const FETCHES_AT_ONCE = 4;
/** No server, no answer, no key. */
const ABSENT: readonly string[] = ['MAPPING_UNAVAILABLE', 'KEYSTORE_MISSING'];
const sha256Hex = (bytes: Uint8Array): Hex => `0x${createHash('sha256').update(bytes).digest('hex')}`;

export class PublishedEpochs {
  readonly #options: PublishedEpochsOptions;
  readonly #deps: PublishedEpochsDeps;
  /** When each missing piece was first asked for. */
  readonly #missingSince = new Map<string, number>();

  constructor(options: PublishedEpochsOptions, deps: PublishedEpochsDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  /**
   * What anybody may read of a proposal. What no store has once the grace is over is absent from the answer: V1 judges it.
   *
   * @throws {StoreError} when a store does not answer. @throws {ValidatorError} `BYTES_UNAVAILABLE` within the grace.
   */
  async files({epoch, summary}: Proposal): Promise<EpochFiles> {
    const manifest = await this.#bytes(`the manifest of epoch ${epoch}`, summary.snapshotCid, cidFromDigest(summary.snapshotCid));
    const files = new Map<string, Uint8Array>();
    const queue = manifest === undefined ? [] : entriesOf(manifest);
    const worker = async () => {
      for (let entry = queue.shift(); entry !== undefined; entry = queue.shift()) {
        const bytes = await this.#bytes(`${entry.name} of epoch ${epoch}`, `0x${entry.sha256}`, entry.cid);
        if (bytes !== undefined) files.set(entry.name, bytes);
      }
    };
    await Promise.all(Array.from({length: FETCHES_AT_ONCE}, worker));
    return {manifest, files};
  }

  /**
   * The same for an Approved epoch, whose bytes are needed whole: a gap there is an outage, never evidence against its successor.
   *
   * @throws {ValidatorError} `BYTES_UNAVAILABLE`; what the ports throw when they are down.
   */
  async approvedFiles(proposal: Proposal): Promise<ReadonlyMap<string, Uint8Array>> {
    const {manifest, files} = await this.files(proposal);
    const missing = manifest === undefined ? 'its manifest' : entriesOf(manifest).find(({name, sha256}) => {
      const bytes = files.get(name);
      return bytes === undefined || sha256Hex(bytes) !== `0x${sha256}`;
    })?.name;
    if (missing === undefined) return files;
    throw new ValidatorError({code: 'BYTES_UNAVAILABLE', what: `${missing} of the approved epoch ${proposal.epoch}`, detail: 'no store has bytes of that hash'});
  }

  /**
   * A proposal's mapping, as V6 judges it: whatever is served once the grace is over, undefined when that is not for this key.
   *
   * @throws {ValidatorError} `MAPPING_UNAVAILABLE` when nobody serves it, or nothing fitting within the grace.
   */
  async mapping({epoch, summary: {mappingHash}}: Proposal): Promise<Uint8Array | undefined> {
    const bytes = await this.#mappingBytes(epoch, mappingHash);
    if (isOf(mappingHash, bytes) || this.#graceOver(mappingHash)) return bytes;
    throw new ValidatorError({code: 'MAPPING_UNAVAILABLE', epoch: epoch.toString(), detail: 'the one served is not for this key or has another hash'});
  }

  /**
   * The mapping where this key opens it; undefined when the one served is wrapped to others, as before a validator joined.
   *
   * @param owed - Then a mapping that nobody serves is an outage; else it is as if wrapped to others.
   * @throws {ValidatorError} `MAPPING_UNAVAILABLE` when owed and not served.
   */
  async mappingIfOpen({epoch, summary: {mappingHash}}: Proposal, owed: boolean): Promise<Uint8Array | undefined> {
    try {
      const bytes = await this.#mappingBytes(epoch, mappingHash);
      return isOf(mappingHash, bytes) ? bytes : undefined;
    } catch (error) {
      if (owed || !(error instanceof ValidatorError) || !ABSENT.includes(error.data.code)) throw error;
      return undefined;
    }
  }

  async #bytes(what: string, sha256: Hex, cid: string): Promise<Uint8Array | undefined> {
    const {cache, storage} = this.#deps;
    const cached = cache.get(sha256);
    if (cached !== undefined) return cached;
    const bytes = await storage.get(cid);
    if (bytes === undefined || sha256Hex(bytes) !== sha256) {
      if (!this.#graceOver(sha256)) throw new ValidatorError({code: 'BYTES_UNAVAILABLE', what, detail: 'no store has bytes of that hash yet'});
      return bytes;
    }
    cache.put(bytes);
    return bytes;
  }

  async #mappingBytes(epoch: bigint, mappingHash: Hex): Promise<Uint8Array | undefined> {
    const {cache, mapping} = this.#deps;
    const cached = cache.get(mappingHash.toLowerCase() as Hex);
    if (cached !== undefined) return cached;
    if (mapping === undefined) throw new ValidatorError({code: 'MAPPING_UNAVAILABLE', epoch: epoch.toString(), detail: 'no --mapping-url is set and it is not cached'});
    const bytes = await mapping.get(epoch);
    if (isOf(mappingHash, bytes)) cache.put(bytes);
    return bytes;
  }

  #graceOver(key: string): boolean {
    const now = this.#deps.clock.nowMs();
    const since = this.#missingSince.get(key) ?? now;
    this.#missingSince.set(key, since);
    return now - since >= this.#options.graceMs;
  }
}

const isOf = (hash: Hex, bytes: Uint8Array | undefined): bytes is Uint8Array => bytes !== undefined && sha256Hex(bytes) === hash.toLowerCase();

/** Entries of a manifest that can be read at all; one that cannot is V1's. */
function entriesOf(bytes: Uint8Array): Manifest['files'][number][] {
  const parsed = parseManifest(bytes);
  return parsed.ok ? [...parsed.manifest.files] : [];
}
