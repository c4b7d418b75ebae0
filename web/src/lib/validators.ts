/** Validators as the subgraphs of both chains tell them: stake and status on L1; votes, absences and rewards on L2. */
import type {Address, Hex} from 'viem';
import {webConfig} from './config.ts';
import {ask, type Result} from './graphql.ts';

export type ValidatorStatus = 'GONE' | 'QUEUED' | 'WAITING' | 'SEATED' | 'JAILED' | 'UNBONDING';
export type Ballot = {index: string; validator: Address | null; kind: 'APPROVE' | 'REJECT' | 'DISPUTE'; rule: number; source: 'CAST' | 'CERTIFICATE'; time: string; tx: Hex};
export type VotedEpoch = {number: string; status: 'PROPOSED' | 'APPROVED' | 'REJECTED'; setId: string; proposedAt: string; votes: Ballot[]};

export type Staked = {
  id: Address; status: ValidatorStatus; stakeWei: string; slashedWei: string; human: boolean; weight: string; place: string | null; until: string | null; registeredAt: string;
};

export type Term = {setId: string; count: string; totalWeight: string; activeFrom: string; activeUntil: string};

/** Amounts in base units of the reward token; `prize` is zero before the draw. */
export type RewardTerm = {
  setId: string; funded: string; paid: string; ticketCount: number; prize: string; drawnAt: string | null; claimDeadline: string | null;
  tickets: {ticket: string; validator: Address; payee: Address; epoch: string; amount: string; time: string; tx: Hex}[];
};

/** Of the operator, who answers for the epochs with it. */
export type Bond = {amountWei: string; leavingWei: string; slashedWei: string};

export type Bench = {
  bond: Bond | undefined;
  validators: Staked[];
  totalWeight: bigint;
  terms: Term[];
  /** Newest first. */
  epochs: VotedEpoch[];
  /** Validator of a seat, by set and index, as votes and the registry tell it. */
  seats: ReadonlyMap<string, string>;
  counts: {setId: string; absent: string[]; epoch: {number: string}}[];
  records: {id: Address; voteCount: number; ticketCount: number; rewarded: string}[];
  rewards: RewardTerm[];
};

export type ValidatorDetail = {
  coldKey: Address; key: Hex;
  stakeChanges: {kind: string; amountWei: string; stakeWei: string; time: string; tx: Hex}[];
  jailings: {jailed: boolean; until: string | null; time: string; tx: Hex}[];
  slashings: {amountWei: string; bountyWei: string; reporter: Address; time: string; tx: Hex}[];
};

/** Epochs of the strip of votes. */
export const EPOCHS_SHOWN = 30;

const seatKey = (setId: string, index: string): string => `${setId}/${index}`;
const LOST = {ok: false, problem: {reason: 'unreachable', message: 'No subgraph is configured: only the engine tells of validators.'}} as const;

type OnL1 = {validators: Staked[]; terms: Term[]; members: {index: string; validator: Address}[]; registries: {totalWeight: string}[]; bonds: Bond[]};
type OnL2 = {epochs: VotedEpoch[]; seats: {setId: string; index: string; validator: Address}[]; records: Bench['records']; counts: Bench['counts']; rewards: RewardTerm[]};

