/**
 * The engine's end of the link: gateways connect to a Unix socket that only this user can open. Whatever leaves here is durable.
 * A gateway that sends what no gateway sends, or does not read, is let go; nobody else is affected.
 */
import {chmodSync, rmSync} from 'node:fs';
import {createServer, type Server, type Socket} from 'node:net';
import type {Command} from '../core/commands.ts';
import {encodePayload} from '../journal/codec.ts';
import type {EventFrame} from '../node/event-frames.ts';
import {eventsFrame, LinkConnection} from './connection.ts';
import type {LinkNode} from './node.ts';
import type {EngineHealth, FollowerStatus} from './types.ts';
import {encodeFrame, FRAME} from './wire.ts';

export type LinkServerOptions = {
  /** Of the Unix socket. */
  path: string;
};

export type LinkServerDeps = {
  node: LinkNode;
  health: () => EngineHealth;
  /** Why a command must not run now, or `undefined`; asked before the core is. */
  refusal: (command: Command) => string | undefined;
  /** A follower tells where it stands, or is gone. */
  onStatus?: (status: FollowerStatus | undefined) => void;
  log: {info(fields: object, message: string): void; warn(fields: object, message: string): void};
};

const HEALTH_MS = 500;

export class LinkServer {
  readonly #deps: LinkServerDeps;
  readonly #path: string;
  readonly #server: Server;
  readonly #connections = new Set<LinkConnection>();
  #stopEvents = (): void => {};
  #healthText = '';
  #timer: NodeJS.Timeout | undefined;

  constructor({path}: LinkServerOptions, deps: LinkServerDeps) {
    this.#path = path;
    this.#deps = deps;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  /** The caller holds the journal's lock, so a socket that lies there belongs to nobody. */
  async listen(): Promise<void> {
    rmSync(this.#path, {force: true});
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#path, () => resolve());
    });
    chmodSync(this.#path, 0o600);
    this.#stopEvents = this.#deps.node.onEventFrames((frame) => this.#publish(frame), () => this.#unread());
    this.#timer = setInterval(() => this.tellHealth(), HEALTH_MS);
    this.#timer.unref();
  }

  get connections(): number {
    return this.#connections.size;
  }

  /** Sends the state of followers and projections where it changed. */
  tellHealth(): void {
    const body = encodePayload(this.#deps.health());
    const text = body.toString();
    if (text === this.#healthText) return;
    this.#healthText = text;
    for (const connection of this.#connections) connection.send(encodeFrame({type: FRAME.health}, body));
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopEvents();
    for (const connection of this.#connections) connection.end();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    rmSync(this.#path, {force: true});
  }

  #accept(socket: Socket): void {
    const connection = new LinkConnection(socket, {
      onStatus: () => {}, ...this.#deps, onClose: () => this.#connections.delete(connection),
    });
    this.#connections.add(connection);
    connection.send(encodeFrame({type: FRAME.health}, encodePayload(this.#deps.health())));
  }

  #publish(frame: EventFrame): void {
    const bytes = eventsFrame(frame);
    for (const connection of this.#connections) if (connection.subscribed) connection.send(bytes);
  }

  /** By the slowest connection. */
  #unread(): number {
    let most = 0;
    for (const {subscribed, unread} of this.#connections) if (subscribed) most = Math.max(most, unread);
    return most;
  }
}
