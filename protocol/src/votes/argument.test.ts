import {expect, test} from 'vitest';
import {bytesToHex, hexToBytes, keccak256} from '../index.ts';
import {type Certificate, type Member, VoteKind} from '../types.ts';
import {certificateArgument, certificateOf, MEMBER_RECORD_BYTES} from './argument.ts';
import {VoteError} from './bls.ts';
import {memberLeaf} from './members.ts';

const member = (index: number): Member => ({
  index, validator: `0x${'5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed'}`, key: bytesToHex(new Uint8Array(96).fill(index + 1)), weight: 10n ** 20n + BigInt(index),
});

const certificate = (members: readonly Member[]): Certificate => ({
  setId: 3, kind: VoteKind.Reject, groups: [{rule: 8, absent: false, members, siblings: [], signature: bytesToHex(new Uint8Array(192))}],
});

test('members come back from a call as they went into it', () => {
  for (const members of [[], [member(0)], [member(1), member(700), member(1_023)]]) {
    const argument = certificateArgument(certificate(members));
    expect(argument.groups[0]!.members.length).toBe(2 + 2 * MEMBER_RECORD_BYTES * members.length);
    expect(certificateOf(argument)).toEqual(certificate(members));
  }
});

test('a record is what the leaf hashes behind its tag', () => {
  const {members} = certificateArgument(certificate([member(7)])).groups[0]!;
  expect(bytesToHex(keccak256(new Uint8Array([0x10, ...hexToBytes(members)])))).toBe(memberLeaf(member(7)));
});

test('records that are cut are refused', () => {
  const argument = certificateArgument(certificate([member(7)]));
  const cut = argument.groups[0]!.members.slice(0, -2) as `0x${string}`;
  expect(() => certificateOf({...argument, groups: [{...argument.groups[0]!, members: cut}]})).toThrow(VoteError);
});
