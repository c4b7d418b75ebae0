/** Builds one epoch's balance sheet from the engine's sealed books, or names every reason not to (PROTOCOL §4). */
import {assembleEpoch} from './builder/assemble.ts';
import type {BuildInput, BuildResult} from './builder/input.ts';
import {jointTest} from './builder/joint-test.ts';

export {assembleEpoch} from './builder/assemble.ts';
export type {BuildFacts, BuildInput, BuildResult, BuiltEpoch, Reserve} from './builder/input.ts';
export {jointTest} from './builder/joint-test.ts';

/**
 * The joint test, then {@link assembleEpoch}. Deterministic: the same input gives the same bytes.
 *
 * @throws {LogError} when the auditor's key is no age recipient, {@link EncodingError} for malformed hex.
 */
export async function buildEpoch(input: BuildInput): Promise<BuildResult> {
  const violations = jointTest(input);
  return violations.length > 0 ? {ok: false, violations} : assembleEpoch(input);
}
