/** Every command as an endpoint. */
import type {Submission} from '../node/types.ts';
import {accountCommands} from './api/account-commands.ts';
import {type Accepted, type Caller, type CommandApi, split} from './api/declare.ts';
import {operatorCommands} from './api/operator-commands.ts';
import {orderCommands} from './api/order-commands.ts';
import type {Gate} from './auth/gate.ts';
import {ApiError, rejected} from './errors.ts';
import {type App, endpoint} from './http.ts';
import type {EnginePort} from './ports.ts';

const BATCH_BYTES_MAX = 256 * 1024;

/** What a signed-in wallet may command. */
export const userCommands: readonly CommandApi[] = [...orderCommands, ...accountCommands];

/** The answer of an accepted command. @throws {ApiError} for a refused one. */
export async function accepted(submission: Promise<Submission>): Promise<Accepted> {
  const result = await submission;
  if (!result.ok) throw rejected(result.rejection);
  return result;
}

/** Checks what single fields cannot tell, submits, and tells the outcome. @throws {ApiError} */
export async function perform(engine: Pick<EnginePort, 'submit'>, api: CommandApi, caller: Caller, input: Record<string, unknown>): Promise<object> {
  const wrong = api.check(input);
  if (wrong !== undefined) throw new ApiError('INVALID_REQUEST', `${wrong}.`);
  const done = await accepted(engine.submit(api.command(caller, input)));
  return {sequence: done.sequence, journalHead: done.journalHead, ...api.tell(done, caller, input)};
}

export function commandRoutes(app: App, {gate, engine, now}: {gate: Gate; engine: EnginePort; now: () => number}): void {
  for (const api of [...userCommands, ...operatorCommands]) {
    const {path, rest} = split(api);
    const inBody = api.method !== 'delete';
    endpoint(app, gate, {
      method: api.method, path: api.path, summary: api.summary, auth: api.auth, answer: api.answer, example: api.example, refusals: api.refusals,
      ...(api.pathFields.length > 0 && {params: path}),
      ...(inBody ? {body: rest} : {query: rest}),
      ...(api.op === 'batch' && {bodyBytesMax: BATCH_BYTES_MAX}),
      handle({wallet, params, query, body, charge}) {
        const input = {...params as object, ...query as object, ...body as object};
        const cost = api.cost(input);
        if (cost > 1) charge(cost - 1);
        return perform(engine, api, {wallet, now: now()}, input);
      },
    });
  }
}
