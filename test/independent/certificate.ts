/** Certificates by PROTOCOL §6, with noble alone. */
import {bls12_381 as bls} from '@noble/curves/bls12-381.js';
import {type Hex, hashTypedData, hexToBytes, size, sliceHex} from 'viem';
import {memberLeaf, multiproofRoot} from './merkle.ts';

const {longSignatures} = bls;
const DST = 'BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_NUL_';

type Group = {
  rule: number;
  absent: boolean;
  /** `index:4 ‖ validator:20 ‖ key:96 ‖ weight:16` each. */
  members: Hex;
  siblings: readonly Hex[];
  signature: Hex;
};
export type CertificateArgs = {setId: number; kind: number; groups: readonly Group[]};
export type HeaderArgs = {setId: number; membersRoot: Hex; aggregateKey: Hex; totalWeight: bigint; count: number};

const field = (bytes: Hex, index: number): bigint => BigInt(sliceHex(bytes, index * 48, index * 48 + 48));

function g1(bytes: Hex) {
  const point = bls.G1.Point.fromAffine({x: field(bytes, 0), y: field(bytes, 1)});
  point.assertValidity();
  return point;
}

function g2(bytes: Hex) {
  const {Fp2} = bls.fields;
  const x = Fp2.fromBigTuple([field(bytes, 0), field(bytes, 1)]);
  const y = Fp2.fromBigTuple([field(bytes, 2), field(bytes, 3)]);
  const point = bls.G2.Point.fromAffine({x, y});
  point.assertValidity();
  return point;
}

const RECORD = 136;

function listed(members: Hex) {
  return Array.from({length: size(members) / RECORD}, (_, i) => {
    const part = (from: number, to: number) => sliceHex(members, i * RECORD + from, i * RECORD + to);
    return {index: Number(part(0, 4)), validator: part(4, 24), key: part(24, 120), weight: BigInt(part(120, 136))};
  });
}

/** Weight proven to have signed `kind`; throws where anything does not hold. */
export function signedWeight(
  {certificate, header, epoch, summary, salt}:
  {certificate: CertificateArgs; header: HeaderArgs; epoch: bigint; summary: Hex; salt: Hex},
): bigint {
  if (certificate.setId !== header.setId) throw new Error('certificate of another set');
  let signed = 0n;
  for (const group of certificate.groups) {
    const members = listed(group.members);
    if (members.some((member, i) => i > 0 && member.index <= members[i - 1]!.index)) {
      throw new Error('members not ascending');
    }
    if (members.length > 0) {
      const leaves = new Map(members.map((member) => [member.index, memberLeaf(member)]));
      const root = multiproofRoot(header.count, leaves, group.siblings);
      if (root !== header.membersRoot) throw new Error('members are not of the set');
    }
    const listedWeight = members.reduce((sum, member) => sum + member.weight, 0n);
    const listedKey = members.reduce((sum, member) => sum.add(g1(member.key)), bls.G1.Point.ZERO);
    const key = group.absent ? g1(header.aggregateKey).subtract(listedKey) : listedKey;
    const message = hashTypedData({
      domain: {name: 'PofBS', version: '1', salt},
      types: {
        Vote: [
          {name: 'kind', type: 'uint8'},
          {name: 'epoch', type: 'uint64'},
          {name: 'setId', type: 'uint32'},
          {name: 'summary', type: 'bytes32'},
          {name: 'rule', type: 'uint16'},
        ],
      },
      primaryType: 'Vote',
      message: {kind: certificate.kind, epoch, setId: header.setId, summary, rule: group.rule},
    });
    const hashed = longSignatures.hash(hexToBytes(message), DST);
    if (!longSignatures.verify(g2(group.signature), hashed, key)) throw new Error('aggregate signature does not verify');
    signed += group.absent ? header.totalWeight - listedWeight : listedWeight;
  }
  return signed;
}
