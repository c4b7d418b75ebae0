/** The public schema over HTTP, reading a real database. */
import {afterAll, beforeAll, beforeEach, describe, expect, test} from 'vitest';
import {startTestGateway, type TestGateway} from '../../test/support/gateway.ts';
import {L1_USDC, network} from '../../test/support/rules.ts';
import type {ChainEvent, EventPosition} from '../indexer/events.ts';

const L1 = 31_337;
const L2 = 412_346;
const hash = (byte: string) => `0x${byte.repeat(32)}` as const;
const WALLET = '0x00000000000000000000000000000000000A11cE';
const VALIDATOR = '0x2222222222222222222222222222222222222222';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway?.close());
beforeEach(() => gateway.database.forget());

async function query<T>(text: string, variables?: object): Promise<{data: T; errors?: {message: string; extensions?: {code?: string}}[]}> {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify({query: text, variables}),
  });
  return (await response.json()) as {data: T; errors?: {message: string}[]};
}

const at = (chainId: number, blockNumber: bigint, txHash: `0x${string}`, logIndex = 0): EventPosition =>
  ({chainId, blockNumber, logIndex, txHash, blockTime: 1_700_000_000n + blockNumber});

function proposal(epoch: bigint, blockNumber: bigint): ChainEvent {
  return {
    ...at(L2, blockNumber, hash('01')), type: 'epochProposed', digest: hash('d1'),
    summary: {
      epoch, snapshotTime: 1_700_000_000n, setId: 1, parent: hash('00'), linesRoot: hash('11'), lineCount: 1, snapshotCid: hash('c1'),
      mappingHash: hash('22'), logRoot: hash('33'), journalHead: hash('44'), rulesHash: hash('55'),
    },
    lines: [{
      chainId: BigInt(L1), custody: network.l1.custody, blockNumber: 9n, blockHash: hash('66'), kills: 0, payoutRoot: hash('77'), payoutCount: 1,
      assets: [{
        token: L1_USDC, lotSize: 1n, deposited: 1_000n, liabilities: 900n, withdrawable: 800n, withdrawals: 100n, authorisedOut: 200n, count: 3, root: hash('88'),
      }],
    }],
  };
}

const APPROVED: ChainEvent[] = [
  {...at(L2, 11n, hash('02'), 0), type: 'vote', epoch: 1n, validator: VALIDATOR, index: 0, kind: 1, rule: 0, weight: 7n * 10n ** 18n},
  {...at(L2, 12n, hash('03'), 0), type: 'certificate', epoch: 1n, digest: hash('d1'), kind: 1, setId: 1, signedWeight: 7n, totalWeight: 9n},
  {...at(L2, 12n, hash('03'), 1), type: 'epochDecided', epoch: 1n, outcome: 'APPROVED'},
];
const ON_L1: ChainEvent[] = [
  {...at(L1, 20n, hash('04'), 0), type: 'settled', epoch: 1n, digest: hash('d1'), payoutRoot: hash('77'), lineBlock: 9n, signedWeight: 7n},
  {...at(L1, 20n, hash('04'), 1), type: 'activated', epoch: 1n, payoutRoot: hash('77')},
  {...at(L1, 21n, hash('05'), 0), type: 'payout', epoch: 1n, token: L1_USDC, wallet: WALLET, lots: 60n, cumulative: 160n, deferred: false},
  {...at(L1, 22n, hash('06'), 0), type: 'payout', epoch: 1n, token: L1_USDC, wallet: WALLET, lots: 40n, deferred: true},
];

async function index(chainId: number, events: ChainEvent[], to: bigint): Promise<void> {
  const block = {number: to, hash: hash('ee'), time: 1_700_000_000n + to};
  await gateway.database.chains.append({chainId, genesisHash: hash('99'), head: {...block, number: to + 2n, time: block.time + 5n}, to: block, blocks: [], events});
}

