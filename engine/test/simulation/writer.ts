/**
 * A child process for crash tests: an engine node under steady load, commands as text and as records. Prints one line per acknowledged
 * command, `<sequence> <head>`, until it is killed or its journal fails. Told where, it kills itself there at the n-th batch.
 *
 *     writer.ts <directory> [before-write|half-written|written|synced <n>]
 */
import {writeSync} from 'node:fs';
import {COMMAND} from '../../src/core/venue/codes.ts';
import {head as headOf, RecordLog} from '../../src/core/venue/records.ts';
import {type Disk, realDisk} from '../../src/journal/disk.ts';
import {readAck} from '../../src/link/types.ts';
import {EngineNode} from '../../src/node/engine-node.ts';
import {buildRules, ETH, ETHER, L1, L1_USDC, L2, secretOf, USDC, WALLETS} from '../model/exchange.ts';
import {submitFrame} from '../support/traffic.ts';

const [directory, point, batch] = process.argv.slice(2);

/** Real files, and the end of the process at one moment of one batch. */
function lethalDisk(deadly: string, left: number): Disk {
  let batches = left;
  const die = (): void => void process.kill(process.pid, 'SIGKILL');
  return {
    ...realDisk,
    async open(file, flags) {
      const real = await realDisk.open(file, flags);
      return {
        ...real,
        async write(bytes, offset, length, position) {
          const last = bytes[offset] === 0x50 && (batches -= 1) === 0;
          if (last && deadly === 'before-write') die();
          const count = await real.write(bytes, offset, last && deadly === 'half-written' ? length >>> 1 : length, position);
          if (last && deadly !== 'synced') die();
          return count;
        },
        async datasync() {
          await real.datasync();
          if (batches <= 0 && deadly === 'synced') die();
        },
      };
    },
  };
}

const node = await EngineNode.open({directory: directory!, rules: buildRules(), ...(point !== undefined && {disk: lethalDisk(point, Number(batch))})});
const say = (sequence: bigint | number, head: string): void => void writeSync(1, `${sequence} ${head}\n`);

const [buyer, seller] = WALLETS as [`0x${string}`, `0x${string}`];
for (const wallet of [buyer, seller]) await node.submit({type: 'bindAccount', wallet, secret: secretOf(wallet)});
const {chains, sequence: start} = await node.state();
const deposit = {from: buyer, txHash: `0x${'3'.repeat(64)}`, logIndex: 0} as const;
for (const [chainId, token, from, amount] of [[L1, L1_USDC, buyer, USDC << 30n], [L2, ETHER, seller, (ETH * ETH) << 20n]] as const) {
  const blockNumber = chains.find((chain) => chain.chainId === chainId)!.blockNumber + 1n;
  await node.submit({type: 'advanceChain', chainId, blockNumber, blockHash: `0x${'4'.repeat(64)}`, deposits: [{...deposit, token, from, amount}], payouts: [], activeEpoch: 0n, kills: 0});
}
const {accounts, market} = await node.read(({state}) => ({
  accounts: [buyer, seller].map((wallet) => state.byWallet.get(wallet.toLowerCase() as `0x${string}`)!), market: state.markets.get('ETH-USDC')!.index,
}));

async function sendText(round: number, index: number): Promise<void> {
  const side = index % 2 === 0 ? 'sell' : 'buy';
  const answer = await node.submit({
    type: 'placeOrder', wallet: side === 'buy' ? buyer : seller, market: 'ETH-USDC', side, orderType: 'limit', price: 1_000n * USDC + BigInt(round % 7) * 10_000n,
    quantity: (1n + BigInt(index)) * 100_000n, timeInForce: index % 3 === 0 ? 'GTC' : 'IOC', clientOrderId: `${start}-${round}-${index}`,
  });
  if (answer.ok) say(answer.sequence, answer.journalHead);
}

async function sendRecords(round: number): Promise<void> {
  const log = new RecordLog();
  for (let index = 0; index < 1 + (round % 23); index += 1) {
    const side = index % 2 === 0 ? 1 : 0;
    log.push(headOf(COMMAND.place, side, market), accounts[1 - side]!, 100_000 + (round % 5), index % 9 === 8 ? 0 : 1 + index, 0, 0, 0, 0, 0, 0, 0, 0);
  }
  const {acks, hash} = await submitFrame(node, log);
  for (let index = 0; index < log.length; index += 1) {
    const {reason, sequence} = readAck({acks}, index);
    if (reason === 0) say(sequence, `0x${Buffer.from(hash).toString('hex')}`);
  }
}

for (let round = 0; ; round += 1) await Promise.all([sendRecords(round), ...Array.from({length: 1 + (round % 17)}, (_, index) => sendText(round, index))]);
