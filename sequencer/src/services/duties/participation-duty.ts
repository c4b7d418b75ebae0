import {isQuorum, type Member, membersTree} from '@pobs/protocol';
import type {Sets} from '../ports.ts';
import type {Done, Duty, ParticipationChain, Span} from './ports.ts';

export type ParticipationDeps = {chain: ParticipationChain; sets: Pick<Sets, 'load'>};

const BPS = 10_000n;

/** Counts who took part in each decided epoch once its votes are closed, and reports the absent of a finished term to L1 (PROTOCOL §§6, 8). */
export class ParticipationDuty implements Duty {
  readonly name = 'participation';
  readonly #deps: ParticipationDeps;
  /** First epoch that may still have to be counted; epochs close in their order. */
  #next: bigint | undefined;
  /** Terms of which nothing is left to report. */
  readonly #reported = new Set<number>();

  constructor(deps: ParticipationDeps) {
    this.#deps = deps;
  }

  async step(): Promise<Done | undefined> {
    const {chain} = this.#deps;
    const [latest, now] = await Promise.all([chain.latestSet(), chain.time()]);
    return (await this.#countNext(latest, now)) ?? this.#reportNext(latest, now);
  }

  async #countNext(latest: number, now: bigint): Promise<Done | undefined> {
    const {chain} = this.#deps;
    this.#next ??= await this.#firstEpoch(latest);
    if (this.#next === undefined) return undefined;
    for (const last = await chain.lastEpoch(); this.#next <= last; this.#next += 1n) {
      const epoch = this.#next;
      const proposal = await chain.proposal(epoch);
      if (proposal !== undefined && now <= proposal.voteDeadline) return undefined;
      if (proposal === undefined || (await chain.isCounted(epoch)) || !(await this.#isCarried(proposal))) continue;
      return {what: 'counted participation', epoch, tx: await chain.count(epoch, proposal.groups)};
    }
    return undefined;
  }

  /** Of the term before the newest, whose votes may have been open when this process last looked. */
  async #firstEpoch(latest: number): Promise<bigint | undefined> {
    for (const setId of [latest - 1, latest]) {
      const span = setId > 0 ? await this.#deps.chain.span(setId) : undefined;
      if (span !== undefined) return span.first;
    }
    return undefined;
  }

  /** The contract counts absences only where two thirds carried an outcome. */
  async #isCarried({setId, heaviest}: {setId: number; heaviest: readonly bigint[]}): Promise<boolean> {
    const {totalWeight} = (await this.#deps.sets.load(setId)).header;
    return heaviest.slice(0, 2).some((weight) => isQuorum(weight, totalWeight));
  }

  async #reportNext(latest: number, now: bigint): Promise<Done | undefined> {
    const {chain, sets} = this.#deps;
    for (const setId of [latest - 1, latest]) {
      if (setId < 1 || this.#reported.has(setId)) continue;
      const {header, members} = await sets.load(setId);
      if (now <= header.activeUntil + (await chain.votesCloseAfter())) continue;
      const span = await chain.span(setId);
      const absent = span === undefined || !this.#hasCounted(span) ? [] : await this.#absent(setId, members, span);
      if (absent.length > 0) {
        const siblings = membersTree(members).proveMany(absent.map(({index}) => index));
        return {what: 'reported absences', setId, validators: absent.map(({validator}) => validator), tx: await chain.report(setId, absent, siblings)};
      }
      if (span === undefined || this.#hasCounted(span)) this.#reported.add(setId);
    }
    return undefined;
  }

  #hasCounted({last}: Span): boolean {
    return this.#next !== undefined && this.#next > last;
  }

  async #absent(setId: number, members: readonly Member[], {first, last}: Span): Promise<Member[]> {
    const {chain} = this.#deps;
    const [{absentBps, reportMax}, absences] = await Promise.all([chain.limits(), chain.absences(setId, members.length)]);
    const epochs = last - first + 1n;
    return members.filter((_, i) => !absences[i]!.reported && BigInt(absences[i]!.missed) * BPS > epochs * absentBps).slice(0, reportMax);
  }
}
