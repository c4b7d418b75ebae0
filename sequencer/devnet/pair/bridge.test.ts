import * as arbitrum from '@arbitrum/sdk';
import {BigNumber, Contract, ContractFactory, Wallet, providers, utils} from 'ethers';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {TEST_KEY, until} from '../testing.ts';
import {ownArtifact} from './artifacts.ts';
import {Rpc} from './rpc.ts';
import {startPair, type Pair} from './start-pair.ts';

/** The unmodified SDK is the oracle here: it computes ticket ids, proofs and statuses on its own. */

const {
  ChildTransactionReceipt,
  ChildToParentMessageStatus,
  EthBridger,
  ParentToChildMessageGasEstimator,
  ParentToChildMessageStatus,
  ParentTransactionReceipt,
} = arbitrum;
const SEND_POLL_MS = 25;

let pair: Pair;
let l1: providers.JsonRpcProvider;
let l2: providers.JsonRpcProvider;
let parentSigner: Wallet;
let childSigner: Wallet;
let parent: Contract;
let child: Contract;

beforeAll(async () => {
  pair = await startPair({l1BlockSeconds: 1, l2BlockSeconds: 1, automine: true, relayPollMs: 20});
  l1 = new providers.JsonRpcProvider(pair.l1Rpc);
  l2 = new providers.JsonRpcProvider(pair.l2Rpc);
  l1.pollingInterval = SEND_POLL_MS;
  l2.pollingInterval = SEND_POLL_MS;
  parentSigner = new Wallet(TEST_KEY, l1);
  childSigner = new Wallet(TEST_KEY, l2);
  const network = await arbitrum.getArbitrumNetworkInformationFromRollup(pair.rollup, l1);
  arbitrum.registerCustomArbitrumNetwork({
    ...network,
    chainId: pair.l2ChainId,
    name: 'local',
    isCustom: true,
    isTestnet: true,
    isBold: true,
  });
  parent = await deploy('ParentFixture', parentSigner, pair.inbox);
  child = await deploy('ChildFixture', childSigner, parent.address);
  await (await parent['setChild'](child.address)).wait();
});

afterAll(async () => {
  await pair?.stop();
});

test('an ETH deposit on L1 is credited on L2 under the hash that the SDK expects', async () => {
  const before = await l2.getBalance(parentSigner.address);
  const bridger = await EthBridger.fromProvider(l2);
  const deposit = await bridger.deposit({amount: utils.parseEther('1'), parentSigner});
  const {complete, childTxReceipt} = await (await deposit.wait()).waitForChildTransactionReceipt(l2);

  expect(complete).toBe(true);
  expect(childTxReceipt?.status).toBe(1);
  expect((await l2.getBalance(parentSigner.address)).sub(before).toString()).toBe(utils.parseEther('1').toString());
});

test('a retryable from an L1 contract is redeemed on L2 by the alias of that contract', async () => {
  const before = BigNumber.from(await child['received']());
  const message = await sendRetryable(5);
  const result = await message.waitForStatus();

  expect(result.status).toBe(ParentToChildMessageStatus.REDEEMED);
  expect(BigNumber.from(await child['received']()).sub(before).toNumber()).toBe(5);
});

test('the gas estimate of a retryable runs from the alias of its sender', async () => {
  const estimator = new ParentToChildMessageGasEstimator(l2);
  const baseFee = (await l1.getBlock('latest')).baseFeePerGas ?? BigNumber.from(0);
  const {gasLimit} = await estimator.estimateAll(
    {
      from: parent.address,
      to: child.address,
      l2CallValue: BigNumber.from(0),
      excessFeeRefundAddress: parentSigner.address,
      callValueRefundAddress: parentSigner.address,
      data: child.interface.encodeFunctionData('receiveFromParent', [5]),
    },
    baseFee,
    l1,
  );

  expect(gasLimit.gt(21_000)).toBe(true);
});

test('the gas estimate of a retryable fails for a sender whose alias the target refuses', async () => {
  const estimator = new ParentToChildMessageGasEstimator(l2);
  const estimate = estimator.estimateRetryableTicketGasLimit({
    from: pair.accounts[3] as string,
    to: child.address,
    l2CallValue: BigNumber.from(0),
    excessFeeRefundAddress: parentSigner.address,
    callValueRefundAddress: parentSigner.address,
    data: child.interface.encodeFunctionData('receiveFromParent', [1]),
  });

  await expect(estimate).rejects.toMatchObject({message: expect.stringContaining('not from the parent')});
});

