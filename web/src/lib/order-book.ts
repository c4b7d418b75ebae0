/** One market's book from a snapshot and its deltas (engine/README.md "Stream"). */

export type Level = readonly [price: string, quantity: string];
export type BookSides = {bids: readonly Level[]; asks: readonly Level[]};

/** Levels of both sides, best price first; quantities are lots. */
export type Book = {bids: readonly Level[]; asks: readonly Level[]};

/**
 * The book after a delta: a quantity of 0 takes the level away, any other is what the level holds now.
 *
 * @param book - Never changed: what is shown may still be drawn from it.
 */
export const applyDelta = (book: Book, delta: BookSides): Book => ({
  bids: applySide(book.bids, delta.bids, (a, b) => a > b),
  asks: applySide(book.asks, delta.asks, (a, b) => a < b),
});

function applySide(levels: readonly Level[], changes: readonly Level[], isBetter: (a: bigint, b: bigint) => boolean): readonly Level[] {
  if (changes.length === 0) return levels;
  const next = [...levels];
  for (const change of changes) {
    const price = BigInt(change[0]);
    let at = 0;
    while (at < next.length && isBetter(BigInt(next[at]![0]), price)) at += 1;
    const known = next[at]?.[0] === change[0];
    if (change[1] === '0') next.splice(at, known ? 1 : 0);
    else next.splice(at, known ? 1 : 0, change);
  }
  return next;
}

export type DepthRow = {price: string; quantity: string; sum: bigint};

/** The best levels with what lies up to each of them. */
export function depthOf(levels: readonly Level[], rows: number): DepthRow[] {
  let sum = 0n;
  return levels.slice(0, rows).map(([price, quantity]) => {
    sum += BigInt(quantity);
    return {price, quantity, sum};
  });
}
