/**
 * What the pages talk to, over fixture figures: the engine's GraphQL (checked against docs/INTERFACES.md) and REST, an RPC
 * that knows one epoch, and a gateway that holds its files.
 */
import {readFileSync} from 'node:fs';
import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import path from 'node:path';
import {accountId} from '@pobs/protocol';
import {epochManagerAbi} from '@pobs/protocol/abi';
import {buildSchema, graphql} from 'graphql';
import {type Address, decodeFunctionData, encodeFunctionResult, type Hex, numberToHex} from 'viem';
import {fixtureRoot} from './fixture-data.ts';
import {blindingOf, EPOCH_MANAGER, ETHER, type FixtureEpoch, fixtureEpoch, L2, USDC} from './fixture-proof.ts';

const interfaces = path.resolve(import.meta.dirname, '../../docs/INTERFACES.md');
const CORS = {'access-control-allow-origin': '*', 'access-control-allow-headers': '*'};
const APPROVED = 2;

/** `halt`: from now on the engine says that the root on L1 is too old. */
export type Fixture = {url: string; graphqlUrl: string; rpcUrl: string; proofJson: string; halt: () => void; close: () => void};

/** The schema as frozen: the fenced block of the document, with the scalar it leaves out. */
function schema() {
  const block = /```graphql\n([\s\S]*?)```/.exec(readFileSync(interfaces, 'utf8'))?.[1];
  if (block === undefined) throw new Error('docs/INTERFACES.md holds no graphql block');
  return buildSchema(`scalar Bytes\n${block}`);
}

/** @param owner - The wallet that holds a balance in epoch 42. */
export async function startFixture(owner: Address): Promise<Fixture> {
  const proven = await fixtureEpoch(42, owner, BigInt(Math.floor(Date.now() / 1_000) - 188));
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as {port: number}).port}`;
  const built = schema();
  const rootValue = fixtureRoot({proven, storageUrl: url, l2RpcUrl: `${url}/rpc`});
  const engine = restOf(owner);
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const target = new URL(request.url ?? '/', url);
      const json = (value: unknown, status = 200) => response.writeHead(status, {...CORS, 'content-type': 'application/json'}).end(JSON.stringify(value));
      if (request.method === 'OPTIONS') response.writeHead(204, CORS).end();
      else if (target.pathname === '/graphql') {
        const {query, variables} = JSON.parse(body) as {query: string; variables: Record<string, unknown>};
        graphql({schema: built, source: query, variableValues: variables, rootValue}).then((result) => json(result), (error: unknown) => json({error: String(error)}, 500));
      } else if (target.pathname === '/rpc') json(answerRpc(JSON.parse(body), proven));
      else if (target.pathname.startsWith('/ipfs/')) {
        const block = proven.blocks.get(target.pathname.slice('/ipfs/'.length));
        response.writeHead(block === undefined ? 404 : 200, {...CORS, 'content-type': 'application/vnd.ipld.raw'}).end(block);
      } else {
        const answer = engine(`${request.method} ${target.pathname}`);
        json(answer ?? {error: {code: 'NOT_FOUND', message: 'No such path.'}}, answer === undefined ? 404 : 200);
      }
    });
  });
  return {url, graphqlUrl: `${url}/graphql`, rpcUrl: `${url}/rpc`, proofJson: proven.proofJson, halt: () => Object.assign(rootValue.custodies[0]!, {rootTooOld: true}), close: () => closeServer(server)};
}

function closeServer(server: Server): void {
  server.close();
  server.closeAllConnections();
}

type RpcCall = {id: number; method: string; params: [{to: Address; data: Hex}]};

function answerRpc(call: RpcCall | RpcCall[], proven: FixtureEpoch): unknown {
  if (Array.isArray(call)) return call.map((one) => answerRpc(one, proven));
  const {id, method, params} = call;
  if (method === 'eth_chainId') return {jsonrpc: '2.0', id, result: numberToHex(L2)};
  // It knows the EpochManager alone: what a page asks the custodies stays unknown to it.
  if (method !== 'eth_call' || params[0].to.toLowerCase() !== EPOCH_MANAGER) return {jsonrpc: '2.0', id, error: {code: -32_601, message: 'not known here'}};
  const {functionName, args} = decodeFunctionData({abi: epochManagerAbi, data: params[0].data});
  const known = args?.[0] === proven.summary.epoch;
  const result = functionName === 'digestOf'
    ? encodeFunctionResult({abi: epochManagerAbi, functionName, result: known ? proven.digest : `0x${'0'.repeat(64)}`})
    : encodeFunctionResult({abi: epochManagerAbi, functionName: 'statusOf', result: known ? APPROVED : 0});
  return {jsonrpc: '2.0', id, result};
}

/** The depositor's interface for the one wallet, whatever it signs. */
function restOf(wallet: Address) {
  const balance = (chainId: number, token: Address, symbol: string, unit: object, total: string, rest: object) =>
    ({chainId, token, symbol, currency: symbol, ...unit, total, available: total, held: '0', confirming: '0', withdrawable: total, ...rest});
  const answers: Record<string, unknown> = {
    'GET /v1/session/nonce': {nonce: 'fixturenonce0000'},
    'POST /v1/session': {token: 'fixture', wallet, expiresAt: '0'},
    'GET /v1/account': {
      wallet, bound: true,
      balances: [
        balance(L2, USDC, 'USDC', {decimals: 6, lotSize: '1'}, '1250750000', {available: '1000000000', held: '250750000', withdrawable: '1000000000'}),
        balance(L2, ETHER, 'ETH', {decimals: 18, lotSize: '1000000000'}, '0', {confirming: '2000000000'}),
      ],
      positions: [{market: 'ETH-PERP', size: '-1500000000', entryPrice: '3012500000', mark: '2987250000', unrealisedPnl: '37875000', mode: 'cross', initialMargin: '448087500', maintenanceMargin: '224043750'}],
      margin: {equity: '1288625000', initial: '448087500', maintenance: '224043750', free: '840537500'},
      withdrawals: [
        {chainId: L2, token: USDC, lots: '250000000', state: 'requested', epoch: null},
        {chainId: L2, token: USDC, lots: '125500000', state: 'paid', epoch: '41'},
      ],
      forced: [], orders: [],
    },
    'GET /v1/account/blinding': {id: accountId(wallet, blindingOf(wallet)), blinding: blindingOf(wallet)},
    'POST /v1/withdrawals': {sequence: '1'},
  };
  return (route: string): unknown => answers[route];
}
