export type AmountResult = {ok: true; lots: bigint} | {ok: false; message: string};

/**
 * Reads what a person typed as whole lots.
 *
 * @param text - Decimal number of whole tokens, with a point; no signs, no exponents.
 * @param unit - Base units per lot, and base units per token as a power of ten.
 */
export function parseLots(text: string, {lotSize, decimals}: {lotSize: string | bigint; decimals: number}): AmountResult {
  const match = /^(\d{1,30})(?:\.(\d*))?$/.exec(text.trim().replace(/[\s\u202f]/g, ''));
  if (match === null) return {ok: false, message: 'Write the amount as a number, such as 12.5.'};
  const fraction = (match[2] ?? '').replace(/0+$/, '');
  if (fraction.length > decimals) return {ok: false, message: `At most ${decimals} digits after the point.`};
  const base = BigInt(match[1]! + fraction.padEnd(decimals, '0'));
  const size = BigInt(lotSize);
  if (base % size !== 0n) return {ok: false, message: 'The amount is finer than the smallest unit of this asset.'};
  const lots = base / size;
  return lots > 0n ? {ok: true, lots} : {ok: false, message: 'The amount must be more than zero.'};
}
