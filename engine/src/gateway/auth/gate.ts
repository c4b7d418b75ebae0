/** Who may pass: bearer tokens, signed requests, scopes, limits. */
import type {Context} from 'hono';
import {zeroAddress} from 'viem';
import {ApiError, tooMany} from '../errors.ts';
import type {Credentials} from './credentials.ts';
import type {Identity, Scope} from './identity.ts';
import {type Rate, RateLimiter} from './rate-limit.ts';
import {equal} from './sealed-token.ts';
import type {Sessions} from './sessions.ts';
import type {SignedRequests} from './signed-requests.ts';

export type GateLimits = {
  /** Of one session or key. */
  byCredential: Rate;
  /** Of an account, over all its credentials. */
  byAccount: Rate;
  /** Of a client address that is not signed in. */
  byAddress: Rate;
};

export const GATE_LIMITS: GateLimits = {
  byCredential: {perSecond: 200, burst: 400}, byAccount: {perSecond: 600, burst: 1_200}, byAddress: {perSecond: 200, burst: 1_000},
};

/** Tokens of an address that a wrong credential costs: guessing is slower than asking. */
const WRONG_CREDENTIAL_COST = 5;
const encoder = new TextEncoder();
const NOBODY: Identity = {wallet: zeroAddress, scopes: [], credential: '', issuedAt: 0, expiresAt: Number.POSITIVE_INFINITY};

/** The parts of a request that say who sent it; an upgrade to a socket has no body. */
export type Presented = {
  method: string;
  /** With its query. */
  path: string;
  header: (name: string) => string | undefined;
  body: string;
  /** Of the client, or the request it is read from. */
  context: Context | {address: string};
};

export type Passed = {identity: Identity; charge: (cost: number) => void};

export class Gate {
  readonly sessions: Sessions;
  readonly #signed: SignedRequests;
  readonly #credentials: Pick<Credentials, 'isLive'>;
  readonly #now: () => number;
  readonly #operatorToken: Uint8Array;
  readonly #addressOf: (context: Context) => string;
  readonly #byCredential: RateLimiter;
  readonly #byAccount: RateLimiter;
  readonly #byAddress: RateLimiter;

  constructor({operatorToken, limits = GATE_LIMITS}: {operatorToken: string; limits?: GateLimits | undefined}, deps: {
    sessions: Sessions; signed: SignedRequests; credentials: Pick<Credentials, 'isLive'>; addressOf: (context: Context) => string; now: () => number;
  }) {
    this.#credentials = deps.credentials;
    this.sessions = deps.sessions;
    this.#signed = deps.signed;
    this.#now = deps.now;
    this.#addressOf = deps.addressOf;
    this.#operatorToken = encoder.encode(operatorToken);
    this.#byCredential = new RateLimiter(limits.byCredential, deps);
    this.#byAccount = new RateLimiter(limits.byAccount, deps);
    this.#byAddress = new RateLimiter(limits.byAddress, deps);
  }

  /** @throws {ApiError} for who may not pass. */
  authorise(presented: Presented, auth: 'public' | 'operator' | Scope, cost: number): Passed {
    if (auth === 'operator') return this.#operator(presented);
    if (auth === 'public') {
      this.chargeAddress(presented, cost);
      return {identity: NOBODY, charge: (more) => this.chargeAddress(presented, more)};
    }
    const identity = this.identify(presented);
    this.charge(identity, cost);
    requireScope(identity, auth);
    return {identity, charge: (more) => this.charge(identity, more)};
  }

  /** Whom a request speaks for. @throws {ApiError} */
  identify(presented: Presented): Identity {
    try {
      const identity = this.#identityOf(presented);
      if (identity) return identity;
    } catch (error) {
      this.chargeAddress(presented, WRONG_CREDENTIAL_COST);
      throw error;
    }
    this.chargeAddress(presented, WRONG_CREDENTIAL_COST);
    throw new ApiError('UNAUTHORISED', 'Sign in first: the session token is missing, wrong or expired.');
  }

  /** @throws {ApiError} `TOO_MANY_REQUESTS`. */
  charge({credential, wallet}: Identity, cost: number): void {
    const wait = this.#byCredential.take(credential, cost) || this.#byAccount.take(wallet, cost);
    if (wait > 0) throw tooMany(wait);
  }

  /** @throws {ApiError} `TOO_MANY_REQUESTS`. */
  chargeAddress({context}: Pick<Presented, 'context'>, cost: number): void {
    const wait = this.#byAddress.take('address' in context ? context.address : this.#addressOf(context), cost);
    if (wait > 0) throw tooMany(wait);
  }

  /** Neither expired nor ended since. */
  isStillValid(identity: Identity): boolean {
    return identity.expiresAt > this.#now() && this.#credentials.isLive(identity);
  }

  isOperator(token: string): boolean {
    return equal(encoder.encode(token), this.#operatorToken);
  }

  #operator(presented: Presented): Passed {
    const token = bearerOf(presented.header('authorization'));
    if (token !== undefined && this.isOperator(token)) return {identity: NOBODY, charge: () => {}};
    this.chargeAddress(presented, WRONG_CREDENTIAL_COST);
    throw new ApiError('UNAUTHORISED', 'The operator token is missing or wrong.');
  }

  #identityOf({method, path, header, body}: Presented): Identity | undefined {
    const key = header('x-pobs-key');
    if (key !== undefined) {
      return this.#signed.identityOf({
        key, timestamp: header('x-pobs-timestamp') ?? '', nonce: header('x-pobs-nonce') ?? '', signature: header('x-pobs-signature') ?? '',
        method, host: header('host') ?? '', path, body,
      });
    }
    const token = bearerOf(header('authorization'));
    return token === undefined ? undefined : this.sessions.identityOf(token);
  }
}

export function requireScope({scopes}: Identity, scope: Scope): void {
  if (!scopes.includes(scope)) throw new ApiError('SCOPE_MISSING', `This credential may not do that: it lacks the scope ${scope}.`, {scope});
}

const bearerOf = (header: string | undefined): string | undefined => /^Bearer (.{1,2048})$/i.exec(header ?? '')?.[1];
