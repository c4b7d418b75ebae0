/** L1: what the registry's and the court's events add up to, replayed in the order in which they were emitted. */
import type {Happened} from '../chain-logs.ts';
import type {Row} from '../served.ts';
import {type Expectation, idOf, lastOf, record, rowOf, selection, state, text, ZERO} from './shape.ts';

type Validator = {
  status: string; stake: bigint; slashed: bigint; withdrawn: bigint; human: boolean; place: number | null; weight: bigint; drawWeight: string | null;
  exitPosition: string | null; until: string | null; coldKey: string; key: string; encryptionKey: string; registeredTx: string;
};
type Seat = {validator: string; key: string; weight: bigint};

/** Replays what the contracts' events say about places; `stakes` keeps every change of a stake. */
class Places {
  readonly validators = new Map<string, Validator>();
  readonly seats = new Map<number, Seat>();
  readonly pool: string[] = [];
  readonly stakes: Row[] = [];

  play(event: Happened): void {
    const {name, args} = event;
    if (name === 'SeatDrawn') return this.#draw(text(args.leaving), text(args.joining));
    if (name === 'MemberChanged') return this.#changeSeat(Number(args.index), {validator: text(args.validator), key: text(args.key), weight: BigInt(text(args.weight))});
    if (name === 'ValidatorRegistered') return this.#register(event);
    const validator = this.validators.get(text(args.validator));
    if (validator !== undefined && event.contract === 'registry') this.#change(event, text(args.validator), validator);
  }

  #register(event: Happened): void {
    const {args, tx} = event;
    const before = this.validators.get(text(args.validator));
    this.validators.set(text(args.validator), {
      status: 'QUEUED', stake: 0n, slashed: before?.slashed ?? 0n, withdrawn: before?.withdrawn ?? 0n, human: false, place: null, weight: 0n, drawWeight: null,
      exitPosition: null, until: null, coldKey: text(args.coldKey), key: text(args.key), encryptionKey: text(args.encryptionKey), registeredTx: tx,
    });
    this.#setStake(event, 'REGISTERED', BigInt(text(args.stake)), BigInt(text(args.stake)));
  }

  #change(event: Happened, address: string, validator: Validator): void {
    const {name, args} = event;
    const amount = args.amount === undefined ? 0n : BigInt(text(args.amount));
    if (name === 'ValidatorQueued') Object.assign(validator, {status: 'QUEUED', place: Number(args.position), human: args.human});
    if (name === 'ValidatorWaits') {
      if (validator.status !== 'WAITING') Object.assign(validator, {status: 'WAITING', place: this.pool.push(address) - 1});
      validator.drawWeight = text(args.drawWeight);
    }
    if (name === 'StakeAdded') this.#setStake(event, 'ADDED', amount, BigInt(text(args.stake)));
    if (name === 'ExitRequested') this.#leave(address, 'UNBONDING', text(args.withdrawableAt));
    if (name === 'Jailed') this.#leave(address, 'JAILED', text(args.until));
    if (name === 'Unjailed') validator.until = null;
    if (name === 'ExitQueued') validator.exitPosition = text(args.position);
    if (name === 'KeyRotated') validator.key = text(args.key);
    if (name === 'EncryptionKeyChanged') validator.encryptionKey = text(args.encryptionKey);
    if (name === 'HumanityChanged') validator.human = args.human as boolean;
    if (name === 'Slashed') {
      validator.slashed += amount;
      this.#setStake(event, 'SLASHED', amount, validator.stake - amount);
      if (validator.stake === 0n) this.#leave(address, 'GONE', null);
    }
    if (name === 'StakeWithdrawn') {
      validator.withdrawn += amount;
      this.#setStake(event, 'WITHDRAWN', amount, validator.stake - amount);
      this.#leave(address, 'GONE', null);
    }
  }

  #setStake(event: Happened, kind: string, amount: bigint, stake: bigint): void {
    const address = text(event.args.validator);
    this.validators.get(address)!.stake = stake;
    this.stakes.push({validator: {id: address}, kind, amountWei: text(amount), stakeWei: text(stake), tx: event.tx});
  }

  #leave(address: string, status: string, until: string | null): void {
    const validator = this.validators.get(address)!;
    if (validator.status === 'WAITING') {
      const last = this.pool.pop()!;
      if (last !== address) {
        this.pool[validator.place!] = last;
        this.validators.get(last)!.place = validator.place;
      }
    }
    Object.assign(validator, {status, until, place: null, weight: 0n, exitPosition: null});
  }

  #draw(leaving: string, joining: string): void {
    if (leaving === joining) return;
    const joiner = this.validators.get(joining)!;
    if (leaving === ZERO) return this.#leave(joining, 'SEATED', joiner.until);
    this.pool[joiner.place!] = leaving;
    Object.assign(this.validators.get(leaving)!, {status: 'WAITING', place: joiner.place, weight: 0n});
    joiner.status = 'SEATED';
  }

  #changeSeat(index: number, seat: Seat): void {
    const before = this.validators.get(this.seats.get(index)?.validator ?? ZERO);
    if (before?.status === 'SEATED' && before.place === index) Object.assign(before, {place: null, weight: 0n});
    this.seats.set(index, seat);
    const holder = this.validators.get(seat.validator);
    if (holder !== undefined) Object.assign(holder, {status: 'SEATED', place: index, weight: seat.weight});
  }
}

