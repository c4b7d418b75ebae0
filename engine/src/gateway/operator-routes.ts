/** The operator's interface, behind its token: marks, seals, outcomes. */
import {z} from '@hono/zod-openapi';
import {encodeSealed, packEpoch, SEALED_MEDIA_TYPE, type SealedEpoch} from '@pobs/protocol';
import {getAddress} from 'viem';
import {accepted} from './account-routes.ts';
import {ApiError} from './errors.ts';
import {type App, Binary, endpoint, type Gate} from './http.ts';
import type {EnginePort, HealthPort} from './ports.ts';
import {answers, lots, markBody, market, outcomeBody, sealBody} from './shapes.ts';

export function operatorRoutes(app: App, {gate, engine, health}: {gate: Gate; engine: EnginePort; health: HealthPort}): void {
  const auth = 'operator' as const;
  const byEpoch = z.object({epoch: lots});
  endpoint(app, gate, {
    method: 'post', path: '/operator/markets/{market}/mark', summary: 'Set the mark price', auth, params: z.object({market}), body: markBody,
    answer: answers.sequence,
    async handle({params, body}) {
      const {sequence} = await accepted(engine.submit({type: 'setMark', market: params.market, price: body.price}));
      return {sequence};
    },
  });
  endpoint(app, gate, {
    method: 'post', path: '/operator/epochs/seal', summary: 'Seal an epoch; repeating it with the same moment answers the same', auth, body: sealBody, answer: answers.sealed,
    async handle({accepts, body: {epoch, snapshotTime}}) {
      const before = await engine.sealedEpoch(epoch);
      if (before?.snapshotTime === snapshotTime) return sealedAnswer(before, accepts);
      const lost = health.chains().find(({state}) => state === 'reorganised');
      if (lost) throw new ApiError(409, 'CHAIN_REORGANISED', `No epoch can be sealed: ${lost.problem ?? `chain ${lost.chainId} was reorganised`}.`);
      await accepted(engine.submit({type: 'seal', epoch, snapshotTime}));
      return sealedAnswer(await sealed(engine, epoch), accepts);
    },
  });
  endpoint(app, gate, {
    method: 'get', path: '/operator/epochs/{epoch}', summary: 'A sealed epoch', auth, params: byEpoch, answer: answers.sealed,
    handle: async ({accepts, params: {epoch}}) => sealedAnswer(await sealed(engine, epoch), accepts),
  });
  endpoint(app, gate, {
    method: 'post', path: '/operator/epochs/{epoch}/outcome', summary: 'Approved or dead; repeating it changes nothing', auth, params: byEpoch,
    body: outcomeBody, answer: answers.outcome,
    async handle({params: {epoch}, body: {outcome}}) {
      await accepted(engine.submit({type: 'decideEpoch', epoch, outcome}));
      return {epoch, outcome};
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
}

async function sealed(engine: EnginePort, epoch: bigint): Promise<SealedEpoch> {
  const found = await engine.sealedEpoch(epoch);
  if (!found) throw new ApiError(404, 'UNKNOWN_EPOCH', `Epoch ${epoch} is not among the newest sealed ones.`);
  return found;
}

/** Large books are too large for text. */
const sealedAnswer = (books: SealedEpoch, accepts: (mediaType: string) => boolean): SealedEpoch | Binary =>
  (accepts(SEALED_MEDIA_TYPE) ? new Binary(SEALED_MEDIA_TYPE, encodeSealed(packEpoch(books))) : books);
