/** `root post`, `withdrawals`, `custody`, `term`: single acts on the chains; each looks first whether it is done. */
import {cidFromDigest, parseManifest, payoutsName, payoutTree, type PayoutRow, type Summary} from '@pobs/protocol';
import {custodyAbi} from '@pobs/protocol/abi';
import {sendAndWait} from '@pobs/protocol/chain';
import {type ContentStore, firstOf, parseStores, StoreError} from '@pobs/protocol/store';
import {createLogger} from '../app.ts';
import {type Flags, required, text, wholeNumber} from '../config.ts';
import {SequencerError} from '../errors.ts';
import {Distributor} from '../services/distributor.ts';
import {payoutsOf} from '../services/epoch-pipeline.ts';
import type {CustodyChain} from '../services/ports.ts';
import {Proposer} from '../services/proposer.ts';
import {TermKeeper} from '../services/term-keeper.ts';
import {HttpEngine} from '../adapters/engine.ts';
import {readSecret} from '../adapters/keys.ts';
import {confirmed, connectChains, custodyOf, epochOf, type Offline} from './offline.ts';
import {vaultOf} from './snapshot.ts';

const PAUSE_ALL = 3n;
const PAUSE_HOURS_MAX = 72;
const ACTIVATION_POLL_MS = 500;

/** Proposes a built epoch on L2. */
export async function postRoot(flags: Flags): Promise<object> {
  const epoch = epochOf(flags);
  confirmed(flags, `propose epoch ${epoch}`);
  const {epochChain} = await connectChains(flags, {sends: true});
  const tx = await new Proposer({chain: epochChain, vault: vaultOf(flags)}).propose(epoch);
  return {epoch: epoch.toString(), proposed: true, ...(tx ? {tx} : {already: true})};
}

/** Open withdrawals as the engine tells them. */
export async function listWithdrawals(flags: Flags): Promise<object> {
  const token = (await readSecret(required(flags, 'operatorTokenFile'), 'operator token')).trim();
  return {withdrawals: await new HttpEngine({url: required(flags, 'engineUrl'), token}).withdrawals()};
}

/** Pays what one custody's active root authorises, from the data folder or from storage: no engine, no database. */
export async function executeWithdrawals(flags: Flags): Promise<object> {
  const chains = await connectChains(flags, {sends: true});
  const custody = custodyOf(flags, chains);
  const {active, pending} = await custody.roots('latest');
  const epoch = pending.epoch > active.epoch ? pending.epoch : active.epoch;
  if (epoch === 0n) return {chainId: custody.chainId, epoch: '0', paid: 0, deferred: 0, txs: []};
  confirmed(flags, `pay the withdrawals of epoch ${epoch} on chain ${custody.chainId}`);
  const payouts = await payoutsAt(flags, {chains, custody, epoch});
  const root = pending.epoch === epoch ? pending.payoutRoot : active.payoutRoot;
  if (payoutTree(custody, payouts).root !== root.toLowerCase()) {
    throw new StoreError({code: 'EPOCH_FILE_MISMATCH', name: payoutsName(custody.chainId), detail: 'it does not lead to the custody\'s payout root'});
  }
  const distributor = new Distributor(
    {batchSize: wholeNumber(flags, 'batchSize', {fallback: 100, min: 1, max: 100}), pollIntervalMs: ACTIVATION_POLL_MS},
    {logger: createLogger(chains.config.logLevel)},
  );
  const done = await distributor.distribute({epoch, chain: custody, payouts, signal: new AbortController().signal});
  return {chainId: custody.chainId, epoch: epoch.toString(), paid: done?.paid ?? 0, deferred: done?.deferred ?? 0, txs: done?.txs ?? []};
}

async function payoutsAt(flags: Flags, {chains, custody, epoch}: {chains: Offline; custody: CustodyChain; epoch: bigint}): Promise<readonly PayoutRow[]> {
  const summary = await chains.epochChain.summaryOf(epoch);
  const built = text(flags, 'dataDir') !== undefined ? await vaultOf(flags).load(epoch) : undefined;
  if (built?.summary.snapshotCid === summary.snapshotCid) return payoutsOf(built.files, custody.chainId);
  return payoutsInStorage(firstOf(parseStores(required(flags, 'storage'))), summary, custody.chainId);
}

