/** Where exits happen: the custodies of a network, and how they are read. */
import type {Address, Hex} from 'viem';
import type {ChainClient} from '../chain/index.ts';
import {blindingFor, eraOf} from '../ids.ts';
import type {ContentStore} from '../store/index.ts';
import type {Network} from '../types.ts';

/** What exits need of a network's description file. */
export type ExitNetwork = Pick<Network, 'name' | 'salt' | 'l1' | 'l2' | 'rules'>;

export type CustodyPlace = {chainId: number; chain: 'L1' | 'L2'; custody: Address};

export const custodiesOf = ({l1, l2}: ExitNetwork): CustodyPlace[] => [
  {chainId: l1.chainId, chain: 'L1', custody: l1.custody}, {chainId: l2.chainId, chain: 'L2', custody: l2.custody},
];

/** Chains and published files, by whatever the reader trusts. */
export type ExitSources = {
  /** @throws {ChainError} */
  client(chainId: number): Promise<ChainClient>;
  store: ContentStore;
};

/** Whose row is looked for. `blinding` is undefined for an epoch of an era that the owner has no key to. */
export type ExitOwner = {wallet: Address; blinding(epoch: bigint): Hex | undefined};

/** Somebody who knows the account secret opens rows of every era. */
export const ownerBySecret = ({wallet, secret, eraEpochs}: {wallet: Address; secret: Hex; eraEpochs: number}): ExitOwner => ({
  wallet, blinding: (epoch) => blindingFor(secret, eraOf(epoch, eraEpochs)),
});

/** An inclusion proof that names its owner opens every row of its era. */
export const ownerByProof = ({wallet, blinding, epoch, eraEpochs}: {wallet: Address; blinding: Hex; epoch: bigint; eraEpochs: number}): ExitOwner => ({
  wallet, blinding: (other) => (eraOf(other, eraEpochs) === eraOf(epoch, eraEpochs) ? blinding : undefined),
});
