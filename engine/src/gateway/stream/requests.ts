/** What a client may say on the stream in text: one JSON object, `op` names what it wants, `id` comes back with the answer. */
import {z} from '@hono/zod-openapi';
import type {CommandApi} from '../api/declare.ts';
import {market, sub} from '../api/scalars.ts';
import {userCommands} from '../command-routes.ts';
import {ApiError} from '../errors.ts';
import {check} from '../http.ts';
import {INTERVALS, type Interval} from './candles.ts';
import {type Channel, PRIVATE_CHANNELS, PUBLIC_CHANNELS} from './channels.ts';

const id = z.string().max(64).optional();
const topic = {
  channel: z.enum([...PUBLIC_CHANNELS, ...PRIVATE_CHANNELS] as [Channel, ...Channel[]]),
  market: market.optional(),
  interval: z.enum(Object.keys(INTERVALS) as [Interval, ...Interval[]]).optional(),
};
const shapes = {
  auth: z.union([
    z.strictObject({op: z.literal('auth'), id, sub: sub.default(0), token: z.string().max(2_048)}),
    z.strictObject({
      op: z.literal('auth'), id, sub: sub.default(0), key: z.string().max(64), timestamp: z.string().max(16), nonce: z.string().max(64), signature: z.string().max(64),
    }),
  ]),
  subscribe: z.strictObject({op: z.literal('subscribe'), id, ...topic, depth: z.int().min(1).max(10_000).optional()}),
  unsubscribe: z.strictObject({op: z.literal('unsubscribe'), id, ...topic}),
  ping: z.strictObject({op: z.literal('ping'), id}),
  cancelOnDisconnect: z.strictObject({op: z.literal('cancelOnDisconnect'), id, orders: z.enum(['none', 'marked', 'connection', 'all'])}),
};

type Shapes = typeof shapes;
type Control = {[Op in keyof Shapes]: z.output<Shapes[Op]>}[keyof Shapes];
export type Subscription = z.output<Shapes['subscribe']>;

export type StreamRequest =
  | {kind: 'control'; control: Control; id: string | undefined}
  | {kind: 'command'; api: CommandApi; input: Record<string, unknown>; id: string | undefined};

const commands = new Map(userCommands.map((api) => [api.op as string, {api, shape: z.strictObject({op: z.string(), id, ...api.fields})}]));

/** @throws {ApiError} `INVALID_REQUEST` saying what does not fit. */
export function parseRequest(text: string): StreamRequest {
  const value = parseJson(text);
  const {op} = value as {op?: unknown};
  if (typeof op === 'string' && Object.hasOwn(shapes, op)) {
    const control = check(shapes[op as keyof Shapes], value, 'message') as Control;
    return {kind: 'control', control, id: control.id};
  }
  const command = typeof op === 'string' ? commands.get(op) : undefined;
  if (!command) throw new ApiError('INVALID_REQUEST', 'message.op: expected subscribe, unsubscribe, auth, ping, cancelOnDisconnect or a command.');
  const {op: _, id: given, ...input} = check(command.shape, value, 'message');
  return {kind: 'command', api: command.api, input, id: given};
}

function parseJson(text: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (typeof value !== 'object' || value === null) throw new ApiError('INVALID_REQUEST', 'Expected one JSON object as text.');
  return value;
}

/** The `id` of a message that does not parse otherwise, so that its sender can tell which it was. */
export function idOf(text: string): string | undefined {
  try {
    const {id: given} = JSON.parse(text) as {id?: unknown};
    return typeof given === 'string' && given.length <= 64 ? given : undefined;
  } catch {
    return undefined;
  }
}
