import {decryptMapping, encryptMapping, mappingRecipient, PobsError} from '@pobs/protocol';
import type {CustodyChain, Logger, Sets, TermChain, Vault} from './ports.ts';
import {recipientsOf} from './recipients.ts';

export type MappingKeeperOptions = {
  /** The operator's own age identity: every mapping file is wrapped to it as well. */
  identity: string;
};

export type MappingKeeperDeps = {vault: Vault; terms: Pick<TermChain, 'latestHeader'>; sets: Sets; custodies: readonly CustodyChain[]; logger: Logger};

/**
 * Serves mapping files, wrapped anew when a term brings validators that an earlier file was not made for.
 *
 * A newcomer's V11 needs the mappings from the lowest active epoch on; older ones are nobody's business any more and stay
 * as they were. What was wrapped to somebody stays wrapped to them.
 */
export class MappingKeeper {
  readonly #options: MappingKeeperOptions;
  readonly #deps: MappingKeeperDeps;
  readonly #running = new Map<bigint, Promise<Uint8Array | undefined>>();

  constructor(options: MappingKeeperOptions, deps: MappingKeeperDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  /** The encrypted file; undefined when this operator has none. Requests for one epoch wrap it once. */
  serve(epoch: bigint): Promise<Uint8Array | undefined> {
    const running = this.#running.get(epoch) ?? this.#serve(epoch).finally(() => this.#running.delete(epoch));
    this.#running.set(epoch, running);
    return running;
  }

  async #serve(epoch: bigint): Promise<Uint8Array | undefined> {
    const {vault, logger} = this.#deps;
    const stored = await vault.mapping(epoch);
    if (stored === undefined) return undefined;
    try {
      return (await this.#wrappedAnew(epoch, stored)) ?? stored;
    } catch (error) {
      // A chain that is down must not keep today's validators from the file they can open.
      if (!(error instanceof PobsError)) throw error;
      logger.warn({epoch, reason: error.message}, 'Cannot tell whether a mapping file needs to be wrapped anew');
      return stored;
    }
  }

  async #wrappedAnew(epoch: bigint, stored: Uint8Array): Promise<Uint8Array | undefined> {
    const {vault, terms, sets, logger} = this.#deps;
    const {identity} = this.#options;
    const latest = await terms.latestHeader();
    const wrapped = await vault.wrapped(epoch);
    if (latest === undefined || wrapped === undefined || wrapped.setId >= latest.setId || (await this.#isPast(epoch))) return undefined;
    const before = wrapped.recipients ?? recipientsOf((await sets.load(wrapped.setId)).encryptionKeys, logger);
    const now = recipientsOf((await sets.load(latest.setId)).encryptionKeys, logger);
    const added = now.filter((recipient) => !before.includes(recipient));
    if (added.length === 0) return undefined;
    const opened = await decryptMapping(stored, identity);
    if (!opened.ok) {
      logger.warn({epoch, reason: opened.reason}, 'A mapping file is not wrapped to the operator and cannot be wrapped anew');
      return undefined;
    }
    const recipients = [...before, ...added];
    const bytes = await encryptMapping(opened.bytes, [...recipients, await mappingRecipient(identity)]);
    await vault.replaceMapping(epoch, bytes, {setId: latest.setId, recipients});
    logger.info({epoch, setId: latest.setId, added: added.length}, 'Wrapped a mapping file to new validators');
    return bytes;
  }

  /** Below the lowest epoch that a custody holds active: no epoch sealed from now on needs its mapping. */
  async #isPast(epoch: bigint): Promise<boolean> {
    const roots = await Promise.all(this.#deps.custodies.map((custody) => custody.roots('finalized')));
    return roots.every(({active}) => epoch < active.epoch);
  }
}
