import type {CID} from 'multiformats/cid';
import {encodeCar} from './car.ts';
import {StoreError} from './errors.ts';
import {excerpt, type HttpAnswer, send} from './http.ts';
import {BLOCK_BYTES, type CallOptions, type ContentStore, FILE_BYTES_MAX, type Stored} from './types.ts';
import {type Block, fileBlocks, isBlock, parseCid, readFile} from './unixfs.ts';

/** Interior nodes of 1,024 links stay well below this; Bitswap's own limit. */
const BLOCK_BYTES_MAX = 2 * BLOCK_BYTES;

/** Slowest upload that is waited for: 100 kB/s. */
const BYTES_PER_MS_MIN = 100;

export type StoreOptions = {
  /** Per request, default 10,000; whole files get longer. */
  timeoutMs?: number;
};

/**
 * IPFS by URL: writes through the RPC API (`block/put` for files of one block, `dag/import` for the others), reads
 * through the trustless gateway (`/ipfs/{cid}?format=raw`) block by block, each checked against its CID.
 *
 * @param url - Serves both; Kubo has them on two ports, then `gatewayUrl` names the gateway.
 */
export function ipfsStore(url: string, options: StoreOptions & {gatewayUrl?: string} = {}): ContentStore {
  return new IpfsStore(url, options);
}

class IpfsStore implements ContentStore {
  readonly name: string;
  readonly #api: string;
  readonly #gateway: string;
  readonly #timeoutMs: number;

  constructor(url: string, {gatewayUrl, timeoutMs = 10_000}: StoreOptions & {gatewayUrl?: string}) {
    this.#api = url.replace(/\/+$/, '');
    this.#gateway = (gatewayUrl ?? url).replace(/\/+$/, '');
    this.name = `ipfs ${this.#gateway}`;
    this.#timeoutMs = timeoutMs;
  }

  async put(bytes: Uint8Array, {signal}: CallOptions = {}): Promise<Stored> {
    if (bytes.length > FILE_BYTES_MAX) throw new StoreError({code: 'STORE_TOO_LARGE', store: this.name, bytesMax: FILE_BYTES_MAX});
    const {root, blocks} = await fileBlocks(bytes);
    if (blocks.length === 1) await this.#putBlock(blocks[0]!, signal);
    else await this.#import(root, blocks, signal);
    return {cid: root.toString(), reference: root.toString()};
  }

  async get(text: string, {signal}: CallOptions = {}): Promise<Uint8Array> {
    return readFile(parseCid(text), (cid) => this.#block(cid, signal), FILE_BYTES_MAX, this.name);
  }

  async #block(cid: CID, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const {status, bytes} = await send({
      store: this.name,
      url: `${this.#gateway}/ipfs/${cid}?format=raw`,
      headers: {accept: 'application/vnd.ipld.raw'},
      timeoutMs: this.#timeoutMs,
      bytesMax: BLOCK_BYTES_MAX,
      signal,
    });
    if (status === 404 || status === 410) throw new StoreError({code: 'STORE_NOT_FOUND', store: this.name, cid: cid.toString()});
    if (status !== 200) throw this.#refused(status, bytes);
    if (!isBlock(cid, bytes)) throw new StoreError({code: 'STORE_HASH_MISMATCH', store: this.name, cid: cid.toString()});
    return bytes;
  }

  async #putBlock({cid, bytes}: Block, signal: AbortSignal | undefined): Promise<void> {
    const answer = await this.#post('/api/v0/block/put?cid-codec=raw&mhtype=sha2-256&pin=true', bytes, signal);
    const key = (this.#json(answer)[0] as {Key?: string} | undefined)?.Key;
    if (key !== cid.toString()) throw new StoreError({code: 'STORE_REFUSED', store: this.name, detail: `it stored ${key ?? 'nothing'} instead of ${cid}`});
  }

  async #import(root: CID, blocks: readonly Block[], signal: AbortSignal | undefined): Promise<void> {
    const answer = await this.#post('/api/v0/dag/import?pin-roots=true', encodeCar(root, blocks), signal);
    const lines = this.#json(answer) as {Root?: {Cid?: {'/'?: string}; PinErrorMsg?: string}}[];
    const imported = lines.find((line) => line.Root?.Cid?.['/'] === root.toString());
    if (!imported || imported.Root?.PinErrorMsg) {
      throw new StoreError({code: 'STORE_REFUSED', store: this.name, detail: imported?.Root?.PinErrorMsg ?? `it did not import ${root}`});
    }
  }

  async #post(path: string, bytes: Uint8Array, signal: AbortSignal | undefined): Promise<HttpAnswer> {
    const body = () => {
      const form = new FormData();
      form.append('file', new Blob([bytes as Uint8Array<ArrayBuffer>]), 'file');
      return form;
    };
    const answer = await send({store: this.name, url: `${this.#api}${path}`, method: 'POST', body, timeoutMs: this.#timeoutMs + Math.ceil(bytes.length / BYTES_PER_MS_MIN), bytesMax: BLOCK_BYTES, signal});
    if (answer.status !== 200) throw this.#refused(answer.status, answer.bytes);
    return answer;
  }

  /** One JSON value per line. */
  #json({bytes, status}: HttpAnswer): unknown[] {
    try {
      return new TextDecoder().decode(bytes).split('\n').filter((line) => line.trim() !== '').map((line) => JSON.parse(line) as unknown);
    } catch {
      throw this.#refused(status, bytes);
    }
  }

  #refused(status: number, bytes: Uint8Array): StoreError {
    return new StoreError({code: 'STORE_REFUSED', store: this.name, detail: `HTTP ${status} ${excerpt(bytes)}`.trim()});
  }
}
