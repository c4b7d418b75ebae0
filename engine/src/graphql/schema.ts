/** The public schema (docs/INTERFACES.md "GraphQL"): epochs and coverage, from the read models. Amounts are lots, as strings. */
import SchemaBuilder from '@pothos/core';
import {cidFromDigest} from '@pobs/protocol';
import type {GraphQLError, GraphQLSchema} from 'graphql';
import {createGraphQLError} from 'graphql-yoga';
import {type Address, getAddress, isAddress} from 'viem';
import type {Context, PublicNetwork} from './context.ts';
import {kindName, sameAddress, stagesOf, type StageView, transactionsOf, type TxView} from './epoch-view.ts';
import type {
  AssetRecord, CertificateRecord, CustodyRecord, EpochRecord, FreshnessRecord, LineRecord, PayoutRecord, SettlementRecord, ValidatorRecord, VoteRecord,
} from './reads.ts';

const PAGE_MAX = 100;

type AssetOnLine = AssetRecord & {chainId: number};
type CoverageRecord = {epoch: EpochRecord; assets: AssetOnLine[]};
type EpochPage = {epochs: EpochRecord[]; hasNextPage: boolean};

type Types = {
  Context: Context;
  Objects: {
    Network: PublicNetwork; ChainUrl: {chainId: number; url: string}; Coverage: CoverageRecord; CoverageAsset: AssetOnLine;
    EpochConnection: EpochPage; EpochEdge: EpochRecord; PageInfo: EpochPage; Epoch: EpochRecord; Line: LineRecord; AssetLine: AssetOnLine;
    Vote: VoteRecord; Certificate: CertificateRecord; Settlement: SettlementRecord; Payout: PayoutRecord; Tx: TxView; Stage: StageView;
    Validator: ValidatorRecord; Freshness: FreshnessRecord; Custody: CustodyRecord;
  };
  Scalars: {Bytes: {Input: string; Output: string}};
  DefaultFieldNullability: false;
};

type Builder = PothosSchemaTypes.SchemaBuilder<PothosSchemaTypes.ExtendDefaultTypes<Types>>;

export function buildSchema(): GraphQLSchema {
  const builder = new SchemaBuilder<Types>({defaultFieldNullability: false});
  builder.scalarType('Bytes', {serialize: String, parseValue: parseBytes, description: 'Hex with 0x; addresses are checksummed.'});
  networkTypes(builder);
  coverageTypes(builder);
  epochTypes(builder);
  eventTypes(builder);
  queryType(builder);
  return builder.toSchema();
}

function parseBytes(value: unknown): string {
  if (typeof value !== 'string' || !/^0x([0-9a-fA-F]{2})*$/.test(value)) throw badInput('Expected hex bytes with 0x.');
  return value;
}

function badInput(message: string): GraphQLError {
  return createGraphQLError(message, {extensions: {code: 'BAD_USER_INPUT'}});
}

/** Symbol and decimals are the rules', not the token's own claim. */
function tokenOf({network}: PublicNetwork, {chainId, token}: {chainId: number; token: Address}): {symbol: string; decimals: number} {
  const tokens = network.rules.custodies.filter((custody) => custody.chainId === chainId).flatMap((custody) => custody.tokens);
  return tokens.find((entry) => sameAddress(entry.token, token)) ?? {symbol: 'unlisted', decimals: 0};
}

const chainName = ({network}: PublicNetwork) => (chainId: number): string =>
  chainId === network.l1.chainId ? 'L1' : chainId === network.l2.chainId ? 'L2' : `chain ${chainId}`;

