/**
 * One HTTP request with a time limit and the retry rule of all stores: a request that got no answer, 429 or 5xx is
 * repeated twice, after 0.2 s and 0.4 s. All requests are content-addressed or signed, so repeating is harmless.
 */
import {StoreError} from './errors.ts';
import {concatenated} from './unixfs.ts';

const RETRIES = 2;
const RETRY_DELAY_MS = 200;

export type HttpRequest = {
  store: string;
  url: string;
  method?: 'GET' | 'POST';
  body?: BodyInit | (() => BodyInit);
  headers?: Record<string, string>;
  timeoutMs: number;
  /** Largest answer that is read. */
  bytesMax: number;
  signal?: AbortSignal | undefined;
};

export type HttpAnswer = {status: number; bytes: Uint8Array<ArrayBuffer>};

/** Any final status is an answer. @throws {StoreError} `STORE_UNREACHABLE`, `STORE_TOO_LARGE`; the signal's reason. */
export async function send(request: HttpRequest): Promise<HttpAnswer> {
  for (let attempt = 0; ; attempt += 1) {
    const answer = await once(request);
    const failed = answer instanceof StoreError || answer.status === 429 || answer.status >= 500;
    if (!failed) return answer;
    if (attempt < RETRIES) {
      await pause(RETRY_DELAY_MS * 2 ** attempt, request.signal);
      continue;
    }
    if (answer instanceof StoreError) throw answer;
    throw new StoreError({code: 'STORE_UNREACHABLE', store: request.store, detail: `HTTP ${answer.status} ${excerpt(answer.bytes)}`.trim()});
  }
}

async function once(request: HttpRequest): Promise<HttpAnswer | StoreError> {
  const {store, url, method = 'GET', body, headers, timeoutMs, bytesMax, signal} = request;
  signal?.throwIfAborted();
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      method,
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      ...(body !== undefined && {body: typeof body === 'function' ? body() : body}),
      ...(headers && {headers}),
    });
    return {status: response.status, bytes: await capped(response, bytesMax, store)};
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof StoreError) throw error;
    const detail = timeout.aborted ? `no answer in ${timeoutMs / 1_000} s` : reason(error);
    return new StoreError({code: 'STORE_UNREACHABLE', store, detail}, {cause: error});
  }
}

async function capped(response: Response, bytesMax: number, store: string): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  if (!response.body) return new Uint8Array();
  const reader = response.body.getReader();
  for (;;) {
    const {done, value} = await reader.read();
    if (done) return concatenated(parts);
    bytes += value.length;
    if (bytes > bytesMax) {
      await reader.cancel();
      throw new StoreError({code: 'STORE_TOO_LARGE', store, bytesMax});
    }
    parts.push(value);
  }
}

function reason(error: unknown): string {
  const cause = error instanceof Error ? (error.cause as {code?: string; message?: string} | undefined) : undefined;
  return cause?.code ?? cause?.message ?? (error instanceof Error ? error.message : String(error));
}

/** The first characters of an answer, for an error message. */
export const excerpt = (bytes: Uint8Array): string => new TextDecoder().decode(bytes.subarray(0, 200)).replaceAll(/\s+/g, ' ').trim();

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, ms);
    const abort = () => {
      clearTimeout(timer);
      reject(signal!.reason as Error);
    };
    signal?.addEventListener('abort', abort, {once: true});
  });
}
