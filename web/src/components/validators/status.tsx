import type {Tone} from '../../lib/verdict.ts';
import type {ValidatorStatus} from '../../lib/validators.ts';
import {Badge} from '../verdict.tsx';

const STATUS: Readonly<Record<ValidatorStatus, {tone: Tone; label: string; sentence: string}>> = {
  SEATED: {tone: 'good', label: 'Seated', sentence: 'Holds a seat: votes on every epoch of the term.'},
  WAITING: {tone: 'wait', label: 'Candidate', sentence: 'May be drawn for a seat of a coming term.'},
  QUEUED: {tone: 'wait', label: 'In the queue', sentence: 'Waits to become a candidate.'},
  JAILED: {tone: 'bad', label: 'Jailed', sentence: 'Taken out of its seat for missing too much; may return later.'},
  UNBONDING: {tone: 'wait', label: 'Leaving', sentence: 'Gave up its place; the stake can still be slashed until it is withdrawn.'},
  GONE: {tone: 'bad', label: 'Gone', sentence: 'Withdrew its stake, or lost all of it.'},
};

export const StatusBadge = ({status}: {status: ValidatorStatus}) => <Badge tone={STATUS[status].tone}>{STATUS[status].label}</Badge>;
export const statusSentence = (status: ValidatorStatus): string => STATUS[status].sentence;
