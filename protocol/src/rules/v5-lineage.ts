/** V5: parent, set and time continue the approved chain of summaries; the manifest is of this epoch. */
import type {Context} from './context.ts';
import type {Report} from './report.ts';
import {parseManifest} from './v1-bytes.ts';

const ZERO32 = `0x${'00'.repeat(32)}`;
const SKEW_SECONDS_MAX = 120n;

export function checkV5({evidence}: Context, report: Report): void {
  const {summary, approved, undead, expectedSetId, proposalTime} = evidence;
  const add = (detail: string, rows: readonly string[] = []) => report.add({rule: 5, where: 'summary', detail, rows});
  const parent = approved?.digest ?? ZERO32;
  if (summary.parent.toLowerCase() !== parent.toLowerCase()) {
    const name = approved === undefined ? 'no summary is Approved yet' : `the newest Approved summary is ${parent} of epoch ${approved.epoch}`;
    add(`parent is ${summary.parent}, ${name}`, [summary.parent]);
  }
  if (undead.length > 0) add('epochs between parent and this one are neither approved nor dead', undead.map(String));
  if (expectedSetId === undefined || summary.setId !== expectedSetId) {
    add(`setId is ${summary.setId}, the set in force at ${summary.snapshotTime} is ${expectedSetId ?? 'none'}`);
  }
  if (approved !== undefined && summary.snapshotTime <= approved.snapshotTime) {
    add(`snapshotTime ${summary.snapshotTime} is not after ${approved.snapshotTime} of epoch ${approved.epoch}`);
  }
  const skew = summary.snapshotTime > proposalTime ? summary.snapshotTime - proposalTime : proposalTime - summary.snapshotTime;
  if (skew > SKEW_SECONDS_MAX) add(`snapshotTime ${summary.snapshotTime} is ${skew} s from the proposal's block time ${proposalTime}`);
  // Bytes that are not what the CID commits to are V1's.
  const manifest = evidence.manifest === undefined || report.failed(1) ? undefined : parseManifest(evidence.manifest);
  if (manifest !== undefined && manifest.epoch !== `${summary.epoch}`) add(`the manifest is of epoch ${manifest.epoch}, the summary of ${summary.epoch}`);
}
