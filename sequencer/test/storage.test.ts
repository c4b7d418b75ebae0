/** The storage clients against the local Arweave gateway and IPFS node: every byte by its hash, no gateway believed. */
import {createHash, generateKeyPairSync} from 'node:crypto';
import {mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {createServer, type Server} from 'node:http';
import {type AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {canonicalJson, cidOf, encodeManifest, fileCid} from '@pobs/protocol';
import {all, arweaveStore, type ArweaveJwk, type ContentStore, fetchEpoch, firstOf, ipfsStore, parseStores, publishEpoch, type StoreError} from '@pobs/protocol/store';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {startStorage, type Storage} from '../devnet/storage/start-storage.ts';

const MIB = 1_048_576;
let dir: string;
let storage: Storage;
let wallet: ArweaveJwk;

beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'pobs-storage-'));
  storage = await startStorage({dir});
  // arweave-js wants a 4096-bit key.
  wallet = generateKeyPairSync('rsa', {modulusLength: 4_096}).privateKey.export({format: 'jwk'}) as ArweaveJwk;
});

afterAll(async () => {
  await storage.stop();
  rmSync(dir, {recursive: true, force: true});
});

/** Repeatable bytes that differ by `seed`. */
function bytesOf(length: number, seed: string): Uint8Array {
  const block = createHash('sha512').update(seed).digest();
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i += 1) bytes[i] = block[i % 64]! ^ (i >> 6);
  return bytes;
}

const stores = (): [string, ContentStore][] => [
  ['ipfs', ipfsStore(storage.url)],
  ['arweave', arweaveStore(storage.url, wallet)],
];

const codeOf = async (call: Promise<unknown>): Promise<string> => {
  try {
    await call;
    return 'no error';
  } catch (error) {
    return (error as StoreError).data.code;
  }
};

