/** The signing journal's rules: which votes were promised, and whether another may be signed. Pure. */
import {VoteKind} from '@pobs/protocol';
import {sameVote, type Vote} from '../core/verdict.ts';

export type Parsed = {ok: true; votes: Map<bigint, Vote>; tornTail: boolean} | {ok: false; line: number};

/** One line per promised vote; the version names the format. */
export const encodeEntry = ({epoch, digest, kind, rule}: Vote, timeMs: number): string =>
  `${JSON.stringify({v: 1, epoch: epoch.toString(), digest, kind, rule, at: new Date(timeMs).toISOString()})}\n`;

/**
 * Reads the journal. A last line without its LF was being written when the process died: nothing was signed for it.
 * Anything else unreadable means that promises are lost, and nobody may sign on.
 */
export function parseJournal(text: string): Parsed {
  const votes = new Map<bigint, Vote>();
  const lines = text.split('\n');
  const tail = lines.pop()!;
  for (const [i, line] of lines.entries()) {
    const vote = parseEntry(line);
    const earlier = vote === undefined ? undefined : votes.get(vote.epoch);
    if (vote === undefined || (earlier !== undefined && !sameVote(earlier, vote))) return {ok: false, line: i + 1};
    votes.set(vote.epoch, vote);
  }
  return {ok: true, votes, tornTail: tail !== ''};
}

function parseEntry(line: string): Vote | undefined {
  try {
    const {v, epoch, digest, kind, rule} = JSON.parse(line) as Record<string, unknown>;
    const known = v === 1 && typeof epoch === 'string' && /^\d+$/.test(epoch) && typeof digest === 'string' && /^0x[0-9a-f]{64}$/i.test(digest);
    if (!known || !Object.values(VoteKind).includes(kind as VoteKind) || !Number.isInteger(rule)) return undefined;
    return {epoch: BigInt(epoch), digest: digest as Vote['digest'], kind: kind as VoteKind, rule: rule as number};
  } catch {
    return undefined;
  }
}