const EPOCH = `query Epoch($number: Int!) { epoch(number: $number) { number status digest snapshotCid lineCount
  lines { chainId custody blockNumber assets { token symbol decimals liabilities withdrawals count } }
  votes { validator index kind rule weight txHash time } certificates { kind signedWeight totalWeight txHash }
  settlements { chainId txHash blockNumber activatedAt } payouts { chainId symbol wallet lots cumulative deferred }
  transactions { name chainId hash } stages { name at } } }`;

describe('an epoch', () => {
  test('its whole course, from events alone', async () => {
    await index(L2, [proposal(1n, 10n), ...APPROVED], 12n);
    await index(L1, ON_L1, 22n);
    const {data, errors} = await query<{epoch: object}>(EPOCH, {number: 1});
    expect(errors).toBeUndefined();
    expect(data.epoch).toMatchObject({
      number: 1, status: 'APPROVED', digest: hash('d1'), snapshotCid: expect.stringMatching(/^bafkrei/), lineCount: 1,
      lines: [{chainId: L1, blockNumber: '9', assets: [{token: L1_USDC, symbol: 'USDC', decimals: 6, liabilities: '900', withdrawals: '100', count: 3}]}],
      votes: [{validator: VALIDATOR, index: 0, kind: 'APPROVE', rule: 0, weight: '7000000000000000000', txHash: hash('02'), time: '1700000011'}],
      certificates: [{kind: 'APPROVE', signedWeight: '7', totalWeight: '9', txHash: hash('03')}],
      settlements: [{chainId: L1, txHash: hash('04'), blockNumber: '20', activatedAt: '1700000020'}],
      payouts: [{lots: '60', cumulative: '160', deferred: false}, {lots: '40', cumulative: '200', deferred: true, wallet: WALLET, symbol: 'USDC'}],
      transactions: [
        {name: 'propose', chainId: L2, hash: hash('01')}, {name: 'certify', chainId: L2, hash: hash('03')}, {name: 'settle', chainId: L1, hash: hash('04')},
        {name: 'distribute', chainId: L1, hash: hash('05')}, {name: 'distribute', chainId: L1, hash: hash('06')},
      ],
      stages: [
        {name: 'proposed', at: '1700000010'}, {name: 'voted', at: '1700000011'}, {name: 'approved', at: '1700000012'},
        {name: 'settled on L1', at: '1700000020'}, {name: 'paid on L1', at: '1700000022'},
      ],
    });
  });

  test('a rolled back proposal is gone with all that hangs on it', async () => {
    await index(L2, [proposal(1n, 10n), ...APPROVED], 12n);
    await gateway.database.chains.rollback(L2, {number: 11n, hash: hash('0f'), time: 1n});
    expect((await query<{epoch: {status: string; votes: object[]}}>(EPOCH, {number: 1})).data.epoch).toMatchObject({status: 'PROPOSED', certificates: []});
    await gateway.database.chains.rollback(L2, {number: 9n, hash: hash('0e'), time: 1n});
    expect((await query<{epoch: null}>(EPOCH, {number: 1})).data.epoch).toBeNull();
  });

  test('appending a range twice changes nothing', async () => {
    await index(L1, ON_L1, 22n);
    await index(L1, ON_L1, 22n);
    expect((await query<{payouts: object[]}>(`{ payouts(wallet: "${WALLET}") { lots } }`)).data.payouts).toHaveLength(2);
  });
});

test('coverage is the newest approved epoch whose reserves are known', async () => {
  const ask = async () => (await query<{coverage: unknown}>('{ coverage { epoch status snapshotTime assets { chainId symbol liabilities reserves authorisedOut paidOut lotSize } } }')).data.coverage;
  await index(L2, [proposal(1n, 10n), ...APPROVED], 12n);
  expect(await ask()).toBeNull();
  const [asset] = await gateway.database.chains.assetsWithoutReserves(L1, 5);
  await gateway.database.chains.setReserves(asset!, {reservesLots: 950n, paidOut: 50n});
  expect(await ask()).toEqual({
    epoch: 1, status: 'APPROVED', snapshotTime: '1700000000',
    assets: [{chainId: L1, symbol: 'USDC', liabilities: '900', reserves: '950', authorisedOut: '200', paidOut: '50', lotSize: '1'}],
  });
});

