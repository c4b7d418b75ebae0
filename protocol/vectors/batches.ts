/** Random cases in batches, from one printed seed: rows, payouts and certificates of any shape, ABI-encoded for forge. */
import {type Address, encodeAbiParameters, type Hex} from 'viem';
import {
  aggregateKeys, buildCertificate, buildTree, bytesToHex, type CastVote, certificateArgument, domainSalt, keccak256, type Member, membersTree, payoutTree, publicKeyOf, rootOf,
  type SetHeader, signVote, type SnapshotRow, voteDigest, VoteKind,
} from '../src/index.ts';
import {compareText, utf8} from '../src/bytes.ts';
import {CERTIFICATE_PARAMETERS} from './certificate-parameters.ts';

export const BATCH_SEED = 'PofBS batches 1';
const GPMP_CASES = 40;
const PAYOUT_CASES = 40;
const CERTIFICATE_CASES = 9;

const NODE = [{name: 'hash', type: 'bytes32'}, {name: 'sums', type: 'uint64[4]'}] as const;
const ROW = [
  {name: 'id', type: 'bytes24'}, {name: 'total', type: 'uint64'}, {name: 'withdrawable', type: 'uint64'}, {name: 'withdrawal', type: 'uint64'},
] as const;

export const GPMP_PARAMETERS = [
  {name: 'asset', type: 'uint16'}, {name: 'token', type: 'address'}, {name: 'lotSize', type: 'uint128'}, {name: 'rows', type: 'tuple[]', components: ROW},
  {name: 'treeHash', type: 'bytes32'}, {name: 'sums', type: 'uint64[4]'}, {name: 'root', type: 'bytes32'}, {name: 'index', type: 'uint256'},
  {name: 'siblings', type: 'tuple[]', components: NODE},
] as const;

export const PAYOUT_PARAMETERS = [
  {name: 'chainId', type: 'uint64'}, {name: 'custody', type: 'address'}, {name: 'tokens', type: 'address[]'}, {name: 'wallets', type: 'address[]'},
  {name: 'cumulatives', type: 'uint64[]'}, {name: 'root', type: 'bytes32'}, {name: 'index', type: 'uint32'}, {name: 'path', type: 'bytes32[]'},
] as const;

/** A stream of words: keccak of seed and position. */
class Stream {
  #next = 0;
  readonly #label: string;

  constructor(label: string) {
    this.#label = label;
  }

  hash(): Hex {
    this.#next += 1;
    return bytesToHex(keccak256(utf8(`${BATCH_SEED} ${this.#label} ${this.#next}`)));
  }

  below(limit: bigint): bigint {
    return BigInt(this.hash()) % limit;
  }

  index(limit: number): number {
    return Number(this.below(BigInt(limit)));
  }

  address(): Address {
    return this.hash().slice(0, 42) as Address;
  }
}

type Sums = {readonly total: bigint; readonly withdrawable: bigint; readonly withdrawal: bigint; readonly count: number};
const four = (sums: Sums): readonly [bigint, bigint, bigint, bigint] => [sums.total, sums.withdrawable, sums.withdrawal, BigInt(sums.count)];

function gpmpCase(number: number): Hex {
  const stream = new Stream(`gpmp ${number}`);
  const rows = Array.from({length: 1 + stream.index(18)}, (): SnapshotRow => {
    // Magnitudes from a lot up to the widest that 2^5 rows may share.
    const total = stream.below(1n << (1n + stream.below(57n)));
    const withdrawable = stream.below(total + 1n);
    return {id: stream.hash().slice(0, 50) as Hex, total, withdrawable, withdrawal: stream.below(withdrawable + 1n)};
  }).sort((a, b) => compareText(a.id, b.id));
  const asset = stream.index(32);
  const [token, lotSize, index] = [stream.address(), 1n + stream.below(1n << 64n), stream.index(rows.length)];
  const tree = buildTree(asset, rows);
  const root = rootOf({assetIndex: asset, token, lotSize, hash: tree.hash, sums: tree.sums});
  const siblings = tree.prove(index).map(({hash, sums}) => ({hash, sums: four(sums)}));
  return encodeAbiParameters(GPMP_PARAMETERS, [asset, token, lotSize, rows, tree.hash, four(tree.sums), root, BigInt(index), siblings]);
}

