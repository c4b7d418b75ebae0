/** The cross-language cases: what vitest and forge both read, a function of nothing. */
import {type Address, encodeAbiParameters, type Hex} from 'viem';
import {
  accountId, aggregateKeys, aggregateSignatures, blindingFor, buildCertificate, buildTree, bytesToHex, type CastVote, type Certificate, certificateArgument, domainSalt,
  keccak256, leafHash, levelsOf, type Line, LINE_PARAMETERS, lineHash, linesTree, type Member, memberLeaf, membersTree, NO_PAYOUTS_ROOT, payoutLeaf,
  payoutTree, possessionDigest, publicKeyOf, rootOf, type SetHeader, signPossession, signVote, type SnapshotRow, type Summary, SUMMARY_TYPE_STRING,
  SUMMARY_TYPES, summaryDigest, voteDigest, VoteKind, ZERO_BLINDING,
} from '../src/index.ts';
import {compareText, utf8} from '../src/bytes.ts';
import {auditVectors} from './audit.ts';
import {batchVectors} from './batches.ts';
import {CERTIFICATE_PARAMETERS} from './certificate-parameters.ts';
import {messageVectors} from './messages.ts';

type Json = string | number | boolean | readonly Json[] | {readonly [key: string]: Json};

const hashOf = (label: string): Hex => bytesToHex(keccak256(utf8(`PofBS vector ${label}`)));
const addressOf = (label: string): Address => hashOf(label).slice(0, 42) as Address;
const text = (values: readonly bigint[]): string[] => values.map(String);

const L1 = 1n;
const REGISTRY = addressOf('registry');
const SALT = domainSalt(L1, REGISTRY);

export function idVectors(): Json {
  const cases = [0, 1, 2].map((i) => ({
    wallet: addressOf(`wallet ${i}`), secret: hashOf(`secret ${i}`), era: [0, 1, 18_446_744_073_709][i]!,
  }));
  const blindings = cases.map(({secret, era}) => blindingFor(secret, era));
  const system = [1, 2, 3, 4].map((i): Address => `0x${i.toString(16).padStart(40, '0')}`);
  return {
    wallets: cases.map(({wallet}) => wallet),
    secrets: cases.map(({secret}) => secret),
    eras: cases.map(({era}) => String(era)),
    blindings,
    ids: cases.map(({wallet}, i) => accountId(wallet, blindings[i]!)),
    systemWallets: system,
    systemIds: system.map((wallet) => accountId(wallet, ZERO_BLINDING)),
  };
}

const GPMP_COUNTS = [0, 1, 2, 3, 5, 8, 13];

export function gpmpVectors(): Json {
  return {counts: GPMP_COUNTS, cases: GPMP_COUNTS.map(gpmpCase)};
}

function gpmpRows(count: number): SnapshotRow[] {
  return Array.from({length: count}, (_, i): SnapshotRow => {
    const withdrawal = BigInt(i);
    const withdrawable = withdrawal + BigInt(i * 1_000_003);
    return {id: hashOf(`row ${i}`).slice(0, 50) as Hex, total: withdrawable + 2n ** BigInt(40 + (i % 15)), withdrawable, withdrawal};
  }).sort((a, b) => compareText(a.id, b.id));
}

/** `sibling*` lists hold `count × depth` nodes: those of leaf 0, then of leaf 1, …, each bottom-up. */
function gpmpCase(count: number, asset: number): Json {
  const rows = gpmpRows(count);
  const token = addressOf('token');
  const lotSize = 10n ** 9n;
  const tree = buildTree(asset, rows);
  const siblings = rows.flatMap((_, i) => tree.prove(i));
  return {
    asset, token, lotSize: String(lotSize), count, depth: levelsOf(count),
    ids: rows.map(({id}) => id),
    totals: text(rows.map(({total}) => total)),
    withdrawables: text(rows.map(({withdrawable}) => withdrawable)),
    withdrawals: text(rows.map(({withdrawal}) => withdrawal)),
    leaves: rows.map((row) => leafHash(asset, row)),
    treeHash: tree.hash,
    sumTotal: String(tree.sums.total), sumWithdrawable: String(tree.sums.withdrawable), sumWithdrawal: String(tree.sums.withdrawal),
    root: rootOf({assetIndex: asset, token, lotSize, hash: tree.hash, sums: tree.sums}),
    siblingHashes: siblings.map(({hash}) => hash),
    siblingTotals: text(siblings.map(({sums}) => sums.total)),
    siblingWithdrawables: text(siblings.map(({sums}) => sums.withdrawable)),
    siblingWithdrawals: text(siblings.map(({sums}) => sums.withdrawal)),
    siblingCounts: siblings.map(({sums}) => sums.count),
  };
}

