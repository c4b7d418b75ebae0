/** The operator's interface beyond single commands, behind its token: seals, outcomes, states. */
import {z} from '@hono/zod-openapi';
import {encodeSealed, packEpoch, SEALED_MEDIA_TYPE, type SealedEpoch} from '@pobs/protocol';
import {type Address, getAddress} from 'viem';
import {answers} from './api/answers.ts';
import {lots, market} from './api/scalars.ts';
import type {Gate} from './auth/gate.ts';
import {accepted} from './command-routes.ts';
import {ApiError, rejected} from './errors.ts';
import {type App, Binary, endpoint} from './http.ts';
import type {EnginePort, HealthPort} from './ports.ts';

const auth = 'operator' as const;
const byEpoch = z.object({epoch: lots});
const byMarket = z.object({market});
const sealBody = z.strictObject({epoch: lots, snapshotTime: lots});
const outcomeBody = z.strictObject({outcome: z.enum(['approved', 'dead'])});
const sealRefusals = ['UNKNOWN_EPOCH', 'EPOCH_UNDECIDED', 'EPOCH_OUT_OF_ORDER', 'CHAIN_REORGANISED', 'SHEET_NOT_SOLVABLE', 'WRONG_SEQUENCE'] as const;

export function operatorRoutes(app: App, {gate, engine, health}: {gate: Gate; engine: EnginePort; health: HealthPort}): void {
  endpoint(app, gate, {
    method: 'post', path: '/operator/epochs/seal', summary: 'Seal an epoch; repeating it with the same moment answers the same', auth, body: sealBody,
    answer: answers.sealed, example: {epoch: '7', snapshotTime: '1700000000'}, refusals: sealRefusals,
    async handle({accepts, body: {epoch, snapshotTime}}) {
      const before = await engine.sealedEpoch(epoch);
      if (before?.snapshotTime === snapshotTime) return sealedAnswer(before, accepts);
      const lost = health.chains().find(({state}) => state === 'reorganised');
      if (lost) throw new ApiError('CHAIN_REORGANISED', `No epoch can be sealed: ${lost.problem ?? `chain ${lost.chainId} was reorganised`}.`);
      await accepted(engine.submit({type: 'seal', epoch, snapshotTime}));
      return sealedAnswer(await sealed(engine, epoch), accepts);
    },
  });
  endpoint(app, gate, {
    method: 'get', path: '/operator/epochs/{epoch}', summary: 'A sealed epoch', auth, params: byEpoch, answer: answers.sealed, refusals: ['UNKNOWN_EPOCH'],
    handle: async ({accepts, params: {epoch}}) => sealedAnswer(await sealed(engine, epoch), accepts),
  });
  endpoint(app, gate, {
    method: 'post', path: '/operator/epochs/{epoch}/outcome', summary: 'Approved or dead; repeating it changes nothing', auth, params: byEpoch,
    body: outcomeBody, answer: answers.outcome, example: {outcome: 'approved'}, refusals: ['WRONG_SEQUENCE', 'EPOCH_OUT_OF_ORDER'],
    async handle({params: {epoch}, body: {outcome}}) {
      const {sequence, journalHead} = await accepted(engine.submit({type: 'decideEpoch', epoch, outcome}));
      return {epoch, outcome, sequence, journalHead};
    },
  });
  endpoint(app, gate, {
    method: 'get', path: '/operator/state', summary: 'Where journal, chains and epochs stand', auth, answer: answers.state,
    async handle() {
      const {sequence, digest, journalHead, chains, lastSealed, undecided} = await engine.state();
      return {
        sequence, digest, journalHead, chains: chains.map(({chainId, blockNumber}) => ({chainId, blockNumber})), lastSealed, undecided: undecided ?? null,
      };
    },
  });
  endpoint(app, gate, {
    method: 'get', path: '/operator/withdrawals', summary: 'Every withdrawal not yet paid', auth, answer: answers.withdrawals,
    handle: async () => (await engine.openWithdrawals()).map(({wallet, chainId, token, lots: amount, state, epoch}) => ({
      wallet: getAddress(wallet), chainId, token: getAddress(token), lots: amount, state, epoch: epoch ?? null,
    })),
  });
  endpoint(app, gate, {
    method: 'get', path: '/operator/markets/{market}/programmes', summary: 'Members of a market\'s programmes, with what they have kept of the running session', auth,
    params: byMarket, answer: answers.programmes, refusals: ['UNKNOWN_MARKET'],
    handle: async ({params: {market: name}}) => held(await engine.programmes(name), name),
  });
  endpoint(app, gate, {
    method: 'get', path: '/operator/markets/{market}/ranks', summary: 'The queues of symmetric liquidation, longs first', auth, params: byMarket, answer: answers.ranks,
    refusals: ['UNKNOWN_MARKET'], handle: async ({params: {market: name}}) => held(await engine.ranksIn(name), name),
  });
}

function held(entries: readonly {wallet: Address; sub?: number}[] | undefined, name: string): object[] {
  if (!entries) throw rejected({code: 'UNKNOWN_MARKET', market: name});
  return entries.map((entry) => ({...entry, wallet: getAddress(entry.wallet), sub: entry.sub ?? 0}));
}

async function sealed(engine: EnginePort, epoch: bigint): Promise<SealedEpoch> {
  const found = await engine.sealedEpoch(epoch);
  if (!found) throw new ApiError('UNKNOWN_EPOCH', `Epoch ${epoch} is not among the newest sealed ones.`);
  return found;
}

/** Large books are too large for text. */
const sealedAnswer = (books: SealedEpoch, accepts: (mediaType: string) => boolean): SealedEpoch | Binary =>
  (accepts(SEALED_MEDIA_TYPE) ? new Binary(SEALED_MEDIA_TYPE, encodeSealed(packEpoch(books))) : books);
