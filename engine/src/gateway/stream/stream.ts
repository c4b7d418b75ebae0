/** WebSocket `/v1/stream`: text frames are JSON, binary frames carry records. Layouts: engine/README.md. */
import type {IncomingMessage} from 'node:http';
import type {Duplex} from 'node:stream';
import {type RawData, type WebSocket, WebSocketServer} from 'ws';
import type {Gate} from '../auth/gate.ts';
import {type Rate, RateLimiter} from '../auth/rate-limit.ts';
import {errorBody} from '../errors.ts';
import {bug, refusalOf} from '../http.ts';
import type {GatewayEngine} from '../ports.ts';
import {bytesOf, Client, CLOSE} from './client.ts';
import type {Feed} from './feed.ts';
import type {Hub} from './hub.ts';
import {OrderLeases} from './leases.ts';
import {idOf, parseRequest} from './requests.ts';
import {RecordDoor} from './record-door.ts';
import {TextDoor} from './text-door.ts';

const FRAME_BYTES_MAX = 64 * 1024;
const CONNECTIONS_MAX = 2_000;
const CONNECTIONS_PER_ADDRESS_MAX = 200;
const HEARTBEAT_MS = 5_000;
const TEXT_RATE: Rate = {perSecond: 100, burst: 200};

export type StreamOptions = {
  /** Records per second of one account over all its sockets; 0 = no limit. */
  recordsPerSecond: number;
};

export type StreamDeps = {
  engine: GatewayEngine;
  gate: Gate;
  hub: Hub;
  feed: Feed;
  log: {error(fields: object, message: string): void};
  /** A connection is closed from this side. */
  onClosing: (code: number) => void;
  now: () => number;
};

export class Stream {
  readonly #deps: StreamDeps;
  readonly #server = new WebSocketServer({noServer: true, maxPayload: FRAME_BYTES_MAX, perMessageDeflate: false});
  readonly #clients = new Set<Client>();
  readonly #byAddress = new Map<string, number>();
  readonly #textLimits: RateLimiter;
  readonly #text: TextDoor;
  readonly #records: RecordDoor;
  readonly #heartbeat: NodeJS.Timeout;

  constructor(options: StreamOptions, deps: StreamDeps) {
    this.#deps = deps;
    this.#textLimits = new RateLimiter(TEXT_RATE, deps);
    const leases = new OrderLeases({submit: (command) => deps.engine.submit(command), log: deps.log, now: deps.now});
    this.#text = new TextDoor(deps, {leases});
    this.#records = new RecordDoor(options, {...deps, leases});
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS);
    this.#heartbeat.unref();
  }

  get connections(): number {
    return this.#clients.size;
  }

  upgrade(message: IncomingMessage, socket: Duplex, head: Buffer): void {
    const address = message.socket.remoteAddress ?? 'unknown';
    this.#server.handleUpgrade(message, socket, head, (webSocket) => this.#open(webSocket, {raw: socket, address, host: message.headers.host ?? ''}));
  }

  close(): void {
    clearInterval(this.#heartbeat);
    for (const client of this.#clients) client.close(CLOSE.away, 'the gateway stops');
    this.#server.close();
  }

  #open(socket: WebSocket, about: {raw: Duplex; address: string; host: string}): void {
    const {address} = about;
    socket.on('error', () => socket.terminate());
    const own = this.#byAddress.get(address) ?? 0;
    if (this.#clients.size >= CONNECTIONS_MAX || own >= CONNECTIONS_PER_ADDRESS_MAX) {
      this.#deps.onClosing(CLOSE.full);
      socket.close(CLOSE.full, 'too many connections');
      return;
    }
    this.#byAddress.set(address, own + 1);
    const client = new Client(socket, {...about, onClosing: this.#deps.onClosing});
    this.#clients.add(client);
    socket.on('pong', () => (client.alive = true));
    socket.on('close', () => this.#closed(client));
    socket.on('message', (data, binary) => {
      if (client.isClosed) return;
      if (binary) this.#records.receive(client, bytesOf(data));
      else this.#receiveText(client, data);
    });
  }

  #receiveText(client: Client, data: RawData): void {
    const text = Buffer.from(bytesOf(data)).toString('utf8');
    const wait = this.#textLimits.take(client.key);
    if (wait > 0) {
      client.malformed(errorBody('TOO_MANY_REQUESTS', `Too many messages: try again in ${wait} ms.`, {retryAfterMs: wait}), idOf(text));
      return;
    }
    client.begin();
    this.#answer(client, text).finally(() => client.end());
  }

  async #answer(client: Client, text: string): Promise<void> {
    let request;
    try {
      request = parseRequest(text);
    } catch (error) {
      client.malformed((refusalOf(error) ?? bug(this.#deps.log, error, 'stream')).body, idOf(text));
      return;
    }
    const {id} = request;
    try {
      const answer = await this.#text.perform(client, request);
      client.say({...(id !== undefined && {id}), ...answer});
    } catch (error) {
      const {body} = refusalOf(error) ?? bug(this.#deps.log, error, 'stream');
      client.say({...(id !== undefined && {id}), ...body});
    }
  }

  #closed(client: Client): void {
    client.noteClosed();
    this.#clients.delete(client);
    this.#deps.hub.drop(client);
    const own = (this.#byAddress.get(client.address) ?? 1) - 1;
    if (own > 0) this.#byAddress.set(client.address, own);
    else this.#byAddress.delete(client.address);
    this.#text.disconnected(client);
  }

  #beat(): void {
    for (const client of this.#clients) {
      if (!client.alive) client.socket.terminate();
      client.alive = false;
      client.socket.ping();
      this.#text.beat(client);
    }
  }
}
