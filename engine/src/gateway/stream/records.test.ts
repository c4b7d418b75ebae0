/** Records checked where they lie. */
import {describe, expect, test} from 'vitest';
import {recordsOf} from '../../../test/support/stream.ts';
import {COMMAND, ORDER_FLAG, REASON} from '../../core/venue/codes.ts';
import {QUANTITY_MAX, TICKS_MAX} from '../../core/venue/integers.ts';
import {codeOf, head} from '../../core/venue/records.ts';
import {answerBytes, claimRecords, EDGE_REASON, frameOf, writeAnswer, writeRefusal} from './records.ts';
import {readAnswer} from '../../../test/support/stream.ts';

const MARKETS = 2;
type Made = Parameters<typeof recordsOf>[number];

const place = (changes: {detail?: number; market?: number; price?: number; quantity?: number; flags?: number; peak?: number; doubles?: number[]} = {}): Made => {
  const {detail = 0, market = 0, price = 100, quantity = 5, flags = 0, peak = 0, doubles = []} = changes;
  return {head: head(COMMAND.place, detail, market), words: [price, quantity, flags, 1, 2, peak], doubles};
};

function claim(...records: Made[]) {
  const frame = frameOf(recordsOf(...records))!;
  const faults = claimRecords(frame, {account: 9, markets: MARKETS});
  return {frame, faults, reasons: new Map(faults.flatMap((value, at) => (at % 2 === 0 ? [[value, faults[at + 1]]] : [])) as [number, number][])};
}

test('the account of a record is the socket\'s, whatever it says', () => {
  const {frame, faults} = claim({...place(), account: 4}, {...place(), account: -7}, {head: head(COMMAND.cancelAll, 0, 0), words: [-1], account: 3});
  expect(faults).toEqual([]);
  expect([1, 17, 33].map((word) => frame.words[word])).toEqual([9, 9, 9]);
});

