const EPOCH_MAX = 2_147_483_647;

/** A GraphQL `Int` from 1 up, or nothing. */
export function parseEpochNumber(text: string): number | undefined {
  const number = /^[1-9]\d{0,9}$/.test(text) ? Number(text) : undefined;
  return number !== undefined && number <= EPOCH_MAX ? number : undefined;
}
