import {type ContentStore, publishEpoch, type PublishedEpoch} from '@pobs/protocol/store';
import {SequencerError} from '../errors.ts';
import type {Logger, Vault} from './ports.ts';

export type PublisherDeps = {
  /** Writes to every store that was configured. */
  store: ContentStore;
  vault: Vault;
  logger: Logger;
};

/** Puts an epoch's files where everybody can read them, the manifest last. Repeating is harmless. */
export class Publisher {
  readonly #deps: PublisherDeps;

  constructor(deps: PublisherDeps) {
    this.#deps = deps;
  }

  /** @throws {StoreError}; {SequencerError} `FILES_MISSING` */
  async publish(epoch: bigint, signal: AbortSignal): Promise<PublishedEpoch> {
    const {store, vault, logger} = this.#deps;
    const built = await vault.load(epoch);
    if (!built) throw new SequencerError({code: 'FILES_MISSING', epoch});
    const published = await publishEpoch(store, built.files, built.manifest, {signal});
    logger.info({epoch, cid: published.manifest.cid, reference: published.manifest.reference, files: published.files.length}, 'Published an epoch');
    return published;
  }
}
