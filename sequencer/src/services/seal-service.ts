import type {SealedBooks} from '@pobs/protocol';
import {type EpochState, nextEpoch} from '../core/stages.ts';
import {SequencerError} from '../errors.ts';
import type {Engine, EpochChain, EpochRepository, Logger} from './ports.ts';
import type {TermKeeper} from './term-keeper.ts';

export type SealServiceDeps = {engine: Engine; chain: EpochChain; repository: EpochRepository; terms: TermKeeper; logger: Logger};

/** Chooses number and moment of an epoch, and asks the engine to seal its books then. */
export class SealService {
  readonly #deps: SealServiceDeps;

  constructor(deps: SealServiceDeps) {
    this.#deps = deps;
  }

  /**
   * The next epoch, recorded before anybody is asked to seal it.
   *
   * An epoch that the engine sealed and nobody here knows of is taken up as it is.
   *
   * @throws {SequencerError} `NO_TERM`, `TERM_NOT_SENT`, `CLOCK_STANDS`: all may succeed later.
   */
  async open(): Promise<EpochState> {
    const {engine, chain, repository, logger} = this.#deps;
    const [{lastSealed, undecided}, onChain, [newest]] = await Promise.all([engine.state(), chain.lastEpoch(), repository.findLatest(1)]);
    if (undecided !== undefined && undecided > (newest?.epoch ?? 0n)) {
      const {snapshotTime} = await engine.sealed(undecided);
      logger.warn({epoch: undecided}, 'Took up an epoch that the engine had sealed');
      return this.#add({epoch: undecided, stage: 'opened', snapshotTime});
    }
    const epoch = nextEpoch([lastSealed, onChain, newest?.epoch ?? 0n]);
    const previous = (await chain.proposal(onChain))?.snapshotTime ?? 0n;
    const snapshotTime = await this.#moment([previous, newest?.snapshotTime ?? 0n]);
    return this.#add({epoch, stage: 'opened', snapshotTime});
  }

  /** Another moment for an epoch that missed its proposal; the engine takes its seal back first. */
  async moveOn({epoch, snapshotTime}: EpochState): Promise<bigint> {
    const {engine} = this.#deps;
    const moment = await this.#moment([snapshotTime]);
    if ((await engine.state()).undecided === epoch) await engine.tellOutcome(epoch, 'dead');
    return moment;
  }

  /** @throws {SequencerError} `ENGINE_REFUSED`, `ENGINE_UNREACHABLE` */
  async seal({epoch, snapshotTime}: EpochState): Promise<SealedBooks> {
    const sealed = await this.#deps.engine.seal({epoch, snapshotTime});
    if (sealed.epoch !== epoch || sealed.snapshotTime !== snapshotTime) {
      const detail = `it sealed epoch ${sealed.epoch} at ${sealed.snapshotTime}, asked was epoch ${epoch} at ${snapshotTime}`;
      throw new SequencerError({code: 'ENGINE_REFUSED', path: 'to seal', status: 409, detail});
    }
    return sealed;
  }

  /** Time of the newest L2 block, later than those before and in the term of a set that L2 knows. */
  async #moment(earlier: readonly bigint[]): Promise<bigint> {
    const {chain, terms} = this.#deps;
    const time = await chain.time();
    if (earlier.some((before) => time <= before)) throw new SequencerError({code: 'CLOCK_STANDS', time});
    await terms.setFor(time);
    return time;
  }

  async #add(state: EpochState): Promise<EpochState> {
    await this.#deps.repository.add(state);
    return state;
  }
}
