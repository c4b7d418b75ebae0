/** Proofs of a command's place: every command under every later head, few headers, and nothing else is proven by them. */
import {bytesToHex, type Hex} from 'viem';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {SLOT} from './batch.ts';
import {encodePayload} from './codec.ts';
import {checkProof, type JournalProof, proveSequence} from './proof.ts';
import {folder, openJournal, records, removeFolders} from './test/journals.ts';

afterAll(removeFolders);

/** Batches of growing size: command 1, then records and commands mixed. */
const BATCHES = 41;
let directory: string;
let heads: Hex[];

beforeAll(async () => {
  directory = folder();
  heads = [];
  for (let batch = 0; batch < BATCHES; batch += 1) {
    const {journal} = openJournal(directory, {segmentBytes: 8 * 1_024});
    journal.appendCommand(encodePayload({type: 'test', batch, amount: 5n}), batch);
    if (batch % 3 === 1) journal.appendRecords(records(4), SLOT, 4 * SLOT, batch);
    if (batch % 5 === 1) journal.appendCheckpoint(encodePayload({digest: '0x'}), batch);
    await journal.close();
    heads.push(bytesToHex(journal.head));
  }
});

const prove = (sequence: number, head?: Hex): JournalProof => proveSequence(directory, {sequence, head})!;

test('every command is proven under every head from its own on, by few headers', () => {
  let sequence = 0;
  for (let batch = 0; batch < BATCHES; batch += 1) {
    const commands = 1 + (batch % 3 === 1 ? 3 : 0);
    for (let place = 0; place < commands; place += 1) {
      sequence += 1;
      for (let under = batch; under < BATCHES; under += 9) {
        const checked = checkProof(JSON.parse(JSON.stringify(prove(sequence, heads[under]))));
        const record = bytesToHex(records(4).subarray(place * SLOT, (place + 1) * SLOT));
        expect(checked).toMatchObject({
          ok: true, proven: {sequence: String(sequence), head: heads[under], at: batch, command: place === 0 ? {command: {type: 'test', batch, amount: 5n}} : {record}},
        });
        expect(checked.ok && checked.proven.steps).toBeLessThanOrEqual(Math.ceil(Math.log2(BATCHES)) ** 2 / 2);
      }
    }
  }
  expect(prove(1).head).toBe(heads.at(-1));
});

test('what is not there is not proven', () => {
  expect(proveSequence(directory, {sequence: 1_000, head: undefined})).toBeUndefined();
  expect(proveSequence(directory, {sequence: 1, head: `0x${'1'.repeat(64)}`})).toBeUndefined();
  expect(proveSequence(directory, {sequence: 30, head: heads[0]})).toBeUndefined();
});

describe('a proof is refused', () => {
  const changes: [string, (proof: JournalProof) => unknown][] = [
    ['with another sequence', (proof) => ({...proof, sequence: '70'})],
    ['with another head', (proof) => ({...proof, head: `0x${'1'.repeat(64)}`})],
    ['with a header left out', (proof) => ({...proof, headers: [proof.headers[0], ...proof.headers.slice(2)]})],
    ['with headers in another order', (proof) => ({...proof, headers: [proof.headers[0], ...proof.headers.slice(1).toReversed()]})],
    ['without headers', (proof) => ({...proof, headers: []})],
    ['with a longer header', (proof) => ({...proof, headers: proof.headers.map((header) => `${header}00`)})],
    ['with another payload', (proof) => ({...proof, payload: proof.payload.replace('74657374', '74657375')})],
    ['of another format', (proof) => ({...proof, format: 'pobs-journal-proof-0'})],
    ['that is none', () => null],
    ['with bytes that are none', (proof) => ({...proof, payload: '0x7'})],
  ];
  test.each(changes)('%s', (_, change) => {
    const proof = prove(5, heads.at(-1));
    expect(proof.headers.length).toBeGreaterThan(2);
    expect(checkProof(proof).ok).toBe(true);
    expect(checkProof(change(proof)).ok).toBe(false);
  });

  test('with any bit of any header flipped', () => {
    const proof = prove(5, heads.at(-1));
    proof.headers.forEach((header, step) => {
      const bytes = Buffer.from(header.slice(2), 'hex');
      for (let bit = 0; bit < bytes.length * 8; bit += 7) {
        const flipped = Buffer.from(bytes);
        flipped[bit >>> 3]! ^= 1 << (bit & 7);
        expect(checkProof({...proof, headers: proof.headers.with(step, bytesToHex(flipped))}).ok).toBe(false);
      }
    });
  });
});
