/** Sign-In with Ethereum (EIP-4361) and the bearer tokens it buys: HMAC over wallet and expiry, nothing stored. */
import {createHmac, randomBytes, timingSafeEqual} from 'node:crypto';
import {type Address, getAddress, type Hex, isAddress, verifyMessage} from 'viem';
import {generateSiweNonce, parseSiweMessage, validateSiweMessage} from 'viem/siwe';

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

export class Sessions {
  readonly #options: SessionOptions;
  readonly #now: () => number;
  readonly #nonces = new Map<string, number>();

  constructor(options: SessionOptions, {now}: {now: () => number}) {
    this.#options = options;
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
    const tokenExpiresAt = this.#now() + TOKEN_LIFETIME_MS;
    return {ok: true, wallet, token: this.issue(wallet, tokenExpiresAt), expiresAt: tokenExpiresAt};
  }

  issue(wallet: Address, expiresAt: number): string {
    const payload = Buffer.from(JSON.stringify({wallet, expiresAt, salt: randomBytes(8).toString('hex')})).toString('base64url');
    return `${payload}.${this.#tag(payload).toString('base64url')}`;
  }

  /** The wallet a token speaks for, if it is ours and not expired. */
  walletOf(token: string): Address | undefined {
    const [payload, tag, ...rest] = token.split('.');
    if (!payload || !tag || rest.length > 0) return undefined;
    if (!equal(Buffer.from(tag, 'base64url'), this.#tag(payload))) return undefined;
    const {wallet, expiresAt} = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as {wallet: Address; expiresAt: number};
    return expiresAt > this.#now() ? wallet : undefined;
  }

  #allows(domain: string): boolean {
    return this.#options.domains.length === 0 ? LOOPBACK.test(domain) : this.#options.domains.includes(domain);
  }

  #tag(payload: string): Buffer {
    return createHmac('sha256', this.#options.secret).update('PofBS session\0').update(payload).digest();
  }
}

/** Constant time for equal lengths; lengths are no secret. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