function networkTypes(builder: Builder): void {
  builder.objectType('ChainUrl', {fields: (t) => ({chainId: t.exposeInt('chainId'), url: t.exposeString('url')})});
  builder.objectType('Network', {fields: (t) => ({
    name: t.string({resolve: ({network}) => network.name}),
    l1ChainId: t.int({resolve: ({network}) => network.l1.chainId}),
    l2ChainId: t.int({resolve: ({network}) => network.l2.chainId}),
    l1Custody: t.field({type: 'Bytes', resolve: ({network}) => getAddress(network.l1.custody)}),
    l2Custody: t.field({type: 'Bytes', resolve: ({network}) => getAddress(network.l2.custody)}),
    epochManager: t.field({type: 'Bytes', resolve: ({network}) => getAddress(network.l2.epochManager)}),
    registry: t.field({type: 'Bytes', resolve: ({network}) => getAddress(network.l1.registry)}),
    salt: t.field({type: 'Bytes', resolve: ({network}) => network.salt}),
    rulesHash: t.field({type: 'Bytes', resolve: ({rulesHash}) => rulesHash}),
    storage: t.stringList({resolve: ({storage}) => [...storage]}),
    description: t.string({description: 'The network file of every program, JSON.', resolve: ({network}) => JSON.stringify(network)}),
    rpc: t.field({type: ['ChainUrl'], resolve: ({rpc}) => [...rpc].map(([chainId, url]) => ({chainId, url}))}),
  })});
  builder.objectType('Validator', {fields: (t) => ({
    index: t.exposeInt('index'),
    address: t.field({type: 'Bytes', resolve: ({address}) => address}),
    weight: t.string({resolve: ({weight}) => weight.toString()}),
    key: t.field({type: 'Bytes', resolve: ({key}) => key}),
  })});
  builder.objectType('Custody', {description: 'A custody as the engine sees it.', fields: (t) => ({
    chainId: t.exposeInt('chainId'),
    custody: t.field({type: 'Bytes', resolve: ({custody}) => getAddress(custody)}),
    activeEpoch: t.int({resolve: ({activeEpoch}) => Number(activeEpoch)}),
    sealedAt: t.string({nullable: true, description: 'Of the active epoch, milliseconds; null before the first.', resolve: ({sealedAt}) => (sealedAt === undefined ? null : String(sealedAt))}),
    frozen: t.boolean({resolve: ({frozen}) => frozen ?? false}),
    rootTooOld: t.boolean({description: 'The active root is older than a day: trading is halted until a newer one is active.', resolve: ({rootTooOld}) => rootTooOld}),
  })});
  builder.objectType('Freshness', {fields: (t) => ({
    chainId: t.exposeInt('chainId'),
    indexedBlock: t.string({resolve: ({indexedBlock}) => indexedBlock.toString()}),
    headBlock: t.string({resolve: ({headBlock}) => headBlock.toString()}),
    lagSeconds: t.exposeInt('lagSeconds'),
  })});
}

function coverageTypes(builder: Builder): void {
  builder.objectType('CoverageAsset', {description: 'What one custody asset owes and holds at the block of its line; lots.', fields: (t) => ({
    chainId: t.exposeInt('chainId'),
    token: t.field({type: 'Bytes', resolve: ({token}) => token}),
    symbol: t.string({resolve: (asset, _, {network}) => tokenOf(network, asset).symbol}),
    decimals: t.int({resolve: (asset, _, {network}) => tokenOf(network, asset).decimals}),
    lotSize: t.string({resolve: ({lotSize}) => lotSize.toString()}),
    liabilities: t.string({resolve: ({liabilities}) => liabilities.toString()}),
    reserves: t.string({resolve: ({reservesLots}) => String(reservesLots ?? 0n)}),
    authorisedOut: t.string({resolve: ({authorisedOut}) => authorisedOut.toString()}),
    paidOut: t.string({resolve: ({paidOut}) => String(paidOut ?? 0n)}),
  })});
  builder.objectType('Coverage', {description: 'The newest approved epoch.', fields: (t) => ({
    epoch: t.int({resolve: ({epoch}) => Number(epoch.number)}),
    snapshotTime: t.string({resolve: ({epoch}) => epoch.snapshotTime.toString()}),
    status: t.string({resolve: ({epoch}) => epoch.status}),
    assets: t.field({type: ['CoverageAsset'], resolve: ({assets}) => assets}),
  })});
}