test('a ticket whose first redeem failed is redeemed by hand later', async () => {
  await (await child['setClosed'](true)).wait();
  const message = await sendRetryable(7);
  const first = await message.waitForStatus();
  await (await child['setClosed'](false)).wait();
  const before = BigNumber.from(await child['received']());
  const redeem = await message.redeem();
  await redeem.wait();
  const second = await message.waitForStatus();

  expect(first.status).toBe(ParentToChildMessageStatus.FUNDS_DEPOSITED_ON_CHILD);
  expect(second.status).toBe(ParentToChildMessageStatus.REDEEMED);
  expect(BigNumber.from(await child['received']()).sub(before).toNumber()).toBe(7);
});

test('a send on L2 is executed through the outbox on L1, once', async () => {
  const before = BigNumber.from(await parent['received']());
  const tx: providers.TransactionResponse = await child['sendToParent'](9);
  const receipt = new ChildTransactionReceipt(await tx.wait());
  const [message] = await receipt.getChildToParentMessages(parentSigner);
  if (message === undefined) throw new Error('the receipt has no message');
  await message.waitUntilReadyToExecute(l2, SEND_POLL_MS);
  await (await message.execute(l2)).wait();

  expect(await message.status(l2)).toBe(ChildToParentMessageStatus.EXECUTED);
  expect(BigNumber.from(await parent['received']()).sub(before).toNumber()).toBe(9);
  await expect(message.execute(l2)).rejects.toThrow();
});

test('proofs hold in trees of several sends', async () => {
  const receipts: arbitrum.ChildTransactionReceipt[] = [];
  for (let value = 1; value <= 5; value++) {
    const tx: providers.TransactionResponse = await child['sendToParent'](value);
    receipts.push(new ChildTransactionReceipt(await tx.wait()));
  }
  const before = BigNumber.from(await parent['received']());
  for (const receipt of receipts) {
    const [message] = await receipt.getChildToParentMessages(parentSigner);
    await message?.waitUntilReadyToExecute(l2, SEND_POLL_MS);
    await (await message?.execute(l2))?.wait();
  }

  expect(BigNumber.from(await parent['received']()).sub(before).toNumber()).toBe(15);
});

test('a signed L2 transaction sent through the L1 inbox is executed', async () => {
  const to = Wallet.createRandom().address;
  const tools = new arbitrum.InboxTools(parentSigner, await arbitrum.getArbitrumNetwork(pair.l2ChainId));
  const nonce = await l2.getTransactionCount(childSigner.address);
  const signed = await tools.signChildTx(
    {to, value: BigNumber.from(77), data: '0x', nonce, gasLimit: BigNumber.from(50_000)},
    childSigner,
  );
  await (await tools.sendChildSignedTx(signed))?.wait();

  expect(await until('balance', async () => (await l2.getBalance(to)).eq(77))).toBe(true);
});

test.each(['anvil_setBalance', 'evm_mine', 'hardhat_impersonateAccount', 'tenderly_setBalance', 'txpool_content'])(
  'the L2 RPC refuses %s',
  async (method) => {
    await expect(new Rpc(pair.l2Rpc).send(method)).rejects.toMatchObject({code: -32601});
  },
);

test('the finalized block is two blocks behind the head', async () => {
  await pair.control.mine('l2', 3);
  const number = async (tag: string): Promise<number> => Number((await l2.send('eth_getBlockByNumber', [tag, false])).number);
  const gap = await until('finalized', async () => {
    const [finalized, latest, finalizedAgain] = [await number('finalized'), await number('latest'), await number('finalized')];
    return finalized === finalizedAgain && {gap: latest - finalized};
  });

  expect(gap).toEqual({gap: 2});
});

async function deploy(name: string, signer: Wallet, argument: string): Promise<Contract> {
  const {abi, bytecode} = ownArtifact(name);
  return (await new ContractFactory(abi as never, bytecode, signer).deploy(argument)).deployed();
}

async function sendRetryable(value: number): Promise<arbitrum.ParentToChildMessageWriter> {
  const gasLimit = BigNumber.from(200_000);
  const maxFeePerGas = utils.parseUnits('1', 'gwei');
  const maxSubmissionCost = utils.parseEther('0.001');
  const deposit = maxSubmissionCost.add(gasLimit.mul(maxFeePerGas));
  const tx: providers.TransactionResponse = await parent['sendToChild'](
    value,
    maxSubmissionCost,
    gasLimit,
    maxFeePerGas,
    {value: deposit},
  );
  const receipt = new ParentTransactionReceipt(await tx.wait());
  const [message] = await receipt.getParentToChildMessages(childSigner);
  if (message === undefined) throw new Error('the receipt has no message');
  return message;
}
