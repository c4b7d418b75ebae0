/** Session keys, ended sessions, mail addresses: the state that {@link CredentialLog} rebuilds. */
import {createHmac, randomBytes} from 'node:crypto';
import type {Address} from 'viem';
import {type CredentialEntry, CredentialLog} from './credential-log.ts';
import type {Identity, KeyScope} from './identity.ts';

const KEYS_MAX = 32;
const KEY_LIFETIME_MS_MAX = 366 * 24 * 3_600_000;

export type Key = {id: string; wallet: Address; scopes: readonly KeyScope[]; label: string; createdAt: number; expiresAt: number};

export type MintResult = {ok: true; key: Key; secret: string} | {ok: false; reason: 'TOO_MANY_KEYS' | 'LIFETIME'};

export class Credentials {
  readonly #secret: Uint8Array;
  readonly #now: () => number;
  readonly #log: CredentialLog;
  readonly #keys = new Map<string, Key>();
  readonly #keysOf = new Map<Address, Set<string>>();
  readonly #ended = new Map<string, number>();
  readonly #endedBefore = new Map<Address, number>();
  readonly #walletByMail = new Map<string, Address>();
  readonly #usedLinks = new Map<string, number>();

  /** @param file - Shared by the gateways of a machine, as is the secret. */
  constructor({file, secret}: {file: string; secret: Uint8Array}, {now}: {now: () => number}) {
    this.#secret = secret;
    this.#now = now;
    this.#log = new CredentialLog({file, onEntry: (entry) => this.#apply(entry)});
  }

  close(): void {
    this.#log.close();
  }

  /** @param lifetimeMs - Up to a year and a day. */
  mint({wallet, scopes, label, lifetimeMs}: {wallet: Address; scopes: readonly KeyScope[]; label: string; lifetimeMs: number}): MintResult {
    if (!Number.isInteger(lifetimeMs) || lifetimeMs < 1 || lifetimeMs > KEY_LIFETIME_MS_MAX) return {ok: false, reason: 'LIFETIME'};
    if (this.keysOf(wallet).length >= KEYS_MAX) return {ok: false, reason: 'TOO_MANY_KEYS'};
    const id = `k_${randomBytes(16).toString('base64url')}`;
    const at = this.#now();
    this.#log.append({type: 'keyMinted', id, wallet, scopes, label, at, expiresAt: at + lifetimeMs});
    return {ok: true, key: this.#keys.get(id)!, secret: this.secretOf(id)};
  }

  /** False when the wallet has no such key. */
  revoke(wallet: Address, id: string): boolean {
    if (this.keyOf(id)?.wallet !== wallet) return false;
    this.#log.append({type: 'keyRevoked', id, at: this.#now()});
    return true;
  }

  /** Valid keys, oldest first. */
  keysOf(wallet: Address): Key[] {
    this.#log.refresh();
    const keys = [...this.#keysOf.get(wallet) ?? []].map((id) => this.#keys.get(id)!);
    return keys.filter(({expiresAt}) => expiresAt > this.#now());
  }

  /** A key that is neither expired nor revoked. */
  keyOf(id: string): Key | undefined {
    this.#log.refresh();
    const key = this.#keys.get(id);
    return key && key.expiresAt > this.#now() ? key : undefined;
  }

  /** Derived, so that no file holds it. */
  secretOf(id: string): string {
    return this.#tag('PofBS key\0', id);
  }

  endSession(session: {id: string; expiresAt: number}): void {
    this.#log.append({type: 'sessionEnded', ...session, at: this.#now()});
  }

  endSessions(wallet: Address): void {
    this.#log.append({type: 'sessionsEnded', wallet, at: this.#now()});
  }

  hasEnded({id, wallet, issuedAt}: {id: string; wallet: Address; issuedAt: number}): boolean {
    this.#log.refresh();
    return this.#ended.has(id) || issuedAt <= (this.#endedBefore.get(wallet) ?? -1);
  }

  /** A session or key that has not been ended. */
  isLive({credential, wallet, issuedAt}: Pick<Identity, 'credential' | 'wallet' | 'issuedAt'>): boolean {
    return credential.startsWith('k_') ? this.keyOf(credential) !== undefined : !this.hasEnded({id: credential, wallet, issuedAt});
  }

  bindMail(address: string, wallet: Address): void {
    this.#log.append({type: 'mailBound', mail: this.#mail(address), wallet, at: this.#now()});
  }

  /** False when the address is not the wallet's. */
  unbindMail(address: string, wallet: Address): boolean {
    if (this.walletOfMail(address) !== wallet) return false;
    this.#log.append({type: 'mailUnbound', mail: this.#mail(address), at: this.#now()});
    return true;
  }

  walletOfMail(address: string): Address | undefined {
    this.#log.refresh();
    return this.#walletByMail.get(this.#mail(address));
  }

  /** True the first time; a link works once on all gateways. */
  useLink({id, expiresAt}: {id: string; expiresAt: number}): boolean {
    this.#log.refresh();
    if (this.#usedLinks.has(id)) return false;
    this.#log.append({type: 'linkUsed', id, at: this.#now(), expiresAt});
    return true;
  }

  #mail(address: string): string {
    return this.#tag('PofBS mail\0', address.toLowerCase());
  }

  #tag(domain: string, text: string): string {
    return createHmac('sha256', this.#secret).update(domain).update(text).digest('base64url');
  }

  #apply(entry: CredentialEntry): void {
    const now = this.#now();
    switch (entry.type) {
      case 'keyMinted': return this.#addKey(entry);
      case 'keyRevoked': return this.#dropKey(entry.id);
      case 'sessionEnded':
        forgetPassed(this.#ended, now);
        this.#ended.set(entry.id, entry.expiresAt);
        return;
      case 'sessionsEnded':
        this.#endedBefore.set(entry.wallet, entry.at);
        return;
      case 'mailBound':
        this.#walletByMail.set(entry.mail, entry.wallet);
        return;
      case 'mailUnbound':
        this.#walletByMail.delete(entry.mail);
        return;
      case 'linkUsed':
        forgetPassed(this.#usedLinks, now);
        this.#usedLinks.set(entry.id, entry.expiresAt);
    }
  }

  #addKey({type: _, at, ...key}: Extract<CredentialEntry, {type: 'keyMinted'}>): void {
    for (const id of this.#keysOf.get(key.wallet) ?? []) if (this.#keys.get(id)!.expiresAt <= this.#now()) this.#dropKey(id);
    const own = this.#keysOf.get(key.wallet) ?? new Set();
    own.add(key.id);
    this.#keysOf.set(key.wallet, own);
    this.#keys.set(key.id, {...key, createdAt: at});
  }

  #dropKey(id: string): void {
    const key = this.#keys.get(id);
    if (!key) return;
    this.#keys.delete(id);
    this.#keysOf.get(key.wallet)?.delete(id);
  }
}

/** Drops the oldest entries whose subject has expired anyway. */
function forgetPassed(moments: Map<string, number>, now: number): void {
  for (const [id, expiresAt] of moments) {
    if (expiresAt > now) return;
    moments.delete(id);
  }
}
