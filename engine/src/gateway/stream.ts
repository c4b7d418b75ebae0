/**
 * WebSocket `/v1/stream`. The client sends `{"op":"subscribe","channel":"trades"|"book","market":…}`,
 * `{"op":"auth","token":…}`, `{"op":"subscribe","channel":"account"}` and `{"op":"unsubscribe",…}`.
 *
 * Every channel counts its own messages: the first answer carries the channel's current `sequence` (with a snapshot, for
 * books), each message after it the next number. A client that misses one subscribes anew. A book delta carries the new
 * quantity of one price level, so applying one twice does no harm.
 */
import type {IncomingMessage} from 'node:http';
import type {Duplex} from 'node:stream';
import {z} from '@hono/zod-openapi';
import {toJson} from '@pobs/protocol';
import type {Address} from 'viem';
import {type RawData, type WebSocket, WebSocketServer} from 'ws';
import type {NumberedEvent} from '../core/events.ts';
import type {EnginePort} from './ports.ts';
import type {Sessions} from './sessions.ts';
import {type ChannelMessage, channelsOf} from './stream-channels.ts';

const MESSAGE_BYTES_MAX = 16 * 1024;
const CONNECTIONS_MAX = 1_000;
const SUBSCRIPTIONS_MAX = 64;
/** A client that reads slower than this much behind is let go, so that it cannot hold the engine's memory. */
const BUFFERED_BYTES_MAX = 4 * 1024 * 1024;
const HEARTBEAT_MS = 30_000;
const SNAPSHOT_LEVELS = 1_000;
const CLOSE_TOO_SLOW = 4_008;
const CLOSE_FULL = 4_013;

const request = z.discriminatedUnion('op', [
  z.object({op: z.literal('auth'), token: z.string().max(1_024)}),
  z.object({op: z.literal('subscribe'), channel: z.enum(['trades', 'book', 'account']), market: z.string().max(32).optional()}),
  z.object({op: z.literal('unsubscribe'), channel: z.enum(['trades', 'book', 'account']), market: z.string().max(32).optional()}),
]);
type Request = z.output<typeof request>;
type Subscription = Extract<Request, {op: 'subscribe' | 'unsubscribe'}>;

type Client = {socket: WebSocket; keys: Set<string>; wallet?: Address; alive: boolean};

export class Stream {
  readonly #engine: EnginePort;
  readonly #sessions: Sessions;
  readonly #server = new WebSocketServer({noServer: true, maxPayload: MESSAGE_BYTES_MAX});
  readonly #clients = new Set<Client>();
  /** Messages published per channel since the start. */
  readonly #counts = new Map<string, bigint>();
  readonly #stopEvents: () => void;
  readonly #heartbeat: NodeJS.Timeout;

  constructor({engine, sessions}: {engine: EnginePort; sessions: Sessions}) {
    this.#engine = engine;
    this.#sessions = sessions;
    this.#stopEvents = engine.onEvents((events) => this.#publish(events));
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS);
    this.#heartbeat.unref();
  }

  get connections(): number {
    return this.#clients.size;
  }

  upgrade(message: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(message, socket, head, (webSocket) => this.#open(webSocket));
  }

  close(): void {
    clearInterval(this.#heartbeat);
    this.#stopEvents();
    for (const {socket} of this.#clients) socket.close(1_001, 'the engine stops');
    this.#server.close();
  }

  #open(socket: WebSocket): void {
    if (this.#clients.size >= CONNECTIONS_MAX) {
      socket.close(CLOSE_FULL, 'too many connections');
      return;
    }
    const client: Client = {socket, keys: new Set(), alive: true};
    this.#clients.add(client);
    socket.on('pong', () => (client.alive = true));
    socket.on('close', () => this.#clients.delete(client));
    socket.on('error', () => socket.terminate());
    socket.on('message', (data, binary) => {
      this.#receive(client, data, binary).catch(() => refuse(client, 'UNAVAILABLE', 'The engine cannot answer now.'));
    });
  }

  async #receive(client: Client, data: RawData, binary: boolean): Promise<void> {
    const parsed = binary ? undefined : parse(String(data));
    if (!parsed) {
      refuse(client, 'INVALID_REQUEST', 'Expected {"op":"subscribe"|"unsubscribe"|"auth",…} as JSON text.');
      return;
    }
    if (parsed.op === 'auth') {
      client.wallet = this.#sessions.walletOf(parsed.token);
      if (client.wallet) send(client, {op: 'auth', wallet: client.wallet});
      else refuse(client, 'UNAUTHORISED', 'The session token is wrong or expired.');
      return;
    }
    const key = keyOf(parsed, client.wallet);
    if (key === undefined) refuse(client, 'UNAUTHORISED', 'Send {"op":"auth","token":…} before subscribing to the account channel.');
    else if (parsed.op === 'unsubscribe') client.keys.delete(key);
    else await this.#subscribe(client, parsed, key);
  }

  async #subscribe(client: Client, {channel, market = ''}: Subscription, key: string): Promise<void> {
    if (client.keys.size >= SUBSCRIPTIONS_MAX) {
      refuse(client, 'TOO_MANY_SUBSCRIPTIONS', `At most ${SUBSCRIPTIONS_MAX} subscriptions per connection.`);
      return;
    }
    const book = channel === 'account' ? undefined : await this.#engine.book(market, SNAPSHOT_LEVELS);
    if (channel !== 'account' && !book) {
      refuse(client, 'UNKNOWN_MARKET', `There is no market ${market}.`);
      return;
    }
    // Nothing is awaited from here on: the snapshot and the number it carries belong together.
    const level = ({price, quantity}: {price: bigint; quantity: bigint}) => [price, quantity];
    send(client, {
      channel, ...(channel !== 'account' && {market}), type: 'subscribed', sequence: this.#counts.get(key) ?? 0n,
      ...(channel === 'book' && {bids: book!.bids.map(level), asks: book!.asks.map(level)}),
    });
    client.keys.add(key);
  }

  #publish(events: readonly NumberedEvent[]): void {
    for (const numbered of events) {
      for (const message of channelsOf(numbered)) this.#deliver(message);
    }
  }

  #deliver({key, channel, market, body}: ChannelMessage): void {
    const sequence = (this.#counts.get(key) ?? 0n) + 1n;
    this.#counts.set(key, sequence);
    let text: string | undefined;
    for (const client of this.#clients) {
      if (!client.keys.has(key)) continue;
      if (client.socket.bufferedAmount > BUFFERED_BYTES_MAX) {
        client.socket.close(CLOSE_TOO_SLOW, 'too slow');
        this.#clients.delete(client);
        continue;
      }
      text ??= toJson({channel, ...(market !== undefined && {market}), sequence, ...body});
      client.socket.send(text);
    }
  }

  #beat(): void {
    for (const client of this.#clients) {
      if (!client.alive) client.socket.terminate();
      client.alive = false;
      client.socket.ping();
    }
  }
}

function parse(text: string): Request | undefined {
  try {
    return request.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function keyOf({channel, market}: Subscription, wallet: Address | undefined): string | undefined {
  if (channel !== 'account') return `${channel}:${market ?? ''}`;
  return wallet && `account:${wallet.toLowerCase()}`;
}

const send = (client: Client, message: object): void => client.socket.send(toJson(message));

const refuse = (client: Client, code: string, message: string): void => send(client, {error: {code, message}});
