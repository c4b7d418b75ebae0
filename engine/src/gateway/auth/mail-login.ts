/**
 * Login by mail: a link that works once within ten minutes. An address that a wallet has bound buys a session that may read and trade;
 * a new one buys a token that binds it to the wallet that signs in next. Whoever asks learns nothing about an address.
 */
import {randomBytes} from 'node:crypto';
import type {Address} from 'viem';
import {ApiError, tooMany} from '../errors.ts';
import type {Credentials} from './credentials.ts';
import type {Mailer} from './mailer.ts';
import {RateLimiter} from './rate-limit.ts';
import {SealedTokens} from './sealed-token.ts';
import type {Sessions} from './sessions.ts';

const LINK_LIFETIME_MS = 10 * 60_000;
const BINDING_LIFETIME_MS = 10 * 60_000;
const LINKS_PER_ADDRESS = {perSecond: 1 / 60, burst: 3};

type LinkPayload = {id: string; mail: string; expiresAt: number};

export type LoginResult =
  | {wallet: Address; token: string; expiresAt: number}
  | {wallet: null; mailToken: string; expiresAt: number};

export class MailLogin {
  readonly #linkBase: string;
  readonly #links: SealedTokens;
  readonly #bindings: SealedTokens;
  readonly #deps: {credentials: Credentials; sessions: Sessions; mailer: Mailer; now: () => number};
  readonly #limiter: RateLimiter;

  /** @param linkBase - Page that takes the link's token: `{linkBase}?token=…`. */
  constructor({secret, linkBase}: {secret: Uint8Array; linkBase: string}, deps: {credentials: Credentials; sessions: Sessions; mailer: Mailer; now: () => number}) {
    this.#linkBase = linkBase;
    this.#links = new SealedTokens(secret, 'PofBS login link');
    this.#bindings = new SealedTokens(secret, 'PofBS mail binding');
    this.#deps = deps;
    this.#limiter = new RateLimiter(LINKS_PER_ADDRESS, deps);
  }

  /** @throws {ApiError} `TOO_MANY_REQUESTS`, `MAIL_DOWN`. */
  async sendLink(mail: string): Promise<void> {
    const wait = this.#limiter.take(mail.toLowerCase());
    if (wait > 0) throw tooMany(wait);
    const payload: LinkPayload = {id: randomBytes(12).toString('base64url'), mail, expiresAt: this.#deps.now() + LINK_LIFETIME_MS};
    const link = `${this.#linkBase}?token=${this.#links.seal(payload)}`;
    const text = `Open this link within ten minutes to sign in. It works once.\n\n${link}\n\nIf you did not ask for it, do nothing.`;
    await this.#deps.mailer.send({to: mail, subject: 'Your login link', text}).catch((error: unknown) => {
      throw new ApiError('MAIL_DOWN', `The mail cannot be sent now: ${error instanceof Error ? error.message : String(error)}.`);
    });
  }

  /** @throws {ApiError} `SIGN_IN_FAILED`. */
  login(linkToken: string): LoginResult {
    const {credentials, sessions, now} = this.#deps;
    const link = this.#links.open(linkToken) as LinkPayload | undefined;
    if (!link || link.expiresAt <= now()) throw new ApiError('SIGN_IN_FAILED', 'Signing in failed: the link is wrong or too old.');
    if (!credentials.useLink(link)) throw new ApiError('SIGN_IN_FAILED', 'Signing in failed: the link was used.');
    const wallet = credentials.walletOfMail(link.mail);
    if (wallet) return {wallet, ...sessions.issue(wallet, ['read', 'trade'])};
    const expiresAt = now() + BINDING_LIFETIME_MS;
    return {wallet: null, mailToken: this.#bindings.seal({mail: link.mail, expiresAt}), expiresAt};
  }

  /** Binds the address behind a `mailToken` to a wallet that has just signed in. @throws {ApiError} `SIGN_IN_FAILED`. */
  bind(mailToken: string, wallet: Address): void {
    const binding = this.#bindings.open(mailToken) as {mail: string; expiresAt: number} | undefined;
    if (!binding || binding.expiresAt <= this.#deps.now()) throw new ApiError('SIGN_IN_FAILED', 'The mail address is not bound: its token is wrong or too old.');
    this.#deps.credentials.bindMail(binding.mail, wallet);
  }
}
