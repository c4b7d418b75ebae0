/** A core with a small world around it: two chains, four custody assets, a few wallets. Commands that must succeed do so loudly. */
import type {Rules, SealedEpoch} from '@pobs/protocol';
import type {Address, Hex} from 'viem';
import type {Command, Rejection} from '../../src/core/commands.ts';
import {type Core, createCore} from '../../src/core/engine.ts';
import type {Event} from '../../src/core/events.ts';
import {accountView, boundWallets, sealedEpoch} from '../../src/core/queries.ts';

export const L1 = 31_337;
export const L2 = 412_346;
export const USDC = 1_000_000n;
export const ETH = 1_000_000_000n;

const address = (tag: string): Address => `0x${tag.repeat(40).slice(0, 40)}`;

export const L1_USDC = address('a1');
export const L2_USDC = address('a2');
export const ETHER: Address = `0x${'0'.repeat(40)}`;
export const FUND: Address = '0x0000000000000000000000000000000000000002';

/** Mixed case on purpose: everything the core says is lower-case. */
export const WALLETS: readonly Address[] = ['b0', 'b1', 'b2', 'B3', 'b4', 'Bc'].map(address);

export const secretOf = (wallet: Address): Hex => `0x${wallet.slice(2).toLowerCase().padStart(64, '5')}`;

const token = (symbol: 'USDC' | 'ETH', tokenAddress: Address, fee: bigint, minimum: bigint): Rules['custodies'][number]['tokens'][number] => ({
  token: tokenAddress, symbol, currency: symbol, decimals: symbol === 'USDC' ? 6 : 18, lotSize: symbol === 'USDC' ? '1' : '1000000000',
  withdrawalFeeLots: fee.toString(), withdrawalMinimumLots: minimum.toString(),
});

export function buildRules({withdrawEvery = [1, 1], fee = 0n, minimum = 0n}: {withdrawEvery?: [number, number]; fee?: bigint; minimum?: bigint} = {}): Rules {
  return {
    version: 1, l1ChainId: L1, registry: address('ee'), settlementCurrency: 'USDC', maxAgeSeconds: 600, eraEpochs: 3,
    custodies: [
      {chainId: L2, custody: address('c2'), withdrawEvery: withdrawEvery[1], tokens: [token('USDC', L2_USDC, fee, minimum), token('ETH', ETHER, fee, minimum)]},
      {chainId: L1, custody: address('C1'), withdrawEvery: withdrawEvery[0], tokens: [token('USDC', L1_USDC, fee, minimum), token('ETH', ETHER, fee, minimum)]},
    ],
  };
}

/** Base units in one lot of the token. */
export const unitsPerLot = (tokenAddress: Address): bigint => (tokenAddress === ETHER ? 1_000_000_000n : 1n);

type Spec<T extends Command['type']> = Omit<Extract<Command, {type: T}>, 'type'>;

export class Exchange {
  readonly core: Core = createCore();
  /** Every accepted command with its time, for replays. */
  readonly history: {command: Command; at: bigint}[] = [];
  readonly blocks = new Map<number, bigint>([[L1, 0n], [L2, 0n]]);
  readonly active = new Map<number, bigint>([[L1, 0n], [L2, 0n]]);
  #clock = 1_000n;
  #clientId = 0;

  constructor(rules: Rules = buildRules()) {
    this.must({type: 'genesis', rules});
  }

