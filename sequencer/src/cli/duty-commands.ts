/** `duties` and `rewards`: what is due on chain beside epochs. */
import path from 'node:path';
import {zeroHash} from 'viem';
import {createLogger} from '../app.ts';
import {amount, type Flags, invalid, parseDuties, required, text, wholeNumber} from '../config.ts';
import {dutiesOf, rewardChain} from '../duties.ts';
import {SequencerError} from '../errors.ts';
import {DutyRunner} from '../services/duties/duty-runner.ts';
import {confirmed, connectChains, noLog, type Offline} from './offline.ts';

/** One pass over every duty, as the running sequencer does it again and again. */
export async function runDuties(flags: Flags): Promise<object> {
  confirmed(flags, 'send what is due on both chains');
  const {config, clients, account, key, termChain, bridge} = await connectChains(flags, {sends: true});
  const logger = createLogger(config.logLevel);
  const settings = {...config, ...parseDuties(flags), dataDir: path.resolve(required(flags, 'dataDir'))};
  const duties = await dutiesOf(settings, {clients, account, key, log: noLog, sets: termChain, bridge, logger});
  const {done, failed} = await new DutyRunner({intervalMs: 0, stepsMax: 100}, {duties, logger}).pass();
  return {done: done.map((each) => JSON.parse(JSON.stringify(each, asText)) as object), failed: [...failed].map(([duty, reason]) => ({duty, reason}))};
}

/** Adds to a term's prizes; the newest term unless `--set` names one. */
export async function fundRewards(flags: Flags): Promise<object> {
  const given = amount(flags, 'amount');
  if (given === undefined || given === 0n) throw invalid('Give --amount in base units of the reward token');
  const {chain, setId} = await termOf(flags, await connectChains(flags, {sends: true}));
  confirmed(flags, `pay ${given} base units into term ${setId}`);
  return {setId, amount: given.toString(), tx: await chain.fund(setId, given)};
}

export async function rewardStatus(flags: Flags): Promise<object> {
  const {chain, setId} = await termOf(flags, await connectChains(flags, {sends: false}));
  const {funded, paid, prize, seed, claimDeadline, commitDeadline, seedRound} = await chain.prizes(setId);
  return {
    setId, funded: funded.toString(), paid: paid.toString(), drawn: seed !== zeroHash, prize: prize.toString(),
    commitDeadline: Number(commitDeadline), seedRound: seedRound.toString(), ...(seed !== zeroHash && {claimDeadline: Number(claimDeadline)}),
  };
}

async function termOf(flags: Flags, chains: Offline) {
  const chain = rewardChain(chains.config, {clients: chains.clients, account: chains.account, log: noLog});
  if (chain === undefined) throw invalid('This network has no reward pool');
  const latest = await chain.latestSet();
  if (latest === 0) throw new SequencerError({code: 'NO_TERM', detail: 'L2 knows no validator set yet'});
  return {chain, setId: text(flags, 'set') === undefined ? latest : wholeNumber(flags, 'set', {fallback: latest, min: 1, max: latest})};
}

const asText = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value);
