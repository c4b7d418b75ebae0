import {
  accountId, balancesName, decryptMapping, type LeafOpening, leafOpening, parseMapping, parsePayouts, payoutClaim, payoutsName, proofFromFiles,
} from '@pobs/protocol';
import type {Address, Hex} from 'viem';
import type {Logger, StoredEpoch, Vault} from '../ports.ts';
import type {Done, Duty, ForcedChain, OpenRequest} from './ports.ts';

export type ForcedOptions = {
  /** EIP-712 salt of the network. */
  salt: Hex;
  /** The operator's age identity: it opens the mapping files of its own epochs. */
  identity: string;
};

export type ForcedDeps = {chain: ForcedChain; vault: Vault; logger: Logger};

/**
 * Shows a custody the answers to its forced withdrawals (PROTOCOL §7), so that a served one cannot freeze it: a payout
 * authorised since the request, or the row in which nothing withdrawable stayed. A payment answers by itself.
 */
export class ForcedDuty implements Duty {
  readonly name: string;
  readonly #options: ForcedOptions;
  readonly #deps: ForcedDeps;

  constructor(options: ForcedOptions, deps: ForcedDeps) {
    this.#options = options;
    this.#deps = deps;
    this.name = `forced withdrawals on ${deps.chain.chainId}`;
  }

  async step(): Promise<Done | undefined> {
    const {chain, vault} = this.#deps;
    const requests = await chain.openRequests();
    if (requests.length === 0) return undefined;
    const epoch = await chain.activeEpoch();
    const built = epoch === 0n ? undefined : await vault.load(epoch);
    if (built === undefined) return undefined;
    for (const request of requests) {
      const done = (await this.#byPayout(built, request)) ?? (await this.#byRow(built, request));
      if (done !== undefined) return done;
    }
    return undefined;
  }

  async #byPayout({files}: StoredEpoch, {token, wallet, baseline}: OpenRequest): Promise<Done | undefined> {
    const {chain} = this.#deps;
    const bytes = files.get(payoutsName(chain.chainId));
    const claim = bytes && payoutClaim(chain, parsePayouts(bytes).rows, {token, wallet});
    if (claim === undefined || claim.cumulative <= baseline) return undefined;
    return {...this.#served(token, wallet), by: 'payout', tx: await chain.markServed(claim)};
  }

  async #byRow(built: StoredEpoch, {token, wallet, blockNumber, exit}: OpenRequest): Promise<Done | undefined> {
    const opening = await this.#rowOf(built, {token, wallet});
    if (opening === undefined) return undefined;
    const {line, total, withdrawable, withdrawal} = opening;
    const stays = withdrawal !== withdrawable || (exit && withdrawal === 0n && total !== 0n);
    if (stays || line.blockNumber < blockNumber) return undefined;
    return {...this.#served(token, wallet), by: 'row', tx: await this.#deps.chain.markServedByRow(opening)};
  }

  #served(token: Address, wallet: Address) {
    return {what: 'showed a forced withdrawal served', chainId: this.#deps.chain.chainId, token, wallet};
  }

  async #rowOf({summary, lines, files, mapping}: StoredEpoch, {token, wallet}: {token: Address; wallet: Address}): Promise<LeafOpening | undefined> {
    const {chainId} = this.#deps.chain;
    const balancesBytes = files.get(balancesName(chainId, token));
    const blinding = await this.#blindingOf(mapping, wallet);
    if (balancesBytes === undefined || blinding === undefined) return undefined;
    const {salt} = this.#options;
    const found = proofFromFiles({network: {salt}, summary, lines, chainId, token, balancesBytes, owner: {wallet, blinding}});
    return found.ok ? leafOpening(found.proof) : undefined;
  }

  async #blindingOf(mapping: Uint8Array, wallet: Address): Promise<Hex | undefined> {
    const opened = await decryptMapping(mapping, this.#options.identity);
    if (!opened.ok) {
      this.#deps.logger.warn({reason: opened.reason}, 'A mapping file does not open: forced withdrawals cannot be shown as served by their rows');
      return undefined;
    }
    const row = parseMapping(opened.bytes).rows.find((each) => same(each.wallet, wallet));
    return row !== undefined && accountId(row.wallet, row.blinding) === row.id ? row.blinding : undefined;
  }
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
