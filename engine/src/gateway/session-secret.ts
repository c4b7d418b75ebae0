/** The secret behind sessions, kept beside the journal, so that they survive a restart and hold at every gateway of the machine. */
import {randomBytes} from 'node:crypto';
import {linkSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';

export function sessionSecret(dataDir: string): Uint8Array {
  const file = path.join(dataDir, 'session.key');
  const own = `${file}.${process.pid}`;
  writeFileSync(own, randomBytes(32).toString('hex'), {mode: 0o600});
  try {
    // Of gateways that start together, one makes the secret.
    linkSync(own, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(own);
  }
  return Buffer.from(readFileSync(file, 'utf8').trim(), 'hex');
}
