/** A failing list with as much taken out as possible: ever smaller pieces go while it still fails. */
export function shrink<T>(steps: readonly T[], fails: (steps: readonly T[]) => boolean): readonly T[] {
  let kept = steps;
  for (let piece = kept.length >> 1; piece >= 1; piece >>= 1) {
    for (let at = kept.length - piece; at >= 0; at -= piece) {
      const fewer = [...kept.slice(0, at), ...kept.slice(at + piece)];
      if (fails(fewer)) kept = fewer;
    }
  }
  return kept;
}
