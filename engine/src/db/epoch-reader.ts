/** Reads epochs and all that hangs on them; every Prisma row becomes a plain record here. */
import type {Address, Hex} from 'viem';
import type {
  AssetRecord, CertificateRecord, EpochDetail, EpochReads, EpochRecord, EpochStatus, FreshnessRecord, LineRecord, PayoutRecord, SettlementRecord, ValidatorRecord, VoteRecord,
} from '../graphql/reads.ts';
import type {EventPosition} from '../indexer/events.ts';
import type {Prisma, PrismaClient} from './generated/client.ts';

const PAYOUTS_MAX = 1_000;
const VOTES_MAX = 4_096;
const inLogOrder = [{blockNumber: 'asc'}, {logIndex: 'asc'}] satisfies Prisma.VoteOrderByWithRelationInput[];
const newestDecision = {decisions: {orderBy: {blockNumber: 'desc'}, take: 1}} satisfies Prisma.EpochInclude;

type EpochRow = Prisma.EpochGetPayload<{include: typeof newestDecision}>;
type PositionRow = {chainId: number; blockNumber: bigint; logIndex: number; txHash: string; blockTime: bigint};

export class EpochReader implements EpochReads {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  async epoch(number: bigint): Promise<EpochRecord | undefined> {
    const row = await this.#prisma.epoch.findUnique({where: {number}, include: newestDecision});
    return row === null ? undefined : toEpoch(row);
  }

  async epochs({first, before}: {first: number; before?: bigint}): Promise<EpochRecord[]> {
    const rows = await this.#prisma.epoch.findMany({
      where: before === undefined ? {} : {number: {lt: before}}, include: newestDecision, orderBy: {number: 'desc'}, take: first,
    });
    return rows.map(toEpoch);
  }

  /** The newest one whose reserves are known. */
  async newestApproved(): Promise<EpochRecord | undefined> {
    const row = await this.#prisma.epoch.findFirst({
      where: {decisions: {some: {outcome: 'APPROVED'}}, lines: {every: {assets: {every: {reservesLots: {not: null}}}}}}, include: newestDecision, orderBy: {number: 'desc'},
    });
    return row === null ? undefined : toEpoch(row);
  }

  async details(numbers: readonly bigint[]): Promise<Map<bigint, EpochDetail>> {
    const where = {epoch: {in: [...numbers]}};
    const [lines, votes, certificates, settlements, activations, payouts] = await Promise.all([
      this.#prisma.epochLine.findMany({where, include: {assets: {orderBy: {index: 'asc'}}}, orderBy: {index: 'asc'}}),
      this.#prisma.vote.findMany({where, orderBy: inLogOrder, take: VOTES_MAX}),
      this.#prisma.certificate.findMany({where, orderBy: inLogOrder}),
      this.#prisma.settlement.findMany({where, orderBy: {blockTime: 'asc'}}),
      this.#prisma.activation.findMany({where}),
      this.#prisma.payout.findMany({where, orderBy: inLogOrder, take: PAYOUTS_MAX}),
    ]);
    return new Map(numbers.map((number) => {
      const own = <T extends {epoch: bigint}>(rows: readonly T[]): T[] => rows.filter(({epoch}) => epoch === number);
      return [number, {
        lines: own(lines).map(toLine),
        votes: own(votes).map(toVote),
        certificates: own(certificates).map(toCertificate),
        settlements: own(settlements).map((settlement): SettlementRecord => ({
          ...toPosition(settlement), activatedAt: own(activations).find(({chainId}) => chainId === settlement.chainId)?.blockTime,
        })),
        payouts: own(payouts).map(toPayout),
      }];
    }));
  }

  async payouts(wallet: Address): Promise<PayoutRecord[]> {
    const rows = await this.#prisma.payout.findMany({where: {wallet}, orderBy: {blockTime: 'desc'}, take: PAYOUTS_MAX});
    return rows.map(toPayout);
  }

  /** Current members: the newest change of each seat, empty seats left out. */
  async validators(): Promise<ValidatorRecord[]> {
    const rows = await this.#prisma.validator.findMany({
      orderBy: [{index: 'asc'}, {blockNumber: 'desc'}, {logIndex: 'desc'}], distinct: ['index'],
    });
    return rows
      .map(({index, address, weight, key}) => ({index, address: address as Address, weight: whole(weight), key: key as Hex}))
      .filter(({weight}) => weight > 0n);
  }

  async freshness(): Promise<FreshnessRecord[]> {
    const rows = await this.#prisma.chainCursor.findMany({orderBy: {chainId: 'asc'}});
    return rows.map(({chainId, blockNumber, blockTime, headNumber, headTime}) => ({
      chainId, indexedBlock: blockNumber, headBlock: headNumber, lagSeconds: Math.max(0, Number(headTime - blockTime)),
    }));
  }
}

const whole = (decimal: {toFixed(digits: number): string}): bigint => BigInt(decimal.toFixed(0));

function toPosition({chainId, blockNumber, logIndex, txHash, blockTime}: PositionRow): EventPosition {
  return {chainId, blockNumber, logIndex, txHash: txHash as Hex, blockTime};
}

function toEpoch(row: EpochRow): EpochRecord {
  const [decision] = row.decisions;
  return {
    ...toPosition(row), number: row.number, status: (decision?.outcome ?? 'PROPOSED') as EpochStatus, digest: row.digest as Hex,
    snapshotTime: row.snapshotTime, setId: row.setId, parent: row.parent as Hex, linesRoot: row.linesRoot as Hex, lineCount: row.lineCount,
    snapshotCid: row.snapshotCid as Hex, mappingHash: row.mappingHash as Hex, logRoot: row.logRoot as Hex,
    journalHead: row.journalHead as Hex, rulesHash: row.rulesHash as Hex, decision: decision && toPosition(decision),
  };
}

function toLine(row: Prisma.EpochLineGetPayload<{include: {assets: true}}>): LineRecord {
  const {chainId, custody, blockNumber, blockHash, kills, payoutRoot, payoutCount, assets} = row;
  return {
    chainId, custody: custody as Address, blockNumber, blockHash: blockHash as Hex, kills, payoutRoot: payoutRoot as Hex, payoutCount,
    assets: assets.map((asset): AssetRecord => ({
      token: asset.token as Address, lotSize: whole(asset.lotSize), deposited: asset.deposited, liabilities: asset.liabilities,
      withdrawable: asset.withdrawable, withdrawals: asset.withdrawals, authorisedOut: asset.authorisedOut, count: Number(asset.count),
      root: asset.root as Hex, reservesLots: asset.reservesLots ?? undefined, paidOut: asset.paidOut ?? undefined,
    })),
  };
}

const toVote = (row: Prisma.VoteGetPayload<object>): VoteRecord => ({
  ...toPosition(row), validator: row.validator as Address, index: row.index, kind: row.kind, rule: row.rule, weight: whole(row.weight),
});

const toCertificate = (row: Prisma.CertificateGetPayload<object>): CertificateRecord => ({
  ...toPosition(row), kind: row.kind, signedWeight: whole(row.signedWeight), totalWeight: whole(row.totalWeight),
});

function toPayout(row: Prisma.PayoutGetPayload<object>): PayoutRecord {
  const {epoch, token, wallet, lots, cumulative, deferred} = row;
  return {...toPosition(row), epoch, token: token as Address, wallet: wallet as Address, lots, cumulative, deferred};
}
