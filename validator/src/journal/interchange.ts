/**
 * The signing history as one JSON file, to move a key between machines without a double vote; our counterpart of
 * EIP-3076. Format `pofbs-signing-journal` 1: README of this package.
 */
import {toJson, VoteKind} from '@pobs/protocol';
import type {Address, Hex} from 'viem';
import {z} from 'zod';
import {sameVote, type Vote} from '../core/verdict.ts';
import {type History, take} from './entries.ts';

const FORMAT = 'pofbs-signing-journal';
const VERSION = '1';

/** Whose history it is: votes of one key under one registry. */
export type Owner = {l1ChainId: number; registry: Address; salt: Hex; publicKey: Hex};

export type Imported = {ok: true; history: History} | {ok: false; code: 'invalid'; detail: string} | {ok: false; code: 'foreign'; what: 'registry' | 'voting key'};

const number = z.string().regex(/^\d{1,19}$/, 'not a whole number');
const hex = (bytes: number) => z.string().regex(new RegExp(`^0x[0-9a-fA-F]{${2 * bytes}}$`), `not 0x and ${2 * bytes} hex digits`);
const shape = z.object({
  metadata: z.object({interchange_format: z.literal(FORMAT), interchange_format_version: z.literal(VERSION), l1_chain_id: number, registry: hex(20), salt: hex(32)}),
  data: z.array(z.object({
    pubkey: hex(48), signed_up_to: number, closed_epochs: z.array(number),
    signed_votes: z.array(z.object({epoch: number, summary_digest: hex(32), kind: z.enum(['APPROVE', 'REJECT', 'DISPUTE']), rule: z.int().min(0).max(65_535)})),
  })),
});

const KINDS: Record<'APPROVE' | 'REJECT' | 'DISPUTE', VoteKind> = {APPROVE: VoteKind.Approve, REJECT: VoteKind.Reject, DISPUTE: VoteKind.Dispute};
const nameOf = (kind: VoteKind): string => Object.entries(KINDS).find(([, value]) => value === kind)![0];

export function encodeInterchange({l1ChainId, registry, salt, publicKey}: Owner, {votes, closed, floor}: History): string {
  const epochs = [...votes.values()].sort((a, b) => (a.epoch < b.epoch ? -1 : 1));
  return `${toJson({
    metadata: {interchange_format: FORMAT, interchange_format_version: VERSION, l1_chain_id: String(l1ChainId), registry: registry.toLowerCase(), salt: salt.toLowerCase()},
    data: [{
      pubkey: publicKey.toLowerCase(), signed_up_to: epochs.reduce((max, {epoch}) => (epoch > max ? epoch : max), floor),
      closed_epochs: [...closed].map(String),
      signed_votes: epochs.map(({epoch, digest, kind, rule}) => ({epoch, summary_digest: digest, kind: nameOf(kind), rule})),
    }],
  }, 2)}\n`;
}

/** The history of this owner in a file; votes that contradict each other within it close their epoch. */
export function parseInterchange(text: string, owner: Owner): Imported {
  const parsed = shape.safeParse(jsonOf(text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return {ok: false, code: 'invalid', detail: `${issue!.path.join('.') || 'its content'}: ${issue!.message}`};
  }
  const {metadata, data} = parsed.data;
  const isOurs = metadata.salt.toLowerCase() === owner.salt.toLowerCase() && metadata.registry.toLowerCase() === owner.registry.toLowerCase() && metadata.l1_chain_id === String(owner.l1ChainId);
  if (!isOurs) return {ok: false, code: 'foreign', what: 'registry'};
  const mine = data.filter(({pubkey}) => pubkey.toLowerCase() === owner.publicKey.toLowerCase());
  if (mine.length === 0) return {ok: false, code: 'foreign', what: 'voting key'};
  const history: History = {votes: new Map(), closed: new Set(), floor: 0n};
  for (const {signed_up_to: upTo, closed_epochs: closed, signed_votes: votes} of mine) {
    take(history, {floor: BigInt(upTo)});
    closed.forEach((epoch) => take(history, {closed: BigInt(epoch)}));
    for (const {epoch, summary_digest: digest, kind, rule} of votes) addVote(history, {epoch: BigInt(epoch), digest: digest as Hex, kind: KINDS[kind], rule});
  }
  return {ok: true, history};
}

function addVote(history: History, vote: Vote): void {
  const earlier = history.votes.get(vote.epoch);
  if (earlier !== undefined && !sameVote(earlier, vote)) take(history, {closed: vote.epoch});
  else take(history, {vote});
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
