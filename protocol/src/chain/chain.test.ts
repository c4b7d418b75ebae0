/** Chain access against a real node: reads in chunks, sending, and what a failure says. */
import {type ChildProcess, spawn} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {createServer, type Server} from 'node:http';
import {type AddressInfo, createServer as createSocketServer} from 'node:net';
import path from 'node:path';
import {type Abi, type Address, createWalletClient, type Hex, http, InvalidParamsRpcError, parseAbi, parseEther, publicActions, zeroAddress} from 'viem';
import {generatePrivateKey, privateKeyToAccount} from 'viem/accounts';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {type ChainClient, chainClient, ChainError, depositsBySender, inChunks, newestInChunks, parseRpc, readCustodyAt, resumeSent, rpcOf, sendAndWait, type Sent, walletFor} from './index.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
/** Public test key 0 of the node. */
const KEY = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80';
/** By path: npm 10 leaves out the link of a name that two packages claim. */
function anvilBinary(): string {
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  return path.join(ROOT, `node_modules/@foundry-rs/anvil-${process.platform}-${arch}/bin/anvil`);
}

const CHAIN = 31_337;
const tokenAbi = parseAbi([
  'function mint(address to, uint256 amount)', 'function transfer(address to, uint256 amount) returns (bool)',
  'error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)',
]);
const custody: Address = '0x00000000000000000000000000000000000c0575';
const account = privateKeyToAccount(KEY);

let node: ChildProcess;
let url: string;
let client: ChainClient;
let token: Address;

beforeAll(async () => {
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  node = spawn(anvilBinary(), ['--port', String(port), '--chain-id', String(CHAIN), '--silent'], {stdio: 'ignore'});
  client = await untilUp();
  const {abi, bytecode} = JSON.parse(readFileSync(path.join(ROOT, 'out/TestToken.sol/TestToken.json'), 'utf8')) as {abi: Abi; bytecode: {object: Hex}};
  const wallet = createWalletClient({account, transport: http(url), chain: client.chain}).extend(publicActions);
  const hash = await wallet.deployContract({abi, bytecode: bytecode.object, args: ['Test', 'TEST', 6]});
  token = (await wallet.waitForTransactionReceipt({hash, pollingInterval: 50})).contractAddress!;
});

afterAll(async () => {
  // npm's wrapper hands SIGTERM on to the node; killed outright it would leave an orphan.
  const ended = new Promise((resolve) => node.once('exit', resolve));
  node.kill('SIGTERM');
  await ended;
});

