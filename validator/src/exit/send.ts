/** One transaction of an exit: tried first, shown, then sent. */
import {custodyAbi} from '@pobs/protocol/abi';
import {chainError, sendAndWait} from '@pobs/protocol/chain';
import type {CustodyPlace, ExitCall} from '@pobs/protocol/exits';
import {encodeFunctionData} from 'viem';
import {confirm} from '../cli/prompt.ts';
import type {Flags} from '../config.ts';
import {impossible, type Session} from './session.ts';

/** What a command prints: the transaction, or with `--dry-run` what would be sent. @throws {ChainError} with the custody's own reason when it refuses. */
export async function perform(session: Session, place: CustodyPlace, {call: {functionName, args}, flags}: {call: ExitCall; flags: Flags}): Promise<object> {
  const {account} = session;
  if (account === undefined) throw impossible('--key-file is missing: somebody has to send and pay the transaction');
  const client = await session.sources.client(place.chainId);
  // One function of many: its arguments are those of the SDK's `callOf`.
  const call = {address: place.custody, abi: custodyAbi, functionName, args} as never;
  try {
    await client.simulateContract({...(call as object), account} as never);
  } catch (error) {
    throw chainError(error, {chainId: place.chainId, url: client.transport.url ?? '', functionName, address: account.address});
  }
  const shown = {chainId: place.chainId, custody: place.custody, from: account.address, call: functionName};
  if (flags.dryRun === true) return {...shown, dryRun: true, data: encodeFunctionData({abi: custodyAbi, functionName, args} as never)};
  await confirm(`Sending ${functionName} to the custody on ${place.chain}`, flags.yes === true);
  const {transactionHash, blockNumber} = await sendAndWait({...(call as object), client, account} as never);
  return {...shown, hash: transactionHash, block: Number(blockNumber)};
}
