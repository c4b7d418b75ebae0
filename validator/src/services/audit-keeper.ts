/**
 * Keeps the proof that this validator held the rows it voted on: one audit root per approved epoch, and per term one
 * commitment over them before the draw's seed can be known (PROTOCOL §6, lazy voting).
 */
import {
  type AuditedSheet, auditSalt, type AuditTree, auditTree, balancesName, type Line, parseBalanceColumns, type TermAudit, termAudit, ZERO_HASH,
} from '@pobs/protocol';
import type {Address, Hex} from 'viem';
import type {Proposal} from '../core/proposals.ts';
import {ValidatorError} from '../errors.ts';
import type {AuditsPort, EpochsPort, Log, RewardsPort, SetsPort, Span} from './ports.ts';
import type {PublishedEpochs} from './published-epoch.ts';

export type AuditOptions = {
  validator: Address;
  /** Salts derive from it: 32 bytes that nobody else knows. */
  secret: Hex;
};
export type AuditDeps = {epochs: EpochsPort; published: PublishedEpochs; sets: SetsPort; rewards: RewardsPort; audits: AuditsPort; log: Log};

/** V5's distance between snapshot and proposal: after it no epoch of a past term is proposed. */
const SKEW_SECONDS = 120n;

export class AuditKeeper {
  readonly #options: AuditOptions;
  readonly #deps: AuditDeps;

  constructor(options: AuditOptions, deps: AuditDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  /** Audits what is approved and not audited yet, and commits a term that is over. @returns Hash of a commitment. */
  async step(): Promise<Hex | undefined> {
    const {rewards} = this.#deps;
    const [latest, now] = await Promise.all([rewards.latestSet(), rewards.time()]);
    for (const setId of [latest - 1, latest]) {
      const span = setId > 0 && (await this.#isSeated(setId)) ? await rewards.span(setId) : undefined;
      if (span === undefined) continue;
      const {roots} = await this.#roots(span);
      const committed = await this.#commit(setId, {roots, first: span.first, now});
      if (committed !== undefined) return committed;
    }
    return undefined;
  }

  /** The term's commitment as the epochs stand now. */
  async term(span: Span): Promise<TermAudit> {
    return termAudit(span.first, (await this.#roots(span)).roots);
  }

  /** The audit tree of an approved epoch. @throws {ValidatorError} `BYTES_UNAVAILABLE` */
  async tree(proposal: Proposal): Promise<AuditTree> {
    const files = await this.#deps.published.approvedFiles(proposal);
    return auditTree({validator: this.#options.validator, salt: this.salt(proposal.epoch)}, sheetsOf(proposal.lines, files));
  }

  salt(epoch: bigint): Hex {
    return auditSalt(this.#options.secret, epoch);
  }

  async #isSeated(setId: number): Promise<boolean> {
    const {members} = await this.#deps.sets.load(setId);
    return members.some(({validator}) => same(validator, this.#options.validator));
  }

  /** One root per epoch of the term, zero where nothing was approved. */
  async #roots({first, last}: Span): Promise<{roots: Hex[]}> {
    const {epochs, audits} = this.#deps;
    const proposals = await epochs.proposals();
    const roots: Hex[] = [];
    for (let epoch = first; epoch <= last; epoch += 1n) {
      const proposal = proposals.get(epoch);
      if (proposal?.status !== 'approved') {
        roots.push(ZERO_HASH);
        continue;
      }
      let root = audits.get(epoch, proposal.digest);
      if (root === undefined) audits.add(epoch, proposal.digest, (root = (await this.tree(proposal)).root));
      roots.push(root);
    }
    return {roots};
  }

  /** Again whenever an epoch was decided late, until the deadline. */
  async #commit(setId: number, {roots, first, now}: {roots: readonly Hex[]; first: bigint; now: bigint}): Promise<Hex | undefined> {
    const {rewards, sets, log} = this.#deps;
    const {header} = await sets.load(setId);
    if (now <= header.activeUntil + SKEW_SECONDS) return undefined;
    const {commitDeadline} = await rewards.prizes(setId);
    if (now > commitDeadline) return undefined;
    const {root} = termAudit(first, roots);
    if ((await rewards.auditRootOf(setId, this.#options.validator)).toLowerCase() === root) return undefined;
    const hash = await rewards.commit(setId, root);
    log.info({setId, root, epochs: roots.length, hash}, 'Committed to the rows held in a term');
    return hash;
  }
}

/** Every sheet of an epoch in the order of its lines. @throws {ValidatorError} when one is missing. */
function sheetsOf(lines: readonly Line[], files: ReadonlyMap<string, Uint8Array>): AuditedSheet[] {
  return lines.flatMap(({chainId, assets}) => assets.map(({token}, assetIndex): AuditedSheet => {
    const name = balancesName(chainId, token);
    const bytes = files.get(name);
    if (bytes === undefined) throw new ValidatorError({code: 'BYTES_UNAVAILABLE', what: name, detail: 'the manifest does not name it'});
    return {assetIndex, columns: parseBalanceColumns(bytes).columns};
  }));
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
