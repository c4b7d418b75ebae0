/**
 * Seeded traffic of every kind through gaps of up to a quarter, empty books, a fund that comes and goes: all invariants after every command,
 * and now and then the venue goes on from its own image. Prints what it reached; what it must reach is asserted.
 */
import {expect, test} from 'vitest';
import {NONE, SYSTEM} from '../../src/core/venue/accounts.ts';
import {EVENT, ORDER_FLAG, REASON, REASON_NAMES} from '../../src/core/venue/codes.ts';
import {restoreVenue, venueBytes} from '../../src/core/venue/image.ts';
import {moveCollateral, setFeeTier, setMarginMode} from '../../src/core/venue/isolated.ts';
import {setMark} from '../../src/core/venue/liquidation.ts';
import {amend, cancel, cancelAll, draftOrder, placeDraft} from '../../src/core/venue/orders.ts';
import {placeParent} from '../../src/core/venue/parents.ts';
import {setSource} from '../../src/core/venue/prices.ts';
import {acceptNovation, offerNovation, setAutoRoll, withdrawOffer} from '../../src/core/venue/roll.ts';
import {armDeadMan} from '../../src/core/venue/leases.ts';
import {tick} from '../../src/core/venue/tick.ts';
import {fireTriggers, placeTriggers} from '../../src/core/venue/triggers.ts';
import {Venue} from '../../src/core/venue/venue.ts';
import {broken, OTHER, PERP, perpSpec, SPOT, spotSpec, USD, World} from './world.ts';
import {randomOf} from '../support/random.ts';