function epochTypes(builder: Builder): void {
  const epochStatus = builder.enumType('EpochStatus', {values: ['PROPOSED', 'APPROVED', 'REJECTED'] as const});
  builder.objectType('Epoch', {fields: (t) => ({
    number: t.int({resolve: ({number}) => Number(number)}),
    status: t.field({type: epochStatus, resolve: ({status}) => status}),
    digest: t.field({type: 'Bytes', resolve: ({digest}) => digest}),
    snapshotTime: t.string({resolve: ({snapshotTime}) => snapshotTime.toString()}),
    setId: t.exposeInt('setId'),
    parent: t.field({type: 'Bytes', resolve: ({parent}) => parent}),
    snapshotCid: t.string({resolve: ({snapshotCid}) => cidFromDigest(snapshotCid)}),
    mappingHash: t.field({type: 'Bytes', resolve: ({mappingHash}) => mappingHash}),
    logRoot: t.field({type: 'Bytes', resolve: ({logRoot}) => logRoot}),
    journalHead: t.field({type: 'Bytes', resolve: ({journalHead}) => journalHead}),
    rulesHash: t.field({type: 'Bytes', resolve: ({rulesHash}) => rulesHash}),
    linesRoot: t.field({type: 'Bytes', resolve: ({linesRoot}) => linesRoot}),
    lineCount: t.exposeInt('lineCount'),
    lines: t.field({type: ['Line'], resolve: async ({number}, _, {detail}) => [...(await detail(number)).lines]}),
    votes: t.field({type: ['Vote'], resolve: async ({number}, _, {detail}) => [...(await detail(number)).votes]}),
    certificates: t.field({type: ['Certificate'], resolve: async ({number}, _, {detail}) => [...(await detail(number)).certificates]}),
    settlements: t.field({type: ['Settlement'], resolve: async ({number}, _, {detail}) => [...(await detail(number)).settlements]}),
    payouts: t.field({type: ['Payout'], resolve: async ({number}, _, {detail}) => [...(await detail(number)).payouts]}),
    transactions: t.field({type: ['Tx'], resolve: async (epoch, _, {detail}) => transactionsOf(epoch, await detail(epoch.number))}),
    stages: t.field({type: ['Stage'], resolve: async (epoch, _, {detail, network}) => stagesOf(epoch, await detail(epoch.number), chainName(network))}),
  })});
  builder.objectType('Line', {fields: (t) => ({
    chainId: t.exposeInt('chainId'),
    custody: t.field({type: 'Bytes', resolve: ({custody}) => custody}),
    blockNumber: t.string({resolve: ({blockNumber}) => blockNumber.toString()}),
    blockHash: t.field({type: 'Bytes', resolve: ({blockHash}) => blockHash}),
    kills: t.exposeInt('kills'),
    payoutRoot: t.field({type: 'Bytes', resolve: ({payoutRoot}) => payoutRoot}),
    payoutCount: t.exposeInt('payoutCount'),
    assets: t.field({type: ['AssetLine'], resolve: ({assets, chainId}) => assets.map((asset) => ({...asset, chainId}))}),
  })});
  builder.objectType('AssetLine', {fields: (t) => ({
    token: t.field({type: 'Bytes', resolve: ({token}) => token}),
    symbol: t.string({resolve: (asset, _, {network}) => tokenOf(network, asset).symbol}),
    decimals: t.int({resolve: (asset, _, {network}) => tokenOf(network, asset).decimals}),
    lotSize: t.string({resolve: ({lotSize}) => lotSize.toString()}),
    deposited: t.string({resolve: ({deposited}) => deposited.toString()}),
    liabilities: t.string({resolve: ({liabilities}) => liabilities.toString()}),
    withdrawable: t.string({resolve: ({withdrawable}) => withdrawable.toString()}),
    withdrawals: t.string({resolve: ({withdrawals}) => withdrawals.toString()}),
    authorisedOut: t.string({resolve: ({authorisedOut}) => authorisedOut.toString()}),
    count: t.exposeInt('count'),
    root: t.field({type: 'Bytes', resolve: ({root}) => root}),
  })});
  builder.objectType('PageInfo', {fields: (t) => ({
    hasNextPage: t.exposeBoolean('hasNextPage'),
    endCursor: t.string({nullable: true, resolve: ({epochs}) => epochs.at(-1)?.number.toString()}),
  })});
  builder.objectType('EpochEdge', {fields: (t) => ({
    cursor: t.string({resolve: ({number}) => number.toString()}),
    node: t.field({type: 'Epoch', resolve: (epoch) => epoch}),
  })});
  builder.objectType('EpochConnection', {fields: (t) => ({
    edges: t.field({type: ['EpochEdge'], resolve: ({epochs}) => epochs}),
    pageInfo: t.field({type: 'PageInfo', resolve: (page) => page}),
  })});
}

