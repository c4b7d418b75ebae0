/**
 * A voting key held by another process, asked over HTTP in the manner of Web3Signer: `GET /api/v1/pofbs/publicKeys` and
 * `POST /api/v1/pofbs/sign/{public key}`. Whatever comes back is verified; the local signing journal stays the judge of
 * what may be signed, and is asked first.
 */
import {bls12_381 as bls} from '@noble/curves/bls12-381.js';
import {encodeKey, encodeSignature, toJson, verifyVote} from '@pobs/protocol';
import {type Hex, isHex} from 'viem';
import {ValidatorError} from '../errors.ts';
import type {SignPort, SignRequest} from '../services/ports.ts';

const ANSWER_BYTES_MAX = 100_000;
/** Hex digits with `0x`: compressed key and signature of the BLS standards, and the 192 bytes of the wire. */
const KEY_CHARS = 98;
const SIGNATURE_CHARS = 194;
const WIRE_SIGNATURE_CHARS = 386;

export type RemoteSignerOptions = {url: string; timeoutMs: number};

export class RemoteSigner implements SignPort {
  readonly key: Hex;
  readonly #publicKey: Hex;
  readonly #options: RemoteSignerOptions;

  private constructor(publicKey: Hex, options: RemoteSignerOptions) {
    this.#publicKey = publicKey;
    this.key = wireKey(publicKey, options.url);
    this.#options = options;
  }

  /** The key named (48 bytes, compressed), or the only one that the signer holds. @throws {ValidatorError} `SIGNER_UNAVAILABLE`, `CONFIG_INVALID` */
  static async open(options: RemoteSignerOptions, publicKey: string | undefined): Promise<RemoteSigner> {
    const keys = publicKeys(await ask(options, '/api/v1/pofbs/publicKeys'), options.url);
    if (publicKey === undefined && keys.length > 1) throw new ValidatorError({code: 'CONFIG_INVALID', detail: `the remote signer holds ${keys.length} keys, choose one with --key`});
    const found = publicKey === undefined ? keys[0] : keys.find((key) => key.toLowerCase() === `0x${publicKey.replace(/^0x/, '')}`.toLowerCase());
    if (found === undefined) throw unavailable(options.url, publicKey === undefined ? 'it holds no key' : `it does not hold ${publicKey}`);
    return new RemoteSigner(found, options);
  }

  async sign({type, digest, message}: SignRequest): Promise<Hex> {
    const {url} = this.#options;
    const answer = await ask(this.#options, `/api/v1/pofbs/sign/${this.#publicKey}`, toJson({type, signingRoot: digest, message}));
    const signature = wireSignature(signatureOf(answer), url);
    if (!verifyVote({key: this.key, digest, signature})) throw unavailable(url, 'its signature does not verify');
    return signature;
  }
}

async function ask({url, timeoutMs}: RemoteSignerOptions, path: string, body?: string): Promise<string> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(`${url}${path}`, {
      signal: AbortSignal.timeout(timeoutMs), ...(body !== undefined && {method: 'POST', body, headers: {'content-type': 'application/json'}}),
    });
    text = await response.text();
  } catch (error) {
    throw unavailable(url, error instanceof Error && error.name === 'TimeoutError' ? `no answer in ${timeoutMs / 1_000} s` : 'it does not answer', error);
  }
  if (!response.ok) throw unavailable(url, `it answered ${response.status}`);
  if (text.length > ANSWER_BYTES_MAX) throw unavailable(url, 'its answer is too long');
  return text;
}

function publicKeys(text: string, url: string): Hex[] {
  const keys = parsed(text);
  if (!Array.isArray(keys) || !keys.every((key): key is Hex => isHex(key) && key.length === KEY_CHARS)) throw unavailable(url, 'its list of public keys cannot be read');
  return keys;
}

/** `{"signature":"0x…"}`, or the bare hex. */
function signatureOf(text: string): unknown {
  const value = parsed(text);
  return typeof value === 'object' && value !== null ? (value as {signature?: unknown}).signature : (value ?? text.trim());
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function wireKey(publicKey: Hex, url: string): Hex {
  try {
    const point = bls.G1.Point.fromHex(publicKey.slice(2));
    point.assertValidity();
    return encodeKey(point);
  } catch (error) {
    throw unavailable(url, `${publicKey} is no public key`, error);
  }
}

function wireSignature(signature: unknown, url: string): Hex {
  if (!isHex(signature)) throw unavailable(url, 'its answer holds no signature');
  if (signature.length === WIRE_SIGNATURE_CHARS) return signature;
  if (signature.length !== SIGNATURE_CHARS) throw unavailable(url, 'its signature has the wrong length');
  try {
    return encodeSignature(bls.G2.Point.fromHex(signature.slice(2)));
  } catch (error) {
    throw unavailable(url, 'its signature is no point', error);
  }
}

const unavailable = (url: string, detail: string, cause?: unknown): ValidatorError => new ValidatorError({code: 'SIGNER_UNAVAILABLE', url, detail}, {cause});
