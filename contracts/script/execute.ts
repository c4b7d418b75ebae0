/** Carries out the plan of one chain: phase by phase, one block per phase where the chain allows, going on where an earlier run broke. */
import {type Address, BaseError, createWalletClient, type Hex, hexToBigInt, http, parseEther, size, sliceHex} from 'viem';
import {privateKeyToAccount} from 'viem/accounts';
import type {Chain, ChainFacts} from './chain.ts';
import {type DeploymentRecord, hashOf, type RecordFile} from './record.ts';
import {type ChainPlan, CREATE2_DEPLOYER, type Step} from './steps.ts';

const RECEIPT_TIMEOUT_MS = 180_000;
/** EIP-170. */
const CODE_BYTES_MAX = 24_576;
/** The canonical deployer's own transaction, signed by nobody's key (https://github.com/Arachnid/deterministic-deployment-proxy). */
const CREATE2_SENDER: Address = '0x3fAB184622Dc19b6109349B94811493BF2a45362';
const CREATE2_TRANSACTION: Hex = '0xf8a58085174876e800830186a08080b853604580600e600039806000f350fe7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf31ba02222222222222222222222222222222222222222222222222222222222222222a02222222222222222222222222222222222222222222222222222222222222222';

export type ExecuteOptions = {
  chain: Chain;
  key: Hex;
  plan: ChainPlan;
  label: string;
  /** Without one nothing is written and nothing can be resumed. */
  file?: RecordFile;
  note?: (text: string) => void;
};

/** What must hold before anything is sent. Empty means go. */
export function obstacles(facts: ChainFacts, {chainId, isArbitrum}: {chainId: number; isArbitrum: boolean}): string[] {
  const problems: string[] = [];
  if (facts.chainId !== chainId) problems.push(`The node is of chain ${facts.chainId}, the plan of chain ${chainId}.`);
  if (!facts.hasBls) problems.push(`Chain ${facts.chainId} has no working BLS12-381 precompiles (EIP-2537): certificates cannot be verified there.`);
  if (facts.isArbitrum !== isArbitrum) problems.push(`Chain ${facts.chainId} ${facts.isArbitrum ? 'has' : 'lacks'} ArbSys, the settings say otherwise: block numbers would be wrong.`);
  return problems;
}

/** @throws Error in one sentence when a step would fail, failed, or belongs to another plan. */
export async function execute({chain, key, plan, label, file, note = () => {}}: ExecuteOptions): Promise<DeploymentRecord> {
  const account = privateKeyToAccount(key);
  const known = file?.read();
  const planHash = hashOf(plan);
  if (known !== undefined && known.plan !== planHash) {
    throw new Error(`${file!.path} records another plan (settings, code or deployer changed): finish that one, or move the file away and choose another label.`);
  }
  const record: DeploymentRecord = known ?? {
    chainId: plan.chainId, label, deployer: account.address, startBlock: Number(await chain.client.getBlockNumber()), plan: planHash,
    complete: false, contracts: {...plan.contracts}, steps: {},
  };
  file?.write(record);
  await settleEarlier(chain, record);
  await ensureCreate2(chain, key, note);
  const phases = Math.max(...plan.steps.map(({phase}) => phase)) + 1;
  for (let phase = 0; phase < phases; phase += 1) {
    const steps = plan.steps.filter((step) => step.phase === phase);
    const isDone = await Promise.all(steps.map((step) => chain.holds(step.done)));
    for (const [i, {id}] of steps.entries()) if (isDone[i]) record.steps[id] ??= 'found';
    const open = steps.filter((_, i) => !isDone[i]);
    if (open.length === 0) continue;
    note(`chain ${plan.chainId}, phase ${phase + 1} of ${phases}: ${open.map(({id}) => id).join(', ')}`);
    await sendAll(chain, key, open, (id, hash) => { record.steps[id] = hash; file?.write(record); });
    await confirm(chain, open);
  }
  record.complete = true;
  file?.write(record);
  return record;
}

/** Transactions of a killed run may still be under way: sent again they would fail, so they are waited for. */
async function settleEarlier(chain: Chain, {steps}: DeploymentRecord): Promise<void> {
  const hashes = Object.values(steps).filter((hash): hash is Hex => hash !== 'found');
  await Promise.all(hashes.map(async (hash) => {
    const isKnown = await chain.client.getTransaction({hash}).then(() => true, () => false);
    if (isKnown) await chain.client.waitForTransactionReceipt({hash, timeout: RECEIPT_TIMEOUT_MS});
  }));
}