async function payoutsInStorage(store: ContentStore, {snapshotCid}: Summary, chainId: number): Promise<readonly PayoutRow[]> {
  const cid = cidFromDigest(snapshotCid);
  const parsed = parseManifest(await store.get(cid));
  if (!parsed.ok) throw new StoreError({code: 'EPOCH_MANIFEST_INVALID', cid, detail: parsed.reason});
  const name = payoutsName(chainId);
  const entry = parsed.manifest.files.find((file) => file.name === name);
  if (!entry) throw new StoreError({code: 'EPOCH_FILE_MISMATCH', name, detail: 'the manifest does not name it'});
  return payoutsOf(new Map([[name, await store.get(entry.cid)]]), chainId);
}

/** Stops settling and paying on one custody; at most 72 hours in 30 days. The key must be the guardian's. */
export async function pauseCustody(flags: Flags): Promise<object> {
  const hours = wholeNumber(flags, 'hours', {fallback: 24, min: 1, max: PAUSE_HOURS_MAX});
  const chains = await connectChains(flags, {sends: true});
  const custody = custodyOf(flags, chains);
  confirmed(flags, `pause custody ${custody.custody} on chain ${custody.chainId} for ${hours} h`);
  const until = (await custody.time()) + BigInt(hours) * 3_600n;
  const receipt = await sendAndWait({
    client: chains.clients[custody.name], account: chains.account, address: custody.custody, abi: custodyAbi, functionName: 'pause', args: [PAUSE_ALL, until],
  });
  return {chainId: custody.chainId, paused: true, until: until.toString(), tx: receipt.transactionHash, ...(typeof flags.reason === 'string' && {reason: flags.reason})};
}

export async function unpauseCustody(flags: Flags): Promise<object> {
  const chains = await connectChains(flags, {sends: true});
  const custody = custodyOf(flags, chains);
  confirmed(flags, `unpause custody ${custody.custody} on chain ${custody.chainId}`);
  const receipt = await sendAndWait({
    client: chains.clients[custody.name], account: chains.account, address: custody.custody, abi: custodyAbi, functionName: 'unpause', args: [],
  });
  return {chainId: custody.chainId, paused: false, tx: receipt.transactionHash};
}

/** Fixes the next term on L1. The registry refuses one that is too early. */
export async function fixTerm(flags: Flags): Promise<object> {
  confirmed(flags, 'fix the next term');
  const {termChain} = await connectChains(flags, {sends: true});
  const tx = await termChain.fixTerm();
  const header = await termChain.latestHeader();
  return {setId: header?.setId, tx};
}

/** Brings the next header that L2 lacks there, by a ticket. */
export async function sendTerm(flags: Flags): Promise<object> {
  confirmed(flags, 'send a term to L2');
  const {termChain, config} = await connectChains(flags, {sends: true});
  const keeper = new TermKeeper({terms: termChain, sets: termChain, logger: createLogger(config.logLevel)});
  const [latest, onL2] = [await termChain.latestHeader(), await termChain.latestOnL2()];
  if (!latest) throw new SequencerError({code: 'NO_TERM', detail: 'No term is fixed yet: run pobs-operator term fix first'});
  if (onL2 >= latest.setId) return {setId: onL2, sent: false, onL2: true};
  await keeper.sendNext(latest.setId);
  return {setId: onL2 + 1, sent: true, ticket: await termChain.ticket(onL2 + 1)};
}

export async function termStatus(flags: Flags): Promise<object> {
  const {termChain} = await connectChains(flags, {sends: false});
  const [latest, onL2] = [await termChain.latestHeader(), await termChain.latestOnL2()];
  if (!latest) return {setId: 0, onL2};
  return {
    setId: latest.setId, onL2, ticket: await termChain.ticket(latest.setId), members: latest.count, totalWeight: latest.totalWeight.toString(),
    activeFrom: Number(latest.activeFrom), activeUntil: Number(latest.activeUntil),
  };
}
