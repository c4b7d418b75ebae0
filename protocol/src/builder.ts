/** Builds one epoch's balance sheet from the engine's sealed books, or names every reason not to (PROTOCOL §4). */
import {assembleBooks} from './builder/assemble.ts';
import {readBooks} from './builder/books.ts';
import type {BuildInput, BuildResult} from './builder/input.ts';
import {testBooks} from './builder/joint-test.ts';
import {packed} from './packed.ts';

export {assembleEpoch} from './builder/assemble.ts';
export type {BuildFacts, BuildInput, BuildResult, BuiltEpoch, Reserve} from './builder/input.ts';
export {jointTest} from './builder/joint-test.ts';

/**
 * The joint test, then `assembleEpoch`. Deterministic: the same input gives the same bytes.
 *
 * @throws {LogError} when the auditor's key is no age recipient, {@link EncodingError} for malformed hex.
 */
export async function buildEpoch(input: BuildInput): Promise<BuildResult> {
  const sealed = packed(input.sealed);
  const books = readBooks(sealed);
  const violations = testBooks({...input, sealed}, books);
  return violations.length > 0 ? {ok: false, violations} : assembleBooks({...input, sealed}, books);
}
