/** Figures for looking at the pages without a network. They are shown by no product code. */
import {EPOCH_MANAGER, type FixtureEpoch, L1, L2, SALT, USDC} from './fixture-proof.ts';

const hex = (seed: number, bytes: number): string =>
  `0x${Array.from({length: bytes}, (_, i) => ((seed * 131 + i * 61 + ((seed * i) % 97)) & 0xff).toString(16).padStart(2, '0')).join('')}`;

const ETHER = `0x${'0'.repeat(40)}`;
const CID = 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy';

export type FixtureOptions = {
  /** Real sheet of the newest approved epoch, with a proof. */
  proven: FixtureEpoch;
  storageUrl: string;
  l2RpcUrl: string;
  epochs?: number;
  nowSeconds?: number;
};

/** The network file of the fixture, as far as the pages read it. */
const DESCRIPTION = JSON.stringify({
  name: 'local', salt: SALT, l1: {chainId: L1, custody: hex(1, 20), startBlock: 0}, l2: {chainId: L2, custody: hex(2, 20), epochManager: EPOCH_MANAGER, startBlock: 0},
  rules: {eraEpochs: 5_760, custodies: []},
});

/** Root value for the schema: a healthy network whose newest epoch is still being voted on and one epoch was rejected. */
export function fixtureRoot({proven, storageUrl, l2RpcUrl, epochs = 43, nowSeconds = Math.floor(Date.now() / 1_000)}: FixtureOptions) {
  const all = Array.from({length: epochs}, (_, i) => epochOf(epochs - i, {newest: epochs, nowSeconds}))
    .map((epoch) => (BigInt(epoch.number) === proven.summary.epoch ? {...epoch, ...provenFields(proven)} : epoch));
  return {
    network: {
      name: 'local', l1ChainId: L1, l2ChainId: L2, l1Custody: hex(1, 20), l2Custody: hex(2, 20), epochManager: EPOCH_MANAGER, registry: hex(4, 20),
      salt: SALT, rulesHash: hex(6, 32), storage: [`ipfs=${storageUrl}`, `arweave=${storageUrl}`],
      description: DESCRIPTION,
      rpc: [{chainId: L1, url: 'http://127.0.0.1:18545'}, {chainId: L2, url: l2RpcUrl}],
    },
    coverage: {
      epoch: epochs - 1, snapshotTime: String(nowSeconds - 180), status: 'APPROVED',
      assets: [
        coverage(L1, USDC, 'USDC', {owed: 4_210_334_120_000n, held: 4_388_168_153_022n}),
        coverage(L2, USDC, 'USDC', {owed: 18_004_551_902_113n, held: 18_760_743_081_990n}),
        coverage(L2, ETHER, 'ETH', {owed: 3_120_554_000_000n, held: 3_282_822_808_000n}),
      ],
    },
    epoch: ({number}: {number: number}) => all.find((epoch) => epoch.number === number) ?? null,
    epochs: ({first, after}: {first: number; after?: string | null}) => {
      const start = after == null ? 0 : all.findIndex(({number}) => String(number) === after) + 1;
      const page = all.slice(start, start + first);
      return {
        edges: page.map((node) => ({cursor: String(node.number), node})),
        pageInfo: {hasNextPage: start + first < all.length, endCursor: page.at(-1) === undefined ? null : String(page.at(-1)!.number)},
      };
    },
    validators: [10, 11, 12, 13].map((seed, index) => ({index, address: hex(seed, 20), weight: '1000', key: hex(seed, 96)})),
    custodies: [L1, L2].map((chainId, index) => ({
      chainId, custody: hex(index + 1, 20), activeEpoch: epochs - 1, sealedAt: String((nowSeconds - 180) * 1_000), frozen: false, rootTooOld: false,
    })),
    freshness: [{chainId: L1, indexedBlock: '912', headBlock: '912', lagSeconds: 1}, {chainId: L2, indexedBlock: '10412', headBlock: '10413', lagSeconds: 1}],
    payouts: () => [],
  };
}

/** The proven epoch in the shape of the schema. */
const provenFields = ({summary, digest, lines, snapshotCid}: FixtureEpoch) => ({
  digest, snapshotCid, snapshotTime: summary.snapshotTime.toString(), setId: summary.setId, parent: summary.parent, mappingHash: summary.mappingHash,
  logRoot: summary.logRoot, journalHead: summary.journalHead, rulesHash: summary.rulesHash, linesRoot: summary.linesRoot, lineCount: summary.lineCount,
  lines: lines.map(({assets, ...line}) => ({
    ...line, chainId: Number(line.chainId), blockNumber: line.blockNumber.toString(),
    assets: assets.map((asset) => ({
      ...unit('USDC'), token: asset.token, symbol: 'USDC', lotSize: '1', deposited: String(asset.deposited), liabilities: String(asset.liabilities),
      withdrawable: String(asset.withdrawable), withdrawals: String(asset.withdrawals), authorisedOut: String(asset.authorisedOut), count: asset.count, root: asset.root,
    })),
  })),
});

