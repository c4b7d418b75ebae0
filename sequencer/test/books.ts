/** A small engine for pipeline tests: books of one depositor that withdraws in every epoch, behind the real interface. */
import {type Network, type SealedEpoch, toJson} from '@pobs/protocol';
import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import type {Address, Hex, PublicClient} from 'viem';

export type Depositor = {wallet: Address; token: Address; depositedLots: bigint; withdrawalLots: bigint};

type Chains = {l1: PublicClient; l2: PublicClient};

export class BooksEngine {
  readonly outcomes: {epoch: bigint; outcome: string}[] = [];
  readonly seals: bigint[] = [];
  #sealed = new Map<bigint, SealedEpoch>();
  #lastSealed = 0n;
  #decided = true;
  #authorised = 0n;
  #requests = 0;
  readonly #network: Network;
  readonly #chains: Chains;
  readonly #depositor: Depositor;
  readonly #token: string;
  readonly #server: Server;
  /** Requests to answer with 503 before going on. */
  failures = 0;

  constructor({network, chains, depositor, token}: {network: Network; chains: Chains; depositor: Depositor; token: string}) {
    this.#network = network;
    this.#chains = chains;
    this.#depositor = depositor;
    this.#token = token;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  get requests(): number {
    return this.#requests;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#requests += 1;
    const reply = (status: number, value: unknown) => response.writeHead(status, {'content-type': 'application/json'}).end(toJson(value));
    const refuse = (status: number, code: string) => reply(status, {error: {code, message: `${code}.`}});
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = JSON.parse(Buffer.concat(parts).toString() || '{}') as {epoch?: string; snapshotTime?: string; outcome?: string};
    if (request.headers.authorization !== `Bearer ${this.#token}`) return void refuse(401, 'UNAUTHORIZED');
    if (this.failures > 0) {
      this.failures -= 1;
      return void refuse(503, 'BUSY');
    }
    const route = `${request.method} ${request.url}`;
    const undecided = this.#decided ? null : this.#lastSealed;
    if (route === 'GET /operator/state') return void reply(200, {lastSealed: this.#lastSealed, undecided});
    if (route === 'POST /operator/epochs/seal') return void this.#seal(BigInt(body.epoch!), BigInt(body.snapshotTime!)).then((sealed) => (sealed ? reply(200, sealed) : refuse(409, 'EPOCH_UNDECIDED')));
    const one = /^(GET|POST) \/operator\/epochs\/(\d+)(\/outcome)?$/.exec(route);
    if (one?.[3]) return void (this.#decide(BigInt(one[2]!), body.outcome!) ? reply(200, {}) : refuse(409, 'WRONG_SEQUENCE'));
    const sealed = one && this.#sealed.get(BigInt(one[2]!));
    return void (sealed ? reply(200, sealed) : refuse(404, 'UNKNOWN_EPOCH'));
  }

  async #seal(epoch: bigint, snapshotTime: bigint): Promise<SealedEpoch | undefined> {
    const known = this.#sealed.get(epoch);
    if (known?.snapshotTime === snapshotTime) return known;
    if (!this.#decided) return undefined;
    const sealed = await this.#books(epoch, snapshotTime);
    this.seals.push(epoch);
    this.#sealed.set(epoch, sealed);
    this.#lastSealed = epoch;
    this.#decided = false;
    return sealed;
  }

  #decide(epoch: bigint, outcome: string): boolean {
    if (epoch !== this.#lastSealed) return false;
    if (this.#decided) return this.outcomes.at(-1)?.outcome === outcome;
    this.#decided = true;
    this.outcomes.push({epoch, outcome});
    if (outcome === 'approved') this.#authorised += this.#depositor.withdrawalLots;
    return true;
  }

  async #books(epoch: bigint, snapshotTime: bigint): Promise<SealedEpoch> {
    const {wallet, token, depositedLots, withdrawalLots} = this.#depositor;
    const blinding: Hex = `0x${'11'.repeat(32)}`;
    const total = depositedLots - this.#authorised;
    const authorisedOut = this.#authorised + withdrawalLots;
    const {custodies} = this.#network.rules;
    return {
      epoch, snapshotTime, era: 0, journalHead: `0x${epoch.toString(16).padStart(64, '0')}`, viewingKeys: {}, legs: [],
      chains: await Promise.all(custodies.map(async ({chainId, custody}) => {
        const client = chainId === this.#network.l1.chainId ? this.#chains.l1 : this.#chains.l2;
        const {number, hash} = await client.getBlock();
        return {chainId, custody, blockNumber: number!, blockHash: hash!, kills: 0};
      })),
      assets: custodies.flatMap(({chainId, custody, tokens}) => tokens.map((each) => {
        const held = chainId === this.#network.l2.chainId && each.token === token;
        return {
          chainId, custody, token: each.token, lotSize: BigInt(each.lotSize), deposited: held ? depositedLots : 0n, authorisedOut: held ? authorisedOut : 0n,
          rows: held ? [{wallet, blinding, total, withdrawable: total, withdrawal: withdrawalLots}] : [],
        };
      })),
      payouts: [{chainId: this.#network.l2.chainId, token, wallet, cumulative: authorisedOut, paid: this.#authorised, withdrawal: withdrawalLots}],
    };
  }
}
