/** The entities that a chain's events stand for, derived a second time in TypeScript, by entity and in the served shape. */
import type {Happened} from './chain-logs.ts';
import {epochExpectations} from './expected/epochs.ts';
import {custodyRecords, exitRecords} from './expected/records-custody.ts';
import {courtRecords, registryRecords} from './expected/records-l1.ts';
import {accessExpectations, adminExpectations, rewardExpectations} from './expected/records-shared.ts';
import type {Expectation} from './expected/shape.ts';
import {custodyState} from './expected/state-custody.ts';
import {courtState, registryState} from './expected/state-registry.ts';

export type {Expectation} from './expected/shape.ts';

/** One expectation per entity of the schema; without events of its kind an entity has no rows. */
export const expectedOf = (events: readonly Happened[]): Expectation[] => [
  accessExpectations, adminExpectations, custodyRecords, exitRecords, custodyState, registryRecords, registryState, courtRecords, courtState,
  rewardExpectations, epochExpectations,
].flatMap((derive) => derive(events));

/** The name under which graph-node lists entities of a type. */
export function collectionOf(type: string): string {
  const name = type[0]!.toLowerCase() + type.slice(1);
  if (/[^aeiou]y$/.test(name)) return `${name.slice(0, -1)}ies`;
  return /(ch|sh|s|x)$/.test(name) ? `${name}es` : `${name}s`;
}