async function freePort(): Promise<number> {
  const server = createSocketServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const {port} = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function untilUp(): Promise<ChainClient> {
  const deadline = Date.now() + 120_000;
  for (;;) {
    try {
      return await chainClient({chainId: CHAIN, url, pollingIntervalMs: 50});
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}

const failure = async (call: Promise<unknown>): Promise<ChainError> => {
  const error: unknown = await call.then(() => new Error('it did not fail'), (reason: unknown) => reason);
  if (!(error instanceof ChainError)) throw error;
  return error;
};
const mint = (to: Address, amount: bigint) => sendAndWait({client, account, address: token, abi: tokenAbi, functionName: 'mint', args: [to, amount]});
const transfer = (to: Address, amount: bigint) => sendAndWait({client, account, address: token, abi: tokenAbi, functionName: 'transfer', args: [to, amount]});

describe('a client', () => {
  test('of another chain is refused', async () => {
    expect((await failure(chainClient({chainId: 1, url}))).data).toEqual({code: 'CHAIN_WRONG_ID', url, expected: 1, actual: CHAIN});
  });

  test('of nothing says where', async () => {
    const nowhere = `http://127.0.0.1:${await freePort()}`;
    const error = await failure(chainClient({chainId: 1, url: nowhere}));
    expect(error.message).toMatch(/^The RPC at http:\/\/127\.0\.0\.1:\d+\/? does not answer \(ECONNREFUSED\)/);
    expect(error.retryable).toBe(true);
  });

  test('of something that is no node is no crash', async () => {
    const server: Server = createServer((request, response) => request.resume().on('end', () => response.writeHead(500).end('no')));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const {data} = await failure(chainClient({chainId: 1, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`}));
    expect(data.code).toBe('CHAIN_UNREACHABLE');
    server.close();
    server.closeAllConnections();
  });
});

describe('sending', () => {
  test('waits for the receipt; several at once take different nonces', async () => {
    const receipts = await Promise.all([1n, 2n, 3n].map((amount) => mint(account.address, amount)));
    expect(receipts.map(({status}) => status)).toEqual(['success', 'success', 'success']);
    expect(new Set(receipts.map(({transactionHash}) => transactionHash)).size).toBe(3);
  });

  test('is refused with the contract\'s own error before anything is spent', async () => {
    const before = await client.getTransactionCount({address: account.address});
    const error = await failure(transfer(custody, 1n << 200n));
    expect(error.data).toMatchObject({code: 'CHAIN_REVERTED', functionName: 'transfer', error: 'ERC20InsufficientBalance'});
    expect(error.message).toMatch(/^The contract refuses transfer: ERC20InsufficientBalance\(0x/);
    expect(await client.getTransactionCount({address: account.address})).toBe(before);
  });

  test('without ether says whose account is empty', async () => {
    const poor = privateKeyToAccount(generatePrivateKey());
    const error = await failure(sendAndWait({client, account: poor, address: token, abi: tokenAbi, functionName: 'mint', args: [custody, 1n]}));
    expect(error.data).toEqual({code: 'CHAIN_GAS_TOO_LOW', chainId: CHAIN, address: poor.address});
  });

  test('to no contract says so', async () => {
    expect((await failure(readCustodyAt({client, custody: zeroAddress, blockNumber: 0n}))).data).toMatchObject({code: 'CHAIN_NO_CONTRACT'});
  });

  test('can be taken up where a crash cut it: the same transaction, once', async () => {
    let signed: Sent | undefined;
    const dying = sendAndWait({
      client, account, address: token, abi: tokenAbi, functionName: 'mint', args: [account.address, 7n],
      onSigned: (sent) => {
        signed = sent;
        return Promise.reject(new Error('killed'));
      },
    });
    await expect(dying).rejects.toThrow('killed');
    const first = await resumeSent({client, sent: signed!, functionName: 'mint'});
    const second = await resumeSent({client, sent: signed!, functionName: 'mint'});
    expect(second.transactionHash).toBe(first.transactionHash);
    expect(first.transactionHash).toBe(signed!.hash);
  });

  test('is lost when another transaction took its nonce', async () => {
    let signed: Sent | undefined;
    await sendAndWait({
      client, account, address: token, abi: tokenAbi, functionName: 'mint', args: [account.address, 8n],
      onSigned: (sent) => {
        signed = sent;
        return Promise.reject(new Error('killed'));
      },
    }).catch(() => {});
    await mint(account.address, 9n);
    expect((await failure(resumeSent({client, sent: signed!, functionName: 'mint'}))).data.code).toBe('CHAIN_TX_REPLACED');
  });
});

test('deposits are summed by sender, in base units', async () => {
  await mint(account.address, 100n);
  await transfer(custody, 5n);
  await transfer(custody, 6n);
  await transfer(zeroAddress.replace(/0$/, '9') as Address, 7n);
  const other = privateKeyToAccount(generatePrivateKey());
  const wallet = createWalletClient({account, transport: http(url), chain: client.chain}).extend(publicActions);
  await wallet.waitForTransactionReceipt({hash: await wallet.sendTransaction({to: other.address, value: parseEther('1')}), pollingInterval: 50});
  await mint(other.address, 3n);
  await sendAndWait({client, account: other, address: token, abi: tokenAbi, functionName: 'transfer', args: [custody, 3n]});
  const toBlock = await client.getBlockNumber();
  expect(await depositsBySender({client, custody, token, fromBlock: 0n, toBlock})).toEqual(new Map([[account.address, 11n], [other.address, 3n]]));
  expect(await depositsBySender({client, custody, token, fromBlock: 0n, toBlock: toBlock - 1n})).toEqual(new Map([[account.address, 11n]]));
  expect(await depositsBySender({client, custody, token: zeroAddress, fromBlock: 0n, toBlock})).toEqual(new Map());
});

describe('ranges', () => {
  const all = {fromBlock: 5n, toBlock: 25_004n};

  test('are covered once, in order', async () => {
    const asked: [bigint, bigint][] = [];
    await inChunks(client, all, ({fromBlock, toBlock}) => {
      asked.push([fromBlock, toBlock]);
      return Promise.resolve([]);
    });
    expect(asked).toEqual([[5n, 10_004n], [10_005n, 20_004n], [20_005n, 25_004n]]);
  });

  test('are asked for in smaller parts where the node refuses', async () => {
    const got = await inChunks(client, {fromBlock: 0n, toBlock: 9_999n}, ({fromBlock, toBlock}) =>
      toBlock - fromBlock >= 3_000n ? Promise.reject(new InvalidParamsRpcError(new Error('range too large'))) : Promise.resolve([fromBlock, toBlock]));
    expect(got[0]).toBe(0n);
    expect(got.at(-1)).toBe(9_999n);
    expect(got.every((block, i) => i % 2 === 0 || i === got.length - 1 || got[i + 1] === block + 1n)).toBe(true);
  });

  test('are searched from the end', async () => {
    let asked = 0;
    const found = await newestInChunks(client, all, ({fromBlock, toBlock}) => {
      asked += 1;
      return Promise.resolve(fromBlock <= 21_000n && 21_000n <= toBlock ? [1, 2] : []);
    });
    expect([found, asked]).toEqual([2, 1]);
    expect(await newestInChunks(client, all, () => Promise.resolve([]))).toBeUndefined();
  });
});

test('settings that cannot be used are one sentence', () => {
  expect(parseRpc('1=http://a, 2=https://b/c').get(2)).toBe('https://b/c');
  expect(() => parseRpc('http://a')).toThrow('Cannot use the RPC setting: "http://a" is not of the form <chain id>=http://….');
  expect(() => rpcOf(parseRpc('1=http://a'), 2)).toThrow('it has no URL for chain 2');
  expect(() => walletFor('0x12')).toThrow('The key is no private key: expected 32 bytes in hex.');
  expect(() => walletFor(`0x${'00'.repeat(32)}`)).toThrow('The key is no private key');
});
