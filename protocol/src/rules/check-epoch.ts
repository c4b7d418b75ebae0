/**
 * The validator's verdict on one epoch: V1–V8, V9a, V10 and V11 of PROTOCOL §5, from bytes and chain facts alone.
 *
 * Pure and total over bad data: a broken balance sheet is a result, not an exception.
 */
import type {RuleNumber, Violation} from '../types.ts';
import {contextOf} from './context.ts';
import type {Evidence} from './evidence.ts';
import {Report} from './report.ts';
import type {SheetWork} from './sheet-work.ts';
import {checkV1} from './v1-bytes.ts';
import {checkV2} from './v2-reserves.ts';
import {checkV3} from './v3-rows.ts';
import {checkV4} from './v4-canonical.ts';
import {checkV5} from './v5-lineage.ts';
import {checkV6} from './v6-mapping.ts';
import {checkV7} from './v7-payouts.ts';
import {checkV8} from './v8-totals.ts';
import {checkV9a} from './v9-log.ts';
import {checkV10} from './v10-forced.ts';
import {checkV11} from './v11-vesting.ts';

/** Rules in the order they run: each leaves alone what an earlier one has already blamed. */
const RULES = [
  {rule: 1, title: 'stored bytes give digest, lines and roots', check: checkV1},
  {rule: 2, title: 'reserves cover what is owed', check: checkV2},
  {rule: 3, title: 'total ≥ withdrawable ≥ withdrawal ≥ 0', check: checkV3},
  {rule: 4, title: 'no duplicates, sorted, canonical', check: checkV4},
  {rule: 5, title: 'parent, set and time', check: checkV5},
  {rule: 6, title: 'mapping covers every row, ids recompute', check: checkV6},
  {rule: 7, title: 'payouts are earlier ones plus this epoch\'s withdrawals', check: checkV7},
  {rule: 8, title: 'liabilities equal deposits less what left; no deposit omitted', check: checkV8},
  {rule: 9, title: 'the log chains, with a record per changed row', check: checkV9a},
  {rule: 10, title: 'withdrawals forced a day ago leave whole', check: checkV10},
  {rule: 11, title: 'winnings leave only once they can be escaped with', check: checkV11},
] as const;

export const RULES_CHECKED: readonly {rule: RuleNumber; title: string}[] = RULES.map(({rule, title}) => ({rule, title}));

/**
 * @param works - Sheets of this evidence already read by `workOnSheet`, to spread the work over cores.
 * @returns Violations, lowest rule first; empty means valid. A rejecting validator signs the first one's rule.
 */
export function checkEpoch(evidence: Evidence, works?: ReadonlyMap<string, SheetWork>): Violation[] {
  const context = contextOf(evidence, works);
  const report = new Report();
  for (const {check} of RULES) check(context, report);
  return report.violations();
}
