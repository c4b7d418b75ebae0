/** Bearer tokens: a JSON payload and its HMAC under a domain, nothing stored. */
import {createHmac, timingSafeEqual} from 'node:crypto';

export class SealedTokens {
  readonly #secret: Uint8Array;
  readonly #domain: string;

  /** @param domain - Tokens of one domain are worthless in another. */
  constructor(secret: Uint8Array, domain: string) {
    this.#secret = secret;
    this.#domain = domain;
  }

  seal(payload: object): string {
    const text = Buffer.from(JSON.stringify(payload)).toString('base64url');
    return `${text}.${this.#tag(text).toString('base64url')}`;
  }

  /** The payload of a token of ours, whatever its age. */
  open(token: string): unknown {
    const [text, tag, ...rest] = token.split('.');
    if (!text || !tag || rest.length > 0 || !equal(Buffer.from(tag, 'base64url'), this.#tag(text))) return undefined;
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  }

  #tag(text: string): Buffer {
    return createHmac('sha256', this.#secret).update(`${this.#domain}\0`).update(text).digest();
  }
}

/** Constant time for equal lengths; lengths are no secret. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
