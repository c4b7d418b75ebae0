/**
 * What gateways must remember about credentials: keys minted and revoked, sessions ended, mail addresses, links used. One append-only
 * file of JSON lines that all gateways of a machine share: lines are appended whole, and everybody reads what the others wrote before
 * it trusts a credential. No secret and no mail address is in it.
 */
import {closeSync, fdatasyncSync, fstatSync, openSync, readSync, writeSync} from 'node:fs';
import type {Address} from 'viem';
import type {KeyScope} from './identity.ts';

export type CredentialEntry =
  | {type: 'keyMinted'; id: string; wallet: Address; scopes: readonly KeyScope[]; label: string; at: number; expiresAt: number}
  | {type: 'keyRevoked'; id: string; at: number}
  | {type: 'sessionEnded'; id: string; at: number; expiresAt: number}
  /** Every session of the wallet issued before `at`. */
  | {type: 'sessionsEnded'; wallet: Address; at: number}
  /** `mail` is a keyed hash of the address. */
  | {type: 'mailBound'; mail: string; wallet: Address; at: number}
  | {type: 'mailUnbound'; mail: string; at: number}
  | {type: 'linkUsed'; id: string; at: number; expiresAt: number};

const READ_BYTES = 64 * 1024;
const NEWLINE = 10;

export class CredentialLog {
  readonly #file: number;
  readonly #onEntry: (entry: CredentialEntry) => void;
  #offset = 0;
  #rest = '';

  /** Hands every entry, old and new, in order, to `onEntry`. */
  constructor({file, onEntry}: {file: string; onEntry: (entry: CredentialEntry) => void}) {
    this.#file = openSync(file, 'a+', 0o600);
    this.#onEntry = onEntry;
    this.#mend();
    this.refresh();
  }

  /** Durable when it returns, and applied here. */
  append(entry: CredentialEntry): void {
    writeSync(this.#file, `${JSON.stringify(entry)}\n`);
    fdatasyncSync(this.#file);
    this.refresh();
  }

  /** Reads what was appended since, by whomever. */
  refresh(): void {
    const {size} = fstatSync(this.#file);
    const buffer = Buffer.alloc(Math.min(READ_BYTES, Math.max(0, size - this.#offset)));
    while (this.#offset < size) {
      const read = readSync(this.#file, buffer, 0, Math.min(buffer.length, size - this.#offset), this.#offset);
      if (read === 0) return;
      this.#offset += read;
      this.#take(buffer.toString('utf8', 0, read));
    }
  }

  close(): void {
    closeSync(this.#file);
  }

  /** A line cut off by a crash was never acknowledged: it is closed, so that the next one stands by itself. */
  #mend(): void {
    const {size} = fstatSync(this.#file);
    if (size === 0) return;
    const last = Buffer.alloc(1);
    readSync(this.#file, last, 0, 1, size - 1);
    if (last[0] !== NEWLINE) writeSync(this.#file, '\n');
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop()!;
    for (const line of lines) {
      const entry = parse(line);
      if (entry) this.#onEntry(entry);
    }
  }
}

function parse(line: string): CredentialEntry | undefined {
  try {
    return JSON.parse(line) as CredentialEntry;
  } catch {
    return undefined;
  }
}
