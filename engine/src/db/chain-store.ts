/** The chains' read models in PostgreSQL: ranges are added and rolled back in one transaction each. */
import type {Address, Hex} from 'viem';
import type {BlockRef, ChainEvent, EventPosition} from '../indexer/events.ts';
import type {AppendedRange, AssetAtBlock, ChainCursor, ChainStore} from '../indexer/ports.ts';
import type {Prisma, PrismaClient} from './generated/client.ts';

const TRANSACTION_TIMEOUT_MS = 60_000;
/** Blocks to stand on that are kept per chain. */
const INDEXED_BLOCKS_MAX = 4_096n;

type Transaction = Prisma.TransactionClient;
type Of<T extends ChainEvent['type']> = Extract<ChainEvent, {type: T}>;

export class PrismaChainStore implements ChainStore {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  async cursor(chainId: number): Promise<ChainCursor | undefined> {
    const row = await this.#prisma.chainCursor.findUnique({where: {chainId}});
    if (row === null) return undefined;
    return {number: row.blockNumber, hash: row.blockHash as Hex, time: row.blockTime, genesisHash: row.genesisHash as Hex};
  }

  /** Base units received from a sender by chain and token: up to and including `creditedBlock`, and in all. */
  async receivedFrom(sender: Address, creditedBlock: ReadonlyMap<number, bigint>): Promise<Received[]> {
    const rows = await this.#prisma.deposit.findMany({where: {sender}, select: {chainId: true, token: true, amount: true, blockNumber: true}});
    const sums = new Map<string, Received>();
    for (const {chainId, token, amount, blockNumber} of rows) {
      const key = `${chainId}-${token}`;
      const sum = sums.get(key) ?? {chainId, token: token as Address, final: 0n, all: 0n};
      const units = BigInt(amount.toFixed(0));
      sum.all += units;
      if (blockNumber <= (creditedBlock.get(chainId) ?? -1n)) sum.final += units;
      sums.set(key, sum);
    }
    return [...sums.values()];
  }

  async indexedBlocks(chainId: number, number: bigint, limit: number): Promise<BlockRef[]> {
    const rows = await this.#prisma.indexedBlock.findMany({
      where: {chainId, number: {lte: number}}, orderBy: {number: 'desc'}, take: limit,
    });
    return rows.map((row) => ({number: row.number, hash: row.hash as Hex, time: row.time}));
  }

  async append({chainId, genesisHash, head, to, blocks, events}: AppendedRange): Promise<void> {
    await this.#prisma.$transaction(async (tx) => {
      await tx.indexedBlock.createMany({data: [...blocks, to].map((block) => ({chainId, ...block})), skipDuplicates: true});
      await tx.indexedBlock.deleteMany({where: {chainId, number: {lt: to.number - INDEXED_BLOCKS_MAX}}});
      await insertEvents(tx, events);
      const at = {blockNumber: to.number, blockHash: to.hash, blockTime: to.time, headNumber: head.number, headTime: head.time};
      await tx.chainCursor.upsert({where: {chainId}, create: {chainId, genesisHash, ...at}, update: at});
    }, {timeout: TRANSACTION_TIMEOUT_MS});
  }

  async rollback(chainId: number, {number, hash, time}: BlockRef): Promise<void> {
    await this.#prisma.$transaction(async (tx) => {
      await deleteAbove(tx, chainId, number);
      await tx.chainCursor.update({where: {chainId}, data: {blockNumber: number, blockHash: hash, blockTime: time}});
    }, {timeout: TRANSACTION_TIMEOUT_MS});
  }

  async forget(chainId: number): Promise<void> {
    await this.#prisma.$transaction(async (tx) => {
      await deleteAbove(tx, chainId, -1n);
      await tx.chainCursor.deleteMany({where: {chainId}});
    }, {timeout: TRANSACTION_TIMEOUT_MS});
  }

  async noteHead(chainId: number, head: BlockRef): Promise<void> {
    await this.#prisma.chainCursor.updateMany({where: {chainId}, data: {headNumber: head.number, headTime: head.time}});
  }

  async assetsWithoutReserves(chainId: number, limit: number): Promise<AssetAtBlock[]> {
    const rows = await this.#prisma.epochAsset.findMany({
      where: {reservesLots: null, line: {chainId}}, include: {line: true}, orderBy: {epoch: 'desc'}, take: limit,
    });
    return rows.map(({epoch, lineIndex, index, token, lotSize, line}) => ({
      epoch, lineIndex, index, token: token as Address, lotSize: BigInt(lotSize.toFixed(0)),
      custody: line.custody as Address, blockNumber: line.blockNumber,
    }));
  }

  async setReserves({epoch, lineIndex, index}: AssetAtBlock, reserves: {reservesLots: bigint; paidOut: bigint}): Promise<void> {
    await this.#prisma.epochAsset.updateMany({where: {epoch, lineIndex, index}, data: reserves});
  }
}

