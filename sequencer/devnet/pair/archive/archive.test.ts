import {
  encodeDeployData,
  encodeFunctionData,
  numberToHex,
  parseAbi,
  type Address,
  type Hex,
} from 'viem';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {temporaryFolder} from '../../testing.ts';
import {ownArtifact} from '../artifacts.ts';
import {Rpc, assertSucceeded} from '../rpc.ts';
import {startPair, type Pair} from '../start-pair.ts';

const fixtureAbi = parseAbi([
  'function setChild(address child)',
  'function child() view returns (address)',
  'function received() view returns (uint256)',
]);
const RECEIVER: Address = '0x00000000000000000000000000000000000b0b01';
/** Returns block number and timestamp. */
const ENVIRONMENT_CODE: Hex = '0x436000524260205260406000f3';

let folder: ReturnType<typeof temporaryFolder>;
let pair: Pair;

beforeEach(async () => {
  folder = temporaryFolder();
  await start();
});

afterEach(async () => {
  await pair.stop();
  folder.remove();
});

test('states older than the node keeps, and those before a restart, read as they were', async () => {
  const {contract, observed} = await writeHistory();
  await pair.control.mine('l1', 400);
  for (const [block, state] of observed) expect(await observe(contract, block), `block ${block}`).toEqual(state);

  await pair.stop();
  await start();
  for (const [block, state] of observed) expect(await observe(contract, block), `block ${block}`).toEqual(state);
  const blockHash = (await rpc().send<{hash: Hex}>('eth_getBlockByNumber', [numberToHex(3), false])).hash;
  expect(await rpc().send('eth_getBalance', [RECEIVER, {blockHash}])).toBe(observed.get(3)?.balance);
});

test("a caller's own state override wins over the old state", async () => {
  const {contract, observed} = await writeHistory();
  await pair.control.mine('l1', 400);
  const [block] = [...observed.keys()].slice(-1);
  const slot = numberToHex(0, {size: 32});
  const value = numberToHex(7, {size: 32});
  const data = encodeFunctionData({abi: fixtureAbi, functionName: 'child'});
  const override = {[contract]: {stateDiff: {[slot]: value}}};
  const result = await rpc().send('eth_call', [{to: contract, data}, numberToHex(block ?? 0), override]);

  expect(result).toBe(value);
});

test('after a reorg the blocks of the new branch are journalled', async () => {
  const {contract} = await writeHistory();
  await pair.control.reorg('l1', 2);
  await pair.control.mine('l1', 5);
  const head = Number(await rpc().blockNumber());
  const state = await observe(contract, head);
  await pair.control.mine('l1', 400);

  expect(await observe(contract, head)).toEqual(state);
});

async function start(): Promise<void> {
  pair = await startPair({stateDir: folder.dir, l1BlockSeconds: 0, l2BlockSeconds: 0, automine: true});
}

function rpc(): Rpc {
  return new Rpc(pair.l1Rpc);
}

/** Some blocks with transfers, a deployment and storage writes, and what each block's state shows while it is new. */
async function writeHistory() {
  const sender = pair.accounts[1] as Address;
  const run = async (to: Address | null, data: Hex, value = 0n) =>
    assertSucceeded(await rpc().waitForReceipt(await rpc().submit(sender, to, data, {value})), 'transaction');
  await run(RECEIVER, '0x', 5n);
  const {abi, bytecode} = ownArtifact('ParentFixture');
  const deployed = await run(null, encodeDeployData({abi, bytecode, args: [pair.inbox]}));
  const contract = deployed.contractAddress as Address;
  for (const child of [RECEIVER, sender, RECEIVER] as const) {
    await run(contract, encodeFunctionData({abi: fixtureAbi, functionName: 'setChild', args: [child]}));
    await run(RECEIVER, '0x', 1n);
  }
  const head = Number(await rpc().blockNumber());
  const observed = new Map<number, Awaited<ReturnType<typeof observe>>>();
  for (let block = 1; block <= head; block++) observed.set(block, await observe(contract, block));
  return {contract, observed};
}

async function observe(contract: Address, block: number) {
  const tag = numberToHex(block);
  const data = encodeFunctionData({abi: fixtureAbi, functionName: 'child'});
  return {
    balance: await rpc().send<Hex>('eth_getBalance', [RECEIVER, tag]),
    nonce: await rpc().send<Hex>('eth_getTransactionCount', [pair.accounts[1], tag]),
    code: await rpc().send<Hex>('eth_getCode', [contract, tag]),
    slot: await rpc().send<Hex>('eth_getStorageAt', [contract, '0x0', tag]),
    child: await rpc().send<Hex>('eth_call', [{to: contract, data}, tag]),
    environment: await rpc().send<Hex>('eth_call', [{data: ENVIRONMENT_CODE}, tag]),
  };
}
