/** A contract that emits whatever log it is told: every handler can be reached without the contracts' own conditions. */
import {type Abi, type AbiEvent, type Address, concatHex, encodeAbiParameters, encodeEventTopics, getAbiItem, type Hex, numberToHex} from 'viem';

const op = {stop: '00', add: '01', sub: '03', eq: '14', shl: '1b', shr: '1c', load: '35', size: '36', copy: '37', jumpi: '57', dest: '5b', pop: '50'};
const push = (value: number) => `60${value.toString(16).padStart(2, '0')}`;
const dup = (depth: number) => (0x7f + depth).toString(16);

/** Calldata: number of topics (1 byte), topics, data. */
function runtime(): string {
  // Stack afterwards: topics, offset of the data, its length; the data lies in memory at 0.
  const head = [push(0), op.load, push(248), op.shr, dup(1), push(5), op.shl, push(1), op.add, dup(1), op.size, op.sub, dup(1), dup(3), push(0), op.copy].join('');
  const branch = (topics: number) => [op.dest, ...Array.from({length: topics}, (_, i) => push(1 + 32 * (topics - 1 - i)) + op.load), dup(topics + 1), push(0), (0xa0 + topics).toString(16), op.stop].join('');
  const branches = [1, 2, 3, 4].map(branch);
  const jump = (topics: number, target: number) => [dup(3), push(topics), op.eq, push(target), op.jumpi].join('');
  const start = head.length / 2 + 4 * (jump(1, 0).length / 2) + 1;
  const jumps = branches.map((_, i) => jump(i + 1, start + branches.slice(0, i).join('').length / 2));
  return head + jumps.join('') + op.stop + branches.join('');
}

const code = runtime();
const INIT: Hex = `0x${push(code.length / 2)}${dup(1)}600a5f395ff300${code}`;

export type Emitter = ReturnType<typeof emitter>;

/** @param rpcUrl - A development chain with unlocked accounts that mines every transaction at once. */
export function emitter(rpcUrl: string, from: Address) {
  const rpc = async <T>(method: string, params: readonly unknown[]): Promise<T> => {
    const response = await fetch(rpcUrl, {
      method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify({jsonrpc: '2.0', id: 1, method, params}),
      signal: AbortSignal.timeout(10_000),
    });
    const {result, error} = (await response.json()) as {result?: T; error?: {message: string}};
    if (result === undefined) throw new Error(`${method}: ${error?.message ?? 'no result'}`);
    return result;
  };
  type Receipt = {status: Hex; contractAddress: Address};
  const send = (to: Address | undefined, data: Hex) => rpc<Receipt>('eth_sendTransactionSync', [{from, data, ...(to !== undefined && {to})}]);
  return {
    deploy: async (): Promise<Address> => (await send(undefined, INIT)).contractAddress,
    emit: async (address: Address, abi: Abi, eventName: string, args: Record<string, unknown>): Promise<void> => {
      const event = getAbiItem({abi, name: eventName}) as AbiEvent;
      const topics = encodeEventTopics({abi: [event], eventName, args}) as Hex[];
      const plain = event.inputs.filter(({indexed}) => indexed !== true);
      const data = encodeAbiParameters(plain, plain.map(({name}) => args[name!]));
      const {status} = await send(address, concatHex([numberToHex(topics.length, {size: 1}), ...topics, data]));
      if (status !== '0x1') throw new Error(`the emitter reverted on ${eventName}`);
    },
    mine: () => rpc<unknown>('anvil_mine', ['0x1']),
  };
}
