import {encryptMapping, type Network, type SealedBooks} from '@pobs/protocol';
import type {Hex} from 'viem';
import {zeroHash} from 'viem';
import {SequencerError} from '../errors.ts';
import type {CustodyChain, EpochBuilder, EpochChain, Logger, StoredEpoch, Vault} from './ports.ts';
import {recipientsOf} from './recipients.ts';
import type {TermKeeper} from './term-keeper.ts';

export type BuildServiceOptions = {
  network: Network;
  /** 32 bytes known to the operator only; keys of the transaction log derive from it. */
  logSecret: Hex;
  /** The operator's own `age1…`: mapping files can be wrapped anew for validators who join later. */
  mappingRecipient: string;
};

export type BuildServiceDeps = {
  builder: EpochBuilder; chain: EpochChain; custodies: readonly CustodyChain[]; terms: TermKeeper; vault: Vault; logger: Logger;
};

/** Turns sealed books into everything an epoch publishes, and keeps it in the data folder. */
export class BuildService {
  readonly #options: BuildServiceOptions;
  readonly #deps: BuildServiceDeps;

  constructor(options: BuildServiceOptions, deps: BuildServiceDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  /**
   * An epoch that is in the data folder is not built again.
   *
   * @returns The summary's digest.
   * @throws {SequencerError} `BUILD_REFUSED` with what the joint test found; `EPOCH_FOREIGN` when the number is taken.
   */
  async build(sealed: SealedBooks): Promise<Hex> {
    const {vault, chain} = this.#deps;
    const {epoch, snapshotTime} = sealed;
    const [kept, proposal] = await Promise.all([vault.load(epoch), chain.proposal(epoch)]);
    if (proposal && proposal.digest !== kept?.digest) throw new SequencerError({code: 'EPOCH_FOREIGN', epoch, onChain: proposal.digest, ours: kept?.digest});
    if (kept?.summary.snapshotTime === snapshotTime) return kept.digest;
    if (kept) await vault.discard(epoch);
    const built = await this.assemble(sealed);
    await vault.save(epoch, built);
    return built.digest;
  }

  /** What {@link build} keeps, without keeping it. @throws {SequencerError} `BUILD_REFUSED` */
  async assemble(sealed: SealedBooks): Promise<StoredEpoch> {
    const {builder, chain, terms, logger} = this.#deps;
    const {network, logSecret} = this.#options;
    const [approved, set, reserves] = await Promise.all([chain.lastApproved(), terms.setFor(sealed.snapshotTime), this.#reserves(sealed)]);
    const parent = approved.epoch === 0n ? undefined : await chain.summaryOf(approved.epoch);
    const result = await builder({
      sealed, setId: set.header.setId, parent: parent ? approved.digest : zeroHash, previousLogRoot: parent?.logRoot ?? zeroHash,
      rules: network.rules, salt: network.salt, auditor: network.auditor, logSecret,
      facts: {reserves, ...(parent && {approved: {epoch: parent.epoch, snapshotTime: parent.snapshotTime}})},
    });
    if (!result.ok) throw new SequencerError({code: 'BUILD_REFUSED', epoch: sealed.epoch, violations: result.violations});
    const {summary, digest, lines, trees, logHead, manifest, files} = result;
    const recipients = [...recipientsOf(set.encryptionKeys, logger), this.#options.mappingRecipient];
    logger.info({epoch: sealed.epoch, digest, rows: lines.flatMap(({assets}) => assets).reduce((sum, {count}) => sum + count, 0)}, 'Built an epoch');
    return {
      summary, digest, lines, logHead, manifest, files,
      treeHashes: trees.map((assets) => assets.map(({hash}) => hash)),
      mapping: await encryptMapping(result.mapping, recipients),
    };
  }

  /** V2's facts at the very blocks the lines name. */
  async #reserves(sealed: SealedBooks) {
    const perChain = await Promise.all(this.#deps.custodies.map((custody) => {
      const line = sealed.chains.find(({chainId}) => chainId === custody.chainId);
      const tokens = sealed.assets.filter(({chainId}) => chainId === custody.chainId).map(({token}) => token);
      return line ? custody.reservesAt(line.blockNumber, tokens) : [];
    }));
    return perChain.flat();
  }
}
