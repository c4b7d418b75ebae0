import type {Address, Hex} from 'viem';
import {expect, test} from 'vitest';
import {StateJournal, undoOf} from './journal.ts';

const ACCOUNT: Address = '0x00000000000000000000000000000000000000aa';
const SLOT: Hex = `0x${'00'.repeat(31)}01`;
const word = (value: number): Hex => `0x${value.toString(16).padStart(64, '0')}`;

test('the oldest value after a block is the one that the block left behind', () => {
  const journal = new StateJournal();
  journal.append(0);
  journal.append(1, {[ACCOUNT]: {balance: '0x1', storage: {[SLOT]: word(1)}}});
  journal.append(2, {[ACCOUNT]: {balance: '0x2'}});
  journal.append(3, {[ACCOUNT]: {storage: {[SLOT]: word(3)}}});

  expect(journal.changesSince(0).get(ACCOUNT)).toEqual({balance: '0x1', storage: {[SLOT]: word(1)}});
  expect(journal.changesSince(1).get(ACCOUNT)).toEqual({balance: '0x2', storage: {[SLOT]: word(3)}});
  expect(journal.changesSince(3).size).toBe(0);
});

test('several transactions of a block: what the first overwrote counts', () => {
  const undo = undoOf([
    {pre: {[ACCOUNT]: {balance: '0x5', nonce: 1}}, post: {[ACCOUNT]: {balance: '0x4', nonce: 2}}},
    {pre: {[ACCOUNT]: {balance: '0x4', nonce: 2}}, post: {[ACCOUNT]: {balance: '0x3', nonce: 3}}},
  ]);

  expect(undo[ACCOUNT]).toMatchObject({balance: '0x5', nonce: 1});
});

test('a created contract had no code, and a first written slot was zero', () => {
  const undo = undoOf([{pre: {}, post: {[ACCOUNT]: {code: '0x6000', nonce: 1, storage: {[SLOT]: word(9)}}}}]);

  expect(undo[ACCOUNT]).toEqual({code: '0x', nonce: 0, storage: {[SLOT]: word(0)}});
});

test('a block that could not be journalled hides all states before it', () => {
  const journal = new StateJournal();
  for (const block of [0, 1, 2]) journal.append(block);
  journal.skip(3);
  journal.append(4);

  expect([2, 3, 4, 5].map((block) => journal.canShow(block))).toEqual([false, true, true, false]);
});

test('a reorg forgets the blocks of the old branch', () => {
  const journal = new StateJournal();
  journal.append(0);
  journal.append(1, {[ACCOUNT]: {balance: '0x1'}});
  journal.append(2, {[ACCOUNT]: {balance: '0x2'}});
  journal.rewind(1);

  expect(journal.head).toBe(1);
  expect(journal.changesSince(0).get(ACCOUNT)).toMatchObject({balance: '0x1'});
  expect(journal.changesSince(1).size).toBe(0);
});
