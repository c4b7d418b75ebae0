/** Binary frames of authenticated sockets: checked in place, passed on, answered by one frame each. */
import {RateLimiter} from '../auth/rate-limit.ts';
import {errorBody} from '../errors.ts';
import {RECORD_BYTES} from '../../core/venue/records.ts';
import {type RecordAcks, type RecordListener, RECORDS_MAX} from '../../link/types.ts';
import {NodeError} from '../../node/errors.ts';
import type {Client} from './client.ts';
import type {OrderLeases} from './leases.ts';
import {answerBytes, claimRecords, EDGE_REASON, type Faults, frameOf, leaseRecords, writeAnswer, writeRefusal} from './records.ts';
import type {StreamDeps, StreamOptions} from './stream.ts';

const BURST_SECONDS = 2;

export class RecordDoor {
  readonly #deps: StreamDeps & {leases: OrderLeases};
  readonly #limiter: RateLimiter | undefined;

  constructor({recordsPerSecond}: StreamOptions, deps: StreamDeps & {leases: OrderLeases}) {
    this.#deps = deps;
    if (recordsPerSecond > 0) this.#limiter = new RateLimiter({perSecond: recordsPerSecond, burst: recordsPerSecond * BURST_SECONDS}, deps);
  }

  receive(client: Client, data: Uint8Array): void {
    client.frames += 1;
    const {identity, account, frames} = client;
    if (!identity || account === undefined || identity.expiresAt <= this.#deps.now()) {
      client.malformed(errorBody('UNAUTHORISED', 'Send {"op":"auth",…} for a bound account before binary frames.'));
      return;
    }
    const frame = frameOf(data);
    if (!frame) {
      client.malformed(errorBody('INVALID_REQUEST', `A binary frame has 1 to ${RECORDS_MAX} records of ${RECORD_BYTES} bytes.`));
      return;
    }
    if (!identity.scopes.includes('trade')) return refuse(client, frames, frame.count, EDGE_REASON.scopeMissing);
    if (this.#limiter && this.#limiter.take(identity.wallet, frame.count) > 0) return refuse(client, frames, frame.count, EDGE_REASON.tooMany);
    const faults = claimRecords(frame, {account, markets: this.#deps.feed.marketCount});
    if (client.onDisconnect === 'marked' || client.onDisconnect === 'connection') {
      const lease = this.#deps.leases.numberOf(client, client.sub);
      // The last one ran out while the engine was away: in a moment there is another.
      if (lease === 0) return refuse(client, frames, frame.count, EDGE_REASON.engineBusy);
      leaseRecords(frame, {lease, all: client.onDisconnect === 'connection'});
    }
    client.begin();
    this.#deps.engine.sendRecords(frame.bytes, new FrameUnderWay(client, frame.count, faults));
  }
}

/** A frame that the engine has, until its answer is on the way. */
class FrameUnderWay implements RecordListener {
  readonly #client: Client;
  readonly #number: number;
  readonly #count: number;
  readonly #faults: Faults;

  constructor(client: Client, count: number, faults: Faults) {
    this.#client = client;
    this.#number = client.frames;
    this.#count = count;
    this.#faults = faults;
  }

  answered(answer: RecordAcks): void {
    const client = this.#client;
    client.sendBinary(answerBytes(answer.count), (bytes, at) => writeAnswer(bytes, at, this.#number, answer, this.#faults));
    client.end();
  }

  refused(error: Error): void {
    refuse(this.#client, this.#number, this.#count, reasonOf(error));
    this.#client.end();
  }
}

function refuse(client: Client, frame: number, count: number, reason: number): void {
  client.sendBinary(answerBytes(count), (bytes, at) => writeRefusal(bytes, at, frame, count, reason));
}

const reasonOf = (error: unknown): number =>
  (error instanceof NodeError && error.data.code === 'ENGINE_BUSY' ? EDGE_REASON.engineBusy : EDGE_REASON.engineAway);
