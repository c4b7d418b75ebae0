/** Sign-In with Ethereum (EIP-4361) and the bearer tokens it buys. */
import {randomBytes} from 'node:crypto';
import {type Address, getAddress, type Hex, isAddress, verifyMessage} from 'viem';
import {generateSiweNonce, parseSiweMessage, validateSiweMessage} from 'viem/siwe';
import type {Credentials} from './credentials.ts';
import {type Identity, type Scope, SCOPES} from './identity.ts';
import {SealedTokens} from './sealed-token.ts';

const NONCE_LIFETIME_MS = 5 * 60_000;
const NONCES_MAX = 10_000;
const TOKEN_LIFETIME_MS = 12 * 3_600_000;
const LOOPBACK = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

export type SignInResult = {ok: true; token: string; wallet: Address; expiresAt: number} | {ok: false; reason: string};

export type SessionOptions = {
  /** HMAC key, 32 random bytes. */
  secret: Uint8Array;
  /** `host:port` of the sites that may ask for signatures; empty: any on this machine. */
  domains: readonly string[];
};

type Payload = {id: string; wallet: Address; scopes: readonly Scope[]; issuedAt: number; expiresAt: number};

export class Sessions {
  readonly #domains: readonly string[];
  readonly #tokens: SealedTokens;
  readonly #credentials: Pick<Credentials, 'hasEnded'>;
  readonly #now: () => number;
  readonly #nonces = new Map<string, number>();

  constructor({secret, domains}: SessionOptions, {credentials, now}: {credentials: Pick<Credentials, 'hasEnded'>; now: () => number}) {
    this.#domains = domains;
    this.#tokens = new SealedTokens(secret, 'PofBS session');
    this.#credentials = credentials;
    this.#now = now;
  }

  /** A nonce to be signed once within five minutes. The oldest make room when there are too many. */
  nonce(): string {
    for (const [nonce, expiresAt] of this.#nonces) {
      if (expiresAt > this.#now() && this.#nonces.size < NONCES_MAX) break;
      this.#nonces.delete(nonce);
    }
    const nonce = generateSiweNonce();
    this.#nonces.set(nonce, this.#now() + NONCE_LIFETIME_MS);
    return nonce;
  }

  /** Checks message and signature; a nonce is spent whatever comes of it. */
  async signIn({message, signature}: {message: string; signature: Hex}): Promise<SignInResult> {
    const parsed = parseSiweMessage(message);
    const {address, domain, nonce} = parsed;
    if (!address || !isAddress(address) || !domain || !nonce) return {ok: false, reason: 'the message is no EIP-4361 message'};
    const expiresAt = this.#nonces.get(nonce);
    this.#nonces.delete(nonce);
    if (expiresAt === undefined || expiresAt <= this.#now()) return {ok: false, reason: 'the nonce is unknown, used or too old'};
    if (!this.#allows(domain)) return {ok: false, reason: `the domain ${domain} is not served here`};
    if (!validateSiweMessage({message: parsed, nonce, time: new Date(this.#now())})) return {ok: false, reason: 'the message is expired or not yet valid'};
    const valid = await verifyMessage({address, message, signature}).catch(() => false);
    if (!valid) return {ok: false, reason: `the signature is not by ${address}`};
    const wallet = getAddress(address);
    return {ok: true, wallet, ...this.issue(wallet, SCOPES)};
  }

  issue(wallet: Address, scopes: readonly Scope[]): {token: string; expiresAt: number} {
    const issuedAt = this.#now();
    const expiresAt = issuedAt + TOKEN_LIFETIME_MS;
    const payload: Payload = {id: `s_${randomBytes(12).toString('base64url')}`, wallet, scopes, issuedAt, expiresAt};
    return {token: this.#tokens.seal(payload), expiresAt};
  }

  /** Whom a token speaks for, if it is ours, not expired and not ended. */
  identityOf(token: string): Identity | undefined {
    const payload = this.#tokens.open(token) as Payload | undefined;
    if (!payload || payload.expiresAt <= this.#now() || this.#credentials.hasEnded(payload)) return undefined;
    return {wallet: payload.wallet, scopes: payload.scopes, credential: payload.id, issuedAt: payload.issuedAt, expiresAt: payload.expiresAt};
  }

  #allows(domain: string): boolean {
    return this.#domains.length === 0 ? LOOPBACK.test(domain) : this.#domains.includes(domain);
  }
}
