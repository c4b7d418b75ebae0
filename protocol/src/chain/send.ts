import {
  type Abi, type Account, type Address, type ContractFunctionArgs, type ContractFunctionName, encodeFunctionData,
  type EncodeFunctionDataParameters, type Hex, keccak256, type LocalAccount, type TransactionReceipt, TransactionReceiptNotFoundError,
} from 'viem';
import {type ChainClient, typed} from './client.ts';
import {ChainError, chainError} from './errors.ts';

const TIMEOUT_MS = 120_000;
const GAS_PERCENT = 120n;
const OFFER_AGAIN_MS = 10_000;

export type Sent = {hash: Hex; raw: Hex};

export type Send<abi extends Abi | readonly unknown[], name extends ContractFunctionName<abi, 'nonpayable' | 'payable'>> = {
  client: ChainClient;
  account: LocalAccount;
  address: Address;
  abi: abi;
  functionName: name;
  args: ContractFunctionArgs<abi, 'nonpayable' | 'payable', name>;
  /** Wei. */
  value?: bigint;
  /** Gas limit from the estimate; default 120 %. */
  gas?: (estimate: bigint) => bigint;
  timeoutMs?: number;
  /** Told before the transaction leaves, so that a restarted sender can offer the very same one again. */
  onSigned?: (sent: Sent) => Promise<void>;
};

/**
 * Simulates, signs, sends and waits for the receipt. One transaction per account and chain at a time within a process.
 *
 * @throws {ChainError} `CHAIN_REVERTED` with the contract's error, before anything is spent where the simulation shows it;
 * `CHAIN_TX_TIMEOUT` when it is in no block in time; `CHAIN_GAS_TOO_LOW`; `CHAIN_UNREACHABLE`.
 */
export async function sendAndWait<const abi extends Abi | readonly unknown[], name extends ContractFunctionName<abi, 'nonpayable' | 'payable'>>(
  send: Send<abi, name>,
): Promise<TransactionReceipt> {
  const {client, account, onSigned, timeoutMs = TIMEOUT_MS} = send;
  const functionName: string = send.functionName;
  return oneAtATime(`${client.chain.id} ${account.address}`, async () => {
    const sent = await failing(client, account, functionName, () => sign(send));
    await onSigned?.(sent);
    await failing(client, account, functionName, () => client.sendRawTransaction({serializedTransaction: sent.raw}));
    return receiptOf({client, sent, functionName, timeoutMs});
  });
}

/**
 * Offers a signed transaction again (harmless if it is known or mined) and waits for its receipt.
 *
 * @throws {ChainError} `CHAIN_TX_REPLACED` when its nonce went to another transaction: it can never be mined.
 */
export async function resumeSent({client, sent, functionName, timeoutMs = TIMEOUT_MS}: {client: ChainClient; sent: Sent; functionName: string; timeoutMs?: number}): Promise<TransactionReceipt> {
  const mined = await findReceipt(client, sent.hash);
  if (mined) return checked(mined, client, functionName);
  try {
    await client.sendRawTransaction({serializedTransaction: sent.raw});
  } catch (error) {
    const late = await findReceipt(client, sent.hash);
    if (late) return checked(late, client, functionName);
    const text = error instanceof Error ? error.message : '';
    if (/nonce too low|nonce is too low/i.test(text)) throw new ChainError({code: 'CHAIN_TX_REPLACED', chainId: client.chain.id, hash: sent.hash}, {cause: error});
    if (!/already known|already imported|known transaction/i.test(text)) throw chainError(error, {chainId: client.chain.id, functionName});
  }
  return receiptOf({client, sent, functionName, timeoutMs});
}

async function sign<const abi extends Abi | readonly unknown[], name extends ContractFunctionName<abi, 'nonpayable' | 'payable'>>(
  {client, account, address, abi, functionName, args, value, gas}: Send<abi, name>,
): Promise<Sent> {
  const call = {address, abi: abi as Abi, functionName: functionName as string, args: args as readonly unknown[], account: account as Account, ...(value !== undefined && {value})};
  await client.simulateContract(call);
  const estimate = await client.estimateContractGas(call);
  const request = await client.prepareTransactionRequest({
    account, chain: client.chain, to: address, ...(value !== undefined && {value}),
    data: encodeFunctionData({abi, functionName, args} as unknown as EncodeFunctionDataParameters),
    gas: gas ? gas(estimate) : (estimate * GAS_PERCENT) / 100n,
    nonceManager: undefined,
  });
  const raw = await account.signTransaction(request as Parameters<typeof account.signTransaction>[0]);
  return {raw, hash: keccak256(raw)};
}

async function receiptOf({client, sent, functionName, timeoutMs}: {client: ChainClient; sent: Sent; functionName: string; timeoutMs: number}): Promise<TransactionReceipt> {
  const deadline = Date.now() + timeoutMs;
  for (let offerAt = Date.now() + OFFER_AGAIN_MS; ;) {
    const receipt = await findReceipt(client, sent.hash);
    if (receipt) return checked(receipt, client, functionName);
    if (Date.now() > deadline) throw new ChainError({code: 'CHAIN_TX_TIMEOUT', chainId: client.chain.id, hash: sent.hash, timeoutMs});
    if (Date.now() > offerAt) {
      // A node may have dropped it; where it is known, this is refused and changes nothing.
      await client.sendRawTransaction({serializedTransaction: sent.raw}).catch(() => {});
      offerAt = Date.now() + OFFER_AGAIN_MS;
    }
    await new Promise((resolve) => setTimeout(resolve, client.pollingInterval));
  }
}

async function findReceipt(client: ChainClient, hash: Hex): Promise<TransactionReceipt | undefined> {
  return typed(client, 'eth_getTransactionReceipt', async () => {
    try {
      return await client.getTransactionReceipt({hash});
    } catch (error) {
      if (error instanceof TransactionReceiptNotFoundError) return undefined;
      throw error;
    }
  });
}

function checked(receipt: TransactionReceipt, client: ChainClient, functionName: string): TransactionReceipt {
  if (receipt.status === 'success') return receipt;
  throw new ChainError({code: 'CHAIN_REVERTED', functionName, error: `transaction ${receipt.transactionHash} was reverted in block ${receipt.blockNumber} of chain ${client.chain.id}`, args: []});
}

async function failing<T>(client: ChainClient, account: LocalAccount, functionName: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw chainError(error, {chainId: client.chain.id, url: client.transport.url ?? '', functionName, address: account.address});
  }
}

const queues = new Map<string, Promise<unknown>>();

/** Two transactions prepared at once would take the same nonce. */
async function oneAtATime<T>(key: string, task: () => Promise<T>): Promise<T> {
  const before = queues.get(key) ?? Promise.resolve();
  const mine = before.then(task, task);
  queues.set(key, mine);
  try {
    return await mine;
  } finally {
    if (queues.get(key) === mine) queues.delete(key);
  }
}
