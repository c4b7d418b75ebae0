/** Secrets from files: the posting key, the engine's token, the log secret and the Arweave wallet. */
import {createMappingIdentity} from '@pobs/protocol';
import {KeystoreError, openKey} from '@pobs/protocol/keystore';
import type {ArweaveJwk} from '@pobs/protocol/store';
import {generateKeyPair, randomBytes} from 'node:crypto';
import {existsSync} from 'node:fs';
import {mkdir, open, readFile, rename} from 'node:fs/promises';
import path from 'node:path';
import {promisify} from 'node:util';
import {bytesToHex, type Hex, isHex} from 'viem';
import {z} from 'zod';
import {SequencerError} from '../errors.ts';

const ARWEAVE_KEY_BITS = 4_096;

/**
 * A private key: 32 bytes of hex, or a version 3 JSON keystore with its password in another file.
 *
 * @throws {SequencerError} `KEY_FILE` in one sentence, without anything of the key.
 */
export async function readKey(file: string, passwordFile: string | undefined): Promise<Hex> {
  const content = await readSecret(file, 'key');
  try {
    return await openKey(content, async () => {
      if (passwordFile === undefined) throw new KeystoreError('it is a keystore: give --password-file');
      return (await readSecret(passwordFile, 'password')).replace(/\r?\n$/, '');
    });
  } catch (error) {
    if (!(error instanceof KeystoreError)) throw error;
    throw keyFile(`The key file ${file} cannot be used: ${error.message}`, error.cause);
  }
}

/** The first line of a small secret file. @throws {SequencerError} `KEY_FILE` */
export async function readSecret(file: string, what: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw keyFile(`Cannot read the ${what} file ${file} (${(error as NodeJS.ErrnoException).code})`, error);
  }
}

/** The operator's 32-byte log secret; made once and kept, since log keys derive from it. */
export async function logSecret(dataDir: string): Promise<Hex> {
  const file = path.join(dataDir, 'log-secret');
  if (!existsSync(file)) await writeSecret(file, bytesToHex(randomBytes(32)));
  const secret = (await readSecret(file, 'log secret')).trim();
  if (!isHex(secret) || secret.length !== 66) throw keyFile(`The log secret ${file} is damaged: restore it from your backup`);
  return secret;
}

/** The operator's age identity: mapping files are wrapped to it too, so that validators who join later can be served. */
export async function mappingIdentity(dataDir: string): Promise<string> {
  const file = path.join(dataDir, 'mapping-identity');
  if (!existsSync(file)) await writeSecret(file, `${await createMappingIdentity()}\n`);
  const identity = (await readSecret(file, 'mapping identity')).trim();
  if (!/^AGE-SECRET-KEY-1[0-9A-Z]+$/.test(identity)) throw keyFile(`The mapping identity ${file} is damaged: restore it from your backup`);
  return identity;
}

/** The Arweave wallet: as configured, else one made once and kept in the data folder (unfunded: enough for a local gateway). */
export async function arweaveWallet(dataDir: string, configured: string | undefined): Promise<ArweaveJwk> {
  const file = configured ?? path.join(dataDir, 'arweave.json');
  if (configured === undefined && !existsSync(file)) {
    const {privateKey} = await promisify(generateKeyPair)('rsa', {modulusLength: ARWEAVE_KEY_BITS});
    await writeSecret(file, JSON.stringify(privateKey.export({format: 'jwk'})));
  }
  const content = await readSecret(file, 'Arweave key');
  try {
    return z.looseObject({kty: z.literal('RSA'), n: z.string(), e: z.string(), d: z.string()}).parse(JSON.parse(content));
  } catch {
    throw keyFile(`The Arweave key file ${file} is no RSA key in JSON Web Key form`);
  }
}

async function writeSecret(file: string, content: string): Promise<void> {
  await mkdir(path.dirname(file), {recursive: true, mode: 0o700});
  const draft = `${file}.draft`;
  const handle = await open(draft, 'w', 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, file);
}

const keyFile = (detail: string, cause?: unknown): SequencerError => new SequencerError({code: 'KEY_FILE', detail}, {cause});
