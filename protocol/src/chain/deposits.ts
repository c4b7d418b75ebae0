import {type Address, getAddress, parseAbiItem, zeroAddress} from 'viem';
import type {ChainClient} from './client.ts';
import {type BlockRange, inChunks} from './logs.ts';

const transferEvent = parseAbiItem('event Transfer(address indexed from, address indexed to, uint256 value)');
const recordEvent = parseAbiItem('event DepositRecorded(address indexed token, address indexed wallet, address indexed from, uint256 amount, uint256 cumulative, uint64 blockNumber)');
const etherEvent = parseAbiItem('event EtherReceived(address indexed from, uint256 amount)');

/**
 * Everything ever pushed to the custody, by sender (PROTOCOL §2 `deposited`). What a forwarder brought belongs to the
 * wallet its record names.
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
  const add = (wallet: Address, amount: bigint) => sums.set(getAddress(wallet), (sums.get(getAddress(wallet)) ?? 0n) + amount);
  for (const {from, amount} of pushed) add(from, amount);
  const records = await inChunks(client, {fromBlock, toBlock}, (range) => client.getLogs({address: custody, event: recordEvent, args: {token}, ...range, strict: true}));
  for (const {args: {wallet, from, amount}} of records) {
    if (getAddress(wallet) === getAddress(from)) continue;
    add(from, -amount);
    add(wallet, amount);
  }
  for (const [sender, sum] of sums) if (sum === 0n) sums.delete(sender);
  return sums;
}
