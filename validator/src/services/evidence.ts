/** Gathers what the rules judge: summary, bytes, chain facts at the lines' blocks, and the approved past. */
import {type Line, type Network, ZERO_HASH} from '@pobs/protocol';
import {
  balancesName, custodyKey, type CustodyFacts, type Evidence, payeesOf, payoutsName, paidKey,
} from '@pobs/protocol/rules';
import type {Address} from 'viem';
import {approvedBefore, approvedBetween, isTooOld, type Proposal, undecidedBetween} from '../core/proposals.ts';
import {ValidatorError} from '../errors.ts';
import {booksOf, activeEpochOf} from './past.ts';
import type {CustodyPort, EpochsPort, SetsPort} from './ports.ts';
import type {PublishedEpochs} from './published-epoch.ts';

/**
 * `validator`: the mapping is owed to this reader, and judged by V6 when it does not come. `reader`: used where this
 * folder opens it. `public`: never used.
 */
export type Scope = 'validator' | 'reader' | 'public';

type EpochBytes = Pick<Evidence, 'manifest' | 'files' | 'mapping'>;

/** `unreadable`: earlier epochs whose mappings V11 needs and this key cannot open. */
export type Gathered = {evidence: Evidence; unreadable: readonly bigint[]};

export type EvidenceOptions = {network: Network};
export type EvidenceDeps = {epochs: EpochsPort; custodies: ReadonlyMap<string, CustodyPort>; sets: SetsPort; published: PublishedEpochs};

export class EvidenceGatherer {
  readonly #options: EvidenceOptions;
  readonly #deps: EvidenceDeps;

