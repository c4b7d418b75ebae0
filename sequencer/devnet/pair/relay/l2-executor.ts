import {numberToHex, type Address, type Hex} from 'viem';
import {word} from '../encoding.ts';
import {ARB_SYS, ARB_SYS_SLOT, SYSTEM} from '../precompiles.ts';
import type {Rpc, RpcReceipt} from '../rpc.ts';

/** Runs transactions on L2 for ArbOS and for aliased L1 senders. Seals a block for each, as the sequencer it is. */
export class L2Executor {
  constructor(readonly rpc: Rpc) {}

  async asSystem(
    to: Address,
    data: Hex,
    options: {gas: bigint; value?: bigint},
  ): Promise<RpcReceipt> {
    return this.rpc.sealReceipt(await this.rpc.submit(SYSTEM, to, data, options));
  }

  /** Runs a transaction whose sender is an alias. The sender pays its gas. */
  async asAlias(call: {
    from: Address;
    to: Address | null;
    value: bigint;
    data: Hex;
    gas: bigint;
    maxFeePerGas: bigint;
  }): Promise<RpcReceipt> {
    const {from, to, data, ...options} = call;
    await this.rpc.batch([
      ['anvil_impersonateAccount', [from]],
      ['anvil_setStorageAt', [ARB_SYS, word(ARB_SYS_SLOT.topTxAliased), word(1n)]],
    ]);
    try {
      return await this.rpc.sealReceipt(await this.rpc.submit(from, to, data, options));
    } finally {
      await this.rpc.batch([
        ['anvil_stopImpersonatingAccount', [from]],
        ['anvil_setStorageAt', [ARB_SYS, word(ARB_SYS_SLOT.topTxAliased), word(0n)]],
      ]);
    }
  }

  /** Mints (or, below 0, burns) wei: ArbOS moves escrow and fees without transactions. */
  async addBalance(account: Address, wei: bigint): Promise<void> {
    if (wei === 0n) return;
    const balance = (await this.rpc.balance(account)) + wei;
    await this.rpc.send('anvil_setBalance', [account, numberToHex(balance)]);
  }
}
