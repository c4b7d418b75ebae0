/** Where an engine listens for its gateways. */
import {createHash} from 'node:crypto';
import {lstatSync, mkdirSync, realpathSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';

/** What the system takes as the address of a Unix socket. */
const PATH_MAX = 100;

/** `<data-dir>/engine.sock`; a folder of this user in the system's temporary one where that is too long for a socket. */
export function socketPath(dataDir: string): string {
  const beside = path.resolve(dataDir, 'engine.sock');
  if (Buffer.byteLength(beside) <= PATH_MAX) return beside;
  const name = createHash('sha256').update(realpathSync(dataDir)).digest('hex').slice(0, 24);
  const folder = path.join(tmpdir(), `pobs-${name}`);
  mkdirSync(folder, {recursive: true, mode: 0o700});
  const {uid} = lstatSync(folder);
  if (process.getuid !== undefined && uid !== process.getuid()) throw new Error(`${folder} belongs to another user`);
  return path.join(folder, 'engine.sock');
}
