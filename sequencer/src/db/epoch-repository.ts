import type {Hex} from 'viem';
import type pg from 'pg';
import type {EpochState, Outcome, Stage} from '../core/stages.ts';
import {SequencerError} from '../errors.ts';
import type {EpochRecord, EpochRepository, PendingTransaction, StageRecord, TransactionLog} from '../services/ports.ts';
import {unreachable} from './connect.ts';

type EpochRow = {epoch: string; stage: Stage; outcome: Outcome | null; snapshot_time: string; digest: Hex | null};
type StageRow = {stage: Stage; at: Date; ms: number; tx: Hex | null};
type TransactionRow = {id: string; hash: Hex; raw: Hex};

const COLUMNS = 'epoch, stage, outcome, snapshot_time, digest';

/** Epochs, their stages and the transactions sent for them. @throws {SequencerError} `DATABASE_UNREACHABLE` from all. */
export class PgEpochRepository implements EpochRepository, TransactionLog {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /** Ties the database to one network for good. @throws {SequencerError} `DATABASE_FOREIGN` */
  async claimNetwork(salt: Hex): Promise<void> {
    await this.#query("INSERT INTO sequencer.meta (key, value) VALUES ('salt', $1) ON CONFLICT (key) DO NOTHING", [salt]);
    const [row] = await this.#query<{value: string}>("SELECT value FROM sequencer.meta WHERE key = 'salt'");
    if (row?.value !== salt) throw new SequencerError({code: 'DATABASE_FOREIGN', detail: `its salt is ${row?.value}, the network's ${salt}`});
  }

  async findUnfinished(): Promise<EpochRecord | undefined> {
    const [row] = await this.#query<EpochRow>(`SELECT ${COLUMNS} FROM sequencer.epochs WHERE stage <> 'final'`);
    return row && recordOf(row);
  }

  async find(epoch: bigint): Promise<EpochRecord | undefined> {
    const [row] = await this.#query<EpochRow>(`SELECT ${COLUMNS} FROM sequencer.epochs WHERE epoch = $1`, [epoch]);
    return row && recordOf(row);
  }

  async findLatest(count: number): Promise<EpochRecord[]> {
    const rows = await this.#query<EpochRow>(`SELECT ${COLUMNS} FROM sequencer.epochs ORDER BY epoch DESC LIMIT $1`, [count]);
    return rows.map(recordOf);
  }

  async add({epoch, stage, snapshotTime}: EpochState): Promise<void> {
    await this.#query('INSERT INTO sequencer.epochs (epoch, stage, snapshot_time) VALUES ($1, $2, $3)', [epoch, stage, snapshotTime]);
  }

  async reopen({epoch, snapshotTime}: EpochState): Promise<void> {
    await this.#query("UPDATE sequencer.epochs SET stage = 'opened', snapshot_time = $2, digest = NULL, updated_at = now() WHERE epoch = $1 AND outcome IS NULL", [epoch, snapshotTime]);
    await this.#query('DELETE FROM sequencer.stages WHERE epoch = $1', [epoch]);
  }

  async advance({epoch, stage, outcome}: EpochState, {ms, tx, digest}: {ms: number; tx?: Hex | undefined; digest?: Hex | undefined}): Promise<Date> {
    const [row] = await this.#query<{at: Date}>(
      `WITH moved AS (
         UPDATE sequencer.epochs SET stage = $2, outcome = $3, digest = COALESCE($4, digest), updated_at = now() WHERE epoch = $1 RETURNING epoch
       )
       INSERT INTO sequencer.stages (epoch, stage, ms, tx) SELECT epoch, $2, $5, $6 FROM moved
       ON CONFLICT (epoch, stage) DO UPDATE SET at = now(), ms = EXCLUDED.ms, tx = COALESCE(EXCLUDED.tx, sequencer.stages.tx) RETURNING at`,
      [epoch, stage, outcome ?? null, digest ?? null, Math.round(ms), tx ?? null],
    );
    if (!row) throw new Error(`Epoch ${epoch} is not in the database`);
    return row.at;
  }

  async stagesOf(epoch: bigint): Promise<StageRecord[]> {
    const rows = await this.#query<StageRow>('SELECT stage, at, ms, tx FROM sequencer.stages WHERE epoch = $1 ORDER BY at, stage', [epoch]);
    return rows.map(({tx, ...row}) => ({...row, ...(tx && {tx})}));
  }

  async findSent({purpose, chainId}: {purpose: string; chainId: number}): Promise<PendingTransaction | undefined> {
    const [row] = await this.#query<TransactionRow>("SELECT id, hash, raw FROM sequencer.transactions WHERE purpose = $1 AND chain_id = $2 AND state = 'sent'", [purpose, chainId]);
    return row;
  }

  async addSent({purpose, chainId, hash, raw}: {purpose: string; chainId: number; hash: Hex; raw: Hex}): Promise<void> {
    await this.#query('INSERT INTO sequencer.transactions (purpose, chain_id, hash, raw) VALUES ($1, $2, $3, $4)', [purpose, chainId, hash, raw]);
  }

  async closeSent({hash, state}: {hash: Hex; state: 'mined' | 'lost'}): Promise<void> {
    await this.#query('UPDATE sequencer.transactions SET state = $2 WHERE hash = $1', [hash, state]);
  }

  async #query<T extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<T[]> {
    try {
      return (await this.#pool.query<T>(sql, values.map((value) => (typeof value === 'bigint' ? value.toString() : value)))).rows;
    } catch (error) {
      // A SQLSTATE of class 08, 53, 57 or none at all is the connection; anything else is a bug of ours.
      const code = (error as {code?: string}).code;
      const ours = code !== undefined && /^[0-9A-Z]{5}$/.test(code) && !/^(08|53|57)/.test(code);
      throw ours ? error : unreachable(error);
    }
  }
}

const recordOf = ({epoch, stage, outcome, snapshot_time, digest}: EpochRow): EpochRecord => ({
  epoch: BigInt(epoch), stage, snapshotTime: BigInt(snapshot_time), ...(outcome && {outcome}), ...(digest && {digest}),
});
