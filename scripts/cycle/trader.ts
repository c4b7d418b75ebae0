/** One user of the exchange: a wallet, its pushed deposits and its session with the engine's public REST interface. */
import {accountSecretMessage, accountSecretOf, blindingFor, eraOf} from '@pobs/protocol';
import {
  type Address, createWalletClient, type Hex, http, type LocalAccount, parseAbi, publicActions, zeroAddress,
} from 'viem';
import {createSiweMessage} from 'viem/siwe';

const tokenAbi = parseAbi([
  'function transfer(address to, uint256 value) returns (bool)',
  'function balanceOf(address) view returns (uint256)',
]);

export type Balance = {
  chainId: number; token: Address; symbol: string; total: string; available: string; held: string; confirming: string; withdrawable: string;
};
export type AccountView = {
  wallet: Address;
  balances: Balance[];
  positions: {market: string; size: string; entryPrice: string; unrealisedPnl: string}[];
  withdrawals: {chainId: number; token: Address; lots: string; state: string; epoch?: string}[];
  forced: {chainId: number; token: Address; lots: string; exit: boolean}[];
};
export type Refusal = {error: {code: string; message: string}};

export class Trader {
  readonly name: string;
  readonly account: LocalAccount;
  readonly #engineUrl: string;
  readonly #network: string;
  #token = '';
  #secret: Hex | undefined;

  constructor({name, account, engineUrl, network}: {name: string; account: LocalAccount; engineUrl: string; network: string}) {
    this.name = name;
    this.account = account;
    this.#engineUrl = engineUrl;
    this.#network = network;
  }

  get address(): Address {
    return this.account.address;
  }

  /** Signs in with Ethereum and binds the wallet with a secret that only this user's signature yields. */
  async join(): Promise<void> {
    const {nonce} = await this.#call<{nonce: string}>('GET', '/v1/session/nonce');
    const message = createSiweMessage({
      address: this.address, chainId: 1, domain: new URL(this.#engineUrl).host, nonce, uri: this.#engineUrl, version: '1',
      issuedAt: new Date(),
    });
    const signature = await this.account.signMessage({message});
    const {token} = await this.#call<{token: string}>('POST', '/v1/session', {message, signature});
    this.#token = token;
    const secret = accountSecretOf(await this.account.signMessage({message: accountSecretMessage(this.#network)}));
    this.#secret = secret;
    await this.#call('POST', '/v1/accounts', {secret});
  }

  /** The blinding of an epoch, from the user's own secret: nobody is asked. */
  ownBlinding(epoch: bigint, eraEpochs: number): Hex {
    if (this.#secret === undefined) throw new Error(`${this.name} has not joined yet`);
    return blindingFor(this.#secret, eraOf(epoch, eraEpochs));
  }

  /** Pushes funds to a Custody: a plain transfer, no approval, no call (paper §3.3). Returns the transaction hash. */
  async deposit({rpc, custody, token, amount}: {rpc: string; custody: Address; token: Address; amount: bigint}): Promise<Hex> {
    const wallet = createWalletClient({account: this.account, transport: http(rpc)}).extend(publicActions);
    const hash = token === zeroAddress
      ? await wallet.sendTransaction({to: custody, value: amount, chain: null})
      : await wallet.writeContract({address: token, abi: tokenAbi, functionName: 'transfer', args: [custody, amount], chain: null});
    const receipt = await wallet.waitForTransactionReceipt({hash, pollingInterval: 100});
    if (receipt.status !== 'success') throw new Error(`deposit ${hash} of ${this.name} reverted`);
    return hash;
  }

  /** On-chain balance in base units. */
  async walletBalance({rpc, token}: {rpc: string; token: Address}): Promise<bigint> {
    const wallet = createWalletClient({transport: http(rpc)}).extend(publicActions);
    return token === zeroAddress
      ? wallet.getBalance({address: this.address})
      : wallet.readContract({address: token, abi: tokenAbi, functionName: 'balanceOf', args: [this.address]});
  }

  view(): Promise<AccountView> {
    return this.#call('GET', '/v1/account');
  }

  async balance(chainId: number, token: Address): Promise<Balance | undefined> {
    const {balances} = await this.view();
    return balances.find((entry) => entry.chainId === chainId && entry.token.toLowerCase() === token.toLowerCase());
  }

  blinding(epoch: bigint): Promise<{id: Hex; blinding: Hex}> {
    return this.#call('GET', `/v1/account/blinding?epoch=${epoch}`);
  }

  order(body: {
    market: string; side: 'buy' | 'sell'; type: 'limit' | 'market'; price?: string; quantity: string;
    timeInForce: 'GTC' | 'IOC' | 'FOK'; clientOrderId: string;
  }): Promise<{orderId: string; state: string; filled: string; sequence: string}> {
    return this.#call('POST', '/v1/orders', body);
  }

  withdraw(chainId: number, token: Address, lots: bigint): Promise<unknown> {
    return this.#call('POST', '/v1/withdrawals', {chainId, token, lots: lots.toString()});
  }

  /** The refusal's code where the engine must refuse, undefined where it wrongly agreed. */
  async refusedWithdrawal(chainId: number, token: Address, lots: bigint): Promise<string | undefined> {
    const {status, body} = await this.#request('POST', '/v1/withdrawals', {chainId, token, lots: lots.toString()});
    return status >= 400 && status < 500 ? (body as Refusal).error.code : undefined;
  }

  async #call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.#request(method, path, body);
    if (answer.status >= 400) {
      const {error} = answer.body as Refusal;
      throw new Error(`${this.name}: ${method} ${path} answered ${answer.status} ${error?.code}: ${error?.message}`);
    }
    return answer.body as T;
  }

  async #request(method: string, path: string, body?: unknown): Promise<{status: number; body: unknown}> {
    const response = await fetch(`${this.#engineUrl}${path}`, {
      method,
      headers: {'content-type': 'application/json', ...(this.#token && {authorization: `Bearer ${this.#token}`})},
      ...(body !== undefined && {body: JSON.stringify(body)}),
      signal: AbortSignal.timeout(15_000),
    });
    return {status: response.status, body: await response.json()};
  }
}
