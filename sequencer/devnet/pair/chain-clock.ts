import type {Rpc} from './rpc.ts';

/**
 * Seals a block of one chain every interval, and at once for each transaction when `automine` is on.
 *
 * The host keeps the time, not the node: so both chains can stand still together while they are saved.
 */
export class ChainClock {
  #timer: NodeJS.Timeout | undefined;
  #automine: boolean;
  #paused = true;
  #stopped = false;
  /** A block fell due during a pause. */
  #due = false;
  #sealing: Promise<void> = Promise.resolve();
  readonly #rpc: Rpc;
  readonly #options: {seconds: number; onError: (error: unknown) => void};

  /** `seconds` 0: no clock, only `automine` or the control endpoint seal blocks. */
  constructor(rpc: Rpc, options: {seconds: number; automine: boolean; onError: (error: unknown) => void}) {
    this.#rpc = rpc;
    this.#options = options;
    this.#automine = options.automine;
  }

  /** Starts the clock, stopped at first. */
  async start(): Promise<void> {
    const {seconds} = this.#options;
    if (seconds > 0) this.#timer = setInterval(() => this.#tick(), seconds * 1000);
    await this.resume();
  }

  /** Stands still for good. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.pause();
  }

  /** After it resolves no block is sealed until `resume`. */
  async pause(): Promise<void> {
    this.#paused = true;
    await this.#sealing;
    if (this.#automine) await this.#rpc.send('evm_setAutomine', [false]);
  }

  async resume(): Promise<void> {
    if (this.#stopped) return;
    this.#paused = false;
    if (this.#automine) {
      await this.#rpc.send('evm_setAutomine', [true]);
      // The node does not look back at what arrived while automine was off.
      if (await this.#hasPending()) this.#due = true;
    }
    if (this.#due) this.#tick();
  }

  async setAutomine(enabled: boolean): Promise<void> {
    await this.pause();
    this.#automine = enabled;
    await this.resume();
  }

  #tick(): void {
    this.#due = this.#paused;
    if (this.#paused) return;
    this.#sealing = this.#sealing
      .then(async () => void (await this.#rpc.send('evm_mine')))
      .catch(this.#options.onError);
  }

  async #hasPending(): Promise<boolean> {
    const {pending} = await this.#rpc.send<{pending: string}>('txpool_status');
    return BigInt(pending) > 0n;
  }
}
