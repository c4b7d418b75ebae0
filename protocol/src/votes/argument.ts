/**
 * Certificates as the contracts take them: listed members are one string of records, `index:4 ‖ validator:20 ‖ key:96 ‖ weight:16` each
 * (what their leaves hash behind the tag), because calldata is most of what an absent validator costs.
 */
import {type Address, concatHex, encodePacked, getAddress, type Hex, hexToBigInt, hexToNumber, size, slice} from 'viem';
import type {Certificate, Member, VoteGroup, VoteKind} from '../types.ts';
import {VoteError} from './bls.ts';

/** Bytes of a listed member. */
export const MEMBER_RECORD_BYTES = 136;

export type GroupArgument = Omit<VoteGroup, 'members'> & {members: Hex};
export type CertificateArgument = {setId: number; kind: number; groups: readonly GroupArgument[]};

const encodeMember = ({index, validator, key, weight}: Member): Hex =>
  encodePacked(['uint32', 'address', 'bytes', 'uint128'], [index, validator, key, weight]);

/** What `settle`, `certify` and all others that take a certificate are called with. */
export function certificateArgument({setId, kind, groups}: Certificate): CertificateArgument {
  return {setId, kind, groups: groups.map((group) => ({...group, members: concatHex(group.members.map(encodeMember))}))};
}

/**
 * The certificate in a call's arguments. Nothing of it is verified but its shape.
 *
 * @throws {VoteError} `VOTES_INVALID` when the members are not whole records.
 */
export function certificateOf({setId, kind, groups}: CertificateArgument): Certificate {
  return {setId, kind: kind as VoteKind, groups: groups.map((group) => ({...group, members: decodeMembers(group.members)}))};
}

function decodeMembers(records: Hex): Member[] {
  const count = size(records) / MEMBER_RECORD_BYTES;
  if (!Number.isInteger(count)) throw new VoteError({code: 'VOTES_INVALID', detail: `members of ${size(records)} bytes are no whole records`});
  return Array.from({length: count}, (_, i): Member => {
    const record = slice(records, i * MEMBER_RECORD_BYTES, (i + 1) * MEMBER_RECORD_BYTES);
    return {
      index: hexToNumber(slice(record, 0, 4)),
      validator: getAddress(slice(record, 4, 24) as Address),
      key: slice(record, 24, 120),
      weight: hexToBigInt(slice(record, 120)),
    };
  });
}
