import {decodeSealed, fromJson, PobsError, SEALED_MEDIA_TYPE, type SealedBooks} from '@pobs/protocol';
import {z} from 'zod';
import {SequencerError} from '../errors.ts';
import type {Engine} from '../services/ports.ts';

const TIMEOUT_MS = 10_000;
/** Sealing a million accounts takes its time. */
const SEAL_TIMEOUT_MS = 120_000;

const epochShape = z.union([z.string().regex(/^\d+$/), z.int().min(0)]).transform(BigInt);
const stateShape = z.object({lastSealed: epochShape.nullish(), undecided: epochShape.nullish()});
const withdrawalsShape = z.object({withdrawals: z.array(z.unknown())});
const errorShape = z.object({error: z.object({code: z.string(), message: z.string()})});

type Answer = {mediaType: string; bytes: Uint8Array};

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** The engine's operator interface over HTTP (docs/INTERFACES.md). No retries here: the pipeline repeats whole effects. */
export class HttpEngine implements Engine {
  readonly #url: string;
  readonly #token: string;

  constructor({url, token}: {url: string; token: string}) {
    this.#url = url.replace(/\/+$/, '');
    this.#token = token;
  }

  async state(): Promise<{lastSealed: bigint; undecided: bigint | undefined}> {
    const parsed = stateShape.safeParse(this.#json('/operator/state', await this.#send('GET', '/operator/state')));
    if (!parsed.success) throw this.#strange('/operator/state');
    return {lastSealed: parsed.data.lastSealed ?? 0n, undecided: parsed.data.undecided ?? undefined};
  }

  async seal({epoch, snapshotTime}: {epoch: bigint; snapshotTime: bigint}): Promise<SealedBooks> {
    const path = '/operator/epochs/seal';
    return this.#sealedEpoch(path, await this.#send('POST', path, {epoch: epoch.toString(), snapshotTime: snapshotTime.toString()}, SEAL_TIMEOUT_MS));
  }

  async sealed(epoch: bigint): Promise<SealedBooks> {
    const path = `/operator/epochs/${epoch}`;
    return this.#sealedEpoch(path, await this.#send('GET', path, undefined, SEAL_TIMEOUT_MS));
  }

  async tellOutcome(epoch: bigint, outcome: 'approved' | 'dead'): Promise<void> {
    await this.#send('POST', `/operator/epochs/${epoch}/outcome`, {outcome});
  }

  /** Every withdrawal that is not paid yet, as the engine words it. */
  async withdrawals(): Promise<readonly unknown[]> {
    const path = '/operator/withdrawals';
    const parsed = withdrawalsShape.safeParse(this.#json(path, await this.#send('GET', path)));
    if (!parsed.success) throw this.#strange(path);
    return parsed.data.withdrawals;
  }

  #sealedEpoch(path: string, {mediaType, bytes}: Answer): SealedBooks {
    try {
      return mediaType === SEALED_MEDIA_TYPE ? decodeSealed(bytes) : fromJson(textOf(bytes));
    } catch (error) {
      const detail = error instanceof PobsError && 'detail' in error.data ? String(error.data.detail) : '';
      throw this.#strange(path, detail);
    }
  }

  async #send(method: 'GET' | 'POST', path: string, body?: unknown, timeoutMs = TIMEOUT_MS): Promise<Answer> {
    let response: Response;
    let bytes: Uint8Array;
    try {
      response = await fetch(`${this.#url}${path}`, {
        method,
        headers: {authorization: `Bearer ${this.#token}`, accept: `${SEALED_MEDIA_TYPE}, application/json`, ...(body !== undefined && {'content-type': 'application/json'})},
        ...(body !== undefined && {body: JSON.stringify(body)}),
        signal: AbortSignal.timeout(timeoutMs),
      });
      bytes = new Uint8Array(await response.arrayBuffer());
    } catch (error) {
      const cause = (error as {cause?: {code?: string}}).cause?.code;
      const detail = cause ?? (error instanceof Error && error.name === 'TimeoutError' ? `no answer in ${timeoutMs / 1_000} s` : String(error));
      throw new SequencerError({code: 'ENGINE_UNREACHABLE', url: this.#url, detail}, {cause: error});
    }
    if (response.ok) return {mediaType: response.headers.get('content-type') ?? '', bytes};
    throw new SequencerError({code: 'ENGINE_REFUSED', path, status: response.status, detail: messageOf(textOf(bytes))});
  }

  #json(path: string, {bytes}: Answer): unknown {
    try {
      return JSON.parse(textOf(bytes));
    } catch {
      throw this.#strange(path);
    }
  }

  #strange(path: string, detail = 'its answer has another form'): SequencerError {
    return new SequencerError({code: 'ENGINE_REFUSED', path, status: 200, detail});
  }
}

function messageOf(text: string): string {
  try {
    const {error} = errorShape.parse(JSON.parse(text));
    return `${error.message.replace(/\.$/, '')} (${error.code})`;
  } catch {
    return text.slice(0, 200) || 'no reason given';
  }
}
