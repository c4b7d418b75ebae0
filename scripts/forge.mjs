/**
 * Forge itself: the launcher of its npm package ends with 0 whatever forge ended with, so a failure would pass unseen.
 *
 *   node scripts/forge.mjs test …     forge, with its own exit code
 */
import {spawnSync} from 'node:child_process';
import {createRequire} from 'node:module';
import process from 'node:process';

const ARCHITECTURES = {x64: 'amd64', arm64: 'arm64'};

/** Path of the program for this machine. @throws when the package for it is not installed. */
export function forgePath() {
  const name = `@foundry-rs/forge-${process.platform}-${ARCHITECTURES[process.arch] ?? process.arch}/bin/forge`;
  try {
    return createRequire(import.meta.url).resolve(process.platform === 'win32' ? `${name}.exe` : name);
  } catch (cause) {
    throw new Error(`${name} is not installed: run npm ci with optional packages.`, {cause});
  }
}

if (process.argv[1] === import.meta.filename) {
  const {status} = spawnSync(forgePath(), process.argv.slice(2), {stdio: 'inherit'});
  process.exitCode = status ?? 1;
}