describe('what does not hold becomes a record that no engine takes', () => {
  const bad: [string, Made, number][] = [
    ['an unknown code', {head: head(99, 0, 0)}, REASON.unknownCommand],
    ['code 0', {head: 0}, REASON.unknownCommand],
    ['an operator\'s mark', {head: head(COMMAND.mark, 0, 0)}, REASON.unknownCommand],
    ['an operator\'s tick', {head: head(COMMAND.tick, 0, 0)}, REASON.unknownCommand],
    ['an operator\'s fee tier', {head: head(COMMAND.feeTier, 0, 0), words: [1]}, REASON.unknownCommand],
    ['a market nobody runs', place({market: 2}), REASON.unknownMarket],
    ['no price', place({price: 0}), REASON.badPrice],
    ['a negative price', place({price: -1}), REASON.badPrice],
    ['a price beyond the ladder', place({price: TICKS_MAX + 1}), REASON.badPrice],
    ['a market order with a price', place({flags: ORDER_FLAG.market}), REASON.badPrice],
    ['no quantity', place({quantity: 0}), REASON.badQuantity],
    ['a negative quantity', place({quantity: -5}), REASON.badQuantity],
    ['too much', place({quantity: QUANTITY_MAX + 1}), REASON.badQuantity],
    ['an iceberg that shows more than it has', place({peak: 6}), REASON.badQuantity],
    ['the flag of the system', place({flags: ORDER_FLAG.system}), REASON.badFlags],
    ['the flag of a slice', place({flags: ORDER_FLAG.slice}), REASON.badFlags],
    ['a flag nobody knows', place({flags: 1 << 30}), REASON.badFlags],
    ['detail bits nobody knows', place({detail: 1 << 5}), REASON.badFlags],
    ['a moment that is no number', place({doubles: [Number.NaN]}), REASON.badTime],
    ['a moment without end', place({doubles: [Number.POSITIVE_INFINITY]}), REASON.badTime],
    ['a moment before 1970', place({doubles: [-1]}), REASON.badTime],
    ['half a millisecond', place({doubles: [0.5]}), REASON.badTime],
    ['something where nothing belongs', place({doubles: [0, 1]}), REASON.badFlags],
    ['a number that is none where nothing belongs', place({doubles: [0, 0, 0, Number.NaN]}), REASON.badFlags],
    ['a handle below zero', {head: head(COMMAND.cancel, 0, 0), words: [-1], doubles: [5]}, REASON.unknownOrder],
    ['a handle without sequence', {head: head(COMMAND.cancel, 0, 0), words: [3], doubles: [0]}, REASON.unknownOrder],
    ['an amendment to no price', {head: head(COMMAND.amend, 0, 0), words: [3, 0, 5], doubles: [5]}, REASON.badPrice],
    ['an amendment to nothing', {head: head(COMMAND.amend, 0, 0), words: [3, 5, 0], doubles: [5]}, REASON.badQuantity],
    ['cancelling in a market nobody runs', {head: head(COMMAND.cancelAll, 0, 0), words: [2]}, REASON.unknownMarket],
    ['a margin mode nobody knows', {head: head(COMMAND.marginMode, 2, 0)}, REASON.badFlags],
    ['no collateral', {head: head(COMMAND.isolatedMargin, 0, 0), doubles: [0]}, REASON.badAmount],
    ['collateral that is no number', {head: head(COMMAND.isolatedMargin, 0, 0), doubles: [Number.NaN]}, REASON.badAmount],
    ['a trigger without price', {head: head(COMMAND.placeTrigger, 0, 0), words: [0, 5]}, REASON.badPrice],
    ['a trigger of nothing', {head: head(COMMAND.placeTrigger, 0, 0), words: [5, 0]}, REASON.badQuantity],
    ['a trigger with bits nobody knows', {head: head(COMMAND.placeTrigger, 32, 0), words: [5, 5]}, REASON.badFlags],
    ['a second condition without its bit', {head: head(COMMAND.placeTrigger, 0, 0), words: [5, 5, 0, 0, 3]}, REASON.badFlags],
    ['a second condition of no number', {head: head(COMMAND.placeTrigger, 0, 0), words: [5, 5, 0, 0, 256], doubles: [Number.NaN, 5]}, REASON.badPrice],
    ['a second condition of half a lot', {head: head(COMMAND.placeTrigger, 0, 0), words: [5, 5, 0, 0, 256], doubles: [5, 0.5]}, REASON.badQuantity],
    ['numbers without a second condition', {head: head(COMMAND.placeTrigger, 0, 0), words: [5, 5], doubles: [5, 5]}, REASON.badFlags],
    ['a parent in one slice', {head: head(COMMAND.placeParent, 0, 0), words: [5, 0, 1], doubles: [1_000]}, REASON.badTime],
    ['a parent without pause', {head: head(COMMAND.placeParent, 0, 0), words: [5, 0, 4], doubles: [Number.NaN]}, REASON.badTime],
    ['a parent of nothing', {head: head(COMMAND.placeParent, 0, 0), words: [0, 0, 4], doubles: [1_000]}, REASON.badQuantity],
    ['cancelling a parent without id', {head: head(COMMAND.cancelParent, 0, 0), doubles: [0.5]}, REASON.unknownOrder],
    ['a roll at a gain that is no number', {head: head(COMMAND.autoRoll, 0, 0), doubles: [Number.NaN, 0]}, REASON.badAmount],
    ['a roll at a negative loss', {head: head(COMMAND.autoRoll, 0, 0), doubles: [0, -1]}, REASON.badAmount],
    ['a novation of nothing', {head: head(COMMAND.novate, 0, 0), words: [5]}, REASON.badQuantity],
    ['a novation to a negative account', {head: head(COMMAND.novate, 0, 0), words: [-5], doubles: [1]}, REASON.unknownAccount],
    ['a consent nobody knows', {head: head(COMMAND.consent, 2, 0), doubles: [1]}, REASON.badFlags],
    ['the operator\'s market status', {head: head(COMMAND.marketStatus, 0, 0)}, REASON.unknownCommand],
    ['the operator\'s seed', {head: head(COMMAND.distribute, 0, 0)}, REASON.unknownCommand],
    ['a timer that is no number', {head: head(COMMAND.deadMan, 0, 0), doubles: [Number.NaN]}, REASON.badTime],
  ];
  test.each(bad)('%s', (_, record, reason) => {
    const {frame, reasons} = claim(place(), record, place());
    expect([...reasons]).toEqual([[1, reason]]);
    expect([0, 16, 32].map((word) => codeOf(frame.words[word]!))).toEqual([COMMAND.place, 0, COMMAND.place]);
  });

  test('the same at the bounds holds', () => {
    const {faults} = claim(
      place({price: TICKS_MAX, quantity: QUANTITY_MAX, peak: QUANTITY_MAX, market: 1, detail: 0x1f}), place({price: 0, flags: ORDER_FLAG.market | ORDER_FLAG.reduceOnly | ORDER_FLAG.deadMan}),
      place({price: 1, quantity: 1, flags: ORDER_FLAG.postOnly, doubles: [2 ** 52]}), {head: head(COMMAND.isolatedMargin, 0, 1), doubles: [-(2 ** 50)]},
      {head: head(COMMAND.placeTrigger, 31, 1), words: [5, 5, 5, 5, 256 | 31], doubles: [5, 5, 5, 5]}, {head: head(COMMAND.placeParent, 7, 1), words: [5, 5, 1_000], doubles: [1]},
      {head: head(COMMAND.autoRoll, 0, 1), doubles: [2 ** 50, 2 ** 50]}, {head: head(COMMAND.novate, 0, 1), words: [7, 5], doubles: [-5]}, {head: head(COMMAND.consent, 1, 0), doubles: [7]},
      {head: head(COMMAND.cancelTrigger, 0, 0), doubles: [7]}, {head: head(COMMAND.cancel, 0, 0), words: [0], doubles: [1]}, {head: head(COMMAND.amend, 0, 0), words: [0, 1, 1], doubles: [1]},
    );
    expect(faults).toEqual([]);
  });
});