/** A gateway of its own that answers as told. */
async function serve(answer: (url: string) => {status: number; body: Uint8Array | string}): Promise<{url: string; server: Server}> {
  const server = createServer((request, response) => {
    const {status, body} = answer(request.url!);
    request.resume();
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server};
}

describe.each([[0, 'nothing'], [9, 'a few bytes'], [MIB, 'one full block'], [MIB + 1, 'two blocks'], [5 * MIB + 7, 'six blocks']])('%i bytes', (length, seed) => {
  test('come back from both stores under the same CID', async () => {
    const bytes = bytesOf(length, seed);
    for (const [, store] of stores()) {
      const {cid} = await store.put(bytes);
      expect(cid).toBe(await fileCid(bytes));
      expect(cid.startsWith(length <= MIB ? 'bafkrei' : 'bafybei')).toBe(true);
      expect(Buffer.compare(await store.get(cid), bytes)).toBe(0);
    }
  });
});

test('an Arweave upload is paid for once', async () => {
  const store = arweaveStore(storage.url, wallet);
  const bytes = bytesOf(400_000, 'once');
  const first = await store.put(bytes);
  expect(first.reference).toMatch(/^[\w-]{43}$/);
  expect(await store.put(bytes)).toEqual(first);
  expect((await arweaveStore(storage.url).put(bytes)).reference).toBe(first.reference);
  expect(await codeOf(arweaveStore(storage.url).put(bytesOf(10, 'no key')))).toBe('STORE_READ_ONLY');
});

test('what is not there is not found, in both', async () => {
  for (const [, store] of stores()) expect(await codeOf(store.get(cidOf(bytesOf(5, 'absent'))))).toBe('STORE_NOT_FOUND');
});

test('only CIDs of this system are asked for', async () => {
  for (const [, store] of stores()) {
    for (const cid of ['', 'bafy', 'QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG', '../../etc/passwd']) {
      expect(await codeOf(store.get(cid))).toBe('STORE_CID_INVALID');
    }
  }
});

test('a flipped byte on the gateway is a hash mismatch, of the root and of an inner block', async () => {
  const own = mkdtempSync(path.join(tmpdir(), 'pobs-tampered-'));
  const server = await startStorage({dir: own});
  try {
    const ipfs = ipfsStore(server.url);
    const one = await ipfs.put(bytesOf(1_000, 'one'));
    const many = await ipfs.put(bytesOf(2 * MIB, 'many'));
    for (const entry of readdirSync(path.join(own, 'ipfs'), {recursive: true, withFileTypes: true})) {
      const file = path.join(entry.parentPath, entry.name);
      if (!entry.isFile()) continue;
      const bytes = readFileSync(file);
      if (bytes.length < 1_000) continue;
      bytes[500]! ^= 1;
      writeFileSync(file, bytes);
    }
    expect(await codeOf(ipfs.get(one.cid))).toBe('STORE_HASH_MISMATCH');
    expect(await codeOf(ipfs.get(many.cid))).toBe('STORE_HASH_MISMATCH');
  } finally {
    await server.stop();
    rmSync(own, {recursive: true, force: true});
  }
});

test('anybody may tag anything on Arweave: only matching bytes count', async () => {
  const wanted = bytesOf(100, 'wanted');
  const cid = cidOf(wanted);
  const id = 'A'.repeat(43);
  const found = JSON.stringify({data: {transactions: {edges: [{node: {id}}]}}});
  const {url, server} = await serve((path) => (path === '/graphql' ? {status: 200, body: found} : {status: 200, body: 'something else'}));
  try {
    expect(await codeOf(arweaveStore(url).get(cid))).toBe('STORE_HASH_MISMATCH');
    const honest = ipfsStore(storage.url);
    await honest.put(wanted);
    expect(Buffer.compare(await firstOf([arweaveStore(url), honest]).get(cid), wanted)).toBe(0);
  } finally {
    server.close();
  }
});

test('an unreachable or failing gateway is named, and a call can be given up', async () => {
  const cid = cidOf(bytesOf(3, 'x'));
  const {url, server} = await serve(() => ({status: 503, body: 'overloaded'}));
  expect(await codeOf(ipfsStore(url).get(cid))).toBe('STORE_UNREACHABLE');
  await expect(ipfsStore(url).get(cid, {signal: AbortSignal.abort(new Error('given up'))})).rejects.toThrow('given up');
  await new Promise((resolve) => server.close(resolve));
  expect(await codeOf(ipfsStore(url).get(cid))).toBe('STORE_UNREACHABLE');
  await expect(ipfsStore(url).get(cid)).rejects.toThrow(/does not answer \(ECONNREFUSED\)/);
});

describe('an epoch', () => {
  const files = new Map([['balances/1-0x00.csv', bytesOf(3 * MIB, 'balances')], ['log.bin', bytesOf(0, 'log')]]);
  const manifestOf = (entries: ReadonlyMap<string, Uint8Array> = files) => encodeManifest(1n, entries);

  test('is published to all stores and read back from either', async () => {
    const manifest = await manifestOf();
    const published = await publishEpoch(all(stores().map(([, store]) => store)), files, manifest);
    expect(published.manifest.cid).toBe(cidOf(manifest));
    for (const [, store] of stores()) {
      const fetched = await fetchEpoch(store, published.manifest.cid);
      expect(fetched.manifest.epoch).toBe('1');
      expect([...fetched.files].map(([name, bytes]) => [name, Buffer.compare(bytes, files.get(name)!)])).toEqual([['balances/1-0x00.csv', 0], ['log.bin', 0]]);
    }
  });

  test('whose manifest lies about a file is refused, by publisher and reader', async () => {
    const manifest = await manifestOf(new Map([['log.bin', bytesOf(1, 'other')]]));
    expect(await codeOf(publishEpoch(ipfsStore(storage.url), files, manifest))).toBe('EPOCH_FILE_MISMATCH');
    const lie = JSON.parse(new TextDecoder().decode(await manifestOf())) as {files: {sha256: string}[]};
    lie.files[0]!.sha256 = '0'.repeat(64);
    const {cid} = await ipfsStore(storage.url).put(canonicalJson(lie));
    expect(await codeOf(fetchEpoch(ipfsStore(storage.url), cid))).toBe('EPOCH_FILE_MISMATCH');
  });

  test.each([['no JSON', 'hello'], ['a strange name', `{"epoch":"1","files":[{"cid":"x","name":"../x","sha256":"${'0'.repeat(64)}","size":0}],"format":1}`], ['no format', '{}']])('with %s as manifest is refused', async (_, text) => {
    const {cid} = await ipfsStore(storage.url).put(new TextEncoder().encode(text));
    expect(await codeOf(fetchEpoch(ipfsStore(storage.url), cid))).toBe('EPOCH_MANIFEST_INVALID');
  });
});

test('a storage setting that cannot be used is one sentence', () => {
  expect(() => parseStores('ftp=http://127.0.0.1:1')).toThrow('Cannot use the storage setting: "ftp" is no storage kind (ipfs, arweave).');
  expect(() => parseStores('ipfs')).toThrow(/is not of the form/);
  expect(parseStores('ipfs=http://127.0.0.1:1,arweave=http://127.0.0.1:2').map(({name}) => name)).toEqual(['ipfs http://127.0.0.1:1', 'arweave http://127.0.0.1:2']);
});
