import {zeroHash} from 'viem';
import type {Beacon, Done, Duty, RewardChain} from './ports.ts';

export type RewardOptions = {
  /** Base units of the reward token the operator pays into each term; 0: none. */
  perTerm: bigint;
};

export type RewardDeps = {
  chain: RewardChain;
  /** Undefined where no beacon is configured: somebody else has to bring the rounds. */
  beacon: Beacon | undefined;
};

/** Terms that may still have something to draw or to carry. */
const TERMS_LOOKED_AT = 4;

/** Funds terms, proves the beacon's rounds, draws, and carries what nobody claimed to the newest term (PROTOCOL §8). */
export class RewardDuty implements Duty {
  readonly name = 'rewards';
  readonly #options: RewardOptions;
  readonly #deps: RewardDeps;

  constructor(options: RewardOptions, deps: RewardDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  async step(): Promise<Done | undefined> {
    const {chain} = this.#deps;
    const [latest, now] = await Promise.all([chain.latestSet(), chain.time()]);
    const seats = await this.#proveSeatRound();
    if (seats !== undefined || latest === 0) return seats;
    const funded = await this.#fund(latest, now);
    if (funded !== undefined) return funded;
    for (let setId = latest; setId > 0 && setId > latest - TERMS_LOOKED_AT; setId -= 1) {
      const done = (await this.#draw(setId, now)) ?? (await this.#carry(setId, {latest, now}));
      if (done !== undefined) return done;
    }
    return undefined;
  }

  /** The draw of seats on L1 waits for a round as well; the terms' keeper does the draw itself. */
  async #proveSeatRound(): Promise<Done | undefined> {
    const round = await this.#deps.chain.seatRound();
    return round === undefined ? undefined : this.#prove('l1', round);
  }

  async #fund(setId: number, now: bigint): Promise<Done | undefined> {
    const {perTerm} = this.#options;
    if (perTerm === 0n) return undefined;
    const {chain} = this.#deps;
    const {funded, commitDeadline, seed} = await chain.prizes(setId);
    if (funded >= perTerm || now > commitDeadline || seed !== zeroHash) return undefined;
    return {what: 'funded a term', setId, amount: perTerm - funded, tx: await chain.fund(setId, perTerm - funded)};
  }

  /** A term without epochs has no tickets, one without funds no prizes. */
  async #draw(setId: number, now: bigint): Promise<Done | undefined> {
    const {chain} = this.#deps;
    const {seed, funded, commitDeadline, seedRound} = await chain.prizes(setId);
    if (seed !== zeroHash || funded === 0n || now <= commitDeadline || (await chain.span(setId)) === undefined) return undefined;
    if ((await chain.randomness('l2', seedRound)) === zeroHash) return this.#prove('l2', seedRound);
    return {what: 'drew a term', setId, round: seedRound, tx: await chain.draw(setId)};
  }

  async #prove(where: 'l1' | 'l2', number: bigint): Promise<Done | undefined> {
    const {chain, beacon} = this.#deps;
    if (beacon === undefined || (await chain.randomness(where, number)) !== zeroHash) return undefined;
    const round = await beacon.round(number);
    return round === undefined ? undefined : {what: 'proved a beacon round', chain: where, round: number, tx: await chain.submit(where, round)};
  }

  async #carry(setId: number, {latest, now}: {latest: number; now: bigint}): Promise<Done | undefined> {
    const {chain} = this.#deps;
    if (setId === latest) return undefined;
    const {seed, funded, paid, claimDeadline} = await chain.prizes(setId);
    if (seed === zeroHash || now <= claimDeadline || funded <= paid) return undefined;
    const open = await chain.prizes(latest);
    if (now > open.commitDeadline || open.seed !== zeroHash) return undefined;
    return {what: 'carried unclaimed prizes', from: setId, to: latest, amount: funded - paid, tx: await chain.carry(setId, latest)};
  }
}
