/** Findings of `doctor` and what they add up to. Pure. */
import {Exit} from '../errors.ts';

/** `warning` needs somebody's eye and stops nothing; `failed` keeps this validator from voting. */
export type Finding = {name: string; state: 'ok' | 'warning' | 'failed' | 'skipped'; detail: string; exit?: Exit};

/** The first failure names the exit code; warnings are no failure. */
export const exitOfFindings = (findings: readonly Finding[]): Exit => findings.find(({state}) => state === 'failed')?.exit ?? Exit.ok;

const MARKS = {ok: '✓', warning: '!', failed: '✗', skipped: '○'} as const;

export const findingsText = (findings: readonly Finding[]): string => findings.map(({name, state, detail}) => `${MARKS[state]} ${name.padEnd(14)} ${detail}`).join('\n');

const SKEW_SECONDS_MAX = 15n;

/** A head in the future means that this clock is behind; an old one that the RPC is, or that this clock is ahead. */
export function clockFinding({nowSeconds, headSeconds, staleSeconds}: {nowSeconds: bigint; headSeconds: bigint; staleSeconds: bigint}): Finding {
  const name = 'clock';
  const age = nowSeconds - headSeconds;
  if (age < -SKEW_SECONDS_MAX) return {name, state: 'failed', exit: Exit.dependency, detail: `this machine is ${-age} s behind the newest block: set its clock (NTP)`};
  if (age > staleSeconds) return {name, state: 'warning', detail: `the newest block is ${age} s old: check that the RPC is in sync, and this machine's clock`};
  return {name, state: 'ok', detail: `the newest block is ${age < 0n ? 0n : age} s old`};
}

const VOTES_COVERED = 100n;

/** @param gas - Balance and price in wei, gas of one vote. */
export function gasFinding({name, address, balance, price, voteGas}: {name: string; address: string; balance: bigint; price: bigint; voteGas: bigint}): Finding {
  const perVote = price * voteGas;
  const votes = perVote === 0n ? VOTES_COVERED : balance / perVote;
  if (balance === 0n || votes === 0n) return {name, state: 'failed', exit: Exit.funds, detail: `${address} cannot pay for one vote: send it some ether`};
  if (votes < VOTES_COVERED) return {name, state: 'warning', detail: `enough for about ${votes} votes: send ${address} some ether`};
  return {name, state: 'ok', detail: `${balance} wei, enough for more than ${VOTES_COVERED} votes`};
}

const DISK_BYTES_MIN = 200_000_000;
const DISK_BYTES_LOW = 2_000_000_000;

export function diskFinding({folder, freeBytes}: {folder: string; freeBytes: number}): Finding {
  const name = 'disk';
  const free = `${(freeBytes / 1e9).toFixed(1)} GB free under ${folder}`;
  if (freeBytes < DISK_BYTES_MIN) return {name, state: 'failed', exit: Exit.dependency, detail: `${free}: make room, the signing journal must be writable`};
  return freeBytes < DISK_BYTES_LOW ? {name, state: 'warning', detail: `${free}: caches may fill it`} : {name, state: 'ok', detail: free};
}
