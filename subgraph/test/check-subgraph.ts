import {isDeepStrictEqual} from 'node:util';
import type {Address} from 'viem';
import {ABIS, type ChainEvents, type NetworkChain, readEvents} from './chain-logs.ts';
import {collectionOf, expectedOf} from './expected.ts';
import {contractsWithoutSource, uncomparedEntities, unhandledEvents} from './handlers.ts';
import {ask, readAll, type Row, untilIndexed} from './served.ts';

export type Check = {check: string; ok: boolean; detail?: string};

export type CheckSubgraphOptions = {
  network: {l1: NetworkChain; l2: NetworkChain};
  /** RPC URL by chain. */
  rpc: {l1: string; l2: string};
  /** Subgraph URL by chain, as the ready line of run-gnd.mjs names them. */
  subgraphs: {l1: string; l2: string};
  /** Also compare with what the contracts answer now; default true. */
  state?: boolean;
  timeoutMs?: number;
};

const MISMATCHES_SHOWN = 3;

/**
 * Compares everything the subgraphs serve with the contracts: every entity with the logs, totals with the contracts' own.
 *
 * The network may keep running: entities are read as of the block up to which the logs were read.
 */
export async function checkSubgraph({network, rpc, subgraphs, state = true, timeoutMs = 30_000}: CheckSubgraphOptions): Promise<Check[]> {
  const checks: Check[] = [
    nothingOf('subgraph: every event of the contracts has a handler', unhandledEvents()),
    nothingOf('subgraph: every contract has a source', contractsWithoutSource()),
    nothingOf('subgraph: every entity is compared with the logs', uncomparedEntities()),
  ];
  for (const chain of ['l1', 'l2'] as const) {
    try {
      const happened = await readEvents(network[chain], rpc[chain]);
      await untilIndexed(subgraphs[chain], happened.head, timeoutMs);
      checks.push(...(await compareLogs(chain, happened, subgraphs[chain])));
      if (state) checks.push(await compareState(chain, network[chain], happened, subgraphs[chain]));
    } catch (error) {
      checks.push({check: `subgraph ${chain} can be compared`, ok: false, detail: error instanceof Error ? error.message : String(error)});
    }
  }
  return checks;
}

/** A check that fails by naming what there should be none of. */
const nothingOf = (check: string, found: readonly string[]): Check => ({check, ok: found.length === 0, ...(found.length > 0 && {detail: found.join(', ')})});

async function compareLogs(chain: string, {events, head}: ChainEvents, url: string): Promise<Check[]> {
  const checks: Check[] = [];
  for (const {type, fields, rows} of expectedOf(events)) {
    const served = await readAll(url, {entities: collectionOf(type), fields, block: head});
    checks.push(sameRows(`subgraph ${chain} ${type} is the chain's (${rows.length})`, served, rows));
  }
  return checks;
}

/** Order is no part of the comparison, nor is the order of fields. */
function sameRows(check: string, served: readonly Row[], expected: readonly Row[]): Check {
  const [ours, theirs] = [expected.map(canonical).sort(), served.map(canonical).sort()];
  if (isDeepStrictEqual(ours, theirs)) return {check, ok: true};
  const missing = ours.filter((row) => !theirs.includes(row)).slice(0, MISMATCHES_SHOWN);
  const extra = theirs.filter((row) => !ours.includes(row)).slice(0, MISMATCHES_SHOWN);
  return {check, ok: false, detail: `${ours.length} on chain, ${theirs.length} served; missing ${missing.join(' ') || 'none'}; extra ${extra.join(' ') || 'none'}`};
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${key}:${canonical(item)}`).join(',')}}`;
}

type Totals = {
  custodyAssets: {token: Address; lotSize: string; paidOut: string}[];
  payees: {wallet: Address; paid: string; asset: {token: Address}}[];
  epochs: {number: string; digest: string; status: string}[];
};

const STATUSES = ['NONE', 'PROPOSED', 'APPROVED', 'REJECTED'];

/** Sums and standings that the handlers keep, against the contracts' own at the same block. */
async function compareState(chain: string, contracts: NetworkChain, {client, head}: ChainEvents, url: string): Promise<Check> {
  const at = `block: {number: ${head}}`;
  const totals = await ask<Totals>(url, `{ custodyAssets(${at}) { token lotSize paidOut } payees(first: 1000, ${at}) { wallet paid asset { token } }
    epochs: epoches(first: 1000, orderBy: number, orderDirection: desc, ${at}) { number digest status } }`);
  const custody = <T>(functionName: string, args: readonly unknown[]) =>
    client.readContract({address: contracts.custody, abi: ABIS.custody, functionName, args, blockNumber: head}) as Promise<T>;
  const epochs = <T>(functionName: string, args: readonly unknown[]) =>
    client.readContract({address: contracts.epochManager!, abi: ABIS.epochManager, functionName, args, blockNumber: head}) as Promise<T>;
  const wrong: string[] = [];
  const expect = (what: string, served: unknown, onChain: unknown) => {
    if (String(served).toLowerCase() !== String(onChain).toLowerCase()) wrong.push(`${what}: ${String(served)} served, ${String(onChain)} on chain`);
  };
  for (const {token, lotSize, paidOut} of totals.custodyAssets) {
    const asset = await custody<{lotSize: bigint; paidOut: bigint}>('asset', [token]);
    expect(`lot size of ${token}`, lotSize, asset.lotSize);
    expect(`paidOut of ${token}`, paidOut, asset.paidOut);
  }
  for (const {wallet, paid, asset} of totals.payees) expect(`paid to ${wallet}`, paid, await custody<bigint>('paid', [asset.token, wallet]));
  for (const {number, digest, status} of contracts.epochManager === undefined ? [] : totals.epochs) {
    expect(`digest of epoch ${number}`, digest, await epochs<string>('digestOf', [BigInt(number)]));
    expect(`status of epoch ${number}`, status, STATUSES[await epochs<number>('statusOf', [BigInt(number)])]);
  }
  return {check: `subgraph ${chain} totals are the contracts'`, ok: wrong.length === 0, ...(wrong.length > 0 && {detail: wrong.slice(0, MISMATCHES_SHOWN).join('; ')})};
}
