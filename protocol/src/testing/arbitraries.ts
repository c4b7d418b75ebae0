/** Valid by construction: request ≤ withdrawable ≤ total, ids distinct and ascending. */
import fc from 'fast-check';
import type {Hex} from 'viem';
import type {SnapshotRow} from '../types.ts';

export const hex = (bytes: number): fc.Arbitrary<Hex> =>
  fc.uint8Array({minLength: bytes, maxLength: bytes}).map((value) => `0x${Buffer.from(value).toString('hex')}` as Hex);

/** Three of them and fifty rows stay below 2^63. */
const amount = fc.bigInt({min: 0n, max: 2n ** 55n});

export const row: fc.Arbitrary<SnapshotRow> = fc.tuple(hex(24), amount, amount, amount).map(([id, a, b, c]) => ({
  id, withdrawal: a, withdrawable: a + b, total: a + b + c,
}));

export const sortedRows = (minLength: number, maxLength = 40): fc.Arbitrary<SnapshotRow[]> =>
  fc.uniqueArray(row, {selector: ({id}) => id, minLength, maxLength}).map((rows) => rows.sort((a, b) => (a.id < b.id ? -1 : 1)));
