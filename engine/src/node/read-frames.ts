/** Event frames read: section by section, or decoded into the events of the interfaces. */
import type {Address} from 'viem';
import {decodeEvents} from '../core/decode.ts';
import type {Event, NumberedEvent} from '../core/events.ts';
import type {Asset, Identity, State} from '../core/state.ts';
import {EVENT} from '../core/venue/codes.ts';
import type {Market, MarketSpec} from '../core/venue/market.ts';
import {codeOf, marketOf, RECORD_BYTES, RECORD_DOUBLES, RECORD_WORDS} from '../core/venue/records.ts';
import {decodePayload} from '../journal/codec.ts';
import {type EventFrame, SECTION, SECTION_HEADER} from './event-frames.ts';

export type FrameSection = {
  at: number;
  firstCommand: number;
  firstEvent: number;
  /** Exactly one of the two: records with how many belong to each command, or the events of one command. */
  records?: {counts: Int32Array; words: Int32Array; doubles: Float64Array; length: number};
  events?: readonly Event[];
};

const pad8 = (length: number): number => (length + 7) & ~7;

/** @throws {RangeError} on bytes that no builder makes. */
export function* sectionsOf({bytes}: Pick<EventFrame, 'bytes'>): Generator<FrameSection> {
  const aligned = bytes.byteOffset % 8 === 0 ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length) : Buffer.from(Uint8Array.from(bytes).buffer);
  for (let offset = 0; offset < aligned.length;) {
    const [commands, length, events] = [aligned.readUInt32LE(offset + 4), aligned.readUInt32LE(offset + 12), aligned.readUInt32LE(offset + 8)];
    const about = {at: aligned.readDoubleLE(offset + 16), firstCommand: aligned.readDoubleLE(offset + 24), firstEvent: aligned.readDoubleLE(offset + 32)};
    const body = offset + SECTION_HEADER;
    if (aligned[offset] === SECTION.events) yield {...about, events: decodePayload(aligned.subarray(body, body + length)) as Event[]};
    else {
      const start = aligned.byteOffset + body;
      const first = start + pad8(commands * 4);
      yield {
        ...about,
        records: {
          counts: new Int32Array(aligned.buffer, start, commands), words: new Int32Array(aligned.buffer, first, events * RECORD_WORDS),
          doubles: new Float64Array(aligned.buffer, first, events * RECORD_DOUBLES), length: events,
        },
      };
    }
    offset = body + pad8(length);
  }
}

/** Names behind the numbers in records. */
export type Names = {
  assets: readonly Asset[];
  markets: readonly {spec: Pick<MarketSpec, 'name' | 'tick' | 'lot'>; unit: number; trades: number}[];
  /** By account number. */
  accounts: readonly {wallet: Address; sub: number}[];
};

/** Whether the event record that begins at a word is worth decoding. */
export type Wants = (words: Int32Array, word: number) => boolean;

/** Decodes frames that come in order: accounts and trade numbers follow the events. */
export class FrameDecoder {
  readonly #state: State;

  constructor({assets, markets, accounts}: Names) {
    const identities = accounts.map((account, number) => ({number, ...account}));
    const described = markets.map((market) => ({...market}));
    const venue = {markets: described as unknown as Market[], log: {words: new Int32Array(0), doubles: new Float64Array(0), length: 0}};
    // Decoding reads nothing else of a state.
    this.#state = {assets, identities, clientTexts: new Map(), venue} as unknown as State;
  }

  /** @param wants - Asked for each record; events that came as JSON are always told. */
  decode(frame: Pick<EventFrame, 'bytes'>, wants?: Wants): NumberedEvent[] {
    const decoded: NumberedEvent[] = [];
    for (const section of sectionsOf(frame)) {
      if (section.events) this.#named(section, section.events, decoded);
      else this.#records(section, decoded, wants);
    }
    return decoded;
  }

  /** Takes the names out of a frame that nobody wants decoded. */
  follow(frame: Pick<EventFrame, 'bytes'>): void {
    for (const {events} of sectionsOf(frame)) for (const event of events ?? []) this.#learn(event);
  }

  #named({at, firstCommand, firstEvent}: FrameSection, events: readonly Event[], into: NumberedEvent[]): void {
    events.forEach((event, index) => {
      this.#learn(event);
      into.push({sequence: BigInt(firstEvent + index), command: BigInt(firstCommand), at: BigInt(at), event});
    });
  }

  #learn(event: Event): void {
    const {venue} = this.#state;
    if (event.type === 'accountBound') this.#account(event.account, event.wallet, 0);
    if (event.type === 'subAccountCreated') this.#account(event.account, event.wallet, event.sub);
    if (event.type === 'marketCreated') {
      const {market: name, index, tick, lot, unit} = event;
      venue.markets[index] ??= {spec: {name, tick: Number(tick), lot: Number(lot)}, unit: Number(unit), trades: 0} as Market;
    }
    const traded = event.type === 'tradeExecuted' ? venue.markets.find(({spec}) => spec.name === event.market) : undefined;
    if (traded && event.type === 'tradeExecuted') traded.trades = Math.max(traded.trades, Number(event.tradeId));
  }

  #account(number: number, wallet: Address, sub: number): void {
    // Of an identity, decoding reads only this.
    this.#state.identities[number] = {number, wallet, sub} as Identity;
  }

  #records({at, firstCommand, firstEvent, records}: FrameSection, into: NumberedEvent[], wants?: Wants): void {
    const {counts, words, doubles} = records!;
    let event = 0;
    counts.forEach((count, index) => {
      for (const end = event + count; event < end; event += 1) {
        if (wants && !wants(words, event * RECORD_WORDS)) continue;
        const decoded = this.#record(words.subarray(event * RECORD_WORDS, (event + 1) * RECORD_WORDS), doubles.subarray(event * RECORD_DOUBLES, (event + 1) * RECORD_DOUBLES));
        into.push({sequence: BigInt(firstEvent + event), command: BigInt(firstCommand + index), at: BigInt(at), event: decoded});
      }
    });
  }

  #record(words: Int32Array, doubles: Float64Array): Event {
    const {venue} = this.#state;
    if (codeOf(words[0]!) === EVENT.trade) {
      const market = venue.markets[marketOf(words[0]!)]!;
      market.trades += Math.max(0, (words[7]! - market.trades) | 0);
    }
    Object.assign(venue.log, {words, doubles, length: words.byteLength / RECORD_BYTES});
    const [decoded] = decodeEvents(this.#state);
    if (!decoded) throw new RangeError(`event record ${codeOf(words[0]!)} has no reading`);
    return decoded;
  }
}
