/** L2: votes, certificates by presence and absence, decisions, poster and sets. */
import {type Address, pad} from 'viem';
import {hash, header, type Tell, USDC, wallet, ZERO} from './tell.ts';

const FAR = 1n << 40n;

const line = (chainId: bigint, tokens: readonly Address[]) => ({
  chainId, custody: wallet(Number(chainId % 200n)), blockNumber: 5n, blockHash: hash(`block ${chainId}`), kills: 0, payoutRoot: hash('payout root'), payoutCount: 2,
  assets: tokens.map((token, i) => ({
    token, lotSize: 1n, deposited: 100n, liabilities: 90n, withdrawable: 80n, withdrawals: 5n, authorisedOut: 10n, count: 3 + i, root: hash(`root ${token}`),
  })),
});

const summary = (epoch: bigint) => ({
  epoch, snapshotTime: 150n, setId: 1, parent: epoch === 1n ? pad('0x', {size: 32}) : hash(`epoch ${epoch - 1n}`), linesRoot: hash('lines'), lineCount: 2, snapshotCid: hash('cid'),
  mappingHash: hash('mapping'), logRoot: hash('log'), journalHead: hash('journal'), rulesHash: hash('rules'),
});

export async function playEpochs(tell: Tell): Promise<void> {
  const propose = (epoch: bigint) => tell('epochManager', 'EpochProposed', {epoch, digest: hash(`epoch ${epoch}`), summary: summary(epoch), lines: [line(31337n, [USDC]), line(412346n, [ZERO, USDC])]});
  const until = (epoch: bigint, voteDeadline: bigint) => tell('epochManager', 'VoteDeadlineSet', {epoch, voteDeadline});
  const vote = (epoch: bigint, index: number, kind: number, rule = 0) =>
    tell('epochManager', 'VoteCast', {epoch, validator: wallet(10 + index), kind, rule, index, weight: 10n, signature: pad('0x01', {size: 192})});
  const certify = (epoch: bigint, kind: number, groups: readonly {rule: number; absent: boolean; indices: number[]}[]) =>
    tell('epochManager', 'CertificateAccepted', {epoch, digest: hash(`epoch ${epoch}`), kind, setId: 1, signedWeight: 30n, totalWeight: 40n, groups});
  await tell('epochManager', 'PosterSet', {poster: wallet(5), nonce: 0n});
  for (const rules of ['rules', 'other rules', 'rules 3']) await tell('epochManager', 'RulesHashSet', {rulesHash: hash(rules)});
  await tell('epochManager', 'PosterSet', {poster: ZERO, nonce: 1n});
  await tell('sets', 'SetAccepted', {setId: 1, header: header(1, 4)});
  await tell('sets', 'SetAccepted', {setId: 1, header: header(1, 4)});

  // Approved by absence; seat 2 votes only through the certificate, seat 0 twice, seat 3 against.
  await propose(1n);
  for (const index of [0, 1, 0]) await vote(1n, index, 1);
  await vote(1n, 3, 2, 8);
  await certify(1n, 1, [{rule: 0, absent: true, indices: [3]}]);
  await tell('epochManager', 'EpochApproved', {epoch: 1n, digest: hash('epoch 1')});
  await vote(1n, 2, 1);

  // Rejected for two rules, then a heavier certificate; one validator votes both ways.
  await propose(2n);
  await until(2n, FAR);
  await vote(2n, 0, 2, 3);
  await vote(2n, 0, 1);
  await certify(2n, 2, [{rule: 3, absent: false, indices: [0, 1]}, {rule: 8, absent: false, indices: [2]}]);
  await tell('epochManager', 'EpochRejected', {epoch: 2n, digest: hash('epoch 2')});
  await certify(2n, 2, [{rule: 3, absent: true, indices: []}]);

  // After the deadline a certificate may decide, but counts for nobody.
  await propose(3n);
  await until(3n, 1n);
  await certify(3n, 3, [{rule: 9, absent: false, indices: [1]}]);
  await vote(3n, 1, 3, 9);
}