const seed = Number(process.env.POBS_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
const COMMANDS = Number(process.env.POBS_TEST_COMMANDS ?? 5_000);
const P = 200_000;

const perp = {...perpSpec, margins: [{upTo: 2e8, initialPpm: 50_000, maintenancePpm: 25_000}, {upTo: 2 ** 50, initialPpm: 100_000, maintenancePpm: 50_000}], interestFrom: 1e9, interestFull: 1e11};

/** One random command; its name and what it answers. */
function step(it: World, random: () => number): [string, (venue: Venue) => number] {
  const below = (most: number): number => Math.floor(random() * most);
  const user = (): number => it.users[below(it.users.length)]!;
  const account = user();
  const perpetual = random() < 0.7 ? PERP : OTHER;
  const market = random() < 0.75 ? perpetual : SPOT;
  const {mark} = it.venue.markets[perpetual]!;
  const around = Math.max(1, mark + below(4_001) - 2_000);
  const side = below(2) as 0 | 1;
  const roll = random();
  if (roll < 0.55) {
    return ['place', (venue) => {
      draftOrder(venue, account, market, side, random() < 0.15 ? 0 : around, 1 + below(random() < 0.2 ? 3_000 : 300));
      const {draft} = venue;
      draft.flags = (draft.price === 0 ? ORDER_FLAG.market : 0) | (random() < 0.1 ? ORDER_FLAG.reduceOnly : 0) | (random() < 0.1 ? ORDER_FLAG.postOnly : 0) | (random() < 0.1 ? ORDER_FLAG.deadMan : 0);
      draft.timeInForce = below(4);
      draft.selfTrade = below(4);
      draft.expiry = draft.timeInForce === 3 ? venue.now + 1 + below(60_000) : 0;
      draft.peak = random() < 0.1 ? 1 + below(20) : 0;
      draft.clientLow = random() < 0.5 ? 1 + below(400) : 0;
      return placeDraft(venue);
    }];
  }
  if (roll < 0.65) {
    const slot = it.newest(account);
    const sequence = slot === NONE ? 1 : it.venue.orders.sequence[slot]!;
    return random() < 0.5 ? ['cancel', (venue) => cancel(venue, account, slot, sequence)] : ['amend', (venue) => amend(venue, account, slot, sequence, around, 1 + below(300))];
  }
  if (roll < 0.66) return ['cancelAll', (venue) => cancelAll(venue, account, random() < 0.5 ? NONE : market)];
  if (roll < 0.78) {
    const gap = random() < 0.06 ? (random() - 0.5) / 2 : (random() - 0.5) / 100;
    return ['mark', (venue) => setMark(venue, perpetual, Math.min(400_000, Math.max(50_000, Math.floor(mark * (1 + gap)))))];
  }
  if (roll < 0.8) return ['source', (venue) => setSource(venue, perpetual, below(4), around)];
  if (roll < 0.86) return ['tick', (venue) => (tick(venue), REASON.none)];
  if (roll < 0.89) {
    return ['trigger', (venue) => placeTriggers(venue, [{
      account, market, by: below(3), direction: side === 0 ? 1 : -1, price: around, side, quantity: 1 + below(200), limit: random() < 0.5 ? 0 : around,
      reduceOnly: market !== SPOT ? below(2) : 0, trail: random() < 0.3 ? 100 + below(1_000) : 0,
    }])];
  }
  if (roll < 0.9) return ['parent', (venue) => placeParent(venue, {account, market, side, quantity: 10 + below(300), limit: 0, byVolume: below(2), reduceOnly: 0, slices: 2 + below(5), interval: 1_000 + below(20_000)})];
  if (roll < 0.92) return ['mode', (venue) => setMarginMode(venue, account, perpetual, side === 0)];
  if (roll < 0.94) return ['collateral', (venue) => moveCollateral(venue, account, perpetual, below(2_000_000) - 1_000_000)];
  if (roll < 0.95) return ['roll', (venue) => setAutoRoll(venue, account, perpetual, {take: below(1_000_000), loss: below(1_000_000)})];
  if (roll < 0.96) return ['offer', (venue) => offerNovation(venue, {from: account, to: user(), market: perpetual, lots: it.positionOf(account, perpetual).quantity || 1, price: random() < 0.5 ? 0 : mark + below(400)})];
  if (roll < 0.98) {
    const [id, offer] = [...it.venue.offers.open][0] ?? [1, {to: account}];
    return random() < 0.8 ? ['accept', (venue) => acceptNovation(venue, offer.to, id)] : ['withdraw', (venue) => withdrawOffer(venue, offer.to, id)];
  }
  if (roll < 0.99) return ['tier', (venue) => setFeeTier(venue, account, below(3))];
  return ['arm', (venue) => (armDeadMan(venue, account, venue.now + 1 + below(30_000)), REASON.none)];
}

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** The world goes on in a venue restored from its image. */
function reborn(it: World): World {
  const venue = new Venue({currencyOf: it.venue.currencyOf, currencies: 2, settlement: USD, clientIds: 256});
  for (const {spec} of it.venue.markets) venue.addMarket(spec);
  restoreVenue(venue, venueBytes(it.venue));
  expect(same(venueBytes(venue), venueBytes(it.venue))).toBe(true);
  return Object.assign(Object.create(World.prototype) as World, it, {venue});
}

test('everything at once, for long', () => {
  console.log(`seed ${seed}`);
  const random = randomOf(seed);
  let it = new World({users: 12, spot: spotSpec, perp});
  for (const user of it.users) it.fund(user, USD, 1e7 + Math.floor(random() * 3e7)).fund(user, 0, 1e9).fund(user, 2, 1e7);
  it.venue.addMarket({...perp, name: 'BTC-PERP'});
  for (const market of [PERP, OTHER]) it.run((venue) => setMark(venue, market, P));
  const seen = new Map<string, number>();
  const count = (what: string): void => void seen.set(what, (seen.get(what) ?? 0) + 1);
  for (let index = 0; index < COMMANDS; index += 1) {
    it.venue.now += Math.floor(random() * (random() < 0.02 ? 1_200_000 : 2_000));
    if (random() < 0.01) it.fund(random() < 0.3 ? SYSTEM.liquidationFund : it.users[Math.floor(random() * 12)]!, USD, 1e7);
    const [name, command] = step(it, random);
    const before = index % 16 === 0 ? venueBytes(it.venue) : undefined;
    const reason = it.run((venue) => {
      const answer = command(venue);
      if (answer === REASON.none) fireTriggers(venue);
      return answer;
    });
    if (reason !== REASON.none && before) expect(same(venueBytes(it.venue), before), `${name} was refused (${REASON_NAMES[reason]}) and left a trace, seed ${seed} command ${index}`).toBe(true);
    const faults = broken(it);
    if (faults.length > 0) expect(faults, `after ${name}, seed ${seed} command ${index}`).toEqual([]);
    count(reason === REASON.none ? name : `refused ${REASON_NAMES[reason]}`);
    for (const {code, detail} of it.events()) {
      const event = Object.entries(EVENT).find(([, value]) => value === code)![0];
      count(code === EVENT.liquidated || code === EVENT.haircut ? `event ${event} ${detail}` : `event ${event}`);
    }
    if (index % 997 === 0) it = reborn(it);
  }
  console.log(JSON.stringify(Object.fromEntries([...seen].sort(([a], [b]) => (a < b ? -1 : 1)))));
  expect(seen.get('event haircut 3') ?? 0, 'a loss nobody could bear').toBe(0);
  for (const event of ['trade', 'funding', 'interest', 'symmetric', 'rolled', 'novated', 'triggered', 'parentClosed', 'liquidated 1']) {
    expect(seen.get(`event ${event}`) ?? 0, event).toBeGreaterThan(0);
  }
});
