import {isAddress, isHex, type Address, type Hex} from 'viem';
import {HttpError, listen, readBody, type HttpServer} from './http.ts';
import type {ChainName, PairControl} from './pair/pair-control.ts';

const BODY_BYTES_MAX = 1024 * 1024;
const BLOCKS_MAX = 10_000;
const SECONDS_MAX = 100 * 86_400;

type Fields = Record<string, unknown>;

/**
 * Serves what only a simulation can do, for tests that attack the network: `POST` with JSON, JSON answer.
 *
 * - `/mine {chain, blocks}` → `{head}`
 * - `/reorg {chain, depth}` → `{common}`: the newest `depth` blocks become empty ones
 * - `/impersonate-send {chain, from, to, data?, value?}` → `{hash, succeeded}`: a transaction without the sender's key
 * - `/set-storage {chain, address, slot, value}` → `{}`
 * - `/set-automine {chain, enabled}` → `{}`
 * - `/pass-time {seconds}` → `{time}`: both chains go on that much later, as if nobody had touched them meanwhile
 * - `/save {}` → `{}`: writes the state folder now
 */
export function startControl(port: number, control: PairControl, save: () => Promise<void>): Promise<HttpServer> {
  return listen('control', port, async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    if (request.method !== 'POST') throw new HttpError(405, 'Use POST with a JSON body.');
    const result = await run(path, parse(await readBody(request, BODY_BYTES_MAX)), control, save);
    response.writeHead(200, {'content-type': 'application/json'}).end(JSON.stringify(result));
  });
}

async function run(path: string, fields: Fields, control: PairControl, save: () => Promise<void>): Promise<object> {
  switch (path) {
    case '/mine':
      return {head: await control.mine(chainOf(fields), count(fields, 'blocks'))};
    case '/reorg':
      return {common: await control.reorg(chainOf(fields), count(fields, 'depth'))};
    case '/impersonate-send': {
      const tx = {from: address(fields, 'from'), to: address(fields, 'to'), ...optionalCall(fields)};
      return control.impersonateSend(chainOf(fields), tx);
    }
    case '/set-storage':
      await control.setStorageAt(chainOf(fields), address(fields, 'address'), hex(fields, 'slot'), hex(fields, 'value'));
      return {};
    case '/set-automine':
      await control.setAutomine(chainOf(fields), fields['enabled'] === true);
      return {};
    case '/pass-time':
      return {time: await control.passTime(count(fields, 'seconds', SECONDS_MAX))};
    case '/save':
      await save();
      return {};
    default:
      throw new HttpError(404, `unknown control ${path}`);
  }
}

function parse(body: Buffer): Fields {
  try {
    const value: unknown = JSON.parse(body.toString() || '{}');
    if (typeof value === 'object' && value !== null) return value as Fields;
  } catch {
    // Falls through to the one error below.
  }
  throw new HttpError(400, 'Expected a JSON object.');
}

function chainOf(fields: Fields): ChainName {
  const {chain} = fields;
  if (chain === 'l1' || chain === 'l2') return chain;
  throw new HttpError(400, 'chain must be "l1" or "l2".');
}

function count(fields: Fields, name: string, max = BLOCKS_MAX): number {
  const value = Number(fields[name]);
  if (Number.isInteger(value) && value > 0 && value <= max) return value;
  throw new HttpError(400, `${name} must be a whole number from 1 to ${max}.`);
}

function address(fields: Fields, name: string): Address {
  const value = fields[name];
  if (typeof value === 'string' && isAddress(value, {strict: false})) return value;
  throw new HttpError(400, `${name} must be an address.`);
}

function hex(fields: Fields, name: string): Hex {
  const value = fields[name];
  if (isHex(value)) return value;
  throw new HttpError(400, `${name} must be a hex string.`);
}

/** `value` in wei: a number, a decimal or a hex string. */
function optionalCall(fields: Fields): {data?: Hex; value?: bigint} {
  const {data, value} = fields;
  try {
    return {
      ...(data === undefined ? {} : {data: hex(fields, 'data')}),
      ...(value === undefined ? {} : {value: BigInt(value as string | number)}),
    };
  } catch (error) {
    if (error instanceof HttpError) throw error;
    throw new HttpError(400, 'value must be an amount of wei.');
  }
}
