/** What still holds when the operator is gone. */
import {execFile} from 'node:child_process';
import {promisify} from 'node:util';
import {keyOf} from '../network/accounts.ts';
import {type LocalNetwork, ROOT} from '../network/local-network.ts';
import type {Checks} from './checks.ts';
import {unpaid} from './exits.ts';
import {L1, type Market, USDC} from './market.ts';

type Ran = {code: number; stdout: string; stderr: string};

/** Runs a program to its end; a non-zero exit is a result, not an exception. */
export async function runProgram(args: readonly string[]): Promise<Ran> {
  try {
    const {stdout, stderr} = await promisify(execFile)(process.execPath, args, {cwd: ROOT, maxBuffer: 64 * 1024 ** 2});
    return {code: 0, stdout, stderr};
  } catch (error) {
    const failure = error as Error & {code?: number; stdout?: string; stderr?: string};
    return {code: failure.code ?? 1, stdout: failure.stdout ?? '', stderr: failure.stderr ?? failure.message};
  }
}

const places = (network: LocalNetwork) => [network.networkFile, network.pair.l1Rpc, network.pair.l2Rpc, network.pair.storageUrl];

export async function verifyWithoutOperator(network: LocalNetwork, epochs: readonly bigint[], checks: Checks): Promise<void> {
  for (const epoch of epochs) {
    const {code, stderr} = await runProgram(['validator/bin/pobs-validator.mjs', 'verify', String(epoch), ...network.validatorFlags(1), ...network.auditorFlags()]);
    checks.that(`pobs-validator verify ${epoch} passes with engine, sequencer and database stopped, the records of the log read with the auditor key`, code === 0, `exit ${code}: ${stderr.slice(-400)}`);
  }
}

/** Carol's L1 payout was authorised but never distributed: anybody can claim it for her. */
export async function claimFromChainAndStorage(network: LocalNetwork, {alice, carol, l1Usdc}: Market, epoch: bigint, checks: Checks): Promise<void> {
  const before = await carol.walletBalance({rpc: network.pair.l1Rpc, token: l1Usdc});
  const {code, stderr} = await claimFor(network, epoch, carol.address);
  const received = (await carol.walletBalance({rpc: network.pair.l1Rpc, token: l1Usdc})) - before;
  checks.that('one payout is claimed from chain and storage alone', code === 0 && received === 700n * USDC, `exit ${code}, received ${received}: ${stderr.slice(-400)}`);
  // Where attacks came first, alice forced a withdrawal that is in the same line.
  if ((await unpaid(network, {trader: alice, chainId: L1, token: l1Usdc})) > 0n) await claimFor(network, epoch, alice.address);
}

const claimFor = (network: LocalNetwork, epoch: bigint, wallet: string): Promise<Ran> =>
  runProgram(['--import', 'tsx', 'test/independent/claim.ts', ...places(network), String(epoch), String(L1), wallet, keyOf('guardian')]);

export async function checkIndependently(network: LocalNetwork, epochs: readonly bigint[], checks: Checks): Promise<void> {
  const {stdout, stderr} = await runProgram(['--import', 'tsx', 'test/independent/check.ts', ...places(network), ...epochs.map(String)]);
  if (!stdout.startsWith('{')) return checks.that('the independent check ran', false, stderr.slice(-600));
  const report = JSON.parse(stdout) as {checks: {name: string; count: number}[]; failures: string[]};
  for (const {name, count} of report.checks) {
    checks.that(`independent: ${name} (${count})`, !report.failures.some((failure) => failure.startsWith(name)), report.failures.filter((failure) => failure.startsWith(name)).join('; '));
  }
}
