/** Checks an inclusion proof in the browser: everything is recomputed here, then compared with what the chain stored. */
import {type InclusionProof, parseProof, type StepName, verifyInclusion} from '@pobs/protocol';
import {epochManagerAbi} from '@pobs/protocol/abi';
import {type Address, createPublicClient, type Hex, http} from 'viem';

/** `ok` is undefined for what could not be checked: unknown is never shown as right. */
export type CheckStep = {
  name: 'file' | StepName | 'approved';
  title: string;
  ok: boolean | undefined;
  detail: string;
  expected?: string;
  actual?: string;
  /** What the reader can do when the step does not hold. */
  next?: string;
};

export type CheckResult = {steps: CheckStep[]; proof?: InclusionProof};

export type ChainAccess = {rpcUrl: string; epochManager: string; chainId?: number | undefined};

const TIMEOUT_MS = 10_000;
const APPROVED = 2;
const STATUS_NAMES = ['None', 'Proposed', 'Approved', 'Rejected'];

const TITLES: Readonly<Record<CheckStep['name'], string>> = {
  file: 'The file is an inclusion proof',
  identity: 'The row belongs to this wallet',
  row: 'The row is a possible balance',
  tree: 'The row is a leaf of the tree',
  sums: 'The tree adds up to what the custody owes',
  root: 'The totals are bound to the published root',
  equality: 'What is owed equals what came in less what went out',
  line: 'The custody is part of the epoch',
  summary: 'The chain stored exactly this epoch',
  approved: 'Validators approved it',
};

const NEXT: Readonly<Partial<Record<CheckStep['name'], string>>> = {
  file: 'Download the proof again, and paste or drop the whole file unchanged.',
  identity: 'Somebody may have handed you the proof of another wallet. Make your own under Portfolio.',
  row: 'Keep the file and publish it: a row like this breaks rule V3, and no validator should have approved it.',
  tree: 'The balance or the path was changed after the proof was made. Make a new proof; if that fails too, keep both files and publish them.',
  sums: 'The totals in the file do not belong to this tree. Make a new proof; if that fails too, keep both files and publish them.',
  root: 'The line in the file was changed. Make a new proof; if that fails too, keep both files and publish them.',
  equality: 'Keep the file and publish it: these totals break rule V8, and no validator should have approved them.',
  line: 'The line or its path was changed. Make a new proof; if that fails too, keep both files and publish them.',
  summary: 'Check the address of the EpochManager and try another RPC. If they are right, the proof is of an epoch that was never proposed.',
  approved: 'An epoch that is not approved proves nothing. Wait for the verdict, or use a proof of the newest approved epoch.',
};

/**
 * All steps in order. The chain is asked for the digest and the status of the epoch, nothing else leaves the browser.
 *
 * @param text - What was pasted or dropped.
 */
export async function checkProof(text: string, chain: ChainAccess): Promise<CheckResult> {
  const parsed = parseProof(text);
  if (!parsed.ok) return {steps: [step('file', false, parsed.reason)]};
  const {proof} = parsed;
  const answer = await readChain(proof.summary.epoch, chain);
  const onChain = answer.ok ? answer.digest : undefined;
  const steps = verifyInclusion(proof, onChain).steps.map((found) =>
    found.name === 'summary' && onChain === undefined
      ? step('summary', undefined, answer.ok ? found.detail : answer.reason, {actual: found.actual})
      : step(found.name, found.ok, found.detail, found));
  return {
    proof,
    steps: [
      step('file', true, `An inclusion proof, version ${proof.v}, of epoch ${proof.summary.epoch}.`),
      ...steps,
      answer.ok
        ? step('approved', answer.status === APPROVED, 'The status of the epoch in the EpochManager.', {expected: 'Approved', actual: STATUS_NAMES[answer.status] ?? String(answer.status)})
        : step('approved', undefined, answer.reason),
    ],
  };
}

function step(name: CheckStep['name'], ok: boolean | undefined, detail: string, bytes: {expected?: string | undefined; actual?: string | undefined} = {}): CheckStep {
  const {expected, actual} = bytes;
  return {
    name, title: TITLES[name], ok, detail,
    ...(expected !== undefined && {expected}),
    ...(actual !== undefined && {actual}),
    ...(ok !== true && {next: ok === undefined ? 'Enter the URL of an RPC of L2 that you trust, and check again.' : NEXT[name]}),
  };
}

type ChainAnswer = {ok: true; digest: Hex; status: number} | {ok: false; reason: string};

async function readChain(epoch: bigint, {rpcUrl, epochManager, chainId}: ChainAccess): Promise<ChainAnswer> {
  if (rpcUrl.trim() === '') return {ok: false, reason: 'No RPC was given: the chain was not asked.'};
  if (!/^0x[0-9a-fA-F]{40}$/.test(epochManager.trim())) return {ok: false, reason: 'The address of the EpochManager is no address: the chain was not asked.'};
  const client = createPublicClient({transport: http(rpcUrl.trim(), {timeout: TIMEOUT_MS, retryCount: 0})});
  const contract = {address: epochManager.trim() as Address, abi: epochManagerAbi} as const;
  try {
    const answered = await client.getChainId();
    if (chainId !== undefined && answered !== chainId) return {ok: false, reason: `This RPC serves chain ${answered}, the epochs are on chain ${chainId}.`};
    const [digest, status] = await Promise.all([
      client.readContract({...contract, functionName: 'digestOf', args: [epoch]}),
      client.readContract({...contract, functionName: 'statusOf', args: [epoch]}),
    ]);
    return {ok: true, digest, status: Number(status)};
  } catch {
    return {ok: false, reason: 'The RPC did not answer, or there is no EpochManager at this address.'};
  }
}