const unit = (symbol: string) => (symbol === 'USDC' ? {decimals: 6, lotSize: '1'} : {decimals: 18, lotSize: '1000000000'});

const coverage = (chainId: number, token: string, symbol: string, {owed, held}: {owed: bigint; held: bigint}) => ({
  chainId, token, symbol, ...unit(symbol), liabilities: owed.toString(), reserves: held.toString(), authorisedOut: '91200000', paidOut: '91200000',
});

const assetLine = (token: string, symbol: string, liabilities: bigint, count: number) => ({
  token, symbol, ...unit(symbol), deposited: (liabilities + 91_200_000n).toString(), liabilities: liabilities.toString(),
  withdrawable: (liabilities - 5_000_000n).toString(), withdrawals: '0', authorisedOut: '91200000', count, root: hex(count, 32),
});

function epochOf(number: number, {newest, nowSeconds}: {newest: number; nowSeconds: number}) {
  const status = number === newest ? 'PROPOSED' : number === 38 ? 'REJECTED' : 'APPROVED';
  const snapshot = nowSeconds - (newest - number) * 180 - 8;
  const kind = status === 'REJECTED' ? 'REJECT' : 'APPROVE';
  const voters = status === 'PROPOSED' ? [10] : status === 'REJECTED' ? [10, 11, 12, 13] : [10, 11, 12];
  const at = (seconds: number) => String(snapshot + seconds);
  const decided = status !== 'PROPOSED';
  return {
    number, status, digest: hex(number, 32), snapshotTime: String(snapshot), setId: 1, parent: hex(number - 1, 32), snapshotCid: CID,
    mappingHash: hex(60, 32), logRoot: hex(61, 32), journalHead: hex(62, 32), rulesHash: hex(6, 32), linesRoot: hex(63, 32), lineCount: 2,
    lines: [
      {chainId: L1, custody: hex(1, 20), blockNumber: '890', blockHash: hex(64, 32), kills: 0, payoutRoot: hex(65, 32), payoutCount: 2,
        assets: [assetLine(USDC, 'USDC', 4_210_334_120_000n, 1_204)]},
      {chainId: L2, custody: hex(2, 20), blockNumber: '10390', blockHash: hex(66, 32), kills: 0, payoutRoot: hex(67, 32), payoutCount: 3,
        assets: [assetLine(ETHER, 'ETH', 3_120_554_000_000n, 812), assetLine(USDC, 'USDC', 18_004_551_902_113n, 2_950)]},
    ],
    votes: voters.map((seed, index) => ({validator: hex(seed, 20), index, kind, rule: kind === 'REJECT' ? 8 : 0, weight: '1000', txHash: hex(seed + number, 32), time: at(4 + index)})),
    certificates: decided ? [{kind, signedWeight: String(voters.length * 1_000), totalWeight: '4000', txHash: hex(70 + number, 32)}] : [],
    settlements: status === 'APPROVED' ? [{chainId: L2, txHash: hex(71 + number, 32), blockNumber: '10401', activatedAt: at(10)}] : [],
    payouts: status === 'APPROVED' ? [
      {epoch: number, chainId: L2, token: USDC, symbol: 'USDC', wallet: hex(80, 20), lots: '125500000', cumulative: '250000000', deferred: false, txHash: hex(81, 32)},
      {epoch: number, chainId: L2, token: ETHER, symbol: 'ETH', wallet: hex(82, 20), lots: '1500000000', cumulative: '1500000000', deferred: true, txHash: hex(83, 32)},
    ] : [],
    transactions: [
      {name: 'propose', chainId: L2, hash: hex(90 + number, 32)},
      ...(decided ? [{name: 'certify', chainId: L2, hash: hex(91 + number, 32)}] : []),
      ...(status === 'APPROVED' ? [{name: 'settle', chainId: L2, hash: hex(92 + number, 32)}, {name: 'settle', chainId: L1, hash: hex(93 + number, 32)}] : []),
    ],
    stages: [
      {name: 'sealed', at: at(0)}, {name: 'published', at: at(1)}, {name: 'proposed', at: at(3)},
      ...(decided ? [{name: 'voted', at: at(6)}, {name: status === 'REJECTED' ? 'rejected' : 'approved', at: at(7)}] : []),
      ...(status === 'APPROVED' ? [{name: 'settled', at: at(10)}, {name: 'paid', at: at(12)}] : []),
    ],
  };
}
