/**
 * A child process for crash tests: an engine node under steady load. Prints one line per acknowledged command,
 * `<sequence> <head>`, until it is killed or its journal fails. Usage: writer.ts <directory>
 */
import {writeSync} from 'node:fs';
import {EngineNode} from '../../src/node/engine-node.ts';
import {buildRules, ETH, ETHER, L1, L1_USDC, L2, secretOf, USDC, WALLETS} from '../model/exchange.ts';

const node = await EngineNode.open({directory: process.argv[2]!, rules: buildRules()});
const say = (sequence: bigint, head: string): void => void writeSync(1, `${sequence} ${head}\n`);

const [buyer, seller] = WALLETS as [`0x${string}`, `0x${string}`];
for (const wallet of [buyer, seller]) await node.submit({type: 'bindAccount', wallet, secret: secretOf(wallet)});
const {chains, sequence: start} = await node.state();
const deposit = {from: buyer, txHash: `0x${'3'.repeat(64)}`, logIndex: 0} as const;
for (const [chainId, token, from, amount] of [[L1, L1_USDC, buyer, USDC << 30n], [L2, ETHER, seller, (ETH * ETH) << 20n]] as const) {
  const blockNumber = chains.find((chain) => chain.chainId === chainId)!.blockNumber + 1n;
  await node.submit({type: 'advanceChain', chainId, blockNumber, blockHash: `0x${'4'.repeat(64)}`, deposits: [{...deposit, token, from, amount}], payouts: [], activeEpoch: 0n, kills: 0});
}

for (let round = 0; ; round += 1) {
  await Promise.all(Array.from({length: 1 + (round % 17)}, async (_, index) => {
    const side = index % 2 === 0 ? 'sell' : 'buy';
    const answer = await node.submit({
      type: 'placeOrder', wallet: side === 'buy' ? buyer : seller, market: 'ETH-USDC', side, orderType: 'limit', price: 1_000n * USDC + BigInt(round % 7) * 10_000n,
      quantity: (1n + BigInt(index)) * 100_000n, timeInForce: index % 3 === 0 ? 'GTC' : 'IOC', clientOrderId: `${start}-${round}-${index}`,
    });
    if (answer.ok) say(answer.sequence, answer.journalHead);
  }));
}