test.each([0, 1, 63, 65, 257 * 64])('%s bytes are no frame', (length) => {
  expect(frameOf(new Uint8Array(length))).toBeUndefined();
});

test('a frame is read from wherever it lies in memory', () => {
  const bytes = recordsOf(place({price: 77}));
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  expect(frameOf(shifted.subarray(3))!.words[2]).toBe(77);
});

test('answers keep their places, faults among them', () => {
  const acks = new Uint8Array(3 * 24);
  acks[48] = REASON.noMark;
  // Memory that is used again holds what was there before.
  const bytes = Buffer.alloc(5 + answerBytes(3), 0xee);
  writeAnswer(bytes, 5, 7, {count: 3, acks, batchHash: new Uint8Array(32).fill(0xab)}, [1, REASON.badPrice]);
  const answer = readAnswer(bytes.subarray(5));
  expect(answer).toMatchObject({frame: 7, count: 3, version: 1});
  expect(Buffer.from(answer.hash).toString('hex')).toBe('ab'.repeat(32));
  expect(answer.acks.map(({reason}) => reason)).toEqual([REASON.none, REASON.badPrice, REASON.noMark]);
});

test('a frame that nobody looked into is refused whole', () => {
  const bytes = Buffer.alloc(5 + answerBytes(2), 0xee);
  writeRefusal(bytes, 5, 1, 2, EDGE_REASON.tooMany);
  const {acks} = readAnswer(bytes.subarray(5));
  expect(acks).toEqual([0, 1].map(() => ({reason: EDGE_REASON.tooMany, slot: -1, sequence: 0, orderSequence: 0})));
});
