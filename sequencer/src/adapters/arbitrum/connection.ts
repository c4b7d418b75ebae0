/** Both chains as `@arbitrum/sdk` wants them. This folder is the only place where its ethers v5 is used. */
import {type ArbitrumNetwork, getArbitrumNetwork, getArbitrumNetworkInformationFromRollup, registerCustomArbitrumNetwork} from '@arbitrum/sdk';
import {ChainError} from '@pobs/protocol/chain';
import {Contract, providers} from 'ethers';
import type {Address} from 'viem';

const POLLING_INTERVAL_MS = 250;

export type Endpoint = {chainId: number; url: string; timeoutMs: number};

export type ConnectionOptions = {
  l1: Endpoint;
  l2: Endpoint;
  /** The L2's delayed inbox on L1: everything else is found from it. */
  inbox: Address;
};

export class ArbitrumConnection {
  readonly l1: providers.JsonRpcProvider;
  readonly l2: providers.JsonRpcProvider;
  readonly #l1ChainId: number;
  readonly #l2ChainId: number;
  readonly #inbox: Address;
  #registered: Promise<void> | undefined;

  constructor({l1, l2, inbox}: ConnectionOptions) {
    this.l1 = providerOf(l1);
    this.l2 = providerOf(l2);
    this.#l1ChainId = l1.chainId;
    this.#l2ChainId = l2.chainId;
    this.#inbox = inbox;
  }

  /** Runs a call of the SDK, which must know the chain first. @throws {ChainError} */
  async run<T>(what: string, call: () => Promise<T>): Promise<T> {
    try {
      await this.#register();
      return await call();
    } catch (error) {
      throw connectionError(error, {what, chainId: this.#l1ChainId, url: this.l1.connection.url});
    }
  }

  /** The rollup's outbox on L1, which executes what L2 sent. */
  async outbox(): Promise<Address> {
    return this.run('the outbox', async () => (await getArbitrumNetwork(this.#l2ChainId)).ethBridge.outbox as Address);
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
    const information = await getArbitrumNetworkInformationFromRollup(rollup, this.l1);
    const network: ArbitrumNetwork = {...information, chainId, name: `chain ${chainId}`, isCustom: true, isTestnet: true, isBold: true};
    registerCustomArbitrumNetwork(network);
  }

  /** An address that an L1 contract tells by a function without arguments. */
  async #address(of: string, name: string): Promise<string> {
    const contract = new Contract(of, [`function ${name}() view returns (address)`], this.l1);
    return (await contract.functions[name]!())[0] as string;
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
function connectionError(error: unknown, {what, chainId, url}: {what: string; chainId: number; url: string}): unknown {
  const {code, reason} = error as {code?: unknown; reason?: string};
  if (typeof code !== 'string') return error;
  if (code === 'SERVER_ERROR' || code === 'TIMEOUT' || code === 'NETWORK_ERROR') {
    return new ChainError({code: 'CHAIN_UNREACHABLE', url, detail: reason ?? code}, {cause: error});
  }
  if (code === 'INSUFFICIENT_FUNDS') return new ChainError({code: 'CHAIN_GAS_TOO_LOW', chainId, address: 'the posting key'}, {cause: error});
  return new ChainError({code: 'CHAIN_REFUSED', chainId, detail: `${what}: ${reason ?? code}`}, {cause: error});
}
