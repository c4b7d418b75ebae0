/** The signing journal's rules: which votes were promised, and whether another may be signed. Pure. */
import {VoteKind} from '@pobs/protocol';
import {sameVote, type Vote} from '../core/verdict.ts';

/** Everything ever promised, and what was closed by an imported history. */
export type History = {
  votes: Map<bigint, Vote>;
  /** Epochs of which two histories disagree: nothing is signed there again, not even what was promised. */
  closed: Set<bigint>;
  /** Nothing new is signed at or below this epoch; 0 without an import. */
  floor: bigint;
};

export type Parsed = ({ok: true; tornTail: boolean} & History) | {ok: false; line: number};

export type Entry = {vote: Vote} | {closed: bigint} | {floor: bigint};

/** One line per entry; the version names the format. */
export function encodeEntry(entry: Entry, timeMs: number): string {
  const at = new Date(timeMs).toISOString();
  if ('closed' in entry) return `${JSON.stringify({v: 1, closed: entry.closed.toString(), at})}\n`;
  if ('floor' in entry) return `${JSON.stringify({v: 1, floor: entry.floor.toString(), at})}\n`;
  const {epoch, digest, kind, rule} = entry.vote;
  return `${JSON.stringify({v: 1, epoch: epoch.toString(), digest, kind, rule, at})}\n`;
}

/**
 * Reads the journal. A last line without its LF was being written when the process died: nothing was signed for it.
 * Anything else unreadable means that promises are lost, and nobody may sign on.
 */
export function parseJournal(text: string): Parsed {
  const history: History = {votes: new Map(), closed: new Set(), floor: 0n};
  const lines = text.split('\n');
  const tail = lines.pop()!;
  for (const [i, line] of lines.entries()) {
    const entry = parseEntry(line);
    if (entry === undefined || !take(history, entry)) return {ok: false, line: i + 1};
  }
  return {ok: true, ...history, tornTail: tail !== ''};
}

/** Adds an entry to a history; false when it contradicts an earlier one. */
export function take(history: History, entry: Entry): boolean {
  if ('closed' in entry) history.closed.add(entry.closed);
  else if ('floor' in entry) history.floor = entry.floor > history.floor ? entry.floor : history.floor;
  else {
    const earlier = history.votes.get(entry.vote.epoch);
    if (earlier !== undefined && !sameVote(earlier, entry.vote)) return false;
    history.votes.set(entry.vote.epoch, entry.vote);
  }
  return true;
}

/**
 * What must be added to `mine` so that it is as careful as both: votes of the other history count as ours, epochs on which
 * they disagree are closed, and nothing new is signed up to the other's newest epoch, which it may have pruned.
 */
export function merging(mine: History, other: History): Entry[] {
  const entries: Entry[] = [];
  let floor = other.floor;
  for (const vote of other.votes.values()) {
    if (vote.epoch > floor) floor = vote.epoch;
    const own = mine.votes.get(vote.epoch);
    if (own === undefined) entries.push({vote});
    else if (!sameVote(own, vote) && !mine.closed.has(vote.epoch)) entries.push({closed: vote.epoch});
  }
  for (const epoch of other.closed) {
    if (epoch > floor) floor = epoch;
    if (!mine.closed.has(epoch)) entries.push({closed: epoch});
  }
  if (floor > mine.floor) entries.push({floor});
  return entries;
}

const NUMBER = /^\d{1,19}$/;

function parseEntry(line: string): Entry | undefined {
  try {
    const {v, epoch, digest, kind, rule, closed, floor} = JSON.parse(line) as Record<string, unknown>;
    if (v !== 1) return undefined;
    if (typeof closed === 'string' && NUMBER.test(closed)) return {closed: BigInt(closed)};
    if (typeof floor === 'string' && NUMBER.test(floor)) return {floor: BigInt(floor)};
    const known = typeof epoch === 'string' && NUMBER.test(epoch) && typeof digest === 'string' && /^0x[0-9a-f]{64}$/i.test(digest);
    if (!known || !Object.values(VoteKind).includes(kind as VoteKind) || !Number.isInteger(rule)) return undefined;
    return {vote: {epoch: BigInt(epoch), digest: digest as Vote['digest'], kind: kind as VoteKind, rule: rule as number}};
  } catch {
    return undefined;
  }
}
