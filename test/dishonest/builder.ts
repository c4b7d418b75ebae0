/** Builds an epoch over false books, every hash in its place: what the real builder's joint test would refuse. */
import {createHash} from 'node:crypto';
import {payoutsName, type Summary, summaryDigest, unpackEpoch} from '@pobs/protocol';
import {assembleEpoch, type BuildInput, type BuildResult} from '@pobs/protocol/builder';
import type {Hex} from 'viem';
import {falsify, type Lie} from './lies.ts';

const sha256 = (bytes: Uint8Array): Hex => `0x${createHash('sha256').update(bytes).digest('hex')}`;

/** Two users' wallets change places; ids and blindings stay. */
function swapWallets(mapping: Uint8Array): Uint8Array {
  const [header, ...rows] = new TextDecoder().decode(mapping).trimEnd().split('\n');
  const cells = rows.map((row) => row.split(','));
  const users = cells.filter(([, wallet]) => BigInt(wallet!) > 4n);
  const [first, second] = users;
  if (!first || !second) throw new Error('the mapping holds no two users to swap');
  [first[1], second[1]] = [second[1]!, first[1]!];
  return new TextEncoder().encode(`${[header, ...cells.map((row) => row.join(','))].join('\n')}\n`);
}

/** The builder port of the sequencer, telling one lie. */
export const dishonestBuilder = (lie: Lie) => async (input: BuildInput): Promise<BuildResult> => {
  const parent = lie === 'wrong-parent' ? sha256(new TextEncoder().encode('no summary')) : input.parent;
  const built = await assembleEpoch({...input, parent, sealed: falsify(lie, 'accounts' in input.sealed ? unpackEpoch(input.sealed) : input.sealed)});
  const mapping = lie === 'mapping-lie' ? swapWallets(built.mapping) : built.mapping;
  const summary: Summary = {
    ...built.summary,
    mappingHash: sha256(mapping),
    // Other bytes that really are stored, so that the CID is there to be fetched.
    ...(lie === 'wrong-cid' && {snapshotCid: sha256(built.files.get(payoutsName(input.sealed.chains[0]!.chainId))!)}),
  };
  return {...built, mapping, summary, digest: summaryDigest(summary, input.salt)};
};
