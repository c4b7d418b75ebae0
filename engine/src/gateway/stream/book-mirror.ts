/** One market's book as the events tell it, in ticks and market lots. */
import type {BookView} from '../../core/views.ts';

/** `[price, quantity]` as decimal strings; quantity 0 = the level is gone. */
export type Levels = [string, string][];

export type Grid = {tick: bigint; lot: bigint};

export class BookMirror {
  readonly #grid: Grid;
  readonly #sides = [new Map<number, number>(), new Map<number, number>()] as const;
  /** Levels changed since the last {@link takeDelta}, by side. */
  readonly #changed = [new Set<number>(), new Set<number>()] as const;

  constructor(grid: Grid) {
    this.#grid = grid;
  }

  /** @param side - 0 buy, 1 sell. */
  set(side: 0 | 1, ticks: number, lots: number): void {
    if (lots === 0) this.#sides[side].delete(ticks);
    else this.#sides[side].set(ticks, lots);
    this.#changed[side].add(ticks);
  }

  /** Takes over another book; what differs counts as changed. */
  replace({bids, asks}: Pick<BookView, 'bids' | 'asks'>): void {
    [bids, asks].forEach((levels, index) => {
      const side = index as 0 | 1;
      const wanted = new Map(levels.map(({price, quantity}) => [Number(price / this.#grid.tick), Number(quantity / this.#grid.lot)]));
      for (const ticks of this.#sides[side].keys()) if (!wanted.has(ticks)) this.set(side, ticks, 0);
      for (const [ticks, lots] of wanted) if (this.#sides[side].get(ticks) !== lots) this.set(side, ticks, lots);
    });
  }

  get hasChanged(): boolean {
    return this.#changed[0].size + this.#changed[1].size > 0;
  }

  /** What every changed level holds now. */
  takeDelta(): {bids: Levels; asks: Levels} {
    const [bids, asks] = this.#sides.map((levels, side) => {
      const changed = this.#changed[side]!;
      const told = [...changed].map((ticks) => this.#tell(ticks, levels.get(ticks) ?? 0));
      changed.clear();
      return told;
    });
    return {bids: bids!, asks: asks!};
  }

  /** Forgets what has changed: nobody listens. */
  dropDelta(): void {
    this.#changed[0].clear();
    this.#changed[1].clear();
  }

  /** Best price first; at most `depth` levels a side. */
  snapshot(depth = Number.POSITIVE_INFINITY): {bids: Levels; asks: Levels} {
    const side = (index: 0 | 1): Levels => {
      const levels = [...this.#sides[index]].sort(([a], [b]) => (index === 0 ? b - a : a - b));
      return levels.slice(0, depth).map(([ticks, lots]) => this.#tell(ticks, lots));
    };
    return {bids: side(0), asks: side(1)};
  }

  #tell(ticks: number, lots: number): [string, string] {
    return [String(BigInt(ticks) * this.#grid.tick), String(BigInt(lots) * this.#grid.lot)];
  }
}
