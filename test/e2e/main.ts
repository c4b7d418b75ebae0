/**
 * Everything that needs the whole system, on one network: every lie of a dishonest operator, the honest cycle, the
 * sequencer killed at each stage, the subgraph against the contracts, the web app in a real browser.
 * Prints one JSON line per check; exit 0 only if all held.
 */
import {execFileSync} from 'node:child_process';
import {cycle} from '../../scripts/cycle/run-cycle.ts';
import {L1, type Market, USDC} from '../../scripts/cycle/market.ts';
import {withPassingNetwork} from '../../scripts/cycle/passing-network.ts';
import {followVerdicts, runLie} from '../../scripts/cycle/run-lie.ts';
import type {Checks} from '../../scripts/cycle/checks.ts';
import {type LocalNetwork, ROOT} from '../../scripts/network/local-network.ts';
import {forceDaysAgo} from '../../scripts/cycle/exits.ts';
import {isForAuditors, LIE_NAMES, needsForced} from '../dishonest/lies.ts';
import {checkCrashes} from './crashes.ts';
import {checkGraph} from './graph.ts';
import {browserDoors, checkBrowser} from './browser.ts';

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const seconds = (since: number) => ((performance.now() - since) / 1_000).toFixed(1);

async function timed(name: string, work: () => Promise<void>): Promise<void> {
  const started = performance.now();
  await work();
  say(`… ${name}: ${seconds(started)} s`);
}

async function attacks(network: LocalNetwork, market: Market, checks: Checks): Promise<void> {
  await market.alice.withdraw(L1, market.l1Usdc, 1_000n * USDC);
  const verdicts = followVerdicts(network);
  for (const lie of LIE_NAMES.filter((each) => !needsForced(each) && !isForAuditors(each))) await timed(lie, () => runLie({network, market, lie, verdicts, checks}));
}

/** An operator that passes over what was forced on chain a day ago. */
async function ignoredForced(network: LocalNetwork, market: Market, checks: Checks): Promise<void> {
  await forceDaysAgo(network, market);
  await runLie({network, market, lie: 'ignore-forced', verdicts: followVerdicts(network), checks});
}

execFileSync(process.execPath, ['scripts/prepare.mjs', 'web', 'subgraph'], {cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit']});
const report = await withPassingNetwork(say, (network) => cycle(network, say, {
  beforeEpochs: (market, checks) => attacks(network, market, checks),
  betweenEpochs: async (market, checks) => {
    await timed('sequencer killed at each stage', () => checkCrashes(network, market, checks));
    await timed('ignore-forced', () => ignoredForced(network, market, checks));
  },
  doors: browserDoors(network),
  whileRunning: async (market, checks, epochs) => {
    await timed('subgraph', () => checkGraph(network, checks));
    await timed('browser', () => checkBrowser(network, market, checks, epochs.at(-1)!));
    await network.stop('graph-node');
  },
}));
for (const {name, ok, detail} of report.checks) process.stdout.write(`${JSON.stringify({check: name, ok, ...(detail !== undefined && {detail})})}\n`);
process.exit(report.ok ? 0 : 4);
