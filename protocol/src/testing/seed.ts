/** Seeds of property tests: printed, and repeatable by `POBS_TEST_SEED`. */
export function testSeed(suite: string): number {
  const seed = Number(process.env['POBS_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  console.info(`${suite}: seed ${seed}`);
  return seed;
}
