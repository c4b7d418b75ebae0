import {createHash, generateKeyPairSync, randomBytes} from 'node:crypto';
import {readdirSync, readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import Arweave from 'arweave';
import {computeRootHash} from 'arweave/node/lib/merkle.js';
import type {JWKInterface} from 'arweave/node/lib/wallet.js';
import {afterEach, beforeAll, beforeEach, expect, test} from 'vitest';
import {temporaryFolder} from '../testing.ts';
import {startStorage, type Storage} from './start-storage.ts';

const CHUNK_BYTES_MAX = 256 * 1024;

let key: JWKInterface;
let folder: ReturnType<typeof temporaryFolder>;
let storage: Storage;
let arweave: Arweave;

beforeAll(() => {
  // Arweave asks for 4096 bits; the signature scheme does not care and the test is faster.
  key = generateKeyPairSync('rsa', {modulusLength: 2048}).privateKey.export({format: 'jwk'}) as JWKInterface;
});

beforeEach(async () => {
  folder = temporaryFolder();
  await start();
});

afterEach(async () => {
  await storage.stop();
  folder.remove();
});

test.each([
  ['one chunk', 1000],
  ['several chunks', 3 * CHUNK_BYTES_MAX + 12_345],
])('data of %s comes back whole, also after a restart', async (_, size) => {
  const data = randomBytes(size);
  const transaction = await upload(data, {'Content-Type': 'text/csv'});
  expect(await arweave.transactions.getStatus(transaction.id)).toMatchObject({status: 200});
  await storage.stop();
  await start();

  const read = (await arweave.transactions.getData(transaction.id, {decode: true})) as Uint8Array;
  expect(Buffer.from(read).equals(data)).toBe(true);
  expect(Buffer.from(await computeRootHash(read)).toString('base64url')).toBe(transaction.data_root);
  const gateway = await fetch(`${storage.url}/${transaction.id}`);
  expect(gateway.headers.get('content-type')).toBe('text/csv');
  expect(Buffer.from(await gateway.arrayBuffer()).equals(data)).toBe(true);
  expect(await arweave.transactions.verify(await arweave.transactions.get(transaction.id))).toBe(true);
});

test('a transaction with a tampered signature is refused and leaves nothing on disk', async () => {
  const transaction = await sign(Buffer.from('balances'));
  const signature = Buffer.from(transaction.signature, 'base64url');
  signature[5] = (signature[5] ?? 0) ^ 1;
  const forged = {...transaction.toJSON(), signature: signature.toString('base64url')};
  forged.id = createHash('sha256').update(signature).digest('base64url');

  expect((await post('tx', forged)).status).toBe(400);
  expect(filesUnder(folder.dir)).toEqual([]);
});

test('data that does not match the signed data root is refused', async () => {
  const transaction = await sign(Buffer.from('balances'));
  const forged = {...transaction.toJSON(), data: Buffer.from('BALANCES').toString('base64url')};

  expect((await post('tx', forged)).status).toBe(400);
});

test('a chunk needs a proof and a known data root', async () => {
  const data = randomBytes(2 * CHUNK_BYTES_MAX);
  const transaction = await sign(data);
  const chunk = transaction.getChunk(0, data);
  const unknown = await post('chunk', chunk);
  expect(await unknown.json()).toEqual({error: 'data_root_not_found'});

  await post('tx', {...transaction.toJSON(), data: ''});
  const bytes = Buffer.from(chunk.chunk, 'base64url');
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  const forged = await post('chunk', {...chunk, chunk: bytes.toString('base64url')});
  expect(await forged.json()).toEqual({error: 'invalid_proof'});
  expect((await fetch(`${storage.url}/${transaction.id}`)).status).toBe(404);
});

test('transactions are found by tag, newest first', async () => {
  const first = await upload(Buffer.from('one'), {'PofBS-CID': 'a'});
  await upload(Buffer.from('two'), {'PofBS-CID': 'b'});
  const third = await upload(Buffer.from('three'), {'PofBS-CID': 'a'});
  const query = '{transactions(tags: [{name: "PofBS-CID", values: ["a"]}], first: 5) {edges {node {id}}}}';
  const answer = await (await post('graphql', {query})).json();

  expect(answer).toEqual({data: {transactions: {edges: [{node: {id: third.id}}, {node: {id: first.id}}]}}});
});

async function start(): Promise<void> {
  storage = await startStorage({dir: folder.dir});
  arweave = Arweave.init({protocol: 'http', host: '127.0.0.1', port: Number(new URL(storage.url).port)});
}

async function sign(data: Buffer, tags: Record<string, string> = {}) {
  const transaction = await arweave.createTransaction({data}, key);
  for (const [name, value] of Object.entries(tags)) transaction.addTag(name, value);
  await arweave.transactions.sign(transaction, key);
  return transaction;
}

async function upload(data: Buffer, tags: Record<string, string>) {
  const transaction = await sign(data, tags);
  const uploader = await arweave.transactions.getUploader(transaction);
  while (!uploader.isComplete) await uploader.uploadChunk();
  return transaction;
}

async function post(path: string, body: unknown): Promise<Response> {
  return fetch(`${storage.url}/${path}`, {method: 'POST', body: JSON.stringify(body)});
}

function filesUnder(dir: string): string[] {
  const names = readdirSync(dir, {recursive: true}).map(String);
  return names.filter((name) => statSync(join(dir, name)).isFile() && readFileSync(join(dir, name)).length > 0);
}
