/** A wallet's rows of the active epochs, from chain and storage alone: the exchange is not asked. */
import type {Address} from 'viem';
import {custodyAbi, epochManagerAbi} from '../chain/abi/index.ts';
import {type ChainClient, newestInChunks} from '../chain/index.ts';
import {accountId} from '../ids.ts';
import {type LeafOpening, leafOpening, NO_PAYOUT_CLAIM, type PayoutClaim, payoutClaim, proofFromFiles} from '../proofs/index.ts';
import {balancesName, cidFromDigest, parsePayouts, payoutsName} from '../snapshot/index.ts';
import type {Line, Summary} from '../types.ts';
import {custodiesOf, type CustodyPlace, type ExitNetwork, type ExitOwner, type ExitSources} from './places.ts';
import {type Published, withPublished} from './published.ts';
import {exitSentence} from './standing.ts';
import type {RowStanding} from './steps.ts';

export type ExitRow = CustodyPlace & {
  token: Address;
  symbol: string;
  decimals: number;
  lotSize: string;
  epoch: number;
  opening: LeafOpening;
  claim: PayoutClaim;
  standing: RowStanding;
};

export type RowsResult = {ok: true; rows: ExitRow[]} | {ok: false; message: string};

export type RowSearch = {network: ExitNetwork; sources: ExitSources; owner: ExitOwner; onProgress: (text: string) => void};

/** All rows of the wallet on both custodies. One chain that cannot be read does not hide the other: its sentence comes back instead. */
export async function findRows(search: RowSearch): Promise<{rows: ExitRow[]; problems: string[]}> {
  const results = await Promise.all(custodiesOf(search.network).map((place) => rowsOn(search, place)));
  return {
    rows: results.flatMap((result) => (result.ok ? result.rows : [])),
    problems: results.flatMap((result, index) => (result.ok ? [] : [`${custodiesOf(search.network)[index]!.chain}: ${result.message}`])),
  };
}

async function rowsOn(search: RowSearch, place: CustodyPlace): Promise<RowsResult> {
  const {network, sources, onProgress} = search;
  try {
    const client = await sources.client(place.chainId);
    const {epoch} = await client.readContract({address: place.custody, abi: custodyAbi, functionName: 'activeRoot'});
    if (epoch === 0n) return {ok: true, rows: []};
    onProgress(`Reading epoch ${epoch} from the chain`);
    const proposal = await proposalOf({l2: await sources.client(network.l2.chainId), network, epoch});
    if (proposal === undefined) return {ok: false, message: `the RPC of L2 does not know the proposal of epoch ${epoch}.`};
    const files = await withPublished(sources.store, {cid: cidFromDigest(proposal.summary.snapshotCid), onProgress},
      (published) => openRows({...search, client, place, proposal}, published));
    return files.ok ? {ok: true, rows: files.value} : files;
  } catch (error) {
    return {ok: false, message: exitSentence(error, place.chainId)};
  }
}

type Proposal = {summary: Summary; lines: readonly Line[]};

async function proposalOf({l2, network, epoch}: {l2: ChainClient; network: ExitNetwork; epoch: bigint}): Promise<Proposal | undefined> {
  const {epochManager, startBlock} = network.l2;
  const filter = {address: epochManager, abi: epochManagerAbi, eventName: 'EpochProposed', args: {epoch}, strict: true} as const;
  const event = await newestInChunks(l2, {fromBlock: BigInt(startBlock), toBlock: await l2.getBlockNumber()}, (range) => l2.getContractEvents({...filter, ...range}));
  // The contract's structs are the SDK's types, field by field.
  return event === undefined ? undefined : (event.args as unknown as Proposal);
}

type Opening = RowSearch & {client: ChainClient; place: CustodyPlace; proposal: Proposal};

async function openRows({network, owner, client, place, proposal: {summary, lines}, onProgress}: Opening, {file}: Published): Promise<ExitRow[]> {
  const {chainId, custody} = place;
  const line = lines.find((each) => each.chainId === BigInt(chainId));
  const payoutsBytes = await file(payoutsName(chainId));
  const payouts = payoutsBytes === undefined ? [] : parsePayouts(payoutsBytes).rows;
  const blinding = owner.blinding(summary.epoch);
  if (blinding === undefined) return [];
  const rows: ExitRow[] = [];
  for (const {token} of line?.assets ?? []) {
    const balances = await file(balancesName(chainId, token));
    if (balances === undefined) continue;
    onProgress('Building the proof of your row');
    const found = proofFromFiles({network: {salt: network.salt}, summary, lines, chainId, token, balancesBytes: balances, owner: {wallet: owner.wallet, blinding}});
    const opening = found.ok ? leafOpening(found.proof) : undefined;
    if (opening === undefined) continue;
    const claim = payoutClaim({chainId, custody}, payouts, {token, wallet: owner.wallet}) ?? NO_PAYOUT_CLAIM;
    const standing = await standingOf({client, custody, token, opening, claim});
    rows.push({...place, token, ...unitOf(network, chainId, token), epoch: Number(summary.epoch), opening, claim, standing});
  }
  return rows;
}

/** Symbol and decimals are the rules', not the token's own claim. */
function unitOf({rules}: ExitNetwork, chainId: number, token: Address): {symbol: string; decimals: number; lotSize: string} {
  const known = rules.custodies.find((each) => each.chainId === chainId)?.tokens.find((each) => each.token.toLowerCase() === token.toLowerCase());
  return known === undefined ? {symbol: 'unlisted', decimals: 0, lotSize: '1'} : {symbol: known.symbol, decimals: known.decimals, lotSize: known.lotSize};
}

async function standingOf({client, custody, token, opening, claim}: {client: ChainClient; custody: Address; token: Address; opening: LeafOpening; claim: PayoutClaim}): Promise<RowStanding> {
  const {wallet, blinding, total, withdrawable, withdrawal} = opening;
  const contract = {address: custody, abi: custodyAbi} as const;
  const [paid, [request, open], escaped] = await Promise.all([
    client.readContract({...contract, functionName: 'paid', args: [token, wallet]}),
    client.readContract({...contract, functionName: 'forcedRequest', args: [token, wallet]}),
    client.readContract({...contract, functionName: 'escaped', args: [token, accountId(wallet, blinding)]}),
  ]);
  const {requestedAt, lots, exit} = request;
  return {
    total, withdrawable, withdrawal, escaped, unpaid: claim.cumulative > paid ? claim.cumulative - paid : 0n,
    request: requestedAt === 0 ? undefined : {lots, requestedAt, exit, open},
  };
}
