/** `epoch status`: what the database says, newest epoch first. */
import {type Flags, required, text} from '../config.ts';
import {connect} from '../db/connect.ts';
import {PgEpochRepository} from '../db/epoch-repository.ts';
import {migrate} from '../db/migrate.ts';
import {SequencerError} from '../errors.ts';
import {epochOf} from './offline.ts';

const LATEST = 10;

export async function epochStatus(flags: Flags): Promise<object> {
  const pool = await connect(required(flags, 'databaseUrl'));
  try {
    const client = await pool.connect();
    try {
      await migrate(client);
    } finally {
      client.release();
    }
    const repository = new PgEpochRepository(pool);
    const records = text(flags, 'epoch') === undefined ? await repository.findLatest(LATEST) : [await found(repository, epochOf(flags))];
    return {
      epochs: await Promise.all(records.map(async ({epoch, stage, outcome, digest, snapshotTime}) => ({
        epoch: Number(epoch), stage, ...(outcome && {outcome}), ...(digest && {digest}), snapshotTime: Number(snapshotTime),
        stages: (await repository.stagesOf(epoch)).map(({at, ...rest}) => ({...rest, at: at.toISOString()})),
      }))),
    };
  } finally {
    await pool.end();
  }
}

async function found(repository: PgEpochRepository, epoch: bigint) {
  const record = await repository.find(epoch);
  if (!record) throw new SequencerError({code: 'EPOCH_UNKNOWN', epoch});
  return record;
}
