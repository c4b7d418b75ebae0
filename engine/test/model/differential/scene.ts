/** A pair driven by a script, and where runs begin. */
import type {Command} from '../../../src/core/commands.ts';
import {buildRules, FUND, L1, L1_USDC, secretOf, USDC, WALLETS} from '../exchange.ts';
import type {Coverage} from './coverage.ts';
import {Pair} from './pair.ts';
import {ASSETS, deposit} from './steps.ts';

export const PERP = 'ETH-PERP';
export const SPOT = 'ETH-USDC';
export const TENTH = 100_000_000n;

export type Order = Extract<Command, {type: 'placeOrder'}>;

/** Two implementations at once, driven by a script. */
export class Scene extends Pair {
  #client = 0;

  must(command: Command, after?: bigint): this {
    if (!this.run(command, after)) throw new Error(`${command.type} was refused in both`);
    return this;
  }

  refused(...commands: Command[]): this {
    for (const command of commands) if (this.run(command)) throw new Error(`${JSON.stringify(command, (_, each: unknown) => (typeof each === 'bigint' ? `${each}` : each))} was accepted in both`);
    return this;
  }

  /** A perpetual order: whole dollars, tenths of an ETH. */
  order(who: number, side: 'buy' | 'sell', dollars: bigint | undefined, tenths: bigint, change: Partial<Order> = {}): Order {
    this.#client += 1;
    return {
      type: 'placeOrder', wallet: WALLETS[who]!, market: PERP, side, orderType: dollars === undefined ? 'market' : 'limit', ...(dollars !== undefined && {price: dollars * USDC}),
      quantity: tenths * TENTH, timeInForce: 'GTC', clientOrderId: `s${this.#client}`, ...change,
    };
  }

  /** Both sides at one price. */
  trade(buyer: number, seller: number, dollars: bigint, tenths: bigint, market = PERP): this {
    return this.must(this.order(seller, 'sell', dollars, tenths, {market})).must(this.order(buyer, 'buy', dollars, tenths, {market}));
  }

  mark(dollars: bigint, after?: bigint): this {
    return this.must({type: 'setMark', market: PERP, price: dollars * USDC}, after);
  }

  tick(after: bigint): this {
    return this.must({type: 'tick'}, after);
  }

  fund(dollars: bigint): this {
    return this.must({type: 'transfer', from: WALLETS[5]!, to: FUND, chainId: L1, token: L1_USDC, lots: dollars * USDC});
  }

  /** Id of the newest order, as the core names it. */
  get newest(): bigint {
    return this.ids.get(this.world.lastOrder)!;
  }
}

/** Everybody is bound and has money: 5,000 dollars and more, 900 on the other chain, 4 ETH. */
export function opened(coverage: Coverage, fund = 500n): Scene {
  const scene = new Scene(buildRules({withdrawEvery: [2, 1], fee: 3n, minimum: 100n}), coverage);
  for (const wallet of WALLETS) scene.must({type: 'bindAccount', wallet, secret: secretOf(wallet)});
  WALLETS.forEach((wallet, index) => {
    scene.must(deposit(scene.world, wallet, ASSETS[0], (5_000n + 1_000n * BigInt(index)) * USDC));
    scene.must(deposit(scene.world, wallet, ASSETS[index % 2 === 0 ? 1 : 3], 4n * 1_000_000_000n, 7n));
    scene.must(deposit(scene.world, wallet, ASSETS[2], 900n * USDC));
  });
  return (fund > 0n ? scene.fund(fund) : scene).mark(2_000n);
}

/** Large positions against each other and a small fund: marks liquidate. */
export function leveraged(coverage: Coverage): Scene {
  return opened(coverage, 40n).trade(0, 5, 2_000n, 230n).trade(1, 4, 2_000n, 200n).trade(3, 2, 2_000n, 250n).must(
    {type: 'setAutoRoll', wallet: WALLETS[5]!, market: PERP, takeLots: 300n * USDC, lossLots: 0n});
}

/** A fund with means and three moderately leveraged longs: the fund takes them over. */
export const secured = (coverage: Coverage): Scene => opened(coverage, 6_000n).trade(0, 4, 2_000n, 230n).trade(1, 3, 2_000n, 210n).trade(2, 5, 2_000n, 60n);

/** Where random runs begin, in turn. */
export const STARTS = [opened, leveraged, secured] as const;
