/** Retryable tickets through `@arbitrum/sdk`: the only place where its ethers v5 is used. */
import {
  type ArbitrumNetwork, getArbitrumNetwork, getArbitrumNetworkInformationFromRollup, ParentToChildMessageGasEstimator,
  ParentToChildMessageStatus, ParentTransactionReceipt, registerCustomArbitrumNetwork,
} from '@arbitrum/sdk';
import {ChainError} from '@pobs/protocol/chain';
import {BigNumber, Contract, providers, Wallet} from 'ethers';
import type {Address, Hex} from 'viem';
import type {TicketState} from '../../services/ports.ts';

/** Head room over the estimates: fees may rise before the ticket arrives. */
const MARGIN_PERCENT = BigNumber.from(100);
const POLLING_INTERVAL_MS = 250;

export type TicketQuote = {maxSubmissionCost: bigint; gasLimit: bigint; maxFeePerGas: bigint; value: bigint};

type Endpoint = {chainId: number; url: string; timeoutMs: number};

export class ArbitrumTickets {
  readonly #l1: providers.JsonRpcProvider;
  readonly #l2: providers.JsonRpcProvider;
  readonly #l1ChainId: number;
  readonly #l2ChainId: number;
  readonly #inbox: Address;
  #registered: Promise<void> | undefined;

  constructor({l1, l2, inbox}: {l1: Endpoint; l2: Endpoint; inbox: Address}) {
    this.#l1 = providerOf(l1);
    this.#l2 = providerOf(l2);
    this.#l1ChainId = l1.chainId;
    this.#l2ChainId = l2.chainId;
    this.#inbox = inbox;
  }

  /** What a ticket from an L1 contract to L2 costs, wei; its gas is estimated from the contract's alias. */
  async quote({from, to, data, refundTo}: {from: Address; to: Address; data: Hex; refundTo: Address}): Promise<TicketQuote> {
    return this.#typed('createRetryableTicket', async () => {
      await this.#register();
      const {baseFeePerGas} = await this.#l1.getBlock('latest');
      const margin = {percentIncrease: MARGIN_PERCENT};
      const estimate = await new ParentToChildMessageGasEstimator(this.#l2).estimateAll(
        {from, to, data, l2CallValue: BigNumber.from(0), excessFeeRefundAddress: refundTo, callValueRefundAddress: refundTo},
        baseFeePerGas ?? BigNumber.from(0), this.#l1, {gasLimit: margin, maxFeePerGas: margin, maxSubmissionFee: margin},
      );
      const maxSubmissionCost = estimate.maxSubmissionCost.toBigInt();
      const gasLimit = estimate.gasLimit.toBigInt();
      const maxFeePerGas = estimate.maxFeePerGas.toBigInt();
      return {maxSubmissionCost, gasLimit, maxFeePerGas, value: maxSubmissionCost + gasLimit * maxFeePerGas};
    });
  }

  /** What became of the ticket that an L1 transaction created. */
  async status(l1Transaction: Hex): Promise<TicketState> {
    return this.#typed('the ticket', async () => {
      await this.#register();
      const receipt = await this.#l1.getTransactionReceipt(l1Transaction);
      if (!receipt) return 'none';
      const [message] = await new ParentTransactionReceipt(receipt).getParentToChildMessages(this.#l2);
      if (!message) return 'none';
      switch (await message.status()) {
        case ParentToChildMessageStatus.REDEEMED:
          return 'redeemed';
        case ParentToChildMessageStatus.FUNDS_DEPOSITED_ON_CHILD:
          return 'redeemable';
        case ParentToChildMessageStatus.NOT_YET_CREATED:
          return 'waiting';
        default:
          return 'failed';
      }
    });
  }

  /** Runs the ticket's call now; `key` pays the gas on L2. */
  async redeem(l1Transaction: Hex, key: Hex): Promise<Hex> {
    return this.#typed('redeem', async () => {
      await this.#register();
      const receipt = new ParentTransactionReceipt(await this.#l1.getTransactionReceipt(l1Transaction));
      const [message] = await receipt.getParentToChildMessages(new Wallet(key, this.#l2));
      if (!message) throw new Error(`transaction ${l1Transaction} carries no ticket`);
      const sent = await message.redeem();
      await sent.wait();
      return sent.hash as Hex;
    });
  }

  /** The SDK knows public chains by id; any other is described by its rollup, found through the inbox. */
  async #register(): Promise<void> {
    this.#registered ??= this.#describe();
    try {
      await this.#registered;
    } catch (error) {
      this.#registered = undefined;
      throw error;
    }
  }

  async #describe(): Promise<void> {
    const chainId = this.#l2ChainId;
    if (await isKnown(chainId)) return;
    const bridge = await this.#address(this.#inbox, 'bridge');
    const rollup = await this.#address(bridge, 'rollup');
    const information = await getArbitrumNetworkInformationFromRollup(rollup, this.#l1);
    const network: ArbitrumNetwork = {...information, chainId, name: `chain ${chainId}`, isCustom: true, isTestnet: true, isBold: true};
    registerCustomArbitrumNetwork(network);
  }

  /** An address that an L1 contract tells by a function without arguments. */
  async #address(of: string, name: string): Promise<string> {
    const contract = new Contract(of, [`function ${name}() view returns (address)`], this.#l1);
    return (await contract.functions[name]!())[0] as string;
  }

  async #typed<T>(what: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw ticketError(error, {what, chainId: this.#l1ChainId, url: this.#l1.connection.url});
    }
  }
}

function providerOf({chainId, url, timeoutMs}: Endpoint): providers.JsonRpcProvider {
  const provider = new providers.StaticJsonRpcProvider({url, timeout: timeoutMs}, chainId);
  provider.pollingInterval = POLLING_INTERVAL_MS;
  return provider;
}

async function isKnown(chainId: number): Promise<boolean> {
  try {
    await getArbitrumNetwork(chainId);
    return true;
  } catch {
    return false;
  }
}

/** ethers marks what failed by a code; anything without one is a bug and passes through. */
function ticketError(error: unknown, {what, chainId, url}: {what: string; chainId: number; url: string}): unknown {
  const {code, reason} = error as {code?: unknown; reason?: string};
  if (typeof code !== 'string') return error;
  if (code === 'SERVER_ERROR' || code === 'TIMEOUT' || code === 'NETWORK_ERROR') {
    return new ChainError({code: 'CHAIN_UNREACHABLE', url, detail: reason ?? code}, {cause: error});
  }
  if (code === 'INSUFFICIENT_FUNDS') return new ChainError({code: 'CHAIN_GAS_TOO_LOW', chainId, address: 'the posting key'}, {cause: error});
  return new ChainError({code: 'CHAIN_REFUSED', chainId, detail: `${what}: ${reason ?? code}`}, {cause: error});
}
