/**
 * Requests signed by a session key. The signature is HMAC-SHA-256, keyed by the secret's text, over these lines joined by `\n`:
 *
 *     PofBS request v1    timestamp (ms)    nonce    METHOD    host    path with query    SHA-256 of the body in hex
 *
 * A request counts within {@link WINDOW_MS} of this machine's clock, and once: its nonce is spent at all gateways together, whatever host
 * name they are reached by, and a restart forgets none.
 */
import {createHash, createHmac} from 'node:crypto';
import {ApiError} from '../errors.ts';
import type {Credentials} from './credentials.ts';
import type {Identity} from './identity.ts';
import type {NonceLog} from './nonce-log.ts';
import {equal} from './sealed-token.ts';

export const WINDOW_MS = 5_000;
/** Nonces that count at a time, of all keys. */
export const NONCES_MAX = 200_000;

export type SignedRequest = {
  key: string;
  timestamp: string;
  nonce: string;
  signature: string;
  method: string;
  host: string;
  /** With its query. */
  path: string;
  body: string | Uint8Array;
};

export function signatureText({timestamp, nonce, method, host, path, body}: Omit<SignedRequest, 'key' | 'signature'>): string {
  return ['PofBS request v1', timestamp, nonce, method, host, path, createHash('sha256').update(body).digest('hex')].join('\n');
}

export const signRequest = (secret: string, request: Omit<SignedRequest, 'key' | 'signature'>): string =>
  createHmac('sha256', secret).update(signatureText(request)).digest('base64url');

export class SignedRequests {
  readonly #credentials: Pick<Credentials, 'keyOf' | 'secretOf'>;
  readonly #now: () => number;
  readonly #nonces: Pick<NonceLog, 'spend'>;

  constructor({credentials, nonces, now}: {credentials: Pick<Credentials, 'keyOf' | 'secretOf'>; nonces: Pick<NonceLog, 'spend'>; now: () => number}) {
    this.#credentials = credentials;
    this.#now = now;
    this.#nonces = nonces;
  }

  /** @throws {ApiError} saying what does not hold; nothing about a key before its signature is found right. */
  identityOf(request: SignedRequest): Identity {
    const {key: id, timestamp, nonce} = request;
    const now = this.#now();
    if (!/^[1-9]\d{0,15}$/.test(timestamp) || !/^[\w-]{1,64}$/.test(nonce)) {
      throw new ApiError('SIGNATURE_INVALID', 'A signed request has a timestamp in milliseconds and a nonce of 1 to 64 letters, digits, - or _.');
    }
    const moment = Number(timestamp);
    if (Math.abs(now - moment) > WINDOW_MS) {
      throw new ApiError('OUTSIDE_WINDOW', `The request was signed more than ${WINDOW_MS} ms away from now.`, {now, windowMs: WINDOW_MS});
    }
    const key = this.#credentials.keyOf(id);
    const expected = signRequest(this.#credentials.secretOf(id), request);
    if (!equal(Buffer.from(request.signature), Buffer.from(expected)) || !key) {
      throw new ApiError('SIGNATURE_INVALID', 'The signature is wrong, or the key is unknown, expired or revoked.');
    }
    this.#spend(`${id}.${nonce}`, moment, now);
    return {wallet: key.wallet, scopes: key.scopes, credential: id, issuedAt: key.createdAt, expiresAt: key.expiresAt};
  }

  #spend(nonce: string, moment: number, now: number): void {
    const outcome = this.#nonces.spend(nonce, {moment, now});
    if (outcome === 'repeated') throw new ApiError('REPLAYED', 'This nonce was used: sign each request with a new one.');
    if (outcome === 'full') throw new ApiError('ENGINE_BUSY', 'Too many signed requests are under way; try again.');
  }
}
