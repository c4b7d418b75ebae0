/** The 64-byte record: what is written is read, to the byte. */
import {expect, test} from 'vitest';
import {CLOSE, CLOSE_NAMES, REASON, REASON_NAMES} from './codes.ts';
import {head, readRecord, RECORD_BYTES, RecordLog, viewRecords} from './records.ts';

test('a record keeps every word and double through bytes and growth', () => {
  const log = new RecordLog(1);
  for (let index = 0; index < 100; index += 1) log.push(head(7, 255, 65_535), -index, 2, 3, 4, 5, 6, 2 ** 31 - 1, index, -(2 ** 53 - 1), 0, 2 ** 52 + index);
  const bytes = log.bytes();
  expect(bytes.length).toBe(100 * RECORD_BYTES);
  const shifted = new Uint8Array(bytes.length + 1);
  shifted.set(bytes, 1);
  for (const view of [viewRecords(bytes)!, viewRecords(shifted.subarray(1))!]) {
    expect(readRecord(view, 99)).toEqual({code: 7, detail: 255, market: 65_535, words: [-99, 2, 3, 4, 5, 6, 2 ** 31 - 1], doubles: [99, -(2 ** 53 - 1), 0, 2 ** 52 + 99]});
  }
});

test('bytes that are no whole records are refused', () => {
  expect(viewRecords(new Uint8Array(RECORD_BYTES + 1))).toBeUndefined();
  expect(viewRecords(new Uint8Array(0))?.length).toBe(0);
});

test('codes are dense and their names in order', () => {
  expect(Object.values(REASON)).toEqual(REASON_NAMES.map((_, index) => index));
  expect(Object.values(CLOSE)).toEqual(CLOSE_NAMES.map((_, index) => index));
});
