import {generateKeyPairSync, randomBytes} from 'node:crypto';
import {arweaveStore, ipfsStore, type ArweaveJwk} from '@pobs/protocol/store';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {temporaryFolder} from '../testing.ts';
import {startStorage, type Storage} from './start-storage.ts';

let folder: ReturnType<typeof temporaryFolder>;
let storage: Storage;
let wallet: ArweaveJwk;

beforeAll(async () => {
  wallet = generateKeyPairSync('rsa', {modulusLength: 4096}).privateKey.export({format: 'jwk'}) as ArweaveJwk;
  folder = temporaryFolder();
  storage = await startStorage({dir: folder.dir});
});

afterAll(async () => {
  await storage.stop();
  folder.remove();
});

test.each([
  ['one block', 5000],
  ['several blocks and chunks', 3_000_000],
])('the protocol library stores and reads a file of %s through both networks', async (_, size) => {
  const bytes = new Uint8Array(randomBytes(size));
  const byIpfs = await ipfsStore(storage.url).put(bytes);
  const byArweave = await arweaveStore(storage.url, wallet).put(bytes);

  expect(byArweave.cid).toBe(byIpfs.cid);
  expect(Buffer.from(await ipfsStore(storage.url).get(byIpfs.cid)).equals(bytes)).toBe(true);
  expect(Buffer.from(await arweaveStore(storage.url).get(byIpfs.cid)).equals(bytes)).toBe(true);
});
