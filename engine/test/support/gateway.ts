/** A gateway over a real core, journal and database, with chains replaced by commands. */
import {mkdtempSync, rmSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {rulesHash} from '@pobs/protocol';
import {type Address, type Hex, zeroAddress} from 'viem';
import type {LocalAccount} from 'viem/accounts';
import {createSiweMessage} from 'viem/siwe';
import {openTestDatabase} from '../../src/db/test/pglite.ts';
import {enginePort} from '../../src/gateway/engine-port.ts';
import type {GatewayEngine} from '../../src/gateway/ports.ts';
import {folderMailer, type Mailer} from '../../src/gateway/auth/mailer.ts';
import {type GatewayDeps, type GatewayOptions, startGateway} from '../../src/gateway/server.ts';
import {graphqlHandler} from '../../src/graphql/handler.ts';
import {EngineNode} from '../../src/node/engine-node.ts';
import {journalEvents, journalId} from '../../src/projections/journal-events.ts';
import {Projector} from '../../src/projections/projector.ts';
import {network, rules} from './rules.ts';

export const OPERATOR_TOKEN = 'operator-token-of-the-gateway-test';
const quiet = {info: () => {}, warn: () => {}, error: () => {}};

export type TestGateway = Awaited<ReturnType<typeof startTestGateway>>;

export async function startTestGateway(
  {mailer, ...options}: Partial<Pick<GatewayOptions, 'limits' | 'recordsPerSecond'>> & {mailer?: Mailer} = {},
  engineOf: (node: EngineNode) => GatewayEngine | Promise<GatewayEngine> = enginePort,
) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'pobs-gateway-'));
  const database = await openTestDatabase();
  const node = await EngineNode.open({directory: folder, rules});
  const projector = new Projector({journal: journalId(folder)!}, {store: database.projections, replay: () => journalEvents(folder), log: quiet});
  projector.noteEnd(node.durableEventSequence);
  node.onEvents((events) => projector.push(events));
  const engine = await engineOf(node);
  const gatewayOptions: GatewayOptions = {
    port: 0, operatorToken: OPERATOR_TOKEN, sessionSecret: new Uint8Array(32), webOrigins: [], credentialsFile: path.join(folder, 'credentials.jsonl'), noncesFolder: path.join(folder, 'nonces'), recordsPerSecond: 50_000,
    ...options,
  };
  const deps: Omit<GatewayDeps, 'engine'> = {
    reads: {
      trades: (market, limit, before) => database.projections.trades(market, limit, before), candles: (market, wanted) => database.projections.candles(market, wanted),
      receivedFrom: (sender, credited) => database.chains.receivedFrom(sender, credited),
    },
    mailer: mailer ?? folderMailer(path.join(folder, 'mail')),
    health: {chains: () => [], database: () => database.ping(), projections: () => projector.status()},
    graphql: graphqlHandler({reads: database.epochs, network: {network, rulesHash: rulesHash(rules), storage: ['ipfs=http://127.0.0.1:1'], rpc: new Map([[31_337, 'http://127.0.0.1:2']])}, custodies: () => engine.chains(), log: quiet}),
    log: quiet,
  };
  const gateway = await startGateway(gatewayOptions, {...deps, engine});
  const blocks = new Map<number, bigint>();
  return {
    url: gateway.url, folder, node, database, projector,
    /** One more gateway of the same machine. */
    another: async () => startGateway(gatewayOptions, {...deps, engine: await engineOf(node)}),
    /** Credits a deposit as the indexer would. */
    async deposit({wallet, chainId, token, amount}: {wallet: Address; chainId: number; token: Address; amount: bigint}) {
      const blockNumber = (blocks.get(chainId) ?? 0n) + 1n;
      blocks.set(chainId, blockNumber);
      await node.submit({
        type: 'advanceChain', chainId, blockNumber, blockHash: `0x${'0b'.repeat(32)}`, payouts: [], activeEpoch: 0n, kills: 0,
        deposits: [{token, from: wallet, amount, txHash: `0x${'0a'.repeat(32)}`, logIndex: Number(blockNumber)}],
      });
    },
    async close() {
      await gateway.close();
      await node.close();
      await database.close();
      rmSync(folder, {recursive: true, force: true});
    },
  };
}

export type Signer = Pick<LocalAccount, 'address' | 'signMessage'>;
export type Answer = {status: number; body: Record<string, unknown> & {error?: {code: string; message: string}}};

export async function call(url: string, method: string, route: string, {token, body}: {token?: string; body?: unknown} = {}): Promise<Answer> {
  const response = await fetch(`${url}${route}`, {
    method,
    headers: {...(body !== undefined && {'content-type': 'application/json'}), ...(token !== undefined && {authorization: `Bearer ${token}`})},
    ...(body !== undefined && {body: typeof body === 'string' ? body : JSON.stringify(body)}),
  });
  return {status: response.status, body: (await response.json()) as Answer['body']};
}

export async function signInMessage(url: string, account: Signer, changes: Partial<Parameters<typeof createSiweMessage>[0]> = {}): Promise<{message: string; signature: Hex}> {
  const {body} = await call(url, 'GET', '/v1/session/nonce');
  const message = createSiweMessage({
    address: account.address, chainId: 1, domain: new URL(url).host, nonce: String(body.nonce), uri: url, version: '1', ...changes,
  });
  return {message, signature: await account.signMessage({message})};
}

export async function signIn(url: string, account: Signer): Promise<string> {
  const {body} = await call(url, 'POST', '/v1/session', {body: await signInMessage(url, account)});
  return String(body.token);
}

/** Signs in and binds the wallet. */
export async function join(url: string, account: Signer): Promise<string> {
  const token = await signIn(url, account);
  const {status} = await call(url, 'POST', '/v1/accounts', {token, body: {secret: `0x${'77'.repeat(32)}`}});
  if (status !== 200) throw new Error(`binding ${account.address} answered ${status}`);
  return token;
}

export {zeroAddress};
