/** Stake on L1: registers the voting key with its proof of possession, adds to it, leaves. */
import {possessionDigest} from '@pobs/protocol';
import {erc20Abi, validatorRegistryAbi} from '@pobs/protocol/abi';
import {type ChainClient, sendAndWait} from '@pobs/protocol/chain';
import type {Address, Hex, LocalAccount} from 'viem';
import {rpc} from './rpc.ts';
import {ValidatorError} from '../errors.ts';
import type {SignPort} from '../services/ports.ts';

export type StakeOptions = {registry: Address; salt: Hex; startBlock: bigint};
export type StakeDeps = {l1: ChainClient; account: LocalAccount};
/** Stake that left its seat; paid by `withdraw` from `withdrawableAt` (seconds) on. */
export type Unbonding = {amount: bigint; withdrawableAt: bigint};
/** Where a validator stands, in the registry's own order. */
const STANDINGS = ['none', 'queued', 'waiting', 'seated', 'jailed', 'unbonding'] as const;
export type Standing = (typeof STANDINGS)[number];

export type StakeState = {
  address: Address; stake: bigint; standing: Standing; registered: boolean;
  /** Waits in the exit queue. */
  leaving: boolean;
  seat: number | undefined; minimum: bigint; token: Address; tokenBalance: bigint;
  unbonding: Unbonding | undefined;
};
export type VotingIdentity = {signer: SignPort; encryptionKey: () => Promise<Hex>};

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
      const [view, minimum, token] = await Promise.all([
        l1.readContract({...registry, functionName: 'validatorOf', args: [address]}),
        l1.readContract({...registry, functionName: 'minimumStake'}),
        l1.readContract({...registry, functionName: 'stakeToken'}),
      ]);
      const tokenBalance = await l1.readContract({address: token, abi: erc20Abi, functionName: 'balanceOf', args: [address]});
      const {stake, place, until} = view;
      const standing = STANDINGS[view.status] ?? 'none';
      return {
        address, stake, standing, registered: standing !== 'none' && standing !== 'unbonding', leaving: view.leaving,
        seat: standing === 'seated' ? place : undefined, minimum, token, tokenBalance,
        unbonding: standing === 'unbonding' ? {amount: stake, withdrawableAt: until} : undefined,
      };
    });
  }

  /**
   * Deposits base units of the stake token; the first deposit registers the key.
   *
   * @throws {ValidatorError} `STAKE_TOO_LOW` before anything is sent.
   */
  async deposit(amount: bigint, {signer, encryptionKey}: VotingIdentity): Promise<Hex> {
    const {salt} = this.#options;
    const {account} = this.#deps;
    const {registered, minimum, token, tokenBalance, address} = await this.state();
    const needed = registered || amount >= minimum ? amount : minimum;
    if (tokenBalance < needed || amount < needed) {
      const held = amount < needed ? amount : tokenBalance;
      throw new ValidatorError({code: 'STAKE_TOO_LOW', needed: needed.toString(), held: held.toString(), address});
    }
    await this.#approve(token, amount);
    if (registered) return this.#send('topUp', [address, amount]);
    const message = {validator: address, coldKey: account.address, key: signer.key};
    const possession = await signer.sign({type: 'POSSESSION', digest: possessionDigest(message, salt), message});
    return this.#send('register', [signer.key, possession, await encryptionKey(), amount]);
  }

  /** Adds to the stake of a seat. @throws {ValidatorError} `NOT_REGISTERED`, `STAKE_TOO_LOW` before anything is sent. */
  async topUp(amount: bigint): Promise<Hex> {
    const {registered, token, tokenBalance, address} = await this.state();
    if (!registered) throw new ValidatorError({code: 'NOT_REGISTERED', address});
    if (tokenBalance < amount) throw new ValidatorError({code: 'STAKE_TOO_LOW', needed: amount.toString(), held: tokenBalance.toString(), address});
    await this.#approve(token, amount);
    return this.#send('topUp', [address, amount]);
  }

  /** @throws {ValidatorError} `NOT_REGISTERED` */
  async exit(): Promise<Hex> {
    const {registered, address} = await this.state();
    if (!registered) throw new ValidatorError({code: 'NOT_REGISTERED', address});
    return this.#send('requestExit', [address]);
  }

  /** Pays the unbonded stake to its owner. @throws {ValidatorError} `NOTHING_UNBONDING`, `STILL_UNBONDING` */
  async withdraw(): Promise<Hex> {
    const {l1} = this.#deps;
    const {unbonding, address} = await this.state();
    if (unbonding === undefined) throw new ValidatorError({code: 'NOTHING_UNBONDING', address});
    const {timestamp} = await rpc(l1, 'eth_getBlockByNumber', () => l1.getBlock());
    if (timestamp < unbonding.withdrawableAt) throw new ValidatorError({code: 'STILL_UNBONDING', until: new Date(Number(unbonding.withdrawableAt) * 1_000).toISOString()});
    return this.#send('withdraw', [address]);
  }

  /** Comes back after absence; the key queues for a seat again. @throws {ValidatorError} `NOT_JAILED` */
  async unjail(): Promise<Hex> {
    const {standing, address} = await this.state();
    if (standing !== 'jailed') throw new ValidatorError({code: 'NOT_JAILED', address, standing});
    return this.#send('unjail', [address]);
  }

  async #approve(token: Address, amount: bigint): Promise<void> {
    const {l1, account} = this.#deps;
    const {registry} = this.#options;
    const allowance = await rpc(l1, 'allowance', () => l1.readContract({address: token, abi: erc20Abi, functionName: 'allowance', args: [account.address, registry]}));
    if (allowance >= amount) return;
    await sendAndWait({client: l1, account, address: token, abi: erc20Abi, functionName: 'approve', args: [registry, amount]});
  }

  async #send(functionName: 'register' | 'topUp' | 'requestExit' | 'withdraw' | 'unjail', args: readonly unknown[]): Promise<Hex> {
    const {l1, account} = this.#deps;
    const address = this.#options.registry;
    const send = {client: l1, account, address, abi: validatorRegistryAbi, functionName, args} as Parameters<typeof sendAndWait<typeof validatorRegistryAbi, typeof functionName>>[0];
    return (await sendAndWait(send)).transactionHash;
  }
}