/** All validators with what the lists show of them. */
export async function readBench(): Promise<Result<Bench>> {
  const {subgraphs} = webConfig();
  if (subgraphs === undefined) return LOST;
  const [l1, l2] = await Promise.all([
    ask<OnL1>({url: subgraphs.l1, who: 'subgraph of L1'}, `{
      registries { totalWeight }
      bonds { amountWei leavingWei slashedWei }
      validators(first: 1000, orderBy: weight, orderDirection: desc) { id status stakeWei slashedWei human weight place until registeredAt }
      terms(first: 10, orderBy: setId, orderDirection: desc) { setId count totalWeight activeFrom activeUntil }
      members(first: 1000) { index validator }
    }`),
    ask<OnL2>({url: subgraphs.l2, who: 'subgraph of L2'}, `{
      epochs: epoches(first: ${EPOCHS_SHOWN}, orderBy: number, orderDirection: desc) { number status setId proposedAt votes(first: 1000) { index validator kind rule source time tx } }
      seats(first: 1000, orderBy: setId, orderDirection: desc) { setId index validator }
      records: validatorRecords(first: 1000) { id voteCount ticketCount rewarded }
      counts: participationCounts(first: 1000, orderBy: time, orderDirection: desc) { setId absent epoch { number } }
      rewards: rewardTerms(first: 10, orderBy: setId, orderDirection: desc) {
        setId funded paid ticketCount prize drawnAt claimDeadline tickets(first: 1000) { ticket validator payee epoch amount time tx } }
    }`),
  ]);
  if (!l1.ok) return l1;
  if (!l2.ok) return l2;
  const {validators, terms, members, registries, bonds} = l1.data;
  const newest = terms[0]?.setId;
  // A seat that never voted in the newest term is known from the registry alone.
  const seats = new Map([
    ...(newest === undefined ? [] : members.map(({index, validator}): [string, string] => [seatKey(newest, index), validator])),
    ...l2.data.seats.map(({setId, index, validator}): [string, string] => [seatKey(setId, index), validator]),
  ]);
  return {ok: true, data: {bond: bonds[0], validators, terms, totalWeight: BigInt(registries[0]?.totalWeight ?? '0'), ...l2.data, seats}};
}

export async function readValidator(address: string): Promise<Result<{validator: ValidatorDetail | null}>> {
  const {subgraphs} = webConfig();
  if (subgraphs === undefined) return LOST;
  return ask({url: subgraphs.l1, who: 'subgraph of L1'}, `query Validator($id: ID!) { validator(id: $id) {
    coldKey key
    stakeChanges(first: 100, orderBy: time, orderDirection: desc) { kind amountWei stakeWei time tx }
    jailings(first: 100, orderBy: time, orderDirection: desc) { jailed until time tx }
    slashings(first: 100, orderBy: time, orderDirection: desc) { amountWei bountyWei reporter time tx }
  } }`, {id: address.toLowerCase()});
}

const same = (a: string | null | undefined, b: string): boolean => a?.toLowerCase() === b.toLowerCase();

export type Mark = {epoch: string; state: 'APPROVE' | 'REJECT' | 'DISPUTE' | 'silent' | 'pending' | 'unseated'; vote?: Ballot; delaySeconds?: number};

/** What a validator did in each of the newest epochs, oldest first. Without a seat in the epoch's set it could not vote. */
export function marksOf({epochs, seats}: Pick<Bench, 'epochs' | 'seats'>, validator: string): Mark[] {
  return epochs.toReversed().map(({number, status, setId, proposedAt, votes}): Mark => {
    const vote = votes.find((each) => same(each.validator ?? seats.get(seatKey(setId, each.index)), validator));
    if (vote !== undefined) return {epoch: number, state: vote.kind, vote, delaySeconds: Math.max(0, Number(vote.time) - Number(proposedAt))};
    const seated = [...seats].some(([key, holder]) => key.startsWith(`${setId}/`) && same(holder, validator));
    if (!seated) return {epoch: number, state: 'unseated'};
    return {epoch: number, state: status === 'PROPOSED' ? 'pending' : 'silent'};
  });
}

export type Participation = {setId: string; counted: number; absent: number};

/** Per term, newest first: epochs the chain has counted, and how many of them no certificate counts the validator's vote in. */
export function participationOf({counts, seats}: Pick<Bench, 'counts' | 'seats'>, validator: string): Participation[] {
  const sets = [...new Set(counts.map(({setId}) => setId))].toSorted((a, b) => Number(b) - Number(a));
  return sets.flatMap((setId) => {
    const own = [...seats].find(([key, holder]) => key.startsWith(`${setId}/`) && same(holder, validator));
    if (own === undefined) return [];
    const index = own[0].slice(setId.length + 1);
    const counted = counts.filter((count) => count.setId === setId);
    return [{setId, counted: counted.length, absent: counted.filter(({absent}) => absent.includes(index)).length}];
  });
}