const PAYOUT_COUNTS = [0, 1, 2, 3, 6, 7];

export function payoutVectors(): Json {
  return {emptyRoot: NO_PAYOUTS_ROOT, counts: PAYOUT_COUNTS, cases: PAYOUT_COUNTS.map(payoutCase)};
}

function payoutCase(count: number): Json {
  const payer = {chainId: 412_346n, custody: addressOf('custody')};
  const tree = payoutTree(payer, Array.from({length: count}, (_, i) => ({
    token: addressOf(`token ${i % 2}`), wallet: addressOf(`payee ${i}`), cumulative: BigInt(i + 1) * 1_000_000_007n,
  })));
  return {
    chainId: String(payer.chainId), custody: payer.custody, count, depth: levelsOf(count),
    tokens: tree.rows.map(({token}) => token),
    wallets: tree.rows.map(({wallet}) => wallet),
    cumulatives: text(tree.rows.map(({cumulative}) => cumulative)),
    leaves: tree.rows.map((row) => payoutLeaf(payer, row)),
    root: tree.root,
    paths: tree.rows.flatMap((_, i) => tree.prove(i)),
  };
}

function vectorLines(): Line[] {
  return [1n, 42_161n, 412_346n].map((chainId, i): Line => ({
    chainId, custody: addressOf(`custody ${i}`), blockNumber: 1_000n + BigInt(i), blockHash: hashOf(`block ${i}`), kills: i,
    payoutRoot: i === 0 ? NO_PAYOUTS_ROOT : hashOf(`payouts ${i}`), payoutCount: i,
    assets: Array.from({length: i + 1}, (_, k) => ({
      token: `0x${k.toString(16).padStart(40, '0')}` as const, lotSize: 10n ** BigInt(9 * (k % 2)), deposited: 1_000_000n + BigInt(k), liabilities: 900_000n,
      withdrawable: 800_000n, withdrawals: 5n, authorisedOut: 100_005n + BigInt(k), count: 3 + k, root: hashOf(`root ${i} ${k}`),
    })),
  }));
}

export function summaryVectors(): Json {
  const lines = vectorLines();
  const tree = linesTree(lines);
  const summary: Summary = {
    epoch: 7n, snapshotTime: 1_700_000_000n, setId: 3, parent: hashOf('parent'), linesRoot: tree.root, lineCount: lines.length,
    snapshotCid: hashOf('cid'), mappingHash: hashOf('mapping'), logRoot: hashOf('log'), journalHead: hashOf('journal'), rulesHash: hashOf('rules'),
  };
  return {
    typeString: SUMMARY_TYPE_STRING, typeHash: bytesToHex(keccak256(utf8(SUMMARY_TYPE_STRING))),
    l1ChainId: String(L1), registry: REGISTRY, salt: SALT,
    encodedSummary: encodeAbiParameters([{type: 'tuple', components: SUMMARY_TYPES.Summary}], [summary]),
    digest: summaryDigest(summary, SALT),
    lineCount: lines.length,
    depth: levelsOf(lines.length),
    encodedLines: lines.map((line) => encodeAbiParameters(LINE_PARAMETERS, [line])),
    lineHashes: lines.map(lineHash),
    linesRoot: tree.root,
    linePaths: lines.flatMap((_, i) => tree.prove(i)),
  };
}

const SEATS = 7;
const EPOCH = 7n;
const SET_ID = 3;

