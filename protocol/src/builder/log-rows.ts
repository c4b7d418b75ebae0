/** The engine's movements as log records: one per changed row, each with its own side of every movement. */
import {hmac} from '@noble/hashes/hmac.js';
import {sha256} from '@noble/hashes/sha2.js';
import {type Address, type Hex, zeroAddress} from 'viem';
import {bytesToHex, concatBytes, hexToBytes, uintBytes, utf8} from '../bytes.ts';
import {ID_BYTES} from '../ids.ts';
import type {RowLegs} from '../log/build.ts';
import type {RecordLeg} from '../log/format.ts';
import type {PackedEpoch} from '../types.ts';
import type {Accounts} from './accounts.ts';

type Draft = {asset: number; id: Hex; legs: RecordLeg[]; viewingKey: string | undefined};

/**
 * @param positions - By index in `sealed.assets`: position of the asset in the flattened lines.
 * @param logSecret - Names rows of wallets whose blinding the engine did not send, without revealing them.
 */
export function logRows({sealed, positions, accounts, logSecret}: {
  sealed: PackedEpoch; positions: readonly number[]; accounts: Accounts; logSecret: Hex;
}): RowLegs[] {
  const viewing = new Map(Object.entries(sealed.viewingKeys).map(([wallet, key]) => [wallet.toLowerCase(), key]));
  const drafts = new Map<string, Draft>();
  const add = (wallet: Address, legAsset: number, leg: RecordLeg): void => {
    const asset = positions[legAsset];
    if (asset === undefined) throw new RangeError(`Leg ${leg.seq} names asset ${legAsset}, which the sealed epoch does not have.`);
    const key = `${asset} ${wallet.toLowerCase()}`;
    let draft = drafts.get(key);
    if (draft === undefined) {
      const id = accounts.idOf(wallet) ?? unlistedId(wallet, sealed.era, logSecret);
      draft = {asset, id, legs: [], viewingKey: viewing.get(wallet.toLowerCase())};
      drafts.set(key, draft);
    }
    draft.legs.push(leg);
  };
  for (const {seq, from, to, asset, lots, kind} of sealed.legs) {
    const outside = from === zeroAddress || to === zeroAddress;
    if (from !== zeroAddress) add(from, asset, {seq, direction: 'out', outside, lots, kind});
    if (to !== zeroAddress) add(to, asset, {seq, direction: 'in', outside, lots, kind});
  }
  return [...drafts.values()];
}

/** A row that left the sheet and whose blinding is unknown: stable within an era, meaningless to everybody else. */
const unlistedId = (wallet: Address, era: number, logSecret: Hex): Hex =>
  bytesToHex(hmac(sha256, hexToBytes(logSecret, 32), concatBytes(utf8('PofBS-log-unlisted'), uintBytes(era, 8), hexToBytes(wallet, 20))), 0, ID_BYTES);