test('pages of epochs', async () => {
  await index(L2, [1n, 2n, 3n, 4n, 5n].map((number) => ({...proposal(number, 10n + number)})), 20n);
  type Page = {epochs: {edges: {node: {number: number}}[]; pageInfo: {hasNextPage: boolean; endCursor: string}}};
  const page = async (after?: string) => (await query<Page>(
    'query ($after: String) { epochs(first: 2, after: $after) { edges { cursor node { number lines { chainId } } } pageInfo { hasNextPage endCursor } } }', {after},
  )).data.epochs;
  const first = await page();
  expect(first.edges.map(({node}) => node.number)).toEqual([5, 4]);
  const second = await page(first.pageInfo.endCursor);
  expect(second.edges.map(({node}) => node.number)).toEqual([3, 2]);
  expect((await page(second.pageInfo.endCursor)).pageInfo).toEqual({hasNextPage: false, endCursor: '1'});
});

test('network, validators and freshness', async () => {
  await index(L1, [
    {...at(L1, 2n, hash('0a'), 0), type: 'validator', index: 0, address: VALIDATOR, key: '0xabcd', weight: 5n},
    {...at(L1, 3n, hash('0a'), 0), type: 'validator', index: 0, address: VALIDATOR, key: '0xabcd', weight: 8n},
    {...at(L1, 3n, hash('0a'), 1), type: 'validator', index: 1, address: VALIDATOR, key: '0xef01', weight: 3n},
    {...at(L1, 4n, hash('0a'), 0), type: 'validator', index: 1, address: '0x0000000000000000000000000000000000000000', key: '0x', weight: 0n},
  ], 5n);
  const {data} = await query<object>('{ network { name l1ChainId storage rpc { chainId url } } validators { index address weight } freshness { chainId indexedBlock headBlock lagSeconds } }');
  expect(data).toEqual({
    network: {name: 'test', l1ChainId: L1, storage: ['ipfs=http://127.0.0.1:1'], rpc: [{chainId: L1, url: 'http://127.0.0.1:2'}]},
    validators: [{index: 0, address: VALIDATOR, weight: '8'}],
    freshness: [{chainId: L1, indexedBlock: '5', headBlock: '7', lagSeconds: 5}],
  });
});

test('custodies as the engine sees them, and the network as every program is told of it', async () => {
  const {data} = await query<{network: {description: string}; custodies: object[]}>('{ network { description } custodies { chainId custody activeEpoch sealedAt frozen rootTooOld } }');
  expect(JSON.parse(data.network.description)).toEqual(network);
  expect(data.custodies).toEqual([
    {chainId: L1, custody: network.l1.custody, activeEpoch: 0, sealedAt: null, frozen: false, rootTooOld: false},
    {chainId: L2, custody: network.l2.custody, activeEpoch: 0, sealedAt: null, frozen: false, rootTooOld: false},
  ]);
});

describe('limits', () => {
  const deep = `{ epochs { edges { node { ${'lines { assets { token } } '.repeat(1)} } } } }`;
  test('an ordinary query passes', async () => {
    expect((await query(deep)).errors).toBeUndefined();
  });
  test.each([
    ['aliases', `{ ${Array.from({length: 16}, (_, i) => `a${i}: validators { index }`).join(' ')} }`],
    ['fields', `{ ${'validators { index } '.repeat(300)} }`],
    ['fields through fragments', `{ ${'...f '.repeat(60)} } fragment f on Query { ${'validators { index } '.repeat(10)} }`],
  ])('too many %s are refused before anything is read', async (_, text) => {
    expect((await query(text)).errors?.[0]?.extensions?.code).toBe('QUERY_TOO_LARGE');
  });
  test.each([
    ['{ epochs(first: 1000) { edges { cursor } } }'], ['{ epochs(after: "x") { edges { cursor } } }'], ['{ payouts(wallet: "0x12") { lots } }'],
  ])('%s is a client\'s mistake', async (text) => {
    expect(await query(text)).toMatchObject({errors: [{extensions: {code: 'BAD_USER_INPUT'}}]});
  });
});