export function voteVectors(): Json {
  const secrets = Array.from({length: SEATS}, (_, i): Hex => `0x${(1_000 + i).toString(16).padStart(64, '0')}`);
  const members = secrets.map((secret, index): Member => ({
    index, validator: addressOf(`validator ${index}`), key: publicKeyOf(secret), weight: 10n ** 18n * BigInt(index + 1),
  }));
  const tree = membersTree(members);
  const header: SetHeader = {
    setId: SET_ID, membersRoot: tree.root, aggregateKey: aggregateKeys(members.map(({key}) => key))!,
    totalWeight: members.reduce((sum, {weight}) => sum + weight, 0n), count: SEATS, activeFrom: 1_000n, activeUntil: 2_000n,
  };
  const summary = hashOf('summary');
  const digestOf = (kind: VoteKind, rule: number) => voteDigest({kind, epoch: EPOCH, setId: SET_ID, summary, rule}, SALT);
  const vote = (kind: VoteKind, rule: number) => (index: number): CastVote => ({index, kind, rule, signature: signVote(secrets[index]!, digestOf(kind, rule))});
  const certificates = [
    buildCertificate({header, members}, [0, 1, 2, 3, 4, 5, 6].map(vote(VoteKind.Approve, 0))),
    buildCertificate({header, members}, [0, 2, 3, 5, 6].map(vote(VoteKind.Approve, 0))),
    buildCertificate({header, members}, [1, 4, 6].map(vote(VoteKind.Approve, 0))),
    buildCertificate({header, members}, [...[1, 6].map(vote(VoteKind.Reject, 3)), ...[5].map(vote(VoteKind.Reject, 8))]),
    buildCertificate({header, members}, [...[0, 1, 2, 3].map(vote(VoteKind.Dispute, 9)), ...[5].map(vote(VoteKind.Dispute, 11))]),
  ];
  const possessions = members.map(({validator, key}) => ({validator, coldKey: validator, key}));
  return {
    salt: SALT, l1ChainId: String(L1), registry: REGISTRY, epoch: String(EPOCH), setId: SET_ID, summary,
    approveDigest: digestOf(VoteKind.Approve, 0), rejectV8Digest: digestOf(VoteKind.Reject, 8), disputeV9Digest: digestOf(VoteKind.Dispute, 9),
    secretKeys: secrets,
    validators: members.map(({validator}) => validator), keys: members.map(({key}) => key), weights: text(members.map(({weight}) => weight)),
    memberLeaves: members.map(memberLeaf), membersRoot: tree.root, depth: levelsOf(SEATS), memberPaths: members.flatMap((_, i) => tree.prove(i)),
    aggregateKey: header.aggregateKey, totalWeight: String(header.totalWeight), count: SEATS,
    approveSignatures: secrets.map((secret) => signVote(secret, digestOf(VoteKind.Approve, 0))),
    approveAggregate: aggregateSignatures(secrets.map((secret) => signVote(secret, digestOf(VoteKind.Approve, 0)))),
    possessionDigests: possessions.map((possession) => possessionDigest(possession, SALT)),
    possessionSignatures: possessions.map((possession, i) => signPossession(secrets[i]!, possession, SALT)),
    certificateNames: ['approve by all', 'approve by five, two absent', 'approve by three, listed', 'reject by two rules', 'dispute by two rules, one in absent form'],
    certificateKinds: certificates.map(({kind}) => kind),
    encodedCertificates: certificates.map((certificate: Certificate) => encodeAbiParameters(CERTIFICATE_PARAMETERS, [certificateArgument(certificate)])),
    signedWeights: [[0, 1, 2, 3, 4, 5, 6], [0, 2, 3, 5, 6], [1, 4, 6], [1, 5, 6], [0, 1, 2, 3, 5]].map((signers) =>
      String(signers.reduce((sum, index) => sum + members[index]!.weight, 0n))),
  };
}

export const VECTORS: Readonly<Record<string, () => Json>> = {
  ids: idVectors, gpmp: gpmpVectors, payouts: payoutVectors, summary: summaryVectors, votes: voteVectors, batches: batchVectors, audit: auditVectors, messages: messageVectors,
};

export const vectorText = (name: string): string => `${JSON.stringify(VECTORS[name]!(), null, 1)}\n`;
