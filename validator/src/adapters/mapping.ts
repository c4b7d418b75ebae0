/** `GET {mappingUrl}/mapping/{epoch}`, decrypted with this validator's age identity. */
import {decryptMapping} from '@pobs/protocol';
import {ValidatorError} from '../errors.ts';
import type {MappingPort} from '../services/ports.ts';

/** 1M rows of 159 bytes and the envelope, ten times over. */
const BYTES_MAX = 2_000_000_000;

export class MappingServer implements MappingPort {
  readonly #url: string;
  readonly #identity: () => string;
  readonly #timeoutMs: number;

  constructor({url, identity, timeoutMs}: {url: string; identity: () => string; timeoutMs: number}) {
    this.#url = url;
    this.#identity = identity;
    this.#timeoutMs = timeoutMs;
  }

  async get(epoch: bigint): Promise<Uint8Array | undefined> {
    const identity = this.#identity();
    const decrypted = await decryptMapping(await this.#fetch(epoch), identity);
    return decrypted.ok ? decrypted.bytes : undefined;
  }

  async #fetch(epoch: bigint): Promise<Uint8Array> {
    const url = `${this.#url}/mapping/${epoch}`;
    const unavailable = (detail: string, cause?: unknown) => new ValidatorError({code: 'MAPPING_UNAVAILABLE', epoch: epoch.toString(), detail}, {cause});
    let response: Response;
    try {
      response = await fetch(url, {signal: AbortSignal.timeout(this.#timeoutMs)});
    } catch (error) {
      throw unavailable(`${url} does not answer`, error);
    }
    if (!response.ok) throw unavailable(`${url} answered ${response.status}`);
    if (Number(response.headers.get('content-length') ?? 0) > BYTES_MAX) throw unavailable(`${url} serves more than ${BYTES_MAX} bytes`);
    try {
      return new Uint8Array(await response.arrayBuffer());
    } catch (error) {
      throw unavailable(`${url} stopped in the middle of its answer`, error);
    }
  }
}
