/** Typed digests besides votes: what a set signs for a further chain or a frozen custody, and what wallets sign for the contracts. */
import {type Address, encodeAbiParameters, type Hex, hashTypedData, keccak256} from 'viem';
import {domainOf} from '../summary.ts';
import type {SetHeader} from '../types.ts';

const HEADER = [{
  type: 'tuple',
  components: [
    {name: 'setId', type: 'uint32'}, {name: 'membersRoot', type: 'bytes32'}, {name: 'aggregateKey', type: 'bytes'}, {name: 'totalWeight', type: 'uint128'},
    {name: 'count', type: 'uint32'}, {name: 'activeFrom', type: 'uint64'}, {name: 'activeUntil', type: 'uint64'},
  ],
}] as const;

const RECOVERY_TYPES = {
  Recovery: [
    {name: 'chainId', type: 'uint64'}, {name: 'custody', type: 'address'}, {name: 'payoutRoot', type: 'bytes32'}, {name: 'payoutCount', type: 'uint32'},
  ],
} as const;

const CLAIM_TO_TYPES = {
  ClaimTo: [
    {name: 'token', type: 'address'}, {name: 'wallet', type: 'address'}, {name: 'cumulative', type: 'uint64'}, {name: 'to', type: 'address'},
    {name: 'deadline', type: 'uint256'},
  ],
} as const;

const lower = <T extends string>(address: T): T => address.toLowerCase() as T;

/** Hand-over to the next set: two thirds of the one before sign it, a `MirrorSets` takes it. */
export const handoverDigest = (header: SetHeader, salt: Hex): Hex => hashTypedData({
  domain: domainOf(salt), types: {Handover: [{name: 'header', type: 'bytes32'}]}, primaryType: 'Handover',
  message: {header: keccak256(encodeAbiParameters(HEADER, [header]))},
});

export type Recovery = {chainId: bigint; custody: Address; payoutRoot: Hex; payoutCount: number};

/** The payout root of a frozen custody for what nobody else is owed: two thirds of a set in term sign it. */
export const recoveryDigest = (recovery: Recovery, salt: Hex): Hex => hashTypedData({
  domain: domainOf(salt), types: RECOVERY_TYPES, primaryType: 'Recovery', message: {...recovery, custody: lower(recovery.custody)},
});

/** Consent of a validator's address to be operated for a cold key. */
export const operateDigest = ({validator, coldKey}: {validator: Address; coldKey: Address}, salt: Hex): Hex => hashTypedData({
  domain: domainOf(salt), types: {Operate: [{name: 'validator', type: 'address'}, {name: 'coldKey', type: 'address'}]}, primaryType: 'Operate',
  message: {validator: lower(validator), coldKey: lower(coldKey)},
});

export type ClaimTo = {token: Address; wallet: Address; cumulative: bigint; to: Address; deadline: bigint};

/** What a wallet signs to have a deferred amount paid elsewhere; of one custody, unlike all others. */
export const claimToDigest = (claim: ClaimTo, {chainId, custody}: {chainId: bigint; custody: Address}): Hex => hashTypedData({
  domain: {name: 'PofBS Custody', version: '1', chainId, verifyingContract: custody}, types: CLAIM_TO_TYPES, primaryType: 'ClaimTo',
  message: {...claim, token: lower(claim.token), wallet: lower(claim.wallet), to: lower(claim.to)},
});
