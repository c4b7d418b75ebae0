/** Whether this validator could vote now: every check by itself, each failure with what to do. Changes nothing. */
import {PobsError} from '@pobs/protocol';
import type {Finding} from '../core/health.ts';
import {Exit} from '../errors.ts';

/** One check; what it throws on purpose is its failure. */
export type Check = {
  name: string;
  /** Checks that must not have failed, else this one cannot say anything. */
  needs?: readonly string[];
  run(): Promise<Omit<Finding, 'name'>>;
};

/** @param exitOf - Exit code of an expected failure. */
export async function examine(checks: readonly Check[], exitOf: (error: unknown) => Exit): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const {name, needs = [], run} of checks) {
    const missing = needs.find((need) => findings.some((finding) => finding.name === need && ['failed', 'skipped'].includes(finding.state)));
    if (missing !== undefined) {
      findings.push({name, state: 'skipped', detail: `not checked: see ${missing}`});
      continue;
    }
    try {
      findings.push({name, ...(await run())});
    } catch (error) {
      if (!(error instanceof PobsError)) throw error;
      findings.push({name, state: 'failed', exit: exitOf(error), detail: error.message});
    }
  }
  return findings;
}
