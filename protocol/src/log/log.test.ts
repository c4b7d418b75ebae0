import {generateX25519Identity, identityToRecipient} from 'age-encryption';
import {beforeAll, describe, expect, test} from 'vitest';
import type {Hex} from 'viem';
import {AgeKeyError, ageRecipient, encryptionKeyOf, identitySecret} from '../age-keys.ts';
import {hexToBytes} from '../bytes.ts';
import {publicKeyOfSecret} from './crypto.ts';
import {buildLog, LogError, type LogInput, openEpochKey, openRecord, parseLog, type RecordLeg, recordsRoot, type RowLegs, verifyLogChain} from './index.ts';

const ZERO: Hex = `0x${'00'.repeat(32)}`;
const id = (byte: string): Hex => `0x${byte.repeat(24)}`;
const leg = (seq: bigint, direction: 'in' | 'out', lots: bigint): RecordLeg => ({seq, direction, outside: false, lots, kind: 'trade'});

let auditor: string;
let user: string;
let input: LogInput;

beforeAll(async () => {
  auditor = await generateX25519Identity();
  user = await generateX25519Identity();
  const rows: RowLegs[] = [
    {asset: 1, id: id('bb'), legs: [leg(1n, 'in', 5n), leg(2n, 'out', 3n)], viewingKey: await identityToRecipient(user)},
    {asset: 0, id: id('cc'), legs: [leg(1n, 'out', 5n)]},
    {asset: 0, id: id('aa'), legs: [{seq: 3n, direction: 'in', outside: true, lots: 2n ** 63n - 1n, kind: 'deposit'}], viewingKey: 'age1nonsense'},
  ];
  input = {epoch: 7n, previous: `0x${'11'.repeat(32)}`, rows, logSecret: `0x${'42'.repeat(32)}`, auditor: await identityToRecipient(auditor)};
});

async function logOf(from: LogInput = input) {
  const built = await buildLog(from);
  const verdict = verifyLogChain(built.bytes, {epoch: from.epoch, previous: from.previous, logRoot: built.logRoot});
  if (!verdict.ok) throw new Error(verdict.reason);
  return {...built, log: verdict.log};
}

describe('log.bin', () => {
  test('is a function of its inputs, in whatever order the rows come', async () => {
    const [first, again] = [await buildLog(input), await buildLog({...input, rows: input.rows.toReversed()})];
    expect(again).toEqual(first);
    expect(first.count).toBe(3);
  });

  test('holds a record per row, by asset, then id', async () => {
    const {log} = await logOf();
    expect(log.records.map(({seq, asset, id: row}) => [seq, asset, row])).toEqual([[0, 0, id('aa')], [1, 0, id('cc')], [2, 1, id('bb')]]);
  });

  test('changes every key when anything in it changes: no key encrypts two texts', async () => {
    const changed = {...input, rows: [{...input.rows[0]!, legs: [leg(1n, 'in', 6n)]}, ...input.rows.slice(1)]};
    const [{log: a}, {log: b}] = [await logOf(), await logOf(changed)];
    a.records.forEach((record, i) => expect(Buffer.from(record.box).equals(Buffer.from(b.records[i]!.box))).toBe(false));
    expect(Buffer.from(a.header.ephemeral).equals(Buffer.from(b.header.ephemeral))).toBe(false);
  });

  test('of an epoch without movements chains all the same', async () => {
    const {log, logRoot} = await logOf({...input, rows: [], previous: ZERO});
    expect(log.records).toEqual([]);
    expect(logRoot).not.toBe(ZERO);
    expect(recordsRoot([])).not.toBe(ZERO);
  });

  test('a row twice or an auditor without key is refused', async () => {
    await expect(buildLog({...input, rows: [...input.rows, input.rows[0]!]})).rejects.toThrow(LogError);
    await expect(buildLog({...input, auditor: 'age1nonsense'})).rejects.toThrow(LogError);
  });

  test('any changed byte breaks the chain', async () => {
    const {bytes, logRoot} = await buildLog(input);
    const survivors: number[] = [];
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = bytes.slice();
      changed[at]! ^= 1;
      if (verifyLogChain(changed, {epoch: 7n, previous: input.previous, logRoot}).ok) survivors.push(at);
    }
    // Ephemeral key and auditor wrap are in the header: sha256 in the manifest covers them, a record opens or does not.
    expect(survivors.filter((at) => at < 10 + 8 + 32 || at >= 10 + 8 + 32 + 32 + 48)).toEqual([]);
    for (let length = 0; length < bytes.length; length += 7) expect(verifyLogChain(bytes.slice(0, length), {logRoot}).ok).toBe(false);
  });
});

describe('who can read', () => {
  test('the auditor: all records', async () => {
    const {log} = await logOf();
    const opened = await Promise.all(log.records.map((record) => openRecord(log, record, {role: 'auditor', identity: auditor})));
    expect(opened.map((each) => each.ok && each.legs)).toEqual([input.rows[2]!.legs, input.rows[1]!.legs, input.rows[0]!.legs]);
    const key = await openEpochKey(log, auditor);
    expect(await openRecord(log, log.records[1]!, {role: 'epochKey', key: key!})).toEqual(opened[1]);
  });

  test('an account: its own, nothing else', async () => {
    const {log} = await logOf();
    const open = (at: number) => openRecord(log, log.records[at]!, {role: 'account', identity: user});
    expect(await open(2)).toEqual({ok: true, legs: input.rows[0]!.legs});
    expect(await open(1)).toEqual({ok: false, reason: 'the account had registered no viewing key'});
    expect(await openRecord(log, log.records[2]!, {role: 'account', identity: auditor})).toMatchObject({ok: false});
    expect(await openRecord(log, log.records[1]!, {role: 'auditor', identity: user})).toMatchObject({ok: false});
  });

  test('a record under another key or row is named, not thrown', async () => {
    const {log} = await logOf();
    const [, second, third] = log.records;
    const reader = {role: 'auditor', identity: auditor} as const;
    expect(await openRecord(log, {...third!, box: second!.box}, reader)).toMatchObject({ok: false});
    expect(await openRecord(log, {...third!, commitment: second!.commitment}, reader)).toEqual({ok: false, reason: 'key and plaintext are not those the record commits to'});
  });
});

describe('age keys', () => {
  test('bech32 as age writes it', async () => {
    const recipient = await identityToRecipient(user);
    expect(ageRecipient(encryptionKeyOf(recipient))).toBe(recipient);
    expect(publicKeyOfSecret(identitySecret(user))).toEqual(hexToBytes(encryptionKeyOf(recipient)));
  });

  test.each(['', 'age1', 'age1qqqq', 'bge1zwlyl6h27gzv0lfntr7fcqrjrzqazap8sy5zylkxwneh7llf0dksu37mwt', 'age1zwlyl6h27gzv0lfntr7fcqrjrzqazap8sy5zylkxwneh7llf0dksu37mwx'])(
    '"%s" is no recipient', (text) => {
      expect(() => encryptionKeyOf(text)).toThrow(AgeKeyError);
    });

  test('parsing is strict', () => {
    expect(parseLog(new Uint8Array(10))).toMatchObject({ok: false});
  });
});
