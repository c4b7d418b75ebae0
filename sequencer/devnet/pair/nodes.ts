import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {assertPortFree, freePort} from '../http.ts';
import {startAnvil, type AnvilProcess} from './anvil.ts';
import {NODE_STATES_KEPT} from './archive/archive.ts';

export const L1_CHAIN_ID = 31_337;
export const L2_CHAIN_ID = 412_346;

/** The nodes of both chains; they are private, the public RPCs stand in front of them. */
export type Nodes = {l1: AnvilProcess; l2: AnvilProcess; stop(): Promise<void>};

export async function startNodes(options: {
  /** Port of the L2 node; 0 or absent: a free one. */
  l2PrivatePort: number | undefined;
  /** State files to load. */
  files: {l1: string; l2: string} | undefined;
  log: (line: string) => void;
}): Promise<Nodes> {
  const {files, log} = options;
  const l1Port = await freePort();
  const l2Port = options.l2PrivatePort || (await freePort());
  await assertPortFree('L2 node', l2Port);
  // The nodes make a folder for states that never come; it shall not pile up in the user's home.
  const cache = mkdtempSync(join(tmpdir(), 'pobs-nodes-'));
  const states = ['--prune-history', String(NODE_STATES_KEPT), '--cache-path', cache];
  const load = (file: string | undefined): string[] => (file === undefined ? [] : ['--load-state', file]);
  const l1Args = ['--chain-id', String(L1_CHAIN_ID), ...states, ...load(files?.l1)];
  const l2Fees = ['--base-fee', '100000000', '--disable-min-priority-fee'];
  const l2Args = ['--chain-id', String(L2_CHAIN_ID), ...l2Fees, ...states, ...load(files?.l2)];
  const [l1, l2] = await Promise.allSettled([
    startAnvil({name: 'L1', port: l1Port, args: l1Args, log}),
    startAnvil({name: 'L2', port: l2Port, args: l2Args, log}),
  ]);
  if (l1.status === 'fulfilled' && l2.status === 'fulfilled') {
    const nodes = {l1: l1.value, l2: l2.value};
    const stop = async (): Promise<void> => {
      await Promise.all([nodes.l1.stop(), nodes.l2.stop()]);
      rmSync(cache, {recursive: true, force: true});
    };
    return {...nodes, stop};
  }
  rmSync(cache, {recursive: true, force: true});
  for (const result of [l1, l2]) if (result.status === 'fulfilled') await result.value.stop();
  throw l1.status === 'rejected' ? l1.reason : (l2 as PromiseRejectedResult).reason;
}
