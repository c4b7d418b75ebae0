/**
 * The core as bytes and back. A restored core has the same digest and answers every further command alike, so a journal can be replayed
 * from the newest snapshot instead of from its beginning. Layout: JSON length:4 (little-endian) ‖ JSON of everything around the venue ‖ the venue.
 */
import {type Core, createCore} from './engine.ts';
import type {State} from './state.ts';
import {restoreVenue, venueBytes} from './venue/image.ts';
import type {MarketSpec} from './venue/market.ts';
import {Venue} from './venue/venue.ts';

/** Everything of the state but the venue, whose markets are named by their specifications. */
type Around = Omit<State, 'venue' | 'markets'> & {specs: MarketSpec[]};

/** Values that JSON has no form for, each as an object with one key. */
function tagged(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return {$big: value.toString()};
  if (value instanceof Map) return {$map: [...value]};
  if (value instanceof Float64Array) return {$doubles: [...value]};
  if (value === Number.POSITIVE_INFINITY) return {$big: 'Infinity'};
  return value;
}

function untagged(_: string, value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if ('$big' in value) return value.$big === 'Infinity' ? Number.POSITIVE_INFINITY : BigInt(value.$big as string);
  if ('$map' in value) return new Map(value.$map as [unknown, unknown][]);
  if ('$doubles' in value) return Float64Array.from(value.$doubles as number[]);
  return value;
}

export function takeSnapshot({state}: Core): Uint8Array {
  const {venue, markets: _markets, ...rest} = state;
  const around: Around = {...rest, specs: venue.markets.map(({spec}) => spec)};
  const text = new TextEncoder().encode(JSON.stringify(around, tagged));
  const image = venueBytes(venue);
  const bytes = new Uint8Array(4 + text.length + image.length);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 4);
  bytes.set(image, 4 + text.length);
  return bytes;
}

/** @throws on bytes that {@link takeSnapshot} did not make; check a digest beside them first. */
export function restoreSnapshot(bytes: Uint8Array): Core {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const {specs, ...around} = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)), untagged) as Around;
  const core = createCore();
  const venue = new Venue({
    currencyOf: around.assets.map(({currency}) => currency), currencies: around.currencies.length, settlement: around.settlementCurrency,
  });
  const markets = new Map(specs.map((spec) => [spec.name, venue.addMarket(spec)]));
  restoreVenue(venue, bytes.subarray(4 + length));
  Object.assign(core.state, around, {venue, markets});
  return core;
}
