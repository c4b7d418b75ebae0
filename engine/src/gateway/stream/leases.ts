/**
 * What makes orders end with the connection they came over: a lease in the engine, one per connection and account, kept ahead while the
 * socket lives. When it closes the lease is ended, when this process dies it runs out; other connections of the account have their own.
 */
import {randomInt} from 'node:crypto';
import type {Command} from '../../core/commands.ts';
import {LEASES_MAX} from '../../core/venue/codes.ts';
import {rejected} from '../errors.ts';
import type {Submission} from '../../node/types.ts';
import type {Client} from './client.ts';

/** A gateway that dies cannot tell of its sockets: their orders end this long after its last beat. */
const LEASE_MS = 30_000;
/** Numbers are drawn until one is free; an account that has half of them open finds one in this many draws all but once in a million. */
const DRAWS = 20;

/** `number` is 0 until it is open. */
type Lease = {number: number; opened: Promise<number>};

export type LeaseDeps = {
  submit: (command: Command) => Promise<Submission>;
  log: {error(fields: object, message: string): void};
  now: () => number;
};

export class OrderLeases {
  readonly #deps: LeaseDeps;
  /** By sub-account. */
  readonly #leases = new WeakMap<Client, Map<number, Lease>>();

  constructor(deps: LeaseDeps) {
    this.#deps = deps;
  }

  /** The open lease of an account of the client; 0 = none. */
  numberOf(client: Client, sub: number): number {
    return this.#leases.get(client)?.get(sub)?.number ?? 0;
  }

  /** The same, opened where there is none. @throws {ApiError} as the engine refuses. */
  async open(client: Client, sub: number): Promise<number> {
    const own = this.#leases.get(client) ?? new Map<number, Lease>();
    this.#leases.set(client, own);
    const known = own.get(sub);
    if (known) return known.opened;
    const lease: Lease = {number: 0, opened: this.#draw(client, sub)};
    own.set(sub, lease);
    try {
      lease.number = await lease.opened;
    } catch (error) {
      own.delete(sub);
      throw error;
    }
    return lease.number;
  }

  /** The command with what it places under the client's lease, where the client asked for that. */
  async put(client: Client, command: Command): Promise<Command> {
    if (client.onDisconnect !== 'marked' && client.onDisconnect !== 'connection') return command;
    if (command.type === 'placeOrder') return this.#placed(client, command);
    if (command.type !== 'batch') return command;
    const commands = [];
    for (const item of command.commands) commands.push(item.type === 'placeOrder' ? await this.#placed(client, item) : item);
    return {...command, commands};
  }

  /** One that was lost while the engine was away took its orders with it; a new one is opened. */
  renew(client: Client): void {
    for (const [sub, {number}] of this.#leases.get(client) ?? []) {
      if (number > 0) this.#renew(client, sub, number).catch((error: unknown) => this.#deps.log.error({error}, 'A lease of orders could not be renewed'));
    }
  }

  end(client: Client): void {
    for (const [sub, {number}] of this.#leases.get(client) ?? []) if (number > 0) this.#end(client, sub, number);
    this.#leases.delete(client);
  }

  async #placed<T extends Extract<Command, {type: 'placeOrder'}>>(client: Client, order: T): Promise<T> {
    if (client.onDisconnect === 'marked' && !order.deadMan) return order;
    return {...order, deadMan: true, lease: await this.open(client, order.sub ?? 0)};
  }

  async #draw(client: Client, sub: number): Promise<number> {
    for (let draw = 1; ; draw += 1) {
      const number = randomInt(1, LEASES_MAX + 1);
      const opened = await this.#deps.submit({...this.#about(client, sub, number), opens: true, at: this.#until()});
      if (!opened.ok && (opened.rejection.code !== 'INVALID_ORDER' || draw === DRAWS)) throw rejected(opened.rejection);
      if (!opened.ok) continue;
      if (client.isClosed) this.#end(client, sub, number);
      return number;
    }
  }

  async #renew(client: Client, sub: number, number: number): Promise<void> {
    const renewed = await this.#deps.submit({...this.#about(client, sub, number), at: this.#until()});
    if (renewed.ok || client.isClosed) return;
    this.#leases.get(client)?.delete(sub);
    await this.open(client, sub);
  }

  #end(client: Client, sub: number, number: number): void {
    this.#deps.submit(this.#about(client, sub, number)).catch((error: unknown) => this.#deps.log.error({error}, 'A lease of orders could not be ended; it runs out'));
  }

  #about({identity}: Client, sub: number, lease: number): Extract<Command, {type: 'armDeadMan'}> {
    return {type: 'armDeadMan', wallet: identity!.wallet, ...(sub > 0 && {sub}), lease};
  }

  #until = (): bigint => BigInt(this.#deps.now() + LEASE_MS);
}
