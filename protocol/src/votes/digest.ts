/** Typed digests of votes and of possession; they separate every use of a voting key (PROTOCOL §6). */
import {type Address, type Hex, hashTypedData} from 'viem';
import {domainOf} from '../summary.ts';
import type {VoteKind} from '../types.ts';
import {signDigest, verifyDigest} from './bls.ts';

export const VOTE_TYPES = {
  Vote: [
    {name: 'kind', type: 'uint8'},
    {name: 'epoch', type: 'uint64'},
    {name: 'setId', type: 'uint32'},
    {name: 'summary', type: 'bytes32'},
    {name: 'rule', type: 'uint16'},
  ],
} as const;

export const POSSESSION_TYPES = {
  Possession: [
    {name: 'validator', type: 'address'},
    {name: 'coldKey', type: 'address'},
    {name: 'key', type: 'bytes'},
  ],
} as const;

/** `summary` is the summary's digest; `rule` is 0 in an approval. */
export type VoteMessage = {kind: VoteKind; epoch: bigint; setId: number; summary: Hex; rule: number};
export type Possession = {validator: Address; coldKey: Address; key: Hex};

/** The 32 bytes that a validator signs. */
export const voteDigest = (vote: VoteMessage, salt: Hex): Hex =>
  hashTypedData({domain: domainOf(salt), types: VOTE_TYPES, primaryType: 'Vote', message: vote});

export const signVote = signDigest;
export const verifyVote = verifyDigest;

/** Digest of the proof that a voting key's owner knows its secret. */
export const possessionDigest = ({validator, coldKey, key}: Possession, salt: Hex): Hex =>
  hashTypedData({
    domain: domainOf(salt),
    types: POSSESSION_TYPES,
    primaryType: 'Possession',
    message: {validator: validator.toLowerCase() as Address, coldKey: coldKey.toLowerCase() as Address, key},
  });

export const signPossession = (secretKey: Hex | Uint8Array, possession: Possession, salt: Hex): Hex =>
  signDigest(secretKey, possessionDigest(possession, salt));

export const verifyPossession = (possession: Possession, salt: Hex, signature: Hex): boolean =>
  verifyDigest({key: possession.key, digest: possessionDigest(possession, salt), signature});
