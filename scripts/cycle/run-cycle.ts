/** `npm start -- --once`: two epochs, end to end, on two real chains, and every claim about them checked. */
import {cpSync, mkdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {cidFromDigest} from '@pobs/protocol';
import {fetchEpoch, ipfsStore} from '@pobs/protocol/store';
import {zeroAddress} from 'viem';
import type {LocalNetwork} from '../network/local-network.ts';
import {jailAbsent} from './absence.ts';
import {clientOf, viewEpoch, type EpochView} from './chain-view.ts';
import {type Check, Checks} from './checks.ts';
import {firstEpoch, secondEpoch} from './epochs.ts';
import {type Doors, freezeAndEscape, scriptedDoors} from './exits.ts';
import {checkIndependently, claimFromChainAndStorage, verifyWithoutOperator} from './independence.ts';
import {L1, L2, type Market, openMarket, pushDeposits, trade} from './market.ts';
import {startValidators, withPassingNetwork} from './passing-network.ts';
import {payRewards} from './rewards.ts';
import type {Trader} from './trader.ts';

export type CycleReport = {
  ok: boolean;
  epochs: (EpochView & {rows: number; roots: string[]; stagesMs: Record<string, number>})[];
  balancesBefore: Record<string, string>;
  balancesAfter: Record<string, string>;
  checks: Check[];
};

/** Exit code: 0 only if all of it held. */
export async function runCycle({json, keep}: {json: boolean; keep: string | undefined}): Promise<number> {
  const say = (line: string) => (json ? process.stderr : process.stdout).write(`${line}\n`);
  const started = performance.now();
  const report = await withPassingNetwork(say, (network) => cycle(network, say, {keep}));
  const failed = report.checks.filter(({ok}) => !ok);
  if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
  say(`${report.ok ? '✓' : '✗'} ${report.epochs.length} epochs, ${report.checks.length - failed.length} of ${report.checks.length} checks held, ${((performance.now() - started) / 1_000).toFixed(1)} s`);
  return report.ok ? 0 : 4;
}

export type CycleOptions = {
  keep?: string | undefined;
  /** Before the first epoch, with all validators up: the test suite's attacks. */
  beforeEpochs?: (market: Market, checks: Checks) => Promise<void>;
  betweenEpochs?: (market: Market, checks: Checks) => Promise<void>;
  /** After the second epoch, while everything still runs. */
  whileRunning?: (market: Market, checks: Checks, epochs: readonly bigint[]) => Promise<void>;
  /** How a depositor goes through the doors that need nobody; default: by script. */
  doors?: Doors;
};

/** The cycle itself, on a running network. */
export async function cycle(network: LocalNetwork, say: (line: string) => void, options: CycleOptions = {}): Promise<CycleReport> {
  const checks = new Checks(say);
  say('Three depositors push funds');
  const market = await openMarket(network);
  await pushDeposits(network, market, checks);
  say('They trade');
  await trade(network, market, checks);
  const balancesBefore = await walletBalances(network, market);
  await startValidators(network);
  await options.beforeEpochs?.(market, checks);

  say('First epoch: withdrawals of what their owners deposited; one of four validators is down');
  await network.stop('validator-4');
  const first = await firstEpoch(network, market, checks);
  await network.startValidator(4);
  await options.betweenEpochs?.(market, checks);
  say('Second epoch: winnings leave on a chain never deposited to; two validators are down for a while');
  const second = await secondEpoch(network, market, checks);
  const epochs = [first.epoch, second.epoch];
  await options.whileRunning?.(market, checks, epochs);

  say('Engine, sequencer and PostgreSQL stopped: chain and storage alone');
  for (const name of ['sequencer', 'engine', 'postgres']) await network.stop(name);
  await verifyWithoutOperator(network, epochs, checks);
  await claimFromChainAndStorage(network, market, second.epoch, checks);
  await checkIndependently(network, epochs, checks);
  await afterTheTerm(network, market, {checks, say, doors: options.doors ?? scriptedDoors(network)});

  const views = await Promise.all(epochs.map((epoch) => viewEpoch(network, epoch)));
  if (options.keep !== undefined) await keepFiles(network, options.keep, views);
  return {
    ok: checks.ok,
    epochs: views.map((view, i) => ({
      ...view,
      rows: view.lines.reduce((sum, {rows}) => sum + rows, 0),
      roots: view.lines.flatMap(({roots}) => roots),
      stagesMs: [first, second][i]!.stagesMs,
    })),
    balancesBefore,
    balancesAfter: await walletBalances(network, market),
    checks: checks.all,
  };
}

/** A week later, by the local chains' clocks: validators are paid, and what the operator ignored freezes its custody. */
async function afterTheTerm(network: LocalNetwork, market: Market, {checks, say, doors}: {checks: Checks; say: (line: string) => void; doors: Doors}): Promise<void> {
  say('The term ends: prizes are drawn and claimed');
  const bobsRow = {trader: market.bob, chainId: L2, token: market.l2Usdc};
  await doors.force(bobsRow);
  const {timestamp} = await clientOf(network, L2).getBlock();
  await payRewards(network, checks);
  await jailAbsent(network, checks);
  say('Nobody served what bob forced: the custody freezes, and he escapes');
  await freezeAndEscape(network, market, {checks, doors, forcedAt: timestamp});
}

/** Wallet balances on the chains, base units, by `name chain token`. */
async function walletBalances(network: LocalNetwork, {alice, bob, carol, l1Usdc, l2Usdc}: Market): Promise<Record<string, string>> {
  const assets = [
    {label: `${L1} USDC`, rpc: network.pair.l1Rpc, token: l1Usdc},
    {label: `${L2} USDC`, rpc: network.pair.l2Rpc, token: l2Usdc},
    {label: `${L2} ETH`, rpc: network.pair.l2Rpc, token: zeroAddress},
  ];
  const entries = await Promise.all([alice, bob, carol].flatMap((trader: Trader) => assets.map(async ({label, rpc, token}) =>
    [`${trader.name} ${label}`, (await trader.walletBalance({rpc, token})).toString()] as const)));
  return Object.fromEntries(entries);
}

/** Everything that was published, fetched from storage the way its readers do. */
async function keepFiles(network: LocalNetwork, keep: string, views: readonly EpochView[]): Promise<void> {
  mkdirSync(keep, {recursive: true});
  cpSync(network.networkFile, path.join(keep, 'network.json'));
  for (const {epoch, snapshotCid} of views) {
    const {manifestBytes, files} = await fetchEpoch(ipfsStore(network.pair.storageUrl), cidFromDigest(snapshotCid));
    for (const [name, bytes] of [['manifest.json', manifestBytes] as const, ...files]) {
      const file = path.join(keep, `epoch-${epoch}`, name);
      mkdirSync(path.dirname(file), {recursive: true});
      writeFileSync(file, bytes);
    }
  }
}
