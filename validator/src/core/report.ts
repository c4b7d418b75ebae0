/** The verdict as people and programs read it. Pure. */
import type {Violation} from '@pobs/protocol';
import type {Hex} from 'viem';
import type {Check} from './verdict.ts';

export type EpochReport = {
  epoch: string;
  digest: Hex;
  /** No violation was found; with `complete` false that says nothing of the rules that stayed open. */
  ok: boolean;
  /** Every rule was judged whole. */
  complete: boolean;
  violations: readonly Violation[];
  /** The violations are what the auditor key alone shows (V9b): disputed, not rejected. */
  disputed: boolean;
  checks: readonly Check[];
  /** Earlier epochs whose mappings are wrapped to others, where that left V11 open. */
  unreadable: readonly string[];
};

export function reportText(report: EpochReport): string {
  const {epoch, digest, violations, checks} = report;
  const lines = [`Epoch ${epoch}  ${digest}`];
  for (const {rule, title, ok, open} of checks) {
    const mark = ok === null ? '○' : ok ? '✓' : '✗';
    lines.push(`  ${mark} V${rule}`.padEnd(9) + title + (ok === null ? ' (not judged)' : open === undefined ? '' : ` (not judged: ${open})`));
  }
  for (const {rule, detail, where, rows} of violations) {
    lines.push('', `V${rule}${where === undefined ? '' : ` in ${where}`}: ${detail}`, ...rows.map((row) => `    ${row}`));
  }
  lines.push('', ...openText(report), conclusion(report));
  return lines.join('\n');
}

/** Why rules stayed open, in a sentence. */
export function openText({complete, checks, unreadable}: Pick<EpochReport, 'complete' | 'checks' | 'unreadable'>): string[] {
  if (complete) return [];
  const open = checks.filter(({ok, open: part}) => ok === null || part !== undefined).map(({rule, open: part}) => `V${rule}${part === undefined ? '' : ` (${part})`}`).join(', ');
  if (unreadable.length > 0) return [`Not judged: ${open}. The mapping of epoch ${unreadable.join(', ')} is not wrapped to this validator's key: the operator must wrap it again.`];
  return [`Not judged: ${open}. These need the mapping file, which only validators can open.`];
}

function conclusion({epoch, ok, complete, violations, disputed}: EpochReport): string {
  if (disputed) return `Epoch ${epoch} is disputed: its log does not tell what the rows did (V9).`;
  if (!ok) return `Epoch ${epoch} is not valid: a validator rejects it by V${violations[0]!.rule}.`;
  return complete ? `Epoch ${epoch} is valid.` : `Epoch ${epoch} breaks no rule that was judged.`;
}
