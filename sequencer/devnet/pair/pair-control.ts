import {numberToHex, type Address, type Hex} from 'viem';
import type {StateRecorder} from './archive/recorder.ts';
import type {ChainClock} from './chain-clock.ts';
import type {Exclusive} from './exclusive.ts';
import type {Relay} from './relay/relay.ts';
import type {Rpc} from './rpc.ts';

export type ChainName = 'l1' | 'l2';

/** The journal must see a block before the node forgets its state. */
const BLOCKS_PER_STEP = 50;
/** Lent for gas and taken back. */
const GAS_LOAN_WEI = 10n ** 18n;

type PairControlDeps = {
  l1: Rpc;
  l2: Rpc;
  relay: Relay;
  clocks: Record<ChainName, ChainClock>;
  recorders: Record<ChainName, StateRecorder>;
  exclusive: Exclusive;
  nodePids: readonly number[];
};

/** What only a simulation can do to its chains. Never runs in the middle of a delivery or a save. */
export class PairControl {
  readonly #deps: PairControlDeps;

  constructor(deps: PairControlDeps) {
    this.#deps = deps;
  }

  /** Seals `blocks` blocks at once. @returns the new head. */
  async mine(chain: ChainName, blocks: number): Promise<number> {
    const rpc = this.#deps[chain];
    return this.#deps.exclusive.run(async () => {
      for (let left = blocks; left > 0; left -= BLOCKS_PER_STEP) {
        await rpc.send('anvil_mine', [numberToHex(Math.min(left, BLOCKS_PER_STEP))]);
        await this.#deps.recorders[chain].step();
      }
      return Number(await rpc.blockNumber());
    });
  }

  /** Sends a transaction without the sender's key and seals it. The sender is lent the gas. */
  async impersonateSend(
    chain: ChainName,
    tx: {from: Address; to: Address; data?: Hex; value?: bigint},
  ): Promise<{hash: Hex; succeeded: boolean}> {
    const rpc = this.#deps[chain];
    const {from, to, data = '0x', value = 0n} = tx;
    return this.#deps.exclusive.run(async () => {
      const before = await rpc.balance(from);
      if (before < value) throw new Error(`${from} holds ${before} wei, not ${value}`);
      await rpc.batch([
        ['anvil_impersonateAccount', [from]],
        ['anvil_setBalance', [from, numberToHex(before + GAS_LOAN_WEI)]],
      ]);
      let gasWei = 0n;
      try {
        const receipt = await rpc.sealReceipt(await rpc.submit(from, to, data, {value, gas: 5_000_000n}));
        gasWei = BigInt(receipt.gasUsed) * BigInt(receipt.effectiveGasPrice);
        return {hash: receipt.transactionHash, succeeded: receipt.status === '0x1'};
      } finally {
        const after = (await rpc.balance(from)) - GAS_LOAN_WEI + gasWei;
        await rpc.batch([
          ['anvil_setBalance', [from, numberToHex(after)]],
          ['anvil_stopImpersonatingAccount', [from]],
        ]);
      }
    });
  }

  /** Replaces the newest `depth` blocks by empty ones. @returns the head that both branches share. */
  async reorg(chain: ChainName, depth: number): Promise<number> {
    const {l1, l2, relay, recorders, exclusive} = this.#deps;
    const rpc = this.#deps[chain];
    return exclusive.run(async () => {
      const head = Number(await rpc.blockNumber());
      const common = Math.max(head - depth, 0);
      await recorders[chain].step();
      await rpc.send('anvil_reorg', [depth, []]);
      await recorders[chain].rewind(common);
      const heads = {l1Block: Number(await l1.blockNumber()), l2Block: Number(await l2.blockNumber())};
      await relay.rewind({...heads, [chain === 'l1' ? 'l1Block' : 'l2Block']: common});
      return common;
    });
  }

  async setAutomine(chain: ChainName, enabled: boolean): Promise<void> {
    await this.#deps.exclusive.run(() => this.#deps.clocks[chain].setAutomine(enabled));
  }

  /**
   * Moves both clocks on together, so that deadlines of days can be met in a test.
   *
   * @returns the newer head's time, seconds.
   */
  async passTime(seconds: number): Promise<number> {
    const {l1, l2, recorders, exclusive} = this.#deps;
    await exclusive.run(async () => {
      await Promise.all([l1, l2].map(async (rpc) => {
        await rpc.send('evm_increaseTime', [seconds]);
        await rpc.send('evm_mine');
      }));
      await Promise.all([recorders.l1.step(), recorders.l2.step()]);
    });
    return this.time();
  }

  /** Time of the newer head, seconds. */
  async time(): Promise<number> {
    const heads = await Promise.all([this.#deps.l1, this.#deps.l2].map((rpc) => rpc.send<{timestamp: Hex}>('eth_getBlockByNumber', ['latest', false])));
    return Math.max(...heads.map(({timestamp}) => Number(timestamp)));
  }

  async setStorageAt(chain: ChainName, address: Address, slot: Hex, value: Hex): Promise<void> {
    await this.#deps[chain].send('anvil_setStorageAt', [address, slot, value]);
  }

  /** Ends both nodes as a power cut would: nothing is saved. */
  killNodes(): void {
    for (const pid of this.#deps.nodePids) process.kill(pid, 'SIGKILL');
  }
}