  constructor(options: EvidenceOptions, deps: EvidenceDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  /**
   * Evidence on one proposal.
   *
   * @throws {ValidatorError} `BLOCK_NOT_FINAL` while a line's block is not; whatever the ports throw when they are down.
   */
  async gather(proposal: Proposal, scope: Scope): Promise<Gathered> {
    const {network} = this.#options;
    const {epochs, sets, published} = this.#deps;
    const {epoch, summary, digest, lines} = proposal;
    const proposals = await epochs.proposals();
    const approved = approvedBefore(proposals, epoch);
    await this.#requireFinal(lines);
    const owed = scope === 'validator';
    const bytes: EpochBytes = {...(await published.files(proposal)), mapping: await this.#mapping(proposal, scope)};
    const withheld = !owed && bytes.mapping === undefined;
    const baseFiles = approved && (await published.approvedFiles(approved));
    const custodies = await this.#custodies({proposal, bytes, approved, baseFiles});
    const active = withheld ? {unreadable: []} : await activeEpochOf({...this.#deps, proposals, proposal, owed});
    const evidence: Evidence = {
      salt: network.salt, rules: network.rules, summary, lines, digest,
      proposalTime: await epochs.timeOf(proposal.blockNumber),
      expectedSetId: await sets.inForceAt(summary.snapshotTime),
      approved: approved && {epoch: approved.epoch, digest: approved.digest, snapshotTime: approved.summary.snapshotTime},
      logParent: approved?.summary.logRoot ?? ZERO_HASH,
      undead: await this.undead(proposal),
      ...bytes, mappingWithheld: withheld, custodies,
      previous: withheld ? new Map() : await this.#previous(approved, baseFiles),
      active: 'unreadable' in active ? undefined : active,
    };
    return {evidence, unreadable: 'unreadable' in active ? active.unreadable : []};
  }

  #mapping(proposal: Proposal, scope: Scope): Promise<Uint8Array | undefined> {
    const {published} = this.#deps;
    if (scope === 'public') return Promise.resolve(undefined);
    return scope === 'validator' ? published.mapping(proposal) : published.mappingIfOpen(proposal, false);
  }

  /** Rows of the newest Approved epoch: they only help to name rows, so a mapping of others leaves them out. */
  async #previous(approved: Proposal | undefined, files: ReadonlyMap<string, Uint8Array> | undefined): Promise<Evidence['previous']> {
    if (approved === undefined || files === undefined) return new Map();
    const mapping = await this.#deps.published.mappingIfOpen(approved, false);
    return mapping === undefined ? new Map() : booksOf(approved, {files, mapping});
  }

  /** Epochs between the newest Approved one and this that may still be decided: nobody signs while there are some. */
  async undead(proposal: Proposal): Promise<bigint[]> {
    const {network} = this.#options;
    const proposals = await this.#deps.epochs.proposals();
    const after = approvedBefore(proposals, proposal.epoch)?.epoch ?? 0n;
    const undecided = undecidedBetween(proposals, after, proposal.epoch);
    const undead: bigint[] = [];
    for (const each of undecided) if (!(await this.#deadByAge(each, network.rules.maxAgeSeconds))) undead.push(each.epoch);
    return undead;
  }

  /** Dead when every custody chain's final block time has passed `MAX_AGE` and none holds it pending or active. */
  async #deadByAge(proposal: Proposal, maxAgeSeconds: number): Promise<boolean> {
    for (const custody of this.#deps.custodies.values()) {
      const {number, time} = await custody.finalBlock();
      if (!isTooOld(proposal, time, maxAgeSeconds)) return false;
      const {activeEpoch, pendingEpoch} = await custody.stateAt(number, []);
      if (activeEpoch === proposal.epoch || pendingEpoch === proposal.epoch) return false;
    }
    return true;
  }

  async #requireFinal(lines: readonly Line[]): Promise<void> {
    for (const {chainId, custody, blockNumber} of lines) {
      const port = this.#deps.custodies.get(custodyKey(chainId, custody));
      if (port === undefined || (await port.finalBlock()).number >= blockNumber) continue;
      throw new ValidatorError({code: 'BLOCK_NOT_FINAL', chainId: Number(chainId), block: blockNumber.toString()});
    }
  }

  async #custodies(
    {proposal, bytes, approved, baseFiles}: {
      proposal: Proposal; bytes: EpochBytes; approved: Proposal | undefined; baseFiles: ReadonlyMap<string, Uint8Array> | undefined;
    },
  ): Promise<Map<string, CustodyFacts>> {
    const facts = new Map<string, CustodyFacts>();
    for (const line of proposal.lines) {
      const key = custodyKey(line.chainId, line.custody);
      const port = this.#deps.custodies.get(key);
      if (port === undefined || facts.has(key)) continue;
      const baseLine = approved?.lines.find((each) => custodyKey(each.chainId, each.custody) === key);
      const carried = await this.#carriedTime(proposal, {port, key});
      facts.set(key, await this.#factsOf({port, line, bytes, baseLine, carried, basePayouts: baseFiles?.get(payoutsName(line.chainId))}));
    }
    return facts;
  }

  async #factsOf(
    {port, line, bytes, baseLine, basePayouts, carried}: {
      port: CustodyPort; line: Line; bytes: EpochBytes; baseLine: Line | undefined; basePayouts: Uint8Array | undefined; carried: bigint;
    },
  ): Promise<CustodyFacts> {
    const {blockNumber} = line;
    const known = this.#tokensOf(line);
    const tokens = line.assets.map(({token}) => token).filter((token) => known.has(token.toLowerCase()));
    const payees = payeesOf({
      payouts: bytes.files.get(payoutsName(line.chainId)), basePayouts, mapping: bytes.mapping,
      sheets: tokens.map((token) => ({token, balances: bytes.files.get(balancesName(line.chainId, token))})),
    }).filter(({token}) => known.has(token)) as {token: Address; wallet: Address}[];
    const [blockTime, forwarders, requests] = await Promise.all([port.blockTime(blockNumber), port.forwardersUpTo(blockNumber), port.forcedAt(blockNumber)]);
    const [blockHash, state, paid, deposits] = await Promise.all([
      port.blockHash(blockNumber), port.stateAt(blockNumber, tokens), port.paidAt(blockNumber, payees),
      Promise.all(tokens.map((token) => port.depositsUpTo(token, blockNumber))),
    ]);
    return {
      blockHash, kills: state.kills,
      assets: new Map(state.assets.map(({token, balance, paidOut}, i) => [token.toLowerCase(), {balance, paidOut, deposits: deposits[i]!}])),
      paid: new Map(payees.map(({token, wallet}, i) => [paidKey(token, wallet), paid[i]!])),
      notPayees: new Set([...this.#custodyAddresses(), ...known, ...forwarders]),
      ...(blockTime !== undefined && {forced: {blockTime, carriedTime: carried, requests}}),
      base: baseLine === undefined || basePayouts === undefined ? undefined : {line: baseLine, payouts: basePayouts},
    };
  }

  /** Block time of the custody's newest Approved line before this epoch that could carry withdrawals; 0 before the first. */
  async #carriedTime({epoch}: Proposal, {port, key}: {port: CustodyPort; key: string}): Promise<bigint> {
    const rules = this.#options.network.rules.custodies.find(({chainId, custody}) => custodyKey(chainId, custody) === key);
    const every = BigInt(rules?.withdrawEvery ?? 1);
    const before = approvedBetween(await this.#deps.epochs.proposals(), 0n, epoch).filter((each) => each.epoch % every === 0n);
    const line = before.at(-1)?.lines.find(({chainId, custody}) => custodyKey(chainId, custody) === key);
    return (line && (await port.blockTime(line.blockNumber))) ?? 0n;
  }

  #tokensOf(line: Line): Set<string> {
    const key = custodyKey(line.chainId, line.custody);
    const rules = this.#options.network.rules.custodies.find(({chainId, custody}) => custodyKey(chainId, custody) === key);
    return new Set(rules?.tokens.map(({token}) => token.toLowerCase()));
  }

  #custodyAddresses(): string[] {
    return this.#options.network.rules.custodies.map(({custody}) => custody.toLowerCase());
  }
}

