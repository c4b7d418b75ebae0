import {fstatSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {localBeacon, startBeacon} from './beacon-server.ts';
import {startControl} from './control.ts';
import {lockFolder} from './folder-lock.ts';
import {USAGE, UsageError, parseHostOptions, type HostOptions} from './host-options.ts';
import {startPair, startStorage} from './index.ts';

const PARENT_CHECK_MS = 1000;

/** Undone in reverse order, whatever happens. */
type Cleanup = (() => Promise<void> | void)[];

/** Exit codes: 0 stopped on request, 1 could not start or a node failed, 2 wrong usage. */
async function main(): Promise<number> {
  const options = parseHostOptions(process.argv.slice(2), process.env);
  if (options === 'help') {
    console.log(USAGE);
    return 0;
  }
  const stopped = whenStopped(options).then((reason) => ({reason, code: 0}));
  const cleanup: Cleanup = [];
  try {
    const {failed} = await start(options, cleanup);
    const {reason, code} = await Promise.race([stopped, failed.then((why) => ({reason: why, code: 1}))]);
    log(`stopping: ${reason}`);
    return code;
  } finally {
    for (const undo of cleanup.toReversed()) {
      try {
        await undo();
      } catch (error) {
        log(String(error));
      }
    }
  }
}

/** Starts everything and announces it by one line. */
async function start(options: HostOptions, cleanup: Cleanup): Promise<{failed: Promise<string>}> {
  const {stateDir, storagePort, controlPort, beaconPort, parentPipe: _, ...pairOptions} = options;
  const dir = stateDir ?? mkdtempSync(join(tmpdir(), 'pobs-devnet-'));
  cleanup.push(stateDir === undefined ? () => rmSync(dir, {recursive: true, force: true}) : lockFolder(dir));

  const storage = await startStorage({dir: join(dir, 'storage'), port: storagePort});
  cleanup.push(() => storage.stop());
  const chainsDir = stateDir === undefined ? undefined : join(dir, 'chains');
  const pair = await startPair({...pairOptions, stateDir: chainsDir, log});
  cleanup.push(() => pair.stop());
  const control = await startControl(controlPort, pair.control, pair.save);
  cleanup.push(() => control.close());
  const beacon = await startBeacon(beaconPort, () => pair.control.time());
  cleanup.push(() => beacon.close());

  const {failed, control: __, save: ___, stop: ____, ...facts} = pair;
  console.log(JSON.stringify({ready: true, ...facts, storageUrl: storage.url, controlUrl: control.url, beaconUrl: beacon.url, beacon: localBeacon()}));
  return {failed};
}

/** Resolves on SIGINT, SIGTERM, the end of a piped standard input, or the parent's death. */
function whenStopped({parentPipe}: HostOptions): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve(signal));
    if (parentPipe || isPipe(0)) {
      process.stdin.once('close', () => resolve('standard input closed'));
      process.stdin.once('error', () => resolve('standard input closed'));
      process.stdin.resume();
    }
    // A broken pipe to a dead reader must not kill the host before it has saved.
    process.stdout.on('error', () => resolve('standard output closed'));
    process.stderr.on('error', () => resolve('standard error closed'));
    const parent = process.ppid;
    const check = setInterval(() => {
      if (process.ppid !== parent) resolve('parent ended');
    }, PARENT_CHECK_MS);
    check.unref();
  });
}

function isPipe(descriptor: number): boolean {
  try {
    const stat = fstatSync(descriptor);
    return stat.isFIFO() || stat.isSocket();
  } catch {
    return false;
  }
}

function log(line: string): void {
  process.stderr.write(`${JSON.stringify({level: 30, time: Date.now(), name: 'devnet', msg: line})}\n`);
}

try {
  process.exit(await main());
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(error instanceof UsageError ? 2 : 1);
}
