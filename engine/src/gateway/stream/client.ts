/** One connection: who it speaks for, how much it may say, and what ends it. */
import type {Duplex} from 'node:stream';
import type {RawData, WebSocket} from 'ws';
import {toJson} from '@pobs/protocol';
import type {Identity} from '../auth/identity.ts';
import type {ErrorBody} from '../errors.ts';
import {BlockPool, Outbox} from '../../link/outbox.ts';
import type {Listener} from './hub.ts';

/** A client that reads slower than this much behind is let go. */
const BUFFERED_BYTES_MAX = 4 * 1024 * 1024;
/** Frames that wait for their answer; more are not read from the socket until some are answered. */
const IN_FLIGHT_MAX = 64;
const STRIKES_MAX = 10;

export const CLOSE = {malformed: 4_400, unauthorised: 4_401, tooSlow: 4_008, full: 4_013, away: 1_001} as const;

/** Of all clients, for what leaves in one turn. */
const BLOCKS = new BlockPool({size: 16 * 1024, most: 512});

/**
 * Binary answers are framed here rather than by `ws`, so that many of them leave in one write, out of memory that is used again. A server's
 * frame (RFC 6455, 5.2): FIN and the opcode, then the length, in two more bytes where it does not fit; no mask.
 */
const FINAL_BINARY = 0x82;
const LONG_BYTES = 126;

let count = 0;

/** Which orders end with the connection: none, those placed over it and marked, all placed over it, or all of the account. */
export type OnDisconnect = 'none' | 'marked' | 'connection' | 'all';

export class Client implements Listener {
  readonly socket: WebSocket;
  readonly #outbox: Outbox;
  readonly address: string;
  /** The host it connected to, which a signed sign-in names. */
  readonly host: string;
  /** Of this connection, for its limits. */
  readonly key: string;
  identity: Identity | undefined;
  /** Number of the identity's account, once it is bound. */
  account: number | undefined;
  /** Which sub-account it is; 0 = the main one. */
  sub = 0;
  onDisconnect: OnDisconnect = 'none';
  alive = true;
  /** Binary frames received. */
  frames = 0;
  #inFlight = 0;
  #strikes = 0;
  #closed = false;
  readonly #onClosing: (code: number) => void;

  constructor(socket: WebSocket, {raw, address, host, onClosing}: {raw: Duplex; address: string; host: string; onClosing: (code: number) => void}) {
    this.socket = socket;
    this.#onClosing = onClosing;
    this.#outbox = new Outbox(raw, BLOCKS);
    this.address = address;
    this.host = host;
    count += 1;
    this.key = String(count);
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  noteClosed(): void {
    this.#closed = true;
  }

  send(message: string): boolean {
    if (!this.#isOpen()) return false;
    this.#outbox.pass();
    this.#outbox.cork();
    this.socket.send(message);
    return true;
  }

  /** A binary frame of `length` bytes, below 64 KB, which `write` fills from a place on; those of one turn leave in one write. */
  sendBinary(length: number, write: (bytes: Buffer, at: number) => void): void {
    if (!this.#isOpen()) return;
    const head = length < LONG_BYTES ? 2 : 4;
    const {bytes, used} = this.#outbox.reserve(head + length);
    const at = used - length;
    bytes[at - head] = FINAL_BINARY;
    bytes[at - head + 1] = head === 2 ? length : LONG_BYTES;
    if (head === 4) bytes.writeUInt16BE(length, at - 2);
    write(bytes, at);
  }

  #isOpen(): boolean {
    if (this.#closed) return false;
    if (this.socket.bufferedAmount <= BUFFERED_BYTES_MAX) return true;
    this.close(CLOSE.tooSlow, 'too slow: read faster or subscribe to less');
    return false;
  }

  say(message: object): void {
    this.send(toJson(message));
  }

  /** A frame that is nonsense; too many of them end the connection. */
  malformed(body: ErrorBody, id?: string): void {
    this.say({...(id !== undefined && {id}), ...body});
    this.#strikes += 1;
    if (this.#strikes >= STRIKES_MAX) this.close(CLOSE.malformed, 'too many malformed frames');
  }

  close(code: number, reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#outbox.pass();
    this.#onClosing(code);
    this.socket.close(code, reason);
  }

  /** Something of this client is under way; the socket is not read while there is too much of it. */
  begin(): void {
    this.#inFlight += 1;
    if (this.#inFlight === IN_FLIGHT_MAX) this.socket.pause();
  }

  end(): void {
    this.#inFlight -= 1;
    if (this.#inFlight === IN_FLIGHT_MAX - 1 && !this.#closed) this.socket.resume();
  }
}

/** One piece of memory, whatever way `ws` hands it out. */
export function bytesOf(data: RawData): Uint8Array {
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  return Array.isArray(data) ? Buffer.concat(data) : data;
}
