/** Collects violations, and what later rules must not blame again. */
import {type RuleNumber, type Violation, VIOLATION_ROWS_MAX} from '../types.ts';

export type Finding = {
  rule: RuleNumber;
  detail: string;
  /** File or line the rows belong to. */
  where?: string;
  rows?: Iterable<string>;
};

export class Report {
  readonly #violations: Violation[] = [];
  readonly #failed = new Set<string>();

  /** Adds one violation; of many rows the first {@link VIOLATION_ROWS_MAX} are kept and the rest counted. */
  add({rule, detail, where, rows = []}: Finding): void {
    const kept: string[] = [];
    let count = 0;
    for (const row of rows) {
      count += 1;
      if (kept.length < VIOLATION_ROWS_MAX) kept.push(row);
    }
    const more = count > kept.length ? ` (first ${kept.length} of ${count})` : '';
    this.#violations.push({rule, detail: detail + more, where, rows: kept});
    this.#failed.add(`${rule}`);
    if (where !== undefined) this.#failed.add(`${rule}@${where}`);
  }

  failed(rule: RuleNumber, where?: string): boolean {
    return this.#failed.has(where === undefined ? `${rule}` : `${rule}@${where}`);
  }

  /** Lowest rule first: that one is signed. */
  violations(): Violation[] {
    return [...this.#violations].sort((a, b) => a.rule - b.rule);
  }
}
