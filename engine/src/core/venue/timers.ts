/** Moments at which something is due, a binary heap by time and then by order of setting. Stale entries are skipped by whoever reads them. */
import {grown, roomFor} from './columns.ts';

export const TIMER = {orderExpiry: 1, deadMan: 2, slice: 3, funding: 4, premium: 5, interest: 6, excess: 7, session: 8} as const;

export class Timers {
  length = 0;
  /** Timers ever set: breaks ties. */
  set = 0;
  at: Float64Array = new Float64Array(16);
  rank: Float64Array = new Float64Array(16);
  kind: Int32Array = new Int32Array(16);
  /** Slot, account or market, by kind. */
  subject: Int32Array = new Int32Array(16);
  /** Sequence of the subject, so that a reused slot is not mistaken. */
  sequence: Float64Array = new Float64Array(16);

  push(at: number, kind: number, subject: number, sequence: number): void {
    if (this.length === this.at.length) this.#grow();
    this.set += 1;
    let hole = this.length;
    this.length += 1;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (this.at[parent]! <= at) break;
      this.#move(parent, hole);
      hole = parent;
    }
    this.#put(hole, at, this.set, kind, subject, sequence);
  }

  /** Time of the next one, or Infinity. */
  get next(): number {
    return this.length === 0 ? Number.POSITIVE_INFINITY : this.at[0]!;
  }

  /** Removes the first; its fields. */
  pop(): {at: number; kind: number; subject: number; sequence: number} {
    const first = {at: this.at[0]!, kind: this.kind[0]!, subject: this.subject[0]!, sequence: this.sequence[0]!};
    this.length -= 1;
    const last = this.length;
    const [at, rank] = [this.at[last]!, this.rank[last]!];
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= last) break;
      if (child + 1 < last && this.#before(child + 1, child)) child += 1;
      if (this.at[child]! > at || (this.at[child] === at && this.rank[child]! > rank)) break;
      this.#move(child, hole);
      hole = child;
    }
    if (last > 0) this.#put(hole, at, rank, this.kind[last]!, this.subject[last]!, this.sequence[last]!);
    return first;
  }

  #before(a: number, b: number): boolean {
    return this.at[a]! < this.at[b]! || (this.at[a] === this.at[b] && this.rank[a]! < this.rank[b]!);
  }

  #move(from: number, to: number): void {
    this.#put(to, this.at[from]!, this.rank[from]!, this.kind[from]!, this.subject[from]!, this.sequence[from]!);
  }

  #put(place: number, at: number, rank: number, kind: number, subject: number, sequence: number): void {
    this.at[place] = at;
    this.rank[place] = rank;
    this.kind[place] = kind;
    this.subject[place] = subject;
    this.sequence[place] = sequence;
  }

  #grow(): void {
    const capacity = roomFor(this.at.length, this.length + 1);
    this.at = grown(this.at, capacity);
    this.rank = grown(this.rank, capacity);
    this.kind = grown(this.kind, capacity);
    this.subject = grown(this.subject, capacity);
    this.sequence = grown(this.sequence, capacity);
  }
}
