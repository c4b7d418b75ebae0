/** Files that hold secrets: written with mode 0600, refused when others may read them. */
import {chmodSync, closeSync, fsyncSync, mkdirSync, openSync, readFileSync, statSync, writeSync} from 'node:fs';
import path from 'node:path';
import {ValidatorError} from '../errors.ts';

/** Creates a file that must not exist yet. @throws {ValidatorError} `KEYSTORE_INVALID` when it does. */
export function createSecretFile(file: string, text: string): void {
  mkdirSync(path.dirname(file), {recursive: true, mode: 0o700});
  let descriptor: number;
  try {
    descriptor = openSync(file, 'wx', 0o600);
  } catch (error) {
    const detail = (error as NodeJS.ErrnoException).code === 'EEXIST' ? 'it exists already and is never overwritten' : String((error as NodeJS.ErrnoException).code);
    throw new ValidatorError({code: 'KEYSTORE_INVALID', path: file, detail}, {cause: error});
  }
  writeSync(descriptor, text);
  fsyncSync(descriptor);
  closeSync(descriptor);
  chmodSync(file, 0o600);
}

/** @throws {ValidatorError} `KEYSTORE_MISSING`, `FILE_EXPOSED`, `FILE_UNREADABLE` */
export function readSecretFile(file: string): string {
  try {
    if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0) throw new ValidatorError({code: 'FILE_EXPOSED', path: file});
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof ValidatorError) throw error;
    const {code} = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new ValidatorError({code: 'KEYSTORE_MISSING', path: file}, {cause: error});
    throw new ValidatorError({code: 'FILE_UNREADABLE', path: file, detail: code ?? 'unknown'}, {cause: error});
  }
}
