/** Stake on L1: registers the voting key with its proof of possession, adds to it, leaves. */
import {possessionDigest} from '@pobs/protocol';
import {erc20Abi, validatorRegistryAbi} from '@pobs/protocol/abi';
import {type ChainClient, sendAndWait} from '@pobs/protocol/chain';
import type {Address, Hex, LocalAccount} from 'viem';
import {rpc} from './rpc.ts';
import {ValidatorError} from '../errors.ts';

export type StakeOptions = {registry: Address; salt: Hex};
export type StakeDeps = {l1: ChainClient; account: LocalAccount};
export type StakeState = {address: Address; stake: bigint; registered: boolean; seat: number | undefined; minimum: bigint; token: Address; tokenBalance: bigint};
export type VotingIdentity = {key: Hex; sign: (digest: Hex) => Hex; encryptionKey: Hex};

export class Staking {
  readonly #options: StakeOptions;
  readonly #deps: StakeDeps;

  constructor(options: StakeOptions, deps: StakeDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  async state(): Promise<StakeState> {
    const {l1, account: {address}} = this.#deps;
    const registry = {address: this.#options.registry, abi: validatorRegistryAbi} as const;
    return rpc(l1, 'the registry', async () => {
      const [stake, [seat, registered], minimum, token] = await Promise.all([
        l1.readContract({...registry, functionName: 'stakeOf', args: [address]}),
        l1.readContract({...registry, functionName: 'indexOf', args: [address]}),
        l1.readContract({...registry, functionName: 'minimumStake'}),
        l1.readContract({...registry, functionName: 'stakeToken'}),
      ]);
      const tokenBalance = await l1.readContract({address: token, abi: erc20Abi, functionName: 'balanceOf', args: [address]});
      return {address, stake, registered, seat: registered ? seat : undefined, minimum, token, tokenBalance};
    });
  }

  /**
   * Deposits base units of the stake token; the first deposit registers the key.
   *
   * @throws {ValidatorError} `STAKE_TOO_LOW` before anything is sent.
   */
  async deposit(amount: bigint, identity: VotingIdentity): Promise<Hex> {
    const {salt} = this.#options;
    const {account} = this.#deps;
    const {registered, minimum, token, tokenBalance, address} = await this.state();
    const needed = registered || amount >= minimum ? amount : minimum;
    if (tokenBalance < needed || amount < needed) {
      const held = amount < needed ? amount : tokenBalance;
      throw new ValidatorError({code: 'STAKE_TOO_LOW', needed: needed.toString(), held: held.toString(), address});
    }
    await this.#approve(token, amount);
    if (registered) return this.#send('topUp', [amount]);
    const possession = identity.sign(possessionDigest({validator: address, coldKey: account.address, key: identity.key}, salt));
    return this.#send('register', [identity.key, possession, identity.encryptionKey, amount]);
  }

  exit(): Promise<Hex> {
    return this.#send('requestExit', []);
  }

  async #approve(token: Address, amount: bigint): Promise<void> {
    const {l1, account} = this.#deps;
    const {registry} = this.#options;
    const allowance = await rpc(l1, 'allowance', () => l1.readContract({address: token, abi: erc20Abi, functionName: 'allowance', args: [account.address, registry]}));
    if (allowance >= amount) return;
    await sendAndWait({client: l1, account, address: token, abi: erc20Abi, functionName: 'approve', args: [registry, amount]});
  }

  async #send(functionName: 'register' | 'topUp' | 'requestExit', args: readonly unknown[]): Promise<Hex> {
    const {l1, account} = this.#deps;
    const address = this.#options.registry;
    const send = {client: l1, account, address, abi: validatorRegistryAbi, functionName, args} as Parameters<typeof sendAndWait<typeof validatorRegistryAbi, typeof functionName>>[0];
    return (await sendAndWait(send)).transactionHash;
  }
}
