/** JSON requests of the stream: signing in, subscriptions, commands, and what happens when a socket goes. */
import {requireScope} from '../auth/gate.ts';
import type {Address} from 'viem';
import type {Identity} from '../auth/identity.ts';
import type {Command} from '../../core/commands.ts';
import {perform} from '../command-routes.ts';
import type {Submission} from '../../node/types.ts';
import {ApiError, rejected} from '../errors.ts';
import type {Client} from './client.ts';
import {CLOSE} from './client.ts';
import {type Channel, isPrivate, privateKey, publicKey} from './channels.ts';
import type {OrderLeases} from './leases.ts';
import type {StreamRequest, Subscription} from './requests.ts';
import type {StreamDeps} from './stream.ts';

const SUBSCRIPTIONS_MAX = 128;
const DEPTH_DEFAULT = 1_000;

type Control = Extract<StreamRequest, {kind: 'control'}>['control'];
type Auth = Extract<Control, {op: 'auth'}>;

export class TextDoor {
  readonly #deps: StreamDeps;

  readonly #leases: OrderLeases;

  constructor(deps: StreamDeps, {leases}: {leases: OrderLeases}) {
    this.#deps = deps;
    this.#leases = leases;
  }

  /** @throws {ApiError} */
  async perform(client: Client, request: StreamRequest): Promise<object> {
    if (request.kind === 'control') return this.#control(client, request.control);
    const {api, input} = request;
    const identity = this.#signedIn(client);
    this.#deps.gate.charge(identity, api.cost(input));
    requireScope(identity, api.auth as Exclude<typeof api.auth, 'operator'>);
    return {op: api.op, ...await perform({submit: (command) => this.#place(client, command)}, api, {wallet: identity.wallet, now: this.#deps.now()}, input)};
  }

  /** The gateway's part of cancel-on-disconnect. */
  disconnected(client: Client): void {
    const {identity, onDisconnect, sub} = client;
    this.#leases.end(client);
    if (identity && onDisconnect === 'all') this.#submit({type: 'cancelAll', wallet: identity.wallet, ...(sub > 0 && {sub})});
  }

  /** Keeps the leases of a living socket ahead, and lets go of who is no longer signed in. */
  beat(client: Client): void {
    const {identity} = client;
    if (!identity) return;
    if (!this.#deps.gate.isStillValid(identity)) client.close(CLOSE.unauthorised, 'the credential has ended');
    else this.#leases.renew(client);
  }

  async #control(client: Client, control: Control): Promise<object> {
    switch (control.op) {
      case 'ping': return {op: 'pong', at: String(this.#deps.now())};
      case 'auth': return this.#auth(client, control);
      case 'subscribe': return this.#subscribe(client, control);
      case 'unsubscribe':
        this.#deps.hub.unsubscribe(client, this.#keyOf(client, control));
        return {op: 'unsubscribe', channel: control.channel};
      case 'cancelOnDisconnect': {
        requireScope(this.#signedIn(client), 'trade');
        if (control.orders === 'marked' || control.orders === 'connection') await this.#leases.open(client, client.sub);
        client.onDisconnect = control.orders;
        return {op: 'cancelOnDisconnect', orders: control.orders};
      }
    }
  }

  async #auth(client: Client, auth: Auth): Promise<object> {
    const identity = this.#deps.gate.identify({
      method: 'GET', path: '/v1/stream', body: '', context: {address: client.address}, header: (name) => headersOf(auth, client.host)[name],
    });
    if (client.identity && client.identity.wallet !== identity.wallet) throw new ApiError('UNAUTHORISED', 'This socket speaks for another wallet: open a new one.');
    requireScope(identity, 'read');
    const account = await this.#deps.engine.accountIndex(identity.wallet, auth.sub);
    client.identity = identity;
    client.account = account;
    client.sub = auth.sub;
    if (client.onDisconnect === 'marked' || client.onDisconnect === 'connection') await this.#leases.open(client, client.sub);
    return {op: 'auth', wallet: identity.wallet, scopes: identity.scopes, account: account ?? null, expiresAt: String(identity.expiresAt)};
  }

  /** Own channels tell of all accounts of the wallet. */
  async #listenAll(wallet: Address): Promise<void> {
    const {engine, feed} = this.#deps;
    const view = await engine.account(wallet);
    if (!view) return;
    for (let sub = 0; sub <= view.subAccounts; sub += 1) {
      const account = await engine.accountIndex(wallet, sub);
      if (account !== undefined) feed.listen(account, wallet);
    }
  }

  async #subscribe(client: Client, subscription: Subscription): Promise<object> {
    const {hub, feed} = this.#deps;
    const {channel, market, interval, depth = DEPTH_DEFAULT} = subscription;
    const key = this.#keyOf(client, subscription);
    if (hub.subscriptions(client).size >= SUBSCRIPTIONS_MAX && !hub.subscriptions(client).has(key)) {
      throw new ApiError('TOO_MANY_SUBSCRIPTIONS', `At most ${SUBSCRIPTIONS_MAX} subscriptions per connection.`);
    }
    if (isPrivate(channel)) await this.#listenAll(this.#signedIn(client).wallet);
    const candle = channel === 'candles' ? await feed.candle(market!, interval!) : undefined;
    // Nothing is awaited from here on: the snapshot and the number it carries belong together.
    const book = channel === 'book' ? feed.book(market!, depth) : undefined;
    if (channel === 'book' && !book) throw new ApiError('ENGINE_AWAY', 'The engine is away: subscribe again in a moment.', {retryAfterMs: 1_000});
    const about = {channel, ...(market !== undefined && {market}), ...(interval !== undefined && {interval})};
    const sequence = hub.subscribe(client, key, about);
    return {...about, type: 'subscribed', sequence, ...book, ...(candle && {candle})};
  }

  /** @throws {ApiError} for channels that are not there, or not for this client. */
  #keyOf(client: Client, {channel, market, interval}: {channel: Channel; market?: string | undefined; interval?: string | undefined}): string {
    if (isPrivate(channel)) return privateKey(channel, this.#signedIn(client).wallet);
    if (market === undefined) throw new ApiError('INVALID_REQUEST', `message.market: channel ${channel} needs one.`);
    if (!this.#deps.feed.knows(market)) throw rejected({code: 'UNKNOWN_MARKET', market});
    if ((channel === 'candles') !== (interval !== undefined)) throw new ApiError('INVALID_REQUEST', 'message.interval: goes with candles, and only with them.');
    return publicKey(channel, market, interval);
  }

  #signedIn({identity}: Client): Identity {
    if (identity && identity.expiresAt > this.#deps.now()) return identity;
    throw new ApiError('UNAUTHORISED', 'Send {"op":"auth",…} first.');
  }

  async #place(client: Client, command: Command): Promise<Submission> {
    return this.#deps.engine.submit(await this.#leases.put(client, command));
  }

  #submit(command: Command): void {
    this.#deps.engine.submit(command).catch((error: unknown) => this.#deps.log.error({error, command: command.type}, 'A command of a socket could not be given'));
  }
}

function headersOf(auth: Auth, host: string): Record<string, string | undefined> {
  if ('token' in auth) return {authorization: `Bearer ${auth.token}`};
  return {'x-pobs-key': auth.key, 'x-pobs-timestamp': auth.timestamp, 'x-pobs-nonce': auth.nonce, 'x-pobs-signature': auth.signature, host};
}
