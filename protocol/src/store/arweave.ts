import {fileCid} from '../snapshot/cid.ts';
import {StoreError} from './errors.ts';
import {excerpt, type HttpAnswer, type HttpRequest, send} from './http.ts';
import type {StoreOptions} from './ipfs.ts';
import {BLOCK_BYTES, type CallOptions, type ContentStore, FILE_BYTES_MAX, type Stored} from './types.ts';
import {isBlock, isRaw, parseCid} from './unixfs.ts';

/** An Arweave wallet: the RSA key in JSON Web Key form. */
export type ArweaveJwk = {kty: string; e: string; n: string; d?: string; p?: string; q?: string; dp?: string; dq?: string; qi?: string};

/** A key, or how to get it when the first upload needs it. */
export type ArweaveWallet = ArweaveJwk | (() => Promise<ArweaveJwk>);

export const CID_TAG = 'PofBS-CID';

/** Transactions with one CID tag that are tried: anybody may tag anything, only matching bytes count. */
const CANDIDATES_MAX = 100;
const SMALL_ANSWER_BYTES = BLOCK_BYTES;
/** A whole file may take this many times longer than another request. */
const FILE_PATIENCE = 6;

/**
 * Arweave by gateway URL. Files are transactions tagged `PofBS-CID`, found by that tag and accepted only if their
 * bytes hash to it. A file that is already there is not paid for again.
 *
 * @param wallet - Pays for uploads; without it the store reads only.
 */
export function arweaveStore(url: string, wallet?: ArweaveWallet, options: StoreOptions = {}): ContentStore {
  return new ArweaveStore(url, wallet, options);
}

class ArweaveStore implements ContentStore {
  readonly name: string;
  readonly #url: string;
  readonly #wallet: ArweaveWallet | undefined;
  readonly #timeoutMs: number;

  constructor(url: string, wallet: ArweaveWallet | undefined, {timeoutMs = 10_000}: StoreOptions) {
    this.#url = url.replace(/\/+$/, '');
    this.name = `arweave ${this.#url}`;
    this.#wallet = wallet;
    this.#timeoutMs = timeoutMs;
  }

  async put(bytes: Uint8Array, {signal}: CallOptions = {}): Promise<Stored> {
    if (bytes.length > FILE_BYTES_MAX) throw new StoreError({code: 'STORE_TOO_LARGE', store: this.name, bytesMax: FILE_BYTES_MAX});
    const cid = await fileCid(bytes);
    // Arweave takes no empty data, and an empty file needs no storing: its CID says everything.
    if (bytes.length === 0) return {cid, reference: ''};
    const there = await this.#find(cid, signal);
    if (there) return {cid, reference: there.id};
    if (!this.#wallet) throw new StoreError({code: 'STORE_READ_ONLY', store: this.name});
    const wallet = typeof this.#wallet === 'function' ? await this.#wallet() : this.#wallet;
    return {cid, reference: await this.#upload(bytes, cid, wallet, signal)};
  }

  async get(cid: string, {signal}: CallOptions = {}): Promise<Uint8Array> {
    const parsed = parseCid(cid);
    if (isRaw(parsed) && isBlock(parsed, new Uint8Array())) return new Uint8Array();
    const found = await this.#find(cid, signal, true);
    if (!found) throw new StoreError({code: 'STORE_NOT_FOUND', store: this.name, cid});
    return found.bytes;
  }

  /** The first transaction tagged with the CID whose bytes are the file. */
  async #find(cid: string, signal: AbortSignal | undefined, mustMatch = false): Promise<{id: string; bytes: Uint8Array} | undefined> {
    let mismatch = false;
    for (const id of await this.#tagged(cid, signal)) {
      const {status, bytes} = await this.#send({url: `/${id}`, bytesMax: FILE_BYTES_MAX, signal});
      if (status !== 200) continue;
      if (await matches(cid, bytes)) return {id, bytes};
      mismatch = true;
    }
    if (mismatch && mustMatch) throw new StoreError({code: 'STORE_HASH_MISMATCH', store: this.name, cid});
    return undefined;
  }

  async #tagged(cid: string, signal: AbortSignal | undefined): Promise<string[]> {
    const query = `query($values: [String!]!) { transactions(tags: [{name: "${CID_TAG}", values: $values}], first: ${CANDIDATES_MAX}) { edges { node { id } } } }`;
    const answer = await this.#send({
      url: '/graphql', method: 'POST', headers: {'content-type': 'application/json'},
      body: JSON.stringify({query, variables: {values: [cid]}}), bytesMax: SMALL_ANSWER_BYTES, signal,
    });
    if (answer.status !== 200) throw this.#refused(answer);
    const {data} = this.#json(answer) as {data?: {transactions?: {edges?: {node: {id: string}}[]}}};
    return (data?.transactions?.edges ?? []).map(({node}) => node.id).filter((id) => /^[\w-]{43}$/.test(id));
  }

  async #upload(bytes: Uint8Array, cid: string, wallet: ArweaveJwk, signal: AbortSignal | undefined): Promise<string> {
    const [anchor, price] = await Promise.all([this.#text('/tx_anchor', signal), this.#text(`/price/${bytes.length}`, signal)]);
    const {default: Arweave} = await import('arweave');
    const arweave = Arweave.init({});
    const transaction = await arweave.createTransaction({data: bytes, last_tx: anchor, reward: price}, wallet);
    transaction.addTag('App-Name', 'PofBS');
    transaction.addTag(CID_TAG, cid);
    transaction.addTag('Content-Type', 'application/octet-stream');
    await arweave.transactions.sign(transaction, wallet);
    const {chunks} = transaction.chunks!;
    const head = transaction.toJSON();
    if (chunks.length === 1) {
      await this.#post('/tx', head, signal);
    } else {
      await this.#post('/tx', {...head, data: ''}, signal);
      for (const i of chunks.keys()) await this.#post('/chunk', transaction.getChunk(i, bytes), signal);
    }
    return transaction.id;
  }

  /** 208: the gateway has it already, from a request whose answer was lost. */
  async #post(url: string, body: unknown, signal: AbortSignal | undefined): Promise<void> {
    const answer = await this.#send({
      url, method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify(body), bytesMax: SMALL_ANSWER_BYTES, signal,
    });
    if (answer.status !== 200 && answer.status !== 208) throw this.#refused(answer);
  }

  async #text(url: string, signal: AbortSignal | undefined): Promise<string> {
    const answer = await this.#send({url, bytesMax: SMALL_ANSWER_BYTES, signal});
    if (answer.status !== 200) throw this.#refused(answer);
    return new TextDecoder().decode(answer.bytes);
  }

  #send(request: Omit<HttpRequest, 'store' | 'timeoutMs'>): Promise<HttpAnswer> {
    const timeoutMs = this.#timeoutMs * (request.bytesMax === FILE_BYTES_MAX ? FILE_PATIENCE : 1);
    return send({...request, store: this.name, timeoutMs, url: `${this.#url}${request.url}`});
  }

  #json(answer: HttpAnswer): unknown {
    try {
      return JSON.parse(new TextDecoder().decode(answer.bytes));
    } catch {
      throw this.#refused(answer);
    }
  }

  #refused({status, bytes}: HttpAnswer): StoreError {
    return new StoreError({code: 'STORE_REFUSED', store: this.name, detail: `HTTP ${status} ${excerpt(bytes)}`.trim()});
  }
}

async function matches(cid: string, bytes: Uint8Array): Promise<boolean> {
  const parsed = parseCid(cid);
  return isRaw(parsed) ? isBlock(parsed, bytes) : (await fileCid(bytes)) === cid;
}
