/** Builds a follower: the leader's link, the second core, the projections it writes, the socket it answers reads on. */
import path from 'node:path';
import type {FollowerConfig} from '../config.ts';
import {type Database, openDatabase} from '../db/database.ts';
import type {Log} from '../indexer/ports.ts';
import {connectLeader, type Leader} from '../link/leader.ts';
import {LinkServer} from '../link/server.ts';
import {socketPath} from '../link/socket-path.ts';
import {journalEvents, journalId} from '../projections/journal-events.ts';
import {Projector} from '../projections/projector.ts';
import {Follower} from './follower.ts';

const STATUS_MS = 250;

export type RunningFollower = {
  /** Where it answers reads. */
  socket: string;
  /** Resolves when the leader is gone; rejects when the journal is not what the leader says. */
  ended: Promise<void>;
  stop(): Promise<void>;
};

/** @throws {NodeError | JournalError | DatabaseError} */
export async function startFollower({dataDir, databaseUrl, snapshotEvery}: FollowerConfig, {log}: {log: Log}): Promise<RunningFollower> {
  const folders = {journal: path.join(dataDir, 'journal'), snapshots: path.join(dataDir, 'snapshots')};
  const leader = await connectLeader({path: socketPath(dataDir), onWaiting: () => log.info({dataDir}, 'Waiting for the engine')});
  const database = databaseUrl === undefined ? undefined : await openDatabase(databaseUrl);
  await leader.moreThan(0);
  const projector = database && buildProjector(database, folders, log);
  const follower = new Follower({...folders, snapshotEvery}, {log, ...(projector && {events: projector})});
  // The projections' cursor is compared with the end of the journal, so that has to be known first.
  await follower.follow(leader.durable());
  const socket = socketPath(dataDir, 'follower');
  const server = new LinkServer({path: socket}, {
    node: follower, log, refusal: () => undefined, health: () => ({chains: [], projections: projector?.status() ?? {sequence: 0n}}),
  });
  await server.listen();
  const stopping = new AbortController();
  const loops = [keepUp(follower, leader, stopping.signal), ...(projector ? [projector.run(stopping.signal)] : [])];
  const tell = (): void => leader.tell({sequence: follower.sequence, projections: projector?.status() ?? {sequence: 0n}});
  const timer = setInterval(tell, STATUS_MS);
  tell();
  return {
    socket,
    ended: Promise.race([loops[0]!, leader.closed]),
    async stop() {
      stopping.abort();
      clearInterval(timer);
      leader.close();
      await Promise.allSettled(loops);
      await server.close();
      await follower.close();
      await database?.close();
    },
  };
}

async function keepUp(follower: Follower, leader: Leader, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await leader.moreThan(follower.durable.index);
    const durable = leader.durable();
    if (durable === follower.durable.index) return;
    await follower.follow(durable);
  }
}

function buildProjector(database: Database, {journal, snapshots}: {journal: string; snapshots: string}, log: Log): Projector {
  return new Projector({journal: journalId(journal)!}, {store: database.projections, replay: (after) => journalEvents(journal, {after, snapshots}), log});
}
