import {describe, expect, test} from 'vitest';
import fc from 'fast-check';
import {checkEpoch} from './check-epoch.ts';
import type {Evidence} from './evidence.ts';
import {type Books, evidenceOf, honestBooks} from './evidence.fixture.ts';

const seed = Number(process.env.POBS_TEST_SEED ?? Date.now() % 2 ** 31);
console.info(`seed ${seed}`);
const options = {seed, numRuns: 150};

const honest = evidenceOf(honestBooks());
const names = [...honest.files.keys()].filter((name) => name.endsWith('.csv'));

/** One lot more or less somewhere in the books, everything recomputed over it. */
const places = (books: Books): ((delta: bigint) => void)[] => books.custodies.flatMap(({assets, payouts}) => [
  ...payouts.map((leaf) => (delta: bigint) => void (leaf.cumulative += delta)),
  ...assets.flatMap((book) => [
    (delta: bigint) => void (book.deposited += delta),
    (delta: bigint) => void (book.authorisedOut += delta),
    ...book.rows.flatMap((row) => [
      (delta: bigint) => void (row.total += delta),
      (delta: bigint) => void (row.withdrawal += delta),
    ]),
  ]),
]);

describe('checkEpoch', () => {
  // Goal: books that differ from the truth in one number by any amount never pass, however consistent.
  test('no single changed number passes', () => {
    const count = places(honestBooks()).length;
    fc.assert(fc.property(fc.nat(count - 1), fc.bigInt(-60n, 60n).filter((delta) => delta !== 0n), (place, delta) => {
      const books = honestBooks();
      places(books)[place]!(delta);
      if (books.custodies.some(({assets}) => assets.some(({deposited, authorisedOut}) => deposited < 0n || authorisedOut < 0n))) return;
      expect(checkEpoch(evidenceOf(books))).not.toEqual([]);
    }), options);
  });

  // Goal: whatever bytes arrive, the answer is a list of violations.
  test('arbitrary edits of any file never throw and never pass', () => {
    const edit = fc.record({name: fc.constantFrom(...names), at: fc.nat(400), remove: fc.nat(30), insert: fc.uint8Array({maxLength: 30})});
    fc.assert(fc.property(edit, ({name, at, remove, insert}) => {
      const bytes = honest.files.get(name)!;
      const start = Math.min(at, bytes.length);
      const edited = new Uint8Array([...bytes.subarray(0, start), ...insert, ...bytes.subarray(start + remove)]);
      fc.pre(Buffer.compare(edited, bytes) !== 0);
      const forged: Evidence = {...honest, files: new Map(honest.files).set(name, edited)};
      expect(checkEpoch(forged).map(({rule}) => rule)).toContain(1);
      // The same bytes under a manifest and CID that match them: the root, or the form, gives them away.
      const text = Array.from(edited, (byte) => String.fromCharCode(byte & 0x7f)).join('');
      expect(checkEpoch(evidenceOf(honestBooks(), {files: {[name]: text}}))).not.toEqual([]);
    }), options);
  });

  test('arbitrary mapping bytes never throw and never pass', () => {
    fc.assert(fc.property(fc.string({maxLength: 400}), (mapping) => {
      expect(checkEpoch(evidenceOf(honestBooks(), {mapping}))).not.toEqual([]);
    }), options);
  });
});
