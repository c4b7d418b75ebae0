import {type Address, getAddress, parseAbiItem, zeroAddress} from 'viem';
import type {ChainClient} from './client.ts';
import {type BlockRange, inChunks} from './logs.ts';

const transferEvent = parseAbiItem('event Transfer(address indexed from, address indexed to, uint256 value)');
const etherEvent = parseAbiItem('event EtherReceived(address indexed from, uint256 amount)');

/**
 * Everything ever pushed to the custody, by sender (PROTOCOL §2 `deposited`).
 *
 * @param token - Zero for native ETH.
 * @returns Cumulative base units by checksummed address.
 * @throws {ChainError}
 */
export async function depositsBySender({client, custody, token, fromBlock, toBlock}: BlockRange & {
  client: ChainClient; custody: Address; token: Address;
}): Promise<Map<Address, bigint>> {
  const pushed = token === zeroAddress
    ? await inChunks(client, {fromBlock, toBlock}, async (range) => {
        const logs = await client.getLogs({address: custody, event: etherEvent, ...range, strict: true});
        return logs.map(({args}) => ({from: args.from, amount: args.amount}));
      })
    : await inChunks(client, {fromBlock, toBlock}, async (range) => {
        const logs = await client.getLogs({address: token, event: transferEvent, args: {to: custody}, ...range, strict: true});
        return logs.map(({args}) => ({from: args.from, amount: args.value}));
      });
  const sums = new Map<Address, bigint>();
  for (const {from, amount} of pushed) {
    const sender = getAddress(from);
    sums.set(sender, (sums.get(sender) ?? 0n) + amount);
  }
  return sums;
}