  try(command: Command): {ok: true; events: Event[]} | {ok: false; rejection: Rejection} {
    this.#clock += 1n;
    const applied = this.core.apply(command, this.#clock);
    if (applied.ok) this.history.push({command, at: this.#clock});
    return applied;
  }

  must(command: Command): Event[] {
    const applied = this.try(command);
    if (!applied.ok) throw new Error(`${command.type} refused: ${JSON.stringify(applied.rejection, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value))}`);
    return applied.events;
  }

  /** The code of the refusal, or 'accepted'. */
  refusal(command: Command): Rejection['code'] | 'accepted' {
    const applied = this.try(command);
    return applied.ok ? 'accepted' : applied.rejection.code;
  }

  bind(...wallets: Address[]): this {
    for (const wallet of wallets) this.must({type: 'bindAccount', wallet, secret: secretOf(wallet)});
    return this;
  }

  advanceCommand(chainId: number, change: Partial<Spec<'advanceChain'>> = {}): Extract<Command, {type: 'advanceChain'}> {
    const blockNumber = this.blocks.get(chainId)! + 10n;
    return {
      type: 'advanceChain', chainId, blockNumber, blockHash: `0x${blockNumber.toString(16).padStart(64, '0')}`, deposits: [], payouts: [],
      activeEpoch: this.active.get(chainId)!, kills: 0, ...change,
    };
  }

  advance(chainId: number, change: Partial<Spec<'advanceChain'>> = {}): Event[] {
    const command = this.advanceCommand(chainId, change);
    const events = this.must(command);
    this.blocks.set(chainId, command.blockNumber);
    this.active.set(chainId, command.activeEpoch);
    return events;
  }

  /** A final deposit of whole lots. */
  deposit(from: Address, chainId: number, tokenAddress: Address, lots: bigint): Event[] {
    const block = this.blocks.get(chainId)! + 10n;
    const amount = lots * unitsPerLot(tokenAddress);
    return this.advance(chainId, {deposits: [{token: tokenAddress, from, amount, txHash: `0x${block.toString(16).padStart(64, 'd')}`, logIndex: 0}]});
  }

  /** Claims of an account by asset. */
  claims(account: number): bigint[] {
    const {venue, assets} = this.core.state;
    return assets.map(({index}) => BigInt(venue.accounts.claims[account * assets.length + index]!));
  }

  /** Open orders of all markets, oldest first. */
  openOrders(): {orderId: bigint; wallet: Address; market: string; side: 'buy' | 'sell'}[] {
    return boundWallets(this.core).flatMap((wallet) => accountView(this.core, wallet)!.orders).map(({orderId, wallet, market, side}) => ({orderId, wallet, market, side}))
      .sort((a, b) => (a.orderId < b.orderId ? -1 : 1));
  }

  orderCommand(wallet: Address, order: Partial<Spec<'placeOrder'>> & Pick<Spec<'placeOrder'>, 'side' | 'quantity'>): Extract<Command, {type: 'placeOrder'}> {
    this.#clientId += 1;
    return {
      type: 'placeOrder', wallet, market: 'ETH-USDC', orderType: order.price === undefined ? 'market' : 'limit', timeInForce: 'GTC',
      clientOrderId: `c${this.#clientId}`, ...order,
    };
  }

  order(wallet: Address, order: Partial<Spec<'placeOrder'>> & Pick<Spec<'placeOrder'>, 'side' | 'quantity'>): Event[] {
    return this.must(this.orderCommand(wallet, order));
  }

  seal(epoch: bigint): SealedEpoch {
    this.must({type: 'seal', epoch, snapshotTime: 1_000_000n + epoch});
    return sealedEpoch(this.core, epoch)!;
  }

  decide(epoch: bigint, outcome: 'approved' | 'dead'): Event[] {
    return this.must({type: 'decideEpoch', epoch, outcome});
  }

  /** Sealed, approved and active on both chains. */
  complete(epoch: bigint): SealedEpoch {
    const sealed = this.seal(epoch);
    this.decide(epoch, 'approved');
    for (const chainId of [L1, L2]) this.advance(chainId, {activeEpoch: epoch});
    return sealed;
  }
}

/** Rows of one asset by wallet. */
export function rowsOf(sealed: SealedEpoch, chainId: number, tokenAddress: Address): Map<Address, {total: bigint; withdrawable: bigint; withdrawal: bigint}> {
  const asset = sealed.assets.find((candidate) => candidate.chainId === chainId && candidate.token === tokenAddress)!;
  return new Map(asset.rows.map(({wallet, total, withdrawable, withdrawal}) => [wallet, {total, withdrawable, withdrawal}]));
}
