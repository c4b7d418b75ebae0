/**
 * Nonces of signed requests, spent once by all gateways of a machine: they share a folder, with one append-only file per stretch of the
 * requests' own time. Lines are appended whole, so all gateways read them in one order, and the first to stand there has spent its nonce.
 * A file is taken away once no request of its stretch can count any more; a restart forgets none before that.
 */
import {randomBytes} from 'node:crypto';
import {closeSync, fstatSync, mkdirSync, openSync, readdirSync, readSync, rmSync, writeSync} from 'node:fs';
import path from 'node:path';

const NAME = /^(\d+)\.nonces$/;
const READ_BYTES = 64 * 1024;

export type NonceLogOptions = {
  folder: string;
  /** How far from now a request's time may lie, in both directions. */
  windowMs: number;
  /** Nonces that count at a time. */
  most: number;
};

type Stretch = {file: number; offset: number; rest: string; owners: Map<string, string>};

export class NonceLog {
  readonly #options: NonceLogOptions;
  readonly #stretches = new Map<number, Stretch>();
  /** Tells this process's lines from those of others. */
  readonly #self = randomBytes(9).toString('base64url');
  #written = 0;

  constructor(options: NonceLogOptions) {
    this.#options = options;
    mkdirSync(options.folder, {recursive: true, mode: 0o700});
  }

  /**
   * @param nonce - Without white space.
   * @param moment - Time of the request, within the window around `now`.
   */
  spend(nonce: string, {moment, now}: {moment: number; now: number}): 'spent' | 'repeated' | 'full' {
    this.#forget(now);
    const stretch = this.#stretchOf(moment);
    this.#read(stretch);
    if (stretch.owners.has(nonce)) return 'repeated';
    if ([...this.#stretches.values()].reduce((sum, {owners}) => sum + owners.size, 0) >= this.#options.most) return 'full';
    this.#written += 1;
    const owner = `${this.#self}${this.#written}`;
    writeSync(stretch.file, `${nonce} ${owner}\n`);
    this.#read(stretch);
    return stretch.owners.get(nonce) === owner ? 'spent' : 'repeated';
  }

  close(): void {
    for (const {file} of this.#stretches.values()) closeSync(file);
    this.#stretches.clear();
  }

  #stretchOf(moment: number): Stretch {
    const start = moment - (moment % this.#options.windowMs);
    const known = this.#stretches.get(start);
    if (known) return known;
    const stretch = {file: openSync(path.join(this.#options.folder, `${start}.nonces`), 'a+', 0o600), offset: 0, rest: '', owners: new Map<string, string>()};
    // A line that a crash cut off was never answered; it is closed, so that the next one stands by itself.
    if (fstatSync(stretch.file).size > 0) writeSync(stretch.file, '\n');
    this.#stretches.set(start, stretch);
    this.#sweep(start);
    return stretch;
  }

  #read(stretch: Stretch): void {
    const buffer = Buffer.alloc(Math.min(READ_BYTES, fstatSync(stretch.file).size - stretch.offset));
    for (let read = buffer.length; read > 0;) {
      read = readSync(stretch.file, buffer, 0, buffer.length, stretch.offset);
      stretch.offset += read;
      const lines = (stretch.rest + buffer.toString('latin1', 0, read)).split('\n');
      stretch.rest = lines.pop()!;
      for (const line of lines) {
        const [nonce = '', owner = ''] = line.split(' ');
        if (nonce !== '' && !stretch.owners.has(nonce)) stretch.owners.set(nonce, owner);
      }
    }
  }

  /** Lets go of stretches whose last moment is out of the window. */
  #forget(now: number): void {
    for (const [start, {file}] of this.#stretches) {
      if (!this.#isOver(start, now)) continue;
      closeSync(file);
      this.#stretches.delete(start);
    }
  }

  /** Takes files away that no gateway can need, one stretch later than necessary. */
  #sweep(now: number): void {
    for (const name of readdirSync(this.#options.folder)) {
      const start = NAME.exec(name)?.[1];
      if (start !== undefined && this.#isOver(Number(start), now - 2 * this.#options.windowMs)) rmSync(path.join(this.#options.folder, name), {force: true});
    }
  }

  #isOver(start: number, now: number): boolean {
    return start + 2 * this.#options.windowMs <= now;
  }
}
