/** A term's rewards from its end to the prize in a validator's wallet: each step by the program that does it in production. */
import {rewardPoolAbi, validatorSetsAbi} from '@pobs/protocol/abi';
import {readPrizes} from '@pobs/protocol/chain';
import {zeroHash} from 'viem';
import {type LocalNetwork, REWARDS_PER_TERM, VALIDATORS} from '../network/local-network.ts';
import {clientOf} from './chain-view.ts';
import type {Checks} from './checks.ts';
import {L2} from './market.ts';
import {passUntil} from './time.ts';
import {until} from './until.ts';

const TERM = 1;
/** After it no epoch of the term can be proposed. */
const PAST_SKEW = 130n;
/** The pool's delay between commitment and seed, and a round more. */
const SEED_SECONDS = 70n;

export async function payRewards(network: LocalNetwork, checks: Checks): Promise<void> {
  const client = clientOf(network, L2);
  const pool = network.network.l2.rewards!;
  const contract = {address: pool, abi: rewardPoolAbi} as const;
  const prizes = () => readPrizes({client: client as never, pool, setId: TERM});
  const {activeUntil} = await client.readContract({address: network.network.l2.sets, abi: validatorSetsAbi, functionName: 'header', args: [TERM]});
  checks.equal('the operator has funded the term', (await prizes()).funded, REWARDS_PER_TERM);

  await passUntil(network, activeUntil + PAST_SKEW);
  const committed = () => client.getContractEvents({...contract, eventName: 'AuditRootCommitted', args: {setId: TERM}, fromBlock: 0n, strict: true});
  await until('every validator to commit to the rows it held', async () =>
    (new Set((await committed()).map(({args}) => args.validator)).size === VALIDATORS ? true : undefined));
  checks.equal('the term is over: each validator commits to the rows it held', new Set((await committed()).map(({args}) => args.validator)).size, VALIDATORS);

  await passUntil(network, (await prizes()).commitDeadline + SEED_SECONDS);
  const {done, failed} = JSON.parse(await network.operatorCli('duties', '--yes', '--json')) as {done: {what: string}[]; failed: {duty: string; reason: string}[]};
  checks.that('the operator proves the beacon\'s round and draws', failed.length === 0 && (await prizes()).seed !== zeroHash, JSON.stringify({done, failed}));
  checks.that('it counts who took part', done.some(({what}) => what === 'counted participation'), JSON.stringify(done));

  const paid = () => client.getContractEvents({...contract, eventName: 'TicketPaid', args: {setId: TERM}, fromBlock: 0n, strict: true});
  await until('a validator to claim its prize', async () => ((await paid()).length > 0 ? true : undefined));
  const [first] = await paid();
  const {prize} = await prizes();
  checks.equal('a prize is paid to a validator that voted with the outcome and opened its rows', first!.args.amount, prize);
  checks.that('the prize is a ticket\'s share', prize === REWARDS_PER_TERM / 32n, String(prize));
}