/** Base units. */
export type Received = {chainId: number; token: Address; final: bigint; all: bigint};

async function deleteAbove(tx: Transaction, chainId: number, number: bigint): Promise<void> {
  const where = {chainId, blockNumber: {gt: number}};
  await tx.deposit.deleteMany({where});
  await tx.vote.deleteMany({where});
  await tx.certificate.deleteMany({where});
  await tx.epochDecision.deleteMany({where});
  await tx.epoch.deleteMany({where});
  await tx.settlement.deleteMany({where});
  await tx.activation.deleteMany({where});
  await tx.payout.deleteMany({where});
  await tx.validator.deleteMany({where});
  await tx.term.deleteMany({where});
  await tx.indexedBlock.deleteMany({where: {chainId, number: {gt: number}}});
}

async function insertEvents(tx: Transaction, events: readonly ChainEvent[]): Promise<void> {
  const of = <T extends ChainEvent['type']>(type: T): Of<T>[] => events.filter((event): event is Of<T> => event.type === type);
  // Proposals first: votes, certificates and decisions refer to them.
  for (const proposed of of('epochProposed')) await insertEpoch(tx, proposed);
  await tx.deposit.createMany({data: of('deposit').map((event) => ({...row(event), amount: event.amount.toString()})), skipDuplicates: true});
  await tx.vote.createMany({data: of('vote').map((event) => ({...row(event), weight: event.weight.toString()})), skipDuplicates: true});
  await tx.certificate.createMany({
    data: of('certificate').map((event) => ({...row(event), signedWeight: event.signedWeight.toString(), totalWeight: event.totalWeight.toString()})),
    skipDuplicates: true,
  });
  await tx.epochDecision.createMany({data: of('epochDecided').map(row), skipDuplicates: true});
  await tx.settlement.createMany({
    data: of('settled').map((event) => ({...row(event), signedWeight: event.signedWeight.toString()})), skipDuplicates: true,
  });
  await tx.activation.createMany({data: of('activated').map(row), skipDuplicates: true});
  for (const payout of of('payout')) await insertPayout(tx, payout);
  await tx.validator.createMany({data: of('validator').map((event) => ({...row(event), weight: event.weight.toString()})), skipDuplicates: true});
  await tx.term.createMany({
    data: of('term').map((event) => ({...row(event), totalWeight: event.totalWeight.toString(), count: BigInt(event.count)})), skipDuplicates: true,
  });
}

function row<T extends ChainEvent>(event: T): Omit<T, 'type'> {
  const {type: _, ...rest} = event;
  return rest;
}

async function insertEpoch(tx: Transaction, event: Of<'epochProposed'>): Promise<void> {
  const {epoch: number, ...summary} = event.summary;
  // A number proposed again replaces the proposal that went before.
  await tx.epoch.deleteMany({where: {number}});
  await tx.epoch.create({data: {...positionOf(event), number, digest: event.digest, ...summary}});
  const lines = event.lines.map(({chainId, custody, blockNumber, blockHash, kills, payoutRoot, payoutCount}, index) => ({
    epoch: number, index, chainId: Number(chainId), custody, blockNumber, blockHash, kills, payoutRoot, payoutCount,
  }));
  await tx.epochLine.createMany({data: lines});
  await tx.epochAsset.createMany({data: event.lines.flatMap(({assets}, lineIndex) => assets.map((asset, index) => ({
    ...asset, epoch: number, lineIndex, index, lotSize: asset.lotSize.toString(), count: BigInt(asset.count),
  })))});
}

/** A deferral tells the lots only; its cumulative value is what was paid before plus those. */
async function insertPayout(tx: Transaction, event: Of<'payout'>): Promise<void> {
  const {chainId, token, wallet, lots} = event;
  let {cumulative} = event;
  if (cumulative === undefined) {
    const paid = await tx.payout.findFirst({where: {chainId, token, wallet, deferred: false}, orderBy: {cumulative: 'desc'}});
    cumulative = (paid?.cumulative ?? 0n) + lots;
  }
  await tx.payout.createMany({data: [{...row(event), cumulative}], skipDuplicates: true});
}

function positionOf({chainId, blockNumber, logIndex, txHash, blockTime}: EventPosition): EventPosition {
  return {chainId, blockNumber, logIndex, txHash, blockTime};
}
