/** Movements of claims since the newest approved sheet, 20 bytes each, in order. The first `sealed` of them belong to an undecided epoch. */
import type {LegKind} from '@pobs/protocol';
import {grown, roomFor} from './columns.ts';

export const LEG_KINDS = ['deposit', 'withdrawal', 'trade', 'fee', 'pnl', 'funding', 'transfer', 'bind', 'convert', 'rounding'] as const satisfies readonly LegKind[];
export const LEG = {deposit: 0, withdrawal: 1, trade: 2, fee: 3, pnl: 4, funding: 5, transfer: 6, bind: 7, convert: 8, rounding: 9} as const;
export type LegCode = (typeof LEG)[keyof typeof LEG];

export class Legs {
  length = 0;
  sealed = 0;
  /** Sequence of the newest leg ever posted; the leg at index i has `last − length + 1 + i`. */
  last = 0;
  from = new Int32Array(64);
  to = new Int32Array(64);
  /** kind ‖ asset << 8 */
  what = new Int32Array(64);
  lots = new Float64Array(64);

  append(from: number, to: number, asset: number, lots: number, kind: LegCode): void {
    if (this.length === this.lots.length) this.#grow();
    const at = this.length;
    this.from[at] = from;
    this.to[at] = to;
    this.what[at] = kind | (asset << 8);
    this.lots[at] = lots;
    this.length += 1;
    this.last += 1;
  }

  /** All present legs now belong to the sealed epoch. */
  seal(): void {
    this.sealed = this.length;
  }

  /** The sealed epoch is approved: its legs are told. */
  drop(): void {
    const kept = this.length - this.sealed;
    for (const column of [this.from, this.to, this.what, this.lots]) column.copyWithin(0, this.sealed, this.length);
    this.length = kept;
    this.sealed = 0;
  }

  /** The sealed epoch died: its legs ride the next one, in front of the newer ones. */
  reopen(): void {
    this.sealed = 0;
  }

  sequenceAt(index: number): number {
    return this.last - this.length + 1 + index;
  }

  #grow(): void {
    const capacity = roomFor(this.lots.length, this.length + 1);
    this.from = grown(this.from, capacity);
    this.to = grown(this.to, capacity);
    this.what = grown(this.what, capacity);
    this.lots = grown(this.lots, capacity);
  }
}
