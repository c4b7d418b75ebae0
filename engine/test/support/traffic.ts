/** Seeded traffic for an engine node: funded accounts, then frames of records with some commands as JSON between them. */
import {COMMAND} from '../../src/core/venue/codes.ts';
import {head, RecordLog} from '../../src/core/venue/records.ts';
import type {EngineNode} from '../../src/node/engine-node.ts';
import type {RecordFrame} from '../../src/node/record-runner.ts';
import {ETH, ETHER, L1, L1_USDC, L2, secretOf, USDC, WALLETS} from '../model/exchange.ts';
import {randomOf} from './random.ts';

/** Binds and funds all wallets, sets a mark. */
export async function play(node: EngineNode): Promise<void> {
  const at = {blockNumber: 1n, blockHash: `0x${'2'.repeat(64)}`, payouts: [], activeEpoch: 0n, kills: 0} as const;
  const from = (token: `0x${string}`, amount: bigint) => WALLETS.map((wallet, logIndex) => ({token, from: wallet, amount, txHash: `0x${'1'.repeat(64)}` as const, logIndex}));
  await Promise.all([
    ...WALLETS.map((wallet) => node.submit({type: 'bindAccount', wallet, secret: secretOf(wallet)})),
    node.submit({type: 'advanceChain', chainId: L1, deposits: from(L1_USDC, 1_000_000n * USDC), ...at}),
    node.submit({type: 'advanceChain', chainId: L2, deposits: from(ETHER, 1_000n * ETH * 10n ** 9n), ...at}),
    node.submit({type: 'setMark', market: 'ETH-PERP', price: 2_000n * USDC}),
  ]);
}

export const frameOf = (log: RecordLog): RecordFrame => {
  const {words, doubles, length} = log;
  return {bytes: Buffer.from(words.buffer, words.byteOffset, length * 64), words, doubles, length};
};

/** Submits a frame; resolves with its acknowledgements when it is durable. */
export const submitFrame = (node: EngineNode, log: RecordLog): Promise<{acks: Uint8Array; hash: Uint8Array}> =>
  new Promise((resolve, reject) => node.submitRecords(frameOf(log), (refused, acks, hash) => (refused ? reject(refused) : resolve({acks: acks!, hash: hash!}))));

/** Orders around the mark on both markets, cancels, now and then a command as text. Several frames are under way at a time. */
export async function traffic(node: EngineNode, {seed, frames}: {seed: number; frames: number}): Promise<void> {
  const random = randomOf(seed);
  const markets = await node.read(({state}) => state.venue.markets.map(({index}) => index));
  const accounts = await node.read(({state}) => WALLETS.map((wallet) => state.byWallet.get(wallet.toLowerCase() as `0x${string}`)!));
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  let running: Promise<unknown>[] = [];
  for (let frame = 0; frame < frames; frame += 1) {
    const log = new RecordLog();
    for (let index = 1 + Math.floor(random() * 24); index > 0; index -= 1) {
      const account = pick(accounts);
      if (random() < 0.1) log.push(head(COMMAND.cancelAll, 0, 0), account, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0);
      else log.push(head(COMMAND.place, random() < 0.5 ? 0 : 1, pick(markets)), account, 200_000 + Math.floor((random() - 0.5) * 2_000), 1 + Math.floor(random() * 50), 0, 0, 0, 0, 0, 0, 0, 0);
    }
    running.push(submitFrame(node, log));
    if (random() < 0.2) {
      running.push(node.submit({
        type: 'placeOrder', wallet: pick(WALLETS), market: 'ETH-USDC', side: random() < 0.5 ? 'buy' : 'sell', orderType: 'limit', price: 2_000n * USDC,
        quantity: ETH / 100n, timeInForce: 'GTC', clientOrderId: `${seed}-${frame}`,
      }));
    }
    if (running.length < 6) continue;
    await Promise.all(running);
    running = [];
  }
  await Promise.all(running);
}
