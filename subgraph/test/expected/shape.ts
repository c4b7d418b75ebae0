/** How expectations are written: the served shape of an entity, by field. */
import type {Happened} from '../chain-logs.ts';
import type {Row} from '../served.ts';

/** `fields` is a GraphQL selection; `rows` hold exactly those fields. */
export type Expectation = {type: string; fields: string; rows: Row[]};

/** A value as GraphQL serves it: numbers as decimal strings, bytes in lower case; flags, counts and nothing as they are. */
export const text = (value: unknown): string => String(value).toLowerCase();

export const ZERO = `0x${'0'.repeat(40)}`;

/** Big-endian hex of `width` bytes, as ids have it. */
export const wide = (value: unknown, width: number): string => BigInt(String(value)).toString(16).padStart(2 * width, '0');
export const idOf = (value: unknown, width = 4): string => `0x${wide(value, width)}`;
export const joined = (...parts: readonly unknown[]): string => `0x${parts.map((part) => text(part).replace(/^0x/, '')).join('')}`;
export const accountOf = ({args}: Happened): string => joined(args.token, args.wallet);
export const logId = (tx: string, logIndex: number): string => joined(tx, wide(logIndex, 4));
export const eventIdOf = ({tx, logIndex}: Happened): string => logId(tx, logIndex);

/** Field (`name`, or `name.id` of a reference) → argument of the event, or what to make of the event. */
export type Shape = Record<string, string | ((event: Happened) => unknown)>;

export const selection = (shape: Shape): string => Object.keys(shape).map((field) => field.replace('.id', ' { id }')).join(' ');

export function rowOf(shape: Shape, event: Happened): Row {
  return Object.fromEntries(Object.entries(shape).map(([field, source]) => {
    const value = typeof source === 'string' ? served(event.args[source]) : source(event);
    return field.endsWith('.id') ? [field.slice(0, -3), value === null ? null : {id: value}] : [field, value];
  }));
}

function served(value: unknown): unknown {
  if (typeof value === 'boolean') return value;
  return Array.isArray(value) ? value.map(text) : text(value);
}

const WHEN: Shape = {tx: ({tx}) => tx, block: ({block}) => text(block), time: ({time}) => text(time)};

/** One entity per event of these names, never changed afterwards. */
export const record = (type: string, events: readonly Happened[], names: string | readonly string[], shape: Shape): Expectation => {
  const full = {...shape, ...WHEN};
  return {type, fields: selection(full), rows: events.filter(({name}) => [names].flat().includes(name)).map((event) => rowOf(full, event))};
};

/** Entities that sum events up: one row each, its fields those of `shape` (references as `name.id`). */
export const state = (type: string, fields: string, rows: readonly Row[]): Expectation => ({type, fields, rows: [...rows]});

export const lastOf = (events: readonly Happened[], key: (event: Happened) => string): Happened[] =>
  [...new Map(events.map((event) => [key(event), event])).values()];

export const sum = (events: readonly Happened[], name: string): bigint => events.reduce((total, {args}) => total + BigInt(text(args[name])), 0n);
