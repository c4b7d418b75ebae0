/** A network of its own for one run: free ports, a temporary folder, fast blocks; gone afterwards. */
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {LocalNetwork, VALIDATORS} from '../network/local-network.ts';
import {freePorts} from '../network/ports.ts';

const MAX_AGE_SECONDS = 300;
const TERM_SECONDS = 7 * 86_400;

async function passingNetwork(say: (line: string) => void): Promise<LocalNetwork> {
  const stateDir = mkdtempSync(path.join(tmpdir(), 'pobs-'));
  return new LocalNetwork({
    stateDir, ports: await freePorts(), l1BlockSeconds: 1, l2BlockSeconds: 1, withdrawEvery: {l1: 1, l2: 1}, maxAgeSeconds: MAX_AGE_SECONDS,
    termSeconds: TERM_SECONDS, rewardSeconds: 2, say,
  });
}

/** Chains, contracts, stake, database and engine; validators and sequencer are the scenario's to start. */
async function start(network: LocalNetwork): Promise<void> {
  await Promise.all([network.startPair(), network.startDatabase()]);
  await network.deploy();
  await network.registerValidators();
  await network.startEngine();
}

async function end(network: LocalNetwork): Promise<void> {
  await network.stopAll();
  if (process.env.POBS_KEEP_STATE !== '1') rmSync(network.options.stateDir, {recursive: true, force: true});
  else process.stderr.write(`state kept in ${network.options.stateDir}\n`);
}

/** Runs `work` on a passing network and ends it, however its start, `work` or the process ends. */
export async function withPassingNetwork<T>(say: (line: string) => void, work: (network: LocalNetwork) => Promise<T>): Promise<T> {
  const network = await passingNetwork(say);
  let interrupted = false;
  const interrupt = () => {
    interrupted = true;
    void end(network).then(() => process.exit(130));
  };
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  try {
    await start(network);
    return await work(network);
  } catch (error) {
    // What fails because everything ends is no failure: the interrupt ends the process.
    if (interrupted) await new Promise(() => {});
    throw error;
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
    await end(network);
  }
}

export const startValidators = (network: LocalNetwork, ...indices: number[]): Promise<unknown> =>
  Promise.all((indices.length > 0 ? indices : Array.from({length: VALIDATORS}, (_, i) => i + 1)).map((index) => network.startValidator(index)));
