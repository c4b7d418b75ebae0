/** One attack on a running network: a dishonest operator tries one lie, and everything must stay where it is. */
import {erc20Abi} from '@pobs/protocol/abi';
import {type Address, encodeAbiParameters, keccak256, numberToHex, parseAbiParameters} from 'viem';
import {isForAuditors, type Lie, LIES} from '../../test/dishonest/lies.ts';
import type {LocalNetwork} from '../network/local-network.ts';
import {clientOf, custodyOf, statusOf, votesOf} from './chain-view.ts';
import type {Checks} from './checks.ts';
import {custodyHoldings, followStages} from './epochs.ts';
import {L1, L2, type Market, USDC} from './market.ts';
import {passTime} from './time.ts';
import {until} from './until.ts';

type Violation = {rule: number; detail: string; where?: string; rows: string[]};
export type Verdict = {validator: string; epoch: string; ok: boolean; violations: Violation[]};

/** Lies whose proof is a figure or a hash, not a row. */
const ROWLESS = new Set<Lie>(['wrong-cid', 'insolvent', 'wrong-parent']);
const STOLEN = 1_000n * USDC;
/** Status of IEpochManager. */
const [PROPOSED, REJECTED] = [1, 3];
/** Kind of a vote. */
const DISPUTE = 3;
/** Where the test token (OpenZeppelin's ERC-20) keeps its balances. */
const BALANCES_SLOT = 0n;

/** Verdicts of every validator that is up, as they print them. */
export function followVerdicts(network: LocalNetwork): Verdict[] {
  const verdicts: Verdict[] = [];
  for (const [name, service] of network.services) {
    if (name.startsWith('validator-')) {
      service.onLine((line) => {
        if (line.event === 'verdict') verdicts.push({...(line as unknown as Verdict), validator: name});
      });
    }
  }
  return verdicts;
}

export async function runLie({network, market, lie, verdicts, checks}: {
  network: LocalNetwork; market: Market; lie: Lie; verdicts: readonly Verdict[]; checks: Checks;
}): Promise<void> {
  const validators = [...network.services.keys()].filter((name) => name.startsWith('validator-'));
  if (lie === 'insolvent') await alterHolding(network, market.l2Usdc, -STOLEN);
  const held = await custodyHoldings(network, market);
  await network.startOwn('sequencer', 'test/dishonest/operator.ts', [lie, ...network.operatorFlags()]);
  const operator = network.services.get('sequencer')!;
  const {epoch, reached} = followStages(operator);
  const ended = async () => {
    const code = await operator.exited;
    if (code !== 0 || epoch() === undefined) throw new Error(`the dishonest operator ended with exit code ${code}: ${operator.lastErrors()}`);
  };
  if (isForAuditors(lie)) await reached('proposed');
  else await ended();
  const number = epoch()!;
  const judged = await until(`every validator's verdict on epoch ${number}`, async () => {
    const found = verdicts.filter((verdict) => verdict.epoch === number);
    return new Set(found.map(({validator}) => validator)).size === validators.length ? found : undefined;
  });
  const {rule} = LIES[lie];
  for (const {validator, violations} of judged) {
    const exact = violations.length > 0 && violations.every((violation) => violation.rule === rule);
    const named = ROWLESS.has(lie) || violations.every(({rows}) => rows.length > 0);
    checks.that(`${lie}: ${validator} reports exactly V${rule} with the offending rows`, exact && named, JSON.stringify(violations));
  }
  if (isForAuditors(lie)) await dieDisputed({network, lie, checks, epoch: BigInt(number), voters: validators.length, ended});
  else checks.equal(`${lie}: epoch ${number} is rejected`, await statusOf(network, BigInt(number)), REJECTED);
  checks.equal(`${lie}: nothing left custody`, await custodyHoldings(network, market), held);
  const {withdrawals} = await market.alice.view();
  checks.that(`${lie}: the request went back to its user`, withdrawals.some(({chainId, state}) => chainId === L1 && state === 'requested'), JSON.stringify(withdrawals));
  if (lie === 'insolvent') await alterHolding(network, market.l2Usdc, STOLEN);
}

/** Disputes decide nothing: the epoch stays undecided until it is too old, and its withdrawals are free again. */
async function dieDisputed({network, lie, checks, epoch, voters, ended}: {
  network: LocalNetwork; lie: Lie; checks: Checks; epoch: bigint; voters: number; ended: () => Promise<void>;
}): Promise<void> {
  const votes = await until(`every validator's vote on epoch ${epoch}`, async () => {
    const cast = await votesOf(network, epoch);
    return cast.length === voters ? cast : undefined;
  });
  checks.that(`${lie}: every holder of the auditor key disputes by V9`, votes.every(({args: {kind, rule}}) => kind === DISPUTE && rule === LIES[lie].rule), JSON.stringify(votes.map(({args: {kind, rule}}) => [kind, rule])));
  checks.equal(`${lie}: epoch ${epoch} is never approved`, await statusOf(network, epoch), PROPOSED);
  await passTime(network, BigInt(2 * network.options.maxAgeSeconds));
  await ended();
}

/**
 * Changes what a custody holds without any transaction: only the local chain can do that. Tokens that came back by a
 * transfer would be a deposit.
 */
async function alterHolding(network: LocalNetwork, token: Address, change: bigint): Promise<void> {
  const client = clientOf(network, L2);
  const custody = custodyOf(network, L2);
  const balance = await client.readContract({address: token, abi: erc20Abi, functionName: 'balanceOf', args: [custody]});
  const slot = keccak256(encodeAbiParameters(parseAbiParameters('address, uint256'), [custody, BALANCES_SLOT]));
  const response = await fetch(`${network.pair.controlUrl}/set-storage`, {
    method: 'POST', body: JSON.stringify({chain: 'l2', address: token, slot, value: numberToHex(balance + change, {size: 32})}), signal: AbortSignal.timeout(15_000),
  });
  if (!response.ok) throw new Error(`the local chain did not alter the holding: ${await response.text()}`);
  const next = (await client.getBlockNumber()) + 1n;
  await until('the altered holding to be final', async () => ((await client.getBlock({blockTag: 'finalized'})).number >= next ? true : undefined));
}