function eventTypes(builder: Builder): void {
  builder.objectType('Vote', {fields: (t) => ({
    validator: t.field({type: 'Bytes', resolve: ({validator}) => validator}),
    index: t.exposeInt('index'),
    kind: t.string({resolve: ({kind}) => kindName(kind)}),
    rule: t.exposeInt('rule'),
    weight: t.string({resolve: ({weight}) => weight.toString()}),
    txHash: t.field({type: 'Bytes', resolve: ({txHash}) => txHash}),
    time: t.string({resolve: ({blockTime}) => blockTime.toString()}),
  })});
  builder.objectType('Certificate', {fields: (t) => ({
    kind: t.string({resolve: ({kind}) => kindName(kind)}),
    signedWeight: t.string({resolve: ({signedWeight}) => signedWeight.toString()}),
    totalWeight: t.string({resolve: ({totalWeight}) => totalWeight.toString()}),
    txHash: t.field({type: 'Bytes', resolve: ({txHash}) => txHash}),
  })});
  builder.objectType('Settlement', {fields: (t) => ({
    chainId: t.exposeInt('chainId'),
    txHash: t.field({type: 'Bytes', resolve: ({txHash}) => txHash}),
    blockNumber: t.string({resolve: ({blockNumber}) => blockNumber.toString()}),
    activatedAt: t.string({nullable: true, resolve: ({activatedAt}) => activatedAt?.toString()}),
  })});
  builder.objectType('Payout', {fields: (t) => ({
    epoch: t.int({resolve: ({epoch}) => Number(epoch)}),
    chainId: t.exposeInt('chainId'),
    token: t.field({type: 'Bytes', resolve: ({token}) => token}),
    symbol: t.string({resolve: (payout, _, {network}) => tokenOf(network, payout).symbol}),
    wallet: t.field({type: 'Bytes', resolve: ({wallet}) => wallet}),
    lots: t.string({resolve: ({lots}) => lots.toString()}),
    cumulative: t.string({resolve: ({cumulative}) => cumulative.toString()}),
    deferred: t.exposeBoolean('deferred'),
    txHash: t.field({type: 'Bytes', resolve: ({txHash}) => txHash}),
  })});
  builder.objectType('Tx', {fields: (t) => ({
    name: t.exposeString('name'), chainId: t.exposeInt('chainId'), hash: t.field({type: 'Bytes', resolve: ({hash}) => hash}),
  })});
  builder.objectType('Stage', {fields: (t) => ({name: t.exposeString('name'), at: t.string({resolve: ({at}) => at.toString()})})});
}

function queryType(builder: Builder): void {
  builder.queryType({fields: (t) => ({
    network: t.field({type: 'Network', resolve: (_, __, {network}) => network}),
    coverage: t.field({type: 'Coverage', nullable: true, resolve: (_, __, context) => coverage(context)}),
    epoch: t.field({type: 'Epoch', nullable: true, args: {number: t.arg.int({required: true})}, resolve: (_, {number}, {reads}) => reads.epoch(BigInt(number))}),
    epochs: t.field({
      type: 'EpochConnection',
      args: {first: t.arg.int({defaultValue: 20}), after: t.arg.string()},
      resolve: (_, {first, after}, {reads}) => epochPage(reads, first ?? 20, after ?? undefined),
    }),
    validators: t.field({type: ['Validator'], resolve: (_, __, {reads}) => reads.validators()}),
    custodies: t.field({type: ['Custody'], nullable: true, description: 'Null while the engine is away.', resolve: (_, __, {custodies}) => custodies().then((all) => [...all], () => null)}),
    freshness: t.field({type: ['Freshness'], resolve: (_, __, {reads}) => reads.freshness()}),
    payouts: t.field({type: ['Payout'], args: {wallet: t.arg({type: 'Bytes', required: true})}, resolve: (_, {wallet}, {reads}) => {
      if (!isAddress(wallet, {strict: false})) throw badInput('wallet is no address.');
      return reads.payouts(getAddress(wallet));
    }}),
  })});
}

/** Absent until an epoch is approved and what its custodies held at their lines' blocks is read: unknown is never shown as zero. */
async function coverage({reads, detail}: Context): Promise<CoverageRecord | undefined> {
  const epoch = await reads.newestApproved();
  if (!epoch) return undefined;
  const {lines} = await detail(epoch.number);
  return {epoch, assets: lines.flatMap(({chainId, assets}) => assets.map((asset) => ({...asset, chainId})))};
}

async function epochPage(reads: Context['reads'], first: number, after: string | undefined): Promise<EpochPage> {
  if (first < 1 || first > PAGE_MAX) throw badInput(`first must be between 1 and ${PAGE_MAX}.`);
  if (after !== undefined && !/^\d{1,18}$/.test(after)) throw badInput('after is no cursor of this list.');
  const rows = await reads.epochs({first: first + 1, before: after === undefined ? undefined : BigInt(after)});
  return {epochs: rows.slice(0, first), hasNextPage: rows.length > first};
}
