/** Opens records of a log: the auditor all of them, an account its own (PROTOCOL §3, V9b). */
import {identitySecret} from '../age-keys.ts';
import {equalBytes, hexToBytes} from '../bytes.ts';
import {boundTo} from './build.ts';
import {commitmentOf, open, publicKeyOfSecret, type Purpose, recordKey, refBytes, wrapKey} from './crypto.ts';
import {decodeLegs, type LogRecord, type ParsedLog, type RecordLeg} from './format.ts';

/** Who opens: the auditor's or the account's `AGE-SECRET-KEY-1…`, or a content key that was disclosed. */
export type LogReader = {role: 'auditor' | 'account'; identity: string} | {role: 'epochKey'; key: Uint8Array};

export type OpenedRecord = {ok: true; legs: RecordLeg[]} | {ok: false; reason: string};

/** Decrypts one record and checks that key and plaintext are those committed to. */
export async function openRecord({header}: ParsedLog, record: LogRecord, reader: LogReader): Promise<OpenedRecord> {
  const row = {asset: record.asset, id: hexToBytes(record.id)};
  let key: Uint8Array | undefined;
  if (reader.role === 'account') {
    if (record.wrap === undefined) return {ok: false, reason: 'the account had registered no viewing key'};
    key = await unwrap(header, record.wrap, reader.identity, row);
  } else {
    const epochKey = reader.role === 'epochKey' ? reader.key : await unwrap(header, header.auditorWrap, reader.identity, 'auditor');
    key = epochKey === undefined ? undefined : recordKey(epochKey, row);
  }
  if (key === undefined) return {ok: false, reason: 'the key does not open this record'};
  const plaintext = await open(key, record.box, boundTo(header.epoch, refBytes(row)));
  if (plaintext === undefined) return {ok: false, reason: 'the record does not decrypt under its key'};
  if (!equalBytes(commitmentOf(key, plaintext), record.commitment)) return {ok: false, reason: 'key and plaintext are not those the record commits to'};
  const legs = decodeLegs(plaintext);
  return legs === undefined ? {ok: false, reason: 'the plaintext holds no legs'} : {ok: true, legs};
}

/** The epoch key, for whoever holds the auditor's identity: open once, then read every record with it. */
export const openEpochKey = ({header}: ParsedLog, identity: string): Promise<Uint8Array | undefined> =>
  unwrap(header, header.auditorWrap, identity, 'auditor');

async function unwrap(header: ParsedLog['header'], wrap: Uint8Array, identity: string, purpose: Purpose): Promise<Uint8Array | undefined> {
  const secret = identitySecret(identity);
  const key = wrapKey({
    secret, peer: header.ephemeral, ephemeral: header.ephemeral, recipient: publicKeyOfSecret(secret), purpose,
  });
  if (key === undefined) return undefined;
  return open(key, wrap, boundTo(header.epoch, purpose === 'auditor' ? new Uint8Array(0) : refBytes(purpose)));
}