function payoutCase(number: number): Hex {
  const stream = new Stream(`payouts ${number}`);
  const payer = {chainId: 1n + stream.below(1n << 40n), custody: stream.address()};
  const tree = payoutTree(payer, Array.from({length: 1 + stream.index(24)}, () => ({
    token: stream.address(), wallet: stream.address(), cumulative: 1n + stream.below(1n << (1n + stream.below(62n))),
  })));
  const index = stream.index(tree.rows.length);
  return encodeAbiParameters(PAYOUT_PARAMETERS, [
    payer.chainId, payer.custody, tree.rows.map(({token}) => token), tree.rows.map(({wallet}) => wallet), tree.rows.map(({cumulative}) => cumulative),
    tree.root, index, tree.prove(index),
  ]);
}

const HEADER = [{
  type: 'tuple',
  components: [
    {name: 'setId', type: 'uint32'}, {name: 'membersRoot', type: 'bytes32'}, {name: 'aggregateKey', type: 'bytes'}, {name: 'totalWeight', type: 'uint128'},
    {name: 'count', type: 'uint32'}, {name: 'activeFrom', type: 'uint64'}, {name: 'activeUntil', type: 'uint64'},
  ],
}] as const;

function certificateCase(number: number): {header: Hex; certificate: Hex; signedWeight: string} {
  const stream = new Stream(`certificate ${number}`);
  const seats = 2 + stream.index(9);
  const secrets = Array.from({length: seats}, (): Hex => `0x${(1n + stream.below(1n << 200n)).toString(16).padStart(64, '0')}`);
  const members = secrets.map((secret, index): Member => ({
    index, validator: stream.address(), key: publicKeyOf(secret), weight: 1n + stream.below(1n << 90n),
  }));
  const header: SetHeader = {
    setId: 1, membersRoot: membersTree(members).root, aggregateKey: aggregateKeys(members.map(({key}) => key))!,
    totalWeight: members.reduce((sum, {weight}) => sum + weight, 0n), count: seats, activeFrom: 0n, activeUntil: 1n,
  };
  const kind = [VoteKind.Approve, VoteKind.Reject, VoteKind.Dispute][number % 3]!;
  const rules = kind === VoteKind.Approve ? [0] : [1 + stream.index(4), 6 + stream.index(4)];
  const votes = members.filter(({index}) => index === 0 || stream.index(3) !== 0).map(({index}): CastVote => {
    const rule = rules[stream.index(rules.length)]!;
    const digest = voteDigest({kind, epoch: BATCH_EPOCH, setId: 1, summary: BATCH_SUMMARY, rule}, BATCH_SALT);
    return {index, kind, rule, signature: signVote(secrets[index]!, digest)};
  });
  return {
    header: encodeAbiParameters(HEADER, [header]),
    certificate: encodeAbiParameters(CERTIFICATE_PARAMETERS, [certificateArgument(buildCertificate({header, members}, votes))]),
    signedWeight: String(votes.reduce((sum, {index}) => sum + members[index]!.weight, 0n)),
  };
}

const BATCH_EPOCH = 11n;
const BATCH_SUMMARY = bytesToHex(keccak256(utf8(`${BATCH_SEED} summary`)));
const BATCH_SALT = domainSalt(1n, new Stream('registry').address());

export type Batches = {readonly [key: string]: string | readonly string[]};

export function batchVectors(): Batches {
  const certificates = Array.from({length: CERTIFICATE_CASES}, (_, i) => certificateCase(i));
  return {
    seed: BATCH_SEED,
    gpmp: Array.from({length: GPMP_CASES}, (_, i) => gpmpCase(i)),
    payouts: Array.from({length: PAYOUT_CASES}, (_, i) => payoutCase(i)),
    salt: BATCH_SALT, epoch: String(BATCH_EPOCH), summary: BATCH_SUMMARY,
    headers: certificates.map(({header}) => header),
    certificates: certificates.map(({certificate}) => certificate),
    signedWeights: certificates.map(({signedWeight}) => signedWeight),
  };
}
