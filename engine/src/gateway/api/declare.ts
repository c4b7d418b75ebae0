/** One declaration per command: its fields, who may give it, how it becomes the core's command, what is answered. REST, stream and OpenAPI follow. */
import {z} from '@hono/zod-openapi';
import type {Address} from 'viem';
import type {Command} from '../../core/commands.ts';
import type {Submission} from '../../node/types.ts';
import type {Scope} from '../auth/identity.ts';
import {type ErrorCode} from '../errors.ts';
import {answers} from './answers.ts';
import {sub as subField} from './scalars.ts';

export type Accepted = Extract<Submission, {ok: true}>;
export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
type Fields = z.core.$ZodLooseShape & Record<string, z.ZodType>;
type Read<T extends Fields> = z.output<z.ZodObject<T>>;

/** Who gives a command, and when: milliseconds of the gateway's clock. */
export type Caller = {wallet: Address; now: number};

type Declaration<T extends Fields> = {
  /** Of the command on the stream; the type of the core's command. */
  op: Command['type'];
  method: Exclude<Method, 'get'>;
  /** With `{name}` for the fields that stand in it; the others are in the body, or in the query of a deletion. */
  path: string;
  summary: string;
  /** `operator`: behind the operator's token, not on the stream. */
  auth: Scope | 'operator';
  fields: T;
  /** What single fields cannot tell: a sentence about what is wrong. */
  check?: (input: Read<T>) => string | undefined;
  command: (caller: Caller, input: Read<T>) => Command;
  example: object;
  /** The command speaks for one sub-account of the wallet: it takes the field `sub`. */
  bySub?: true;
  /** Refusals of the core that are peculiar to it. */
  refusals: readonly ErrorCode[];
  answer?: z.ZodType;
  /** Added to sequence and journal hash. */
  tell?: (accepted: Accepted, caller: Caller, input: Read<T>) => object;
  /** Tokens it costs; 1 unless said. */
  cost?: (input: Read<T>) => number;
};

type Erased = Record<string, unknown>;

/** A declaration whose fields are checked, its types erased. */
export type CommandApi = Omit<Declaration<Fields>, 'check' | 'command' | 'tell' | 'cost' | 'answer'> & {
  pathFields: readonly string[];
  answer: z.ZodType;
  check: (input: Erased) => string | undefined;
  command: (caller: Caller, input: Erased) => Command;
  tell: (accepted: Accepted, caller: Caller, input: Erased) => object;
  cost: (input: Erased) => number;
};

export function declare<T extends Fields>(declared: Declaration<T>): CommandApi {
  const fields = declared.bySub ? {...declared.fields, sub: subField.optional()} : declared.fields;
  const command = declared.command as (caller: Caller, input: Erased) => Command;
  const pathFields = [...declared.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  return {
    check: () => undefined, tell: () => ({}), cost: () => 1, answer: answers.ack, ...declared, fields, pathFields,
    ...(declared.bySub && {command: (caller: Caller, {sub, ...input}: Erased) => withSub(command(caller, input), sub as number | undefined)}),
  } as unknown as CommandApi;
}

/** The main account is not named: the journal keeps what was said before there were others. */
const withSub = (command: Command, sub: number | undefined): Command => (sub ? {...command, sub} as Command : command);

/** The fields that stand in the path, and the others. */
export function split({fields, pathFields}: CommandApi): {path: z.ZodObject; rest: z.ZodObject} {
  const inPath = Object.fromEntries(Object.entries(fields).filter(([name]) => pathFields.includes(name)));
  const others = Object.fromEntries(Object.entries(fields).filter(([name]) => !pathFields.includes(name)));
  return {path: z.strictObject(inPath), rest: z.strictObject(others)};
}
