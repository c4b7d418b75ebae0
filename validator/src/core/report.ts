/** The verdict as people and programs read it. Pure. */
import type {Violation} from '@pobs/protocol';
import type {Hex} from 'viem';
import type {Check} from './verdict.ts';

export type EpochReport = {epoch: string; digest: Hex; ok: boolean; violations: readonly Violation[]; checks: readonly Check[]};

export function reportText({epoch, digest, ok, violations, checks}: EpochReport): string {
  const lines = [`Epoch ${epoch}  ${digest}`];
  for (const {rule, title, ok: held} of checks) lines.push(`  ${held ? '✓' : '✗'} V${rule}`.padEnd(9) + title);
  for (const {rule, detail, where, rows} of violations) {
    lines.push('', `V${rule}${where === undefined ? '' : ` in ${where}`}: ${detail}`, ...rows.map((row) => `    ${row}`));
  }
  lines.push('', ok ? `Epoch ${epoch} is valid.` : `Epoch ${epoch} is not valid: a validator rejects it by V${violations[0]!.rule}.`);
  return lines.join('\n');
}
