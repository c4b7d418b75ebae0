import {createHash, randomBytes} from 'node:crypto';
import * as dagCbor from '@ipld/dag-cbor';
import {MemoryBlockstore} from 'blockstore-core';
import {importer} from 'ipfs-unixfs-importer';
import {fixedSize} from 'ipfs-unixfs-importer/chunker';
import {CID} from 'multiformats/cid';
import * as Digest from 'multiformats/hashes/digest';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {temporaryFolder} from '../testing.ts';
import {startStorage, type Storage} from './start-storage.ts';

const CHUNK_BYTES = 1024;

let folder: ReturnType<typeof temporaryFolder>;
let storage: Storage;

beforeAll(async () => {
  folder = temporaryFolder();
  storage = await startStorage({dir: folder.dir});
});

afterAll(async () => {
  await storage.stop();
  folder.remove();
});

test('a raw block is put, named by its hash, and read back', async () => {
  const block = randomBytes(100_000);
  const answer = await post('/api/v0/block/put?cid-codec=raw&mhtype=sha2-256', block);
  const cid = rawCid(block).toString();

  expect(await answer.json()).toEqual({Key: cid, Size: block.length});
  const read = await fetch(`${storage.url}/ipfs/${cid}?format=raw`);
  expect(read.headers.get('content-type')).toBe('application/vnd.ipld.raw');
  expect(Buffer.from(await read.arrayBuffer()).equals(block)).toBe(true);
  expect(await statusOf('HEAD', `/ipfs/${cid}`)).toBe(200);
});

test('a block that is not here: 412 for a probe, 404 for a read, 400 for no CID', async () => {
  const cid = rawCid(randomBytes(10)).toString();

  expect(await statusOf('HEAD', `/ipfs/${cid}`)).toBe(412);
  expect(await statusOf('GET', `/ipfs/${cid}?format=raw`)).toBe(404);
  expect(await statusOf('GET', '/ipfs/nonsense?format=raw')).toBe(400);
});

test('a CAR file of several blocks is imported and its file read whole and block by block', async () => {
  const content = randomBytes(10 * CHUNK_BYTES + 1);
  const {root, blocks} = await buildFile(content);
  const answer = await post('/api/v0/dag/import', carOf([root], blocks));
  const lines = (await answer.text()).trim().split('\n').map((line): unknown => JSON.parse(line));

  expect(lines[0]).toEqual({Root: {Cid: {'/': root.toString()}, PinErrorMsg: ''}});
  const file = await fetch(`${storage.url}/ipfs/${root}`);
  expect(Buffer.from(await file.arrayBuffer()).equals(content)).toBe(true);
  const cat = await fetch(`${storage.url}/api/v0/cat?arg=${root}`, {method: 'POST'});
  expect(Buffer.from(await cat.arrayBuffer()).equals(content)).toBe(true);
  for (const {cid, bytes} of blocks) {
    const read = await fetch(`${storage.url}/ipfs/${cid}?format=raw`);
    expect(Buffer.from(await read.arrayBuffer()).equals(bytes)).toBe(true);
  }
});

test('a CAR file whose block does not match its CID is refused', async () => {
  const block = randomBytes(50);
  const car = carOf([rawCid(block)], [{cid: rawCid(block), bytes: randomBytes(50)}]);

  expect((await post('/api/v0/dag/import', car)).status).toBe(400);
  expect(await statusOf('HEAD', `/ipfs/${rawCid(block)}`)).toBe(412);
});

test.each([['cut short', 3], ['of random bytes', 0]])('a CAR file %s is refused', async (_, cut) => {
  const block = randomBytes(50);
  const car = carOf([rawCid(block)], [{cid: rawCid(block), bytes: block}]);
  const damaged = cut > 0 ? car.subarray(0, car.length - cut) : randomBytes(100);

  expect((await post('/api/v0/dag/import', damaged)).status).toBe(400);
});

test('a file is added and read by the hash that the answer names', async () => {
  const answer = await post('/api/v0/add', Buffer.from('type Query'));
  const {Hash} = (await answer.json()) as {Hash: string};
  const read = await fetch(`${storage.url}/ipfs/${Hash}`);

  expect(await read.text()).toBe('type Query');
});

test('the version is answered, as graph-node asks for it', async () => {
  expect(await statusOf('POST', '/api/v0/version')).toBe(200);
});

async function post(path: string, bytes: Uint8Array): Promise<Response> {
  const body = new FormData();
  body.append('file', new Blob([new Uint8Array(bytes)]), 'file');
  return fetch(storage.url + path, {method: 'POST', body});
}

async function statusOf(method: string, path: string): Promise<number> {
  return (await fetch(storage.url + path, {method})).status;
}

function rawCid(bytes: Uint8Array): CID {
  return CID.createV1(0x55, Digest.create(0x12, createHash('sha256').update(bytes).digest()));
}

async function buildFile(content: Uint8Array): Promise<{root: CID; blocks: {cid: CID; bytes: Uint8Array}[]}> {
  const store = new MemoryBlockstore();
  const options = {cidVersion: 1, rawLeaves: true, chunker: fixedSize({chunkSize: CHUNK_BYTES})} as const;
  let root: CID | undefined;
  for await (const entry of importer([{content}], store, options)) root = entry.cid;
  if (root === undefined) throw new Error('nothing was imported');
  const blocks: {cid: CID; bytes: Uint8Array}[] = [];
  for await (const {cid, bytes} of store.getAll()) {
    const parts: Uint8Array[] = [];
    for await (const part of bytes) parts.push(part);
    blocks.push({cid, bytes: Buffer.concat(parts)});
  }
  // The memory store forgets the codec; the root has its own, leaves are raw.
  const top = root;
  const named = blocks.map(({cid, bytes}) => (cid.multihash.bytes.join() === top.multihash.bytes.join() ? {cid: top, bytes} : {cid, bytes}));
  return {root, blocks: named};
}

function carOf(roots: CID[], blocks: {cid: CID; bytes: Uint8Array}[]): Buffer {
  const header = dagCbor.encode({version: 1, roots});
  const sections = [header, ...blocks.map(({cid, bytes}) => Buffer.concat([cid.bytes, bytes]))];
  return Buffer.concat(sections.flatMap((section) => [varint(section.length), section]));
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  return Buffer.from([...bytes, rest]);
}
