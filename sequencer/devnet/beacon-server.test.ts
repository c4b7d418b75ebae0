/** The local beacon as programs meet it: through the client that reads the public network as well. */
import {ChainError, fetchRound} from '@pobs/protocol/chain';
import {createHash} from 'node:crypto';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {verifyRound} from './beacon.ts';
import {localBeacon, roundBy, startBeacon} from './beacon-server.ts';
import type {HttpServer} from './http.ts';

const {genesis, periodSeconds, groupKey} = localBeacon();
const NOW = genesis + 1_000 * periodSeconds;
let server: HttpServer;

beforeAll(async () => {
  server = await startBeacon(0, async () => NOW);
});

afterAll(() => server.close());

test('a published round is the group\'s signature, and its randomness the hash of it', async () => {
  const newest = BigInt(roundBy(NOW));
  const round = await fetchRound({url: server.url, round: newest});
  expect(verifyRound(groupKey, newest, round!.signature)).toBe(true);
  const served = (await (await fetch(`${server.url}/public/latest`)).json()) as {round: number; randomness: string};
  expect(served).toMatchObject({round: Number(newest), randomness: createHash('sha256').update(Buffer.from(round!.signature.slice(2), 'hex')).digest('hex')});
});

test('a later round is not there yet, which is no error', async () => {
  expect(await fetchRound({url: server.url, round: BigInt(roundBy(NOW)) + 1n})).toBeUndefined();
});

test('the rounds of a time are those of DrandBeacon: the first appears at genesis', () => {
  expect([genesis - 1, genesis, genesis + periodSeconds - 1, genesis + periodSeconds].map(roundBy)).toEqual([0, 1, 1, 2]);
});

test('who does not answer as a beacon does is told, and may answer later', async () => {
  const gone = await startBeacon(0, async () => NOW);
  await gone.close();
  await expect(fetchRound({url: gone.url, round: 1n})).rejects.toMatchObject({data: {code: 'BEACON_UNREACHABLE'}, retryable: true});
  await expect(fetchRound({url: `${server.url}/info?`, round: 1n})).rejects.toBeInstanceOf(ChainError);
});

test('it says which network it is', async () => {
  expect(await (await fetch(`${server.url}/info`)).json()).toMatchObject({public_key: groupKey.slice(2), period: periodSeconds, genesis_time: genesis, schemeID: 'bls-bn254-unchained-on-g1'});
});
