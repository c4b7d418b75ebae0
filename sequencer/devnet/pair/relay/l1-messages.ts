import {
  decodeEventLog,
  decodeFunctionData,
  encodeEventTopics,
  hexToBigInt,
  isAddressEqual,
  keccak256,
  type Address,
  type Hex,
} from 'viem';
import {bridgeAbi, inboxAbi} from '../abi.ts';
import type {Rpc, RpcLog, RpcTransaction} from '../rpc.ts';
import type {InboxMessage} from './retryables.ts';

const [MESSAGE_DELIVERED] = encodeEventTopics({abi: bridgeAbi, eventName: 'MessageDelivered'});
const [DATA_IN_EVENT] = encodeEventTopics({abi: inboxAbi, eventName: 'InboxMessageDelivered'});
const [DATA_IN_CALL] = encodeEventTopics({abi: inboxAbi, eventName: 'InboxMessageDeliveredFromOrigin'});

/**
 * Messages of the L1 bridge in a closed block range, by index. Their data lies in another event, or in the call data
 * of the transaction; it must have the hash that the bridge recorded.
 */
export async function readMessages(
  l1: Rpc,
  range: {bridge: Address; fromBlock: number; toBlock: number},
): Promise<InboxMessage[]> {
  const {bridge, fromBlock, toBlock} = range;
  const logs = await l1.logs({
    fromBlock: BigInt(fromBlock),
    toBlock: BigInt(toBlock),
    topics: [[MESSAGE_DELIVERED, DATA_IN_EVENT, DATA_IN_CALL]],
  });
  const payloads = new Map<bigint, Hex>();
  for (const log of logs) {
    const payload = await payloadOf(l1, log);
    if (payload !== undefined) payloads.set(hexToBigInt(log.topics[1] ?? '0x0'), payload);
  }
  return logs
    .filter((log) => isAddressEqual(log.address, bridge) && log.topics[0] === MESSAGE_DELIVERED)
    .map((log) => {
      const {args} = decodeEventLog({abi: bridgeAbi, data: log.data, topics: log.topics});
      const payload = payloads.get(args.messageIndex);
      if (payload === undefined || keccak256(payload) !== args.messageDataHash) {
        throw new Error(`bridge message ${args.messageIndex}: data missing or of another hash`);
      }
      const {messageIndex: index, kind, sender, baseFeeL1} = args;
      return {index, kind, sender, baseFeeL1, payload};
    })
    .sort((a, b) => Number(a.index - b.index));
}

async function payloadOf(l1: Rpc, log: RpcLog): Promise<Hex | undefined> {
  if (log.topics[0] === DATA_IN_EVENT) {
    const event = decodeEventLog({abi: inboxAbi, data: log.data, topics: log.topics});
    return event.eventName === 'InboxMessageDelivered' ? event.args.data : undefined;
  }
  if (log.topics[0] === DATA_IN_CALL) {
    const tx = await l1.send<RpcTransaction>('eth_getTransactionByHash', [log.transactionHash]);
    return decodeFunctionData({abi: inboxAbi, data: tx.input}).args[0];
  }
  return undefined;
}