export function registryState(events: readonly Happened[]): Expectation[] {
  const places = new Places();
  for (const event of events) places.play(event);
  const by = (name: string) => events.filter((event) => event.name === name);
  const taken = [...places.seats.values()].filter(({validator}) => validator !== ZERO);
  const last = (name: string, field: string) => (by(name).length === 0 ? null : text(by(name).at(-1)!.args[field]));
  const ofRegistry = events.some(({contract, name}) => contract === 'registry' && ['MemberChanged', 'BridgeSet', 'SourcesSet', 'TermFixed', 'ValidatorWaits'].includes(name));
  return [
    state('Validator', 'address: id status coldKey key encryptionKey stakeWei slashedWei withdrawnWei human place weight drawWeight exitPosition until registeredTx',
      [...places.validators].map(([address, {stake, slashed, withdrawn, place, weight, ...rest}]) => ({
        address, ...rest, stakeWei: text(stake), slashedWei: text(slashed), withdrawnWei: text(withdrawn), place: place === null ? null : String(place), weight: text(weight),
      }))),
    state('StakeChange', 'validator { id } kind amountWei stakeWei tx', places.stakes),
    state('Member', 'index validator key weight', [...places.seats].map(([index, {validator, key, weight}]) => ({index: String(index), validator, key, weight: text(weight)}))),
    state('Candidate', 'place validator { id }', places.pool.map((id, place) => ({place: String(place), validator: {id}}))),
    state('Registry', 'memberCount totalWeight waitingCount latestTerm { id } sets inbox l2Sets beacon humanity', ofRegistry ? [{
      memberCount: taken.length, totalWeight: text(taken.reduce((total, {weight}) => total + weight, 0n)), waitingCount: places.pool.length,
      latestTerm: by('TermFixed').length === 0 ? null : {id: idOf(by('TermFixed').at(-1)!.args.setId)},
      sets: last('BridgeSet', 'sets'), inbox: last('BridgeSet', 'inbox'), l2Sets: last('BridgeSet', 'l2Sets'),
      beacon: last('SourcesSet', 'beacon'), humanity: last('SourcesSet', 'humanity'),
    }] : []),
    ...bondState(events),
  ];
}

function bondState(events: readonly Happened[]): Expectation[] {
  const kinds: Record<string, string> = {BondDeposited: 'DEPOSITED', BondLeaving: 'LEAVING', BondSlashed: 'SLASHED', BondWithdrawn: 'WITHDRAWN'};
  let [bond, leaving, slashed] = [0n, 0n, 0n];
  let leavingAt: string | null = null;
  const sums = new Map<Happened, Row>();
  for (const event of events.filter(({name}) => name in kinds)) {
    const amount = BigInt(text(event.args.amount));
    if (event.name === 'BondDeposited') bond += amount;
    if (event.name === 'BondLeaving') [bond, leaving, leavingAt] = [bond - amount, leaving + amount, text(event.args.withdrawableAt)];
    if (event.name === 'BondWithdrawn') [leaving, leavingAt] = [leaving - amount, null];
    if (event.name === 'BondSlashed') {
      const left = bond + leaving - amount;
      [leaving, slashed] = [leaving > amount ? leaving - amount : 0n, slashed + amount];
      bond = left - leaving;
    }
    sums.set(event, {bondWei: text(bond), leavingWei: text(leaving)});
  }
  const optional = (name: string) => ({args}: Happened) => (args[name] === undefined ? null : text(args[name]));
  const operator = events.findLast(({name}) => name === 'OperatorSet');
  return [
    state('Bond', 'operator l2EpochManager amountWei leavingWei leavingAt slashedWei', operator === undefined ? [] : [{
      operator: text(operator.args.operator), l2EpochManager: text(operator.args.l2EpochManager), amountWei: text(bond), leavingWei: text(leaving), leavingAt, slashedWei: text(slashed),
    }]),
    record('BondChange', events, Object.keys(kinds), {
      'bond.id': ({address}) => text(address), kind: ({name}) => kinds[name], amountWei: 'amount', bondWei: (event) => sums.get(event)!.bondWei,
      leavingWei: (event) => sums.get(event)!.leavingWei, bountyWei: optional('bounty'), reporter: optional('reporter'),
    }),
  ];
}

export function courtState(events: readonly Happened[]): Expectation[] {
  const about = events.filter(({name}) => ['FraudProven', 'OperatorConvicted', 'DissentQueued', 'DissentVetoed', 'RejectionConfirmed'].includes(name));
  const shape = {bridge: 'bridge', l2Reporter: 'l2Reporter'};
  return [
    state('Finding', 'digest: id fraudProven vetoed rejectionConfirmed operatorConvicted', [...new Set(about.map(({args}) => text(args.digest)))].map((digest) => {
      const has = (name: string) => about.some((event) => event.name === name && text(event.args.digest) === digest);
      return {digest, fraudProven: has('FraudProven'), vetoed: has('DissentVetoed'), rejectionConfirmed: has('RejectionConfirmed'), operatorConvicted: has('OperatorConvicted')};
    })),
    state('Court', selection(shape), lastOf(events.filter(({name}) => name === 'AbsenceReporterSet'), ({address}) => address).map((event) => rowOf(shape, event))),
  ];
}
