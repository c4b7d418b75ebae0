/** Promises, signs and casts one vote: the intent is durable before the key is used (PROTOCOL §6). */
import {type Member, memberLeaf, plainTree, signVote, voteDigest, type VoteKind} from '@pobs/protocol';
import type {LoadedSet} from '@pobs/protocol/chain';
import {type Address, type Hex, zeroHash} from 'viem';
import type {Proposal} from '../core/proposals.ts';
import {describeVote, type Vote} from '../core/verdict.ts';
import {ValidatorError} from '../errors.ts';
import type {SigningJournal} from '../journal/signing-journal.ts';
import type {CastPort, Clock, SetsPort, SignPort} from './ports.ts';

const MEMBER_NODE = 0x11;

export type VoterOptions = {salt: Hex};
export type VoterDeps = {signer: SignPort; journal: SigningJournal; sets: SetsPort; cast: CastPort; clock: Clock};

export type CastResult = {vote: Vote; hash: Hex | undefined; weight: bigint};

export class Voter {
  readonly #options: VoterOptions;
  readonly #deps: VoterDeps;

  constructor(options: VoterOptions, deps: VoterDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  /** This key's seat in a set; undefined when it has none. */
  async seat(setId: number): Promise<Member | undefined> {
    const {sets, signer} = this.#deps;
    return (await sets.load(setId)).members.find(({key}) => key.toLowerCase() === signer.key.toLowerCase());
  }

  /**
   * Casts a vote; one the chain already shows is not sent again (`hash` undefined).
   *
   * @throws {ValidatorError} `DOUBLE_VOTE` when journal or chain hold another vote of this key; `NOT_A_MEMBER`; `SIGNER_UNAVAILABLE`.
   * @throws {ChainError} when the vote cannot be cast; the same promise may be cast later.
   */
  async vote({epoch, digest, summary: {setId}}: Proposal, vote: Vote): Promise<CastResult> {
    const {journal, sets, cast, clock, signer} = this.#deps;
    const member = await this.seat(setId);
    if (member === undefined) throw new ValidatorError({code: 'NOT_A_MEMBER', setId});
    const shown = await this.#shownVote(vote, member.validator);
    // Whoever holds the key, this journal decides: the promise is durable before anybody is asked to sign.
    journal.promise(vote, clock.nowMs());
    if (shown) return {vote, hash: undefined, weight: member.weight};
    const message = {kind: vote.kind, epoch, setId, summary: digest, rule: vote.rule};
    const signature = await signer.sign({type: 'VOTE', digest: voteDigest(message, this.#options.salt), message});
    const hash = await cast.cast({epoch, kind: vote.kind, rule: vote.rule, member, path: pathOf(await sets.load(setId), member.index), signature});
    return {vote, hash, weight: member.weight};
  }

  /** The chain remembers what a restored journal forgot. */
  async #shownVote(vote: Vote, validator: Address): Promise<boolean> {
    const shown = await this.#deps.cast.votesOf(vote.epoch, validator);
    const other = shown.find(({kind, rule}) => kind !== vote.kind || rule !== vote.rule);
    if (other !== undefined) {
      const before = describeVote({...vote, kind: other.kind as VoteKind, rule: other.rule});
      throw new ValidatorError({code: 'DOUBLE_VOTE', epoch: vote.epoch.toString(), before, now: describeVote(vote)});
    }
    return shown.length > 0;
  }
}

/** Path of a seat; empty seats are 32 zero bytes. */
function pathOf({header, members}: LoadedSet, index: number): Hex[] {
  const leaves = Array.from({length: header.count}, (): Hex => zeroHash);
  for (const member of members) leaves[member.index] = memberLeaf(member);
  return plainTree(MEMBER_NODE, leaves).prove(index);
}

/** A signer over a secret that stays in this closure. */
export const localSigner = (secret: Uint8Array, key: Hex): SignPort => ({key, sign: async ({digest}) => signVote(secret, digest)});
