/** Columns: typed arrays that grow by doubling. A column's owner reads it anew after anything that may grow it. */

type Column = Int32Array | Float64Array | Uint8Array | Uint16Array;

/** The same values in a longer array; new places hold `fill`. */
export function grown<T extends Column>(column: T, length: number, fill = 0): T {
  const longer = new (column.constructor as new (length: number) => T)(length);
  longer.set(column as never);
  if (fill !== 0) longer.fill(fill as never, column.length);
  return longer;
}

/** Next capacity for at least `needed` places. */
export const roomFor = (capacity: number, needed: number): number => {
  let next = Math.max(capacity, 1);
  while (next < needed) next *= 2;
  return next;
};
