import {randomBytes} from 'node:crypto';
import {HttpError} from '../http.ts';
import {decodeTag, queryTransactions} from './arweave-graphql.ts';
import type {ArweaveStore, StoredTransaction} from './arweave-store.ts';
import {
  chunksOf,
  dataRootOf,
  fromBase64Url,
  toBase64Url,
  verifyChunk,
  verifyTransaction,
  type RawChunk,
  type RawTransaction,
} from './arweave-verify.ts';
import {parseJsonObject, sendBytes, sendJson, sendText, type Route, type RouteContext} from './routes.ts';

/** Winston; every wallet has this much, since nothing is charged. */
const BALANCE = '1000000000000000';
const TX_FIELDS = ['id', 'last_tx', 'owner', 'target', 'quantity', 'data_size', 'data_root', 'reward', 'signature'];
const CHUNK_FIELDS = ['data_root', 'data_size', 'data_path', 'offset', 'chunk'];

/** The endpoints of an Arweave node and gateway that arweave-js calls, and tag search by GraphQL. */
export function arweaveRoutes(store: ArweaveStore): Route[] {
  const known = (id: string | undefined): StoredTransaction => {
    const transaction = store.transaction(id ?? '');
    if (transaction === undefined) throw new HttpError(404, 'Not Found.');
    return transaction;
  };
  const dataOf = async (transaction: StoredTransaction): Promise<Buffer> => {
    const data = await store.readData(transaction);
    if (data === undefined) throw new HttpError(404, 'Not Found.');
    return data;
  };
  return [
    get(/^\/info$/, async ({response}) => {
      const {height} = store;
      sendJson(response, {network: 'local', version: 5, release: 1, height, blocks: height, peers: 0, queue_length: 0});
    }),
    get(/^\/tx_anchor$/, async ({response}) => sendText(response, toBase64Url(randomBytes(48)))),
    get(/^\/price\/(\d+)(?:\/[\w-]*)?$/, async ({response, params}) => {
      sendText(response, String(65_595_508 + 10 * Number(params[0])));
    }),
    get(/^\/wallet\/[\w-]{43}\/balance$/, async ({response}) => sendText(response, BALANCE)),
    post(/^\/tx$/, (context) => postTransaction(store, context)),
    post(/^\/chunk$/, (context) => postChunk(store, context)),
    get(/^\/tx\/([\w-]{43})$/, async ({response, params}) => {
      const {weaveEnd: _, height: __, blockId: ___, ...fields} = known(params[0]);
      sendJson(response, {...fields, data: ''});
    }),
    get(/^\/tx\/([\w-]{43})\/status$/, async ({response, params}) => {
      const {height, blockId} = known(params[0]);
      const number_of_confirmations = 1 + store.height - height;
      sendJson(response, {block_height: height, block_indep_hash: blockId, number_of_confirmations});
    }),
    get(/^\/tx\/([\w-]{43})\/offset$/, async ({response, params}) => {
      const {data_size, weaveEnd} = known(params[0]);
      sendJson(response, {size: data_size, offset: String(weaveEnd)});
    }),
    get(/^\/tx\/([\w-]{43})\/data$/, async ({response, params}) => {
      sendText(response, toBase64Url(await dataOf(known(params[0]))));
    }),
    get(/^\/chunk\/(\d+)$/, (context) => getChunk(store, context)),
    get(/^\/([\w-]{43})$/, async ({response, params}) => {
      const transaction = known(params[0]);
      const type = transaction.tags.map(decodeTag).find(({name}) => name === 'Content-Type')?.value;
      sendBytes(response, await dataOf(transaction), type ?? 'application/octet-stream');
    }),
    post(/^\/graphql$/, async ({response, body}) => {
      const {query, variables} = parseJsonObject(await body());
      if (typeof query !== 'string') throw new HttpError(400, 'Expected a GraphQL query.');
      sendJson(response, await queryTransactions(store, query, variables as Record<string, unknown> | undefined));
    }),
  ];
}

/** Accepts a signed transaction; its data comes in the body or in chunks afterwards. */
async function postTransaction(store: ArweaveStore, {response, body}: RouteContext): Promise<void> {
  const raw = parseTransaction(await body());
  if (store.transaction(raw.id) !== undefined) return sendText(response, 'Transaction already processed.', 208);
  if (!(await verifyTransaction(raw))) throw new HttpError(400, 'Transaction verification failed.');
  const data = fromBase64Url(raw.data);
  if (data.length > 0) {
    if ((await dataRootOf(data)) !== raw.data_root || data.length !== Number(raw.data_size)) {
      throw new HttpError(400, 'The data does not match data_root and data_size.');
    }
    for (const chunk of await chunksOf(data)) await storeChunk(store, chunk);
  }
  await store.addTransaction(raw);
  sendText(response, 'OK');
}

async function postChunk(store: ArweaveStore, {response, body}: RouteContext): Promise<void> {
  const chunk = requireStrings<RawChunk>(parseJsonObject(await body()), CHUNK_FIELDS);
  if (!store.isKnownData(chunk)) return sendJson(response, {error: 'data_root_not_found'}, 400);
  const stored = await storeChunk(store, chunk);
  sendJson(response, stored ? {} : {error: 'invalid_proof'}, stored ? 200 : 400);
}

async function storeChunk(store: ArweaveStore, chunk: RawChunk): Promise<boolean> {
  const verified = await verifyChunk(chunk);
  if (verified === undefined) return false;
  await store.addChunk(chunk, {...verified, dataPath: chunk.data_path});
  return true;
}

/** By offset in the weave, counted from 1 as Arweave does. */
async function getChunk(store: ArweaveStore, {response, params}: RouteContext): Promise<void> {
  const offset = Number(params[0]);
  const transaction = store.transactionAt(offset);
  if (transaction === undefined) return sendJson(response, {error: 'chunk_not_found'}, 404);
  const start = transaction.weaveEnd - Number(transaction.data_size);
  const chunk = await store.chunkAt(transaction, offset - start - 1);
  if (chunk === undefined) return sendJson(response, {error: 'chunk_not_found'}, 404);
  const {bytes, dataPath} = chunk;
  sendJson(response, {chunk: toBase64Url(bytes), data_path: dataPath, tx_path: '', packing: 'unpacked'});
}

function parseTransaction(body: Buffer): RawTransaction {
  const fields = parseJsonObject(body);
  const {tags, data = ''} = fields;
  const tagsValid = Array.isArray(tags) && tags.every((tag) => typeof tag?.name === 'string' && typeof tag?.value === 'string');
  if (fields['format'] !== 2 || !tagsValid || typeof data !== 'string') {
    throw new HttpError(400, 'Expected a transaction of format 2.');
  }
  const raw = requireStrings<RawTransaction>({...fields, data}, TX_FIELDS);
  // Both become names of files.
  const safe = /^[\w-]{43}$/.test(raw.id) && /^[\w-]{43}$|^$/.test(raw.data_root) && /^\d+$/.test(raw.data_size);
  if (!safe) throw new HttpError(400, 'Transaction has malformed fields.');
  return raw;
}

function requireStrings<T>(fields: Record<string, unknown>, names: string[]): T {
  for (const name of names) {
    if (typeof fields[name] !== 'string') throw new HttpError(400, `Field ${name} must be a string.`);
  }
  return fields as T;
}

function get(pattern: RegExp, handle: Route['handle']): Route {
  return {method: 'GET', pattern, handle};
}

function post(pattern: RegExp, handle: Route['handle']): Route {
  return {method: 'POST', pattern, handle};
}
