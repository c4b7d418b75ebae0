/** Secrets from files: the posting key, the engine's token, the log secret and the Arweave wallet. */
import {createMappingIdentity} from '@pobs/protocol';
import type {ArweaveJwk} from '@pobs/protocol/store';
import {createDecipheriv, generateKeyPair, pbkdf2, randomBytes, scrypt} from 'node:crypto';
import {existsSync} from 'node:fs';
import {mkdir, open, readFile, rename} from 'node:fs/promises';
import path from 'node:path';
import {promisify} from 'node:util';
import {bytesToHex, type Hex, hexToBytes, isHex, keccak256} from 'viem';
import {z} from 'zod';
import {SequencerError} from '../errors.ts';

/** Refuses keystores whose derivation would take the machine down. */
const SCRYPT_MEMORY_MAX = 1_073_741_824;
const PBKDF2_ROUNDS_MAX = 10_000_000;
const ARWEAVE_KEY_BITS = 4_096;

const hexText = z.string().regex(/^(0x)?([0-9a-fA-F]{2})*$/).transform((text) => hexToBytes(text.startsWith('0x') ? (text as Hex) : `0x${text}`));
const keystoreShape = z.object({
  crypto: z.object({
    cipher: z.literal('aes-128-ctr'),
    ciphertext: hexText,
    cipherparams: z.object({iv: hexText}),
    mac: hexText,
    kdf: z.enum(['scrypt', 'pbkdf2']),
    kdfparams: z.object({
      salt: hexText, dklen: z.literal(32), n: z.int().min(2).optional(), r: z.int().min(1).optional(), p: z.int().min(1).optional(), c: z.int().min(1).max(PBKDF2_ROUNDS_MAX).optional(),
    }),
  }),
  version: z.literal(3),
});

type Keystore = z.output<typeof keystoreShape>;

/**
 * A private key: 32 bytes of hex, or a version 3 JSON keystore with its password in another file.
 *
 * @throws {SequencerError} `KEY_FILE` in one sentence, without anything of the key.
 */
export async function readKey(file: string, passwordFile: string | undefined): Promise<Hex> {
  const content = (await readSecret(file, 'key')).trim();
  if (!content.startsWith('{')) {
    const key = content.startsWith('0x') ? content : `0x${content}`;
    if (!isHex(key) || key.length !== 66) throw keyFile(`The key file ${file} holds neither 32 bytes of hex nor a JSON keystore`);
    return key;
  }
  if (passwordFile === undefined) throw keyFile(`The key file ${file} is a keystore: give --password-file`);
  const password = (await readSecret(passwordFile, 'password')).replace(/\r?\n$/, '');
  return decrypt(parseKeystore(content, file), password, file);
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

function parseKeystore(content: string, file: string): Keystore {
  try {
    const value = JSON.parse(content) as Record<string, unknown>;
    return keystoreShape.parse({...value, crypto: value.crypto ?? value.Crypto});
  } catch {
    throw keyFile(`The key file ${file} is no version 3 keystore`);
  }
}

async function decrypt({crypto}: Keystore, password: string, file: string): Promise<Hex> {
  const derived = await derive(crypto, password, file);
  const mac = keccak256(Buffer.concat([derived.subarray(16, 32), crypto.ciphertext]));
  if (mac !== bytesToHex(crypto.mac)) throw keyFile(`The password does not open the key file ${file}`);
  const decipher = createDecipheriv('aes-128-ctr', derived.subarray(0, 16), crypto.cipherparams.iv);
  const key = Buffer.concat([decipher.update(crypto.ciphertext), decipher.final()]);
  if (key.length !== 32) throw keyFile(`The key file ${file} holds no 32-byte key`);
  return bytesToHex(key);
}

async function derive({kdf, kdfparams: {salt, dklen, n = 262_144, r = 8, p = 1, c = 262_144}}: Keystore['crypto'], password: string, file: string): Promise<Buffer> {
  if (kdf === 'pbkdf2') return promisify(pbkdf2)(password, salt, c, dklen, 'sha256');
  const memory = 128 * n * r;
  if (memory > SCRYPT_MEMORY_MAX) throw keyFile(`The key file ${file} asks for ${memory} bytes of memory`);
  const run = promisify<string, Uint8Array, number, object, Buffer>(scrypt);
  try {
    return await run(password, salt, dklen, {N: n, r, p, maxmem: memory * 2 + 128 * r * p});
  } catch (error) {
    throw keyFile(`The key file ${file} uses scrypt parameters that this program cannot compute (n ${n}, r ${r}, p ${p})`, error);
  }
}

const keyFile = (detail: string, cause?: unknown): SequencerError => new SequencerError({code: 'KEY_FILE', detail}, {cause});