async function sendAll(chain: Chain, key: Hex, steps: readonly Step[], sent: (id: string, hash: Hex) => void): Promise<void> {
  const account = privateKeyToAccount(key);
  const wallet = createWalletClient({account, transport: http(chain.rpc)});
  const gas = await Promise.all(steps.map((step) => estimate(chain, account.address, step)));
  let nonce = await chain.client.getTransactionCount({address: account.address, blockTag: 'pending'});
  const hashes: Hex[] = [];
  for (const [i, {id, to, data}] of steps.entries()) {
    const hash = await wallet.sendTransaction({account, chain: null, to, data, gas: gas[i], nonce});
    nonce += 1;
    hashes.push(hash);
    sent(id, hash);
  }
  const receipts = await Promise.all(hashes.map((hash) => chain.client.waitForTransactionReceipt({hash, timeout: RECEIPT_TIMEOUT_MS})));
  for (const [i, {status, transactionHash}] of receipts.entries()) {
    if (status !== 'success') throw new Error(`${steps[i]!.id} failed on chain (transaction ${transactionHash}).`);
  }
}

/** A mined transaction is not enough: each step must have made its own fact true. */
async function confirm(chain: Chain, steps: readonly Step[]): Promise<void> {
  const findings = await Promise.all(steps.map((step) => chain.find(step.done)));
  for (const [i, {ok, what, expected, found}] of findings.entries()) {
    if (!ok) throw new Error(`${steps[i]!.id} was mined, but ${what} is ${found}, not ${expected}.`);
  }
}

/** A fifth more than the node's estimate. */
async function estimate(chain: Chain, from: Address, {id, to, data}: Step): Promise<bigint> {
  try {
    return (hexToBigInt(await chain.client.request({method: 'eth_estimateGas', params: [{from, to, data}]})) * 6n) / 5n;
  } catch (error) {
    const reason = to === CREATE2_DEPLOYER ? await whyNotCreated(chain, data) : reasonOf(error);
    throw new Error(`${id} would fail: ${reason}`, {cause: error});
  }
}

/** The CREATE2 deployer swallows reasons: asked again as a plain creation, the node gives them. */
async function whyNotCreated(chain: Chain, data: Hex): Promise<string> {
  try {
    const {data: code = '0x'} = await chain.client.call({data: sliceHex(data, 32)});
    const bytes = size(code);
    return bytes > CODE_BYTES_MAX ? `its ${bytes} bytes are more than a chain stores (${CODE_BYTES_MAX}, EIP-170)` : 'the node refuses to create it by CREATE2';
  } catch (error) {
    return reasonOf(error);
  }
}

/** One line of the node's answer, with the selector of a custom error if it holds one. */
function reasonOf(error: unknown): string {
  const details = error instanceof BaseError ? error.walk((inner) => typeof (inner as {data?: unknown}).data === 'string') as {data?: Hex} | null : null;
  const raw = details?.data !== undefined && size(details.data) >= 4 ? ` (revert data ${sliceHex(details.data, 0, Math.min(36, size(details.data)))})` : '';
  const line = error instanceof BaseError ? error.details || error.shortMessage : error instanceof Error ? error.message.split('\n')[0] : String(error);
  return `${line}${raw}`;
}

async function ensureCreate2(chain: Chain, key: Hex, note: (text: string) => void): Promise<void> {
  if ((await chain.facts()).hasCreate2) return;
  note(`deploying the CREATE2 deployer ${CREATE2_DEPLOYER}`);
  const account = privateKeyToAccount(key);
  const wallet = createWalletClient({account, transport: http(chain.rpc)});
  const funding = await wallet.sendTransaction({account, chain: null, to: CREATE2_SENDER, value: parseEther('0.01')});
  await chain.client.waitForTransactionReceipt({hash: funding, timeout: RECEIPT_TIMEOUT_MS});
  const hash = await chain.client.request({method: 'eth_sendRawTransaction', params: [CREATE2_TRANSACTION]}).catch((cause: unknown) => {
    throw new Error(`The node refuses the CREATE2 deployer's transaction, which has no chain id: ask for ${CREATE2_DEPLOYER} to be put on this chain.`, {cause});
  });
  await chain.client.waitForTransactionReceipt({hash, timeout: RECEIPT_TIMEOUT_MS});
}
