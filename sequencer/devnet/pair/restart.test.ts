import {encodeFunctionData, parseAbi, parseEventLogs, type Address, type Hex, type Log} from 'viem';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {temporaryFolder, until} from '../testing.ts';
import {arbSysAbi} from './abi.ts';
import {arbSys} from './precompiles.ts';
import {Rpc, assertSucceeded, type RpcReceipt} from './rpc.ts';
import {sendProof, sendRoot} from './send-tree.ts';
import {startPair, type Pair, type PairOptions} from './start-pair.ts';
import {word} from './encoding.ts';

const inboxAbi = parseAbi(['function depositEth() payable returns (uint256)']);
const outboxAbi = parseAbi([
  'function executeTransaction(bytes32[] proof, uint256 index, address l2Sender, address to, uint256 l2Block, uint256 l1Block, uint256 l2Timestamp, uint256 value, bytes data)',
  'function roots(bytes32 root) view returns (bytes32)',
]);
const arbSysWrites = parseAbi(['function withdrawEth(address destination) payable returns (uint256)']);
const RECEIVER: Address = '0x00000000000000000000000000000000000c0c02';

let folder: ReturnType<typeof temporaryFolder>;
let pair: Pair | undefined;

beforeEach(() => {
  folder = temporaryFolder();
});

afterEach(async () => {
  await pair?.stop();
  pair = undefined;
  folder.remove();
});

test('a restart goes on from the same heads, and what was under way between the chains arrives', async () => {
  const first = await start();
  await deposit(first, 1000n);
  const withdrawal = await withdraw(first, 400n);
  await first.stop();
  const second = await start();

  expect(second.rollup).toBe(first.rollup);
  expect(second.pairId).toBe(first.pairId);
  expect(await new Rpc(second.l2Rpc).balance(second.accounts[1] as Address)).toBeGreaterThan(0n);
  const known = await new Rpc(second.l2Rpc).receipt(withdrawal.transactionHash);
  expect(known?.blockHash).toBe(withdrawal.blockHash);

  await execute(second, withdrawal);
  expect(await new Rpc(second.l1Rpc).balance(RECEIVER)).toBe(400n);
  await deposit(second, 50n);
});

test('restarts, however many, serve the same first block', async () => {
  const first = await start();
  const genesis = async ({l1Rpc, l2Rpc}: Pair) => Promise.all([l1Rpc, l2Rpc].map(async (url) => (await new Rpc(url).send<{hash: Hex}>('eth_getBlockByNumber', ['0x0', false])).hash));
  const expected = await genesis(first);
  await first.stop();
  for (let i = 0; i < 3; i += 1) {
    const again = await start();
    expect(await genesis(again)).toEqual(expected);
    await again.stop();
  }
});

test('after kill -9 of both nodes the last saved pair is used', async () => {
  const first = await start({saveIntervalMs: 3_600_000});
  await deposit(first, 1000n);
  await first.save();
  const l1Saved = await new Rpc(first.l1Rpc).blockNumber();
  const l2Saved = await new Rpc(first.l2Rpc).blockNumber();
  await deposit(first, 1n);
  await first.control.mine('l2', 20);
  first.control.killNodes();
  expect(await first.failed).toMatch(/node ended/);
  await first.stop();

  const second = await start({l1BlockSeconds: 0, l2BlockSeconds: 0});
  expect(await new Rpc(second.l1Rpc).blockNumber()).toBeLessThanOrEqual(l1Saved + 1n);
  expect(await new Rpc(second.l2Rpc).blockNumber()).toBeLessThan(l2Saved + 20n);
  await second.control.setAutomine('l1', true);
  await deposit(second, 5n);
});

test('a reorg of L1 drops a deposit message, and later messages still arrive', async () => {
  const running = await start();
  await deposit(running, 1n);
  await running.control.mine('l1', 3);
  await running.control.reorg('l1', 2);
  await deposit(running, 2n);
  await running.control.reorg('l1', 3);
  await deposit(running, 3n);
});

async function start(options: PairOptions = {}): Promise<Pair> {
  pair = await startPair({stateDir: folder.dir, l1BlockSeconds: 1, relayPollMs: 20, ...options});
  return pair;
}

/** Deposits wei through the inbox and waits until L2 has them. */
async function deposit({l1Rpc, l2Rpc, inbox, accounts}: Pair, wei: bigint): Promise<void> {
  const l1 = new Rpc(l1Rpc);
  const l2 = new Rpc(l2Rpc);
  const account = accounts[1] as Address;
  const before = await l2.balance(account);
  const data = encodeFunctionData({abi: inboxAbi, functionName: 'depositEth'});
  const receipt = await l1.waitForReceipt(await l1.submit(account, inbox, data, {value: wei}));
  assertSucceeded(receipt, 'deposit');
  await until('credit on L2', async () => (await l2.balance(account)) - before === wei);
}

async function withdraw({l2Rpc, accounts}: Pair, wei: bigint): Promise<RpcReceipt> {
  const l2 = new Rpc(l2Rpc);
  const data = encodeFunctionData({abi: arbSysWrites, functionName: 'withdrawEth', args: [RECEIVER]});
  const hash = await l2.submit(accounts[2] as Address, arbSys.address, data, {value: wei});
  return assertSucceeded(await l2.waitForReceipt(hash), 'withdrawal');
}

/** Executes the only send of the chain. */
async function execute({l1Rpc, outbox, accounts}: Pair, receipt: RpcReceipt): Promise<void> {
  const l1 = new Rpc(l1Rpc);
  const logs = receipt.logs as unknown as Log[];
  const [event] = parseEventLogs({abi: arbSysAbi, logs, eventName: 'L2ToL1Tx'});
  if (event === undefined) throw new Error('the withdrawal has no event');
  const {hash, position, caller, destination, arbBlockNum, ethBlockNum, timestamp, callvalue, data} = event.args;
  const sends: Hex[] = [word(hash)];
  const proof = sendProof(sends, Number(position));
  const args = [proof, position, caller, destination, arbBlockNum, ethBlockNum, timestamp, callvalue, data] as const;
  const root = sendRoot(sends);
  await until('root on L1', async () => BigInt(await l1.read({address: outbox, abi: outboxAbi}, 'roots', [root])) > 0n);
  const call = encodeFunctionData({abi: outboxAbi, functionName: 'executeTransaction', args});
  assertSucceeded(await l1.waitForReceipt(await l1.submit(accounts[3] as Address, outbox, call)), 'execution');
}
