/** Repeatable numbers for tests and benches (mulberry32). */
function wordsOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

/** Numbers in [0, 1). */
export function randomOf(seed: number): () => number {
  const next = wordsOf(seed);
  return () => next() / 2 ** 32;
}

/** Whole numbers below what is asked for. */
export function randomBelow(seed: number): (below: number) => number {
  const next = wordsOf(seed);
  return (below) => next() % below;
}
