/** What a verdict leaves open, so that "no violation" is never read as more than it says. */
import type {RuleNumber} from '../types.ts';
import type {Evidence} from './evidence.ts';

export type UncheckedRule = {
  rule: RuleNumber;
  /** The part that was not judged; undefined when the rule was not judged at all. */
  part?: string;
};

/** Rules that this evidence cannot decide, in order; empty means that every rule was judged. */
export function uncheckedRules({mappingWithheld, mapping, active}: Pick<Evidence, 'mappingWithheld' | 'mapping' | 'active'>): UncheckedRule[] {
  if (mappingWithheld && mapping === undefined) {
    return [{rule: 4, part: 'one row per wallet'}, {rule: 6}, {rule: 7, part: 'which wallet each withdrawal is of'}, {rule: 9, part: 'a record per changed row'}, {rule: 10}, {rule: 11}];
  }
  return active === undefined ? [{rule: 11}] : [];
}
