/** Builds `log.bin`: one encrypted record per changed row, deterministic in its inputs (PROTOCOL §3). */
import {sha256} from '@noble/hashes/sha2.js';
import type {Hex} from 'viem';
import {AgeKeyError, encryptionKeyOf} from '../age-keys.ts';
import {compareBytes, concatBytes, hexToBytes, uintBytes} from '../bytes.ts';
import {PobsError} from '../errors.ts';
import {ID_BYTES} from '../ids.ts';
import {logHead, recordLeaf, recordsRoot} from './chain.ts';
import {
  commitmentOf, ephemeralSecret, epochKey, KEY_BYTES, publicKeyOfSecret, type Purpose, recordKey, refBytes, type RowRef, seal, wrapKey,
} from './crypto.ts';
import {encodeBody, encodeHeader, encodeLegs, encodeRecord, type RecordLeg} from './format.ts';

const CONCURRENCY = 256;

export class LogError extends PobsError<{code: 'AUDITOR_INVALID'} | {code: 'ROW_REPEATED'; asset: number; id: Hex}> {}

export type RowLegs = {
  /** Position of the custody asset in the flattened lines. */
  asset: number;
  id: Hex;
  legs: readonly RecordLeg[];
  /** `age1…`; a malformed one counts as none, so that no account can stop an epoch. */
  viewingKey?: string;
};

export type LogInput = {
  epoch: bigint;
  /** `logRoot` of the parent; 32 zero bytes before the first. */
  previous: Hex;
  rows: readonly RowLegs[];
  /** 32 bytes known to the operator only. */
  logSecret: Hex;
  /** `age1…` of the auditor key. */
  auditor: string;
};

export type BuiltLog = {bytes: Uint8Array; logRoot: Hex; count: number};

type Draft = RowRef & {plaintext: Uint8Array; viewingKey: string | undefined};
type Keys = {epoch: bigint; key: Uint8Array; secret: Uint8Array; ephemeral: Uint8Array};

/** @throws {LogError} when the auditor's key is no age recipient or a row occurs twice. */
export async function buildLog({epoch, previous, rows, logSecret, auditor}: LogInput): Promise<BuiltLog> {
  const drafts = sortedDrafts(rows);
  const key = epochKey(hexToBytes(logSecret, KEY_BYTES), contentHash(epoch, previous, drafts));
  const secret = ephemeralSecret(key);
  const keys: Keys = {epoch, key, secret, ephemeral: publicKeyOfSecret(secret)};
  const auditorWrap = await wrapFor(keys, auditor, 'auditor', key);
  if (auditorWrap === undefined) throw new LogError({code: 'AUDITOR_INVALID'});

  const records: {bytes: Uint8Array; leaf: Hex}[] = [];
  for (let first = 0; first < drafts.length; first += CONCURRENCY) {
    const batch = drafts.slice(first, first + CONCURRENCY);
    records.push(...await Promise.all(batch.map((draft, i) => sealRecord(keys, draft, first + i))));
  }
  const root = recordsRoot(records.map(({leaf}) => leaf));
  const header = encodeHeader({epoch, previous, ephemeral: keys.ephemeral, auditorWrap, count: records.length});
  return {
    bytes: concatBytes(header, ...records.map(({bytes}) => bytes)),
    logRoot: logHead({previous, root, count: records.length}),
    count: records.length,
  };
}

function sortedDrafts(rows: readonly RowLegs[]): Draft[] {
  const drafts = rows
    .map(({asset, id, legs, viewingKey}): Draft => ({asset, id: hexToBytes(id, ID_BYTES), plaintext: encodeLegs(legs), viewingKey}))
    .sort((a, b) => a.asset - b.asset || compareBytes(a.id, b.id));
  drafts.forEach((draft, i) => {
    const before = drafts[i - 1];
    if (before !== undefined && before.asset === draft.asset && compareBytes(before.id, draft.id) === 0) {
      throw new LogError({code: 'ROW_REPEATED', asset: draft.asset, id: rows.find(({id}) => compareBytes(hexToBytes(id), draft.id) === 0)!.id});
    }
  });
  return drafts;
}

/** Everything that the file will say, hashed: the salt of its keys. */
function contentHash(epoch: bigint, previous: Hex, drafts: readonly Draft[]): Uint8Array {
  const hash = sha256.create().update(uintBytes(epoch, 8)).update(hexToBytes(previous, 32));
  for (const draft of drafts) hash.update(refBytes(draft)).update(uintBytes(draft.plaintext.length, 4)).update(draft.plaintext);
  return hash.digest();
}

async function sealRecord(keys: Keys, draft: Draft, seq: number): Promise<{bytes: Uint8Array; leaf: Hex}> {
  const key = recordKey(keys.key, draft);
  const ref = refBytes(draft);
  const wrap = draft.viewingKey === undefined ? undefined : await wrapFor(keys, draft.viewingKey, draft, key);
  const box = await seal(key, draft.plaintext, boundTo(keys.epoch, ref));
  const record = {seq, commitment: commitmentOf(key, draft.plaintext), body: encodeBody({ref, wrap, box})};
  return {bytes: encodeRecord(record), leaf: recordLeaf(record)};
}

/** Undefined when the recipient is no usable X25519 key. */
async function wrapFor({epoch, secret, ephemeral}: Keys, recipient: string, purpose: Purpose, content: Uint8Array): Promise<Uint8Array | undefined> {
  let peer: Uint8Array;
  try {
    peer = hexToBytes(encryptionKeyOf(recipient));
  } catch (error) {
    if (error instanceof AgeKeyError) return undefined;
    throw error;
  }
  const wrapping = wrapKey({secret, peer, ephemeral, recipient: peer, purpose});
  return wrapping === undefined ? undefined : seal(wrapping, content, boundTo(epoch, purpose === 'auditor' ? new Uint8Array(0) : refBytes(purpose)));
}

/** Additional data of every box: epoch and row. */
export const boundTo = (epoch: bigint, ref: Uint8Array): Uint8Array => concatBytes(uintBytes(epoch, 8), ref);
