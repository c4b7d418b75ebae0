/** Where runs begin, and scripted courses that reach what chance seldom does. */
import {buildRules, FUND, L1, L1_USDC, secretOf, USDC, WALLETS} from '../exchange.ts';
import type {Coverage} from './coverage.ts';
import {Pair} from './pair.ts';
import {ASSETS, deposit} from './steps.ts';

/** Everybody is bound and has money; the fund has a little. */
export function opened(coverage: Coverage): Pair {
  const pair = new Pair(buildRules({withdrawEvery: [2, 1], fee: 3n, minimum: 100n}), coverage);
  for (const wallet of WALLETS) pair.run({type: 'bindAccount', wallet, secret: secretOf(wallet)});
  WALLETS.forEach((wallet, index) => {
    pair.run(deposit(pair.world, wallet, ASSETS[0], (5_000n + 1_000n * BigInt(index)) * USDC));
    pair.run(deposit(pair.world, wallet, ASSETS[index % 2 === 0 ? 1 : 3], 4n * 1_000_000_000n, 7n));
    pair.run(deposit(pair.world, wallet, ASSETS[2], 900n * USDC));
  });
  pair.run({type: 'transfer', from: WALLETS[5]!, to: FUND, chainId: L1, token: L1_USDC, lots: 500n * USDC});
  pair.run({type: 'setMark', market: 'ETH-PERP', price: 2_000n * USDC});
  return pair;
}
