/** Private keys from files: plain hex, or the JSON keystores (version 3) that Ethereum's wallets write. */
import {createDecipheriv, pbkdf2, scrypt} from 'node:crypto';
import {promisify} from 'node:util';
import {bytesToHex, type Hex, hexToBytes, isHex, keccak256} from 'viem';
import {z} from 'zod';

/** Refuses keystores whose derivation would take the machine down. */
const SCRYPT_MEMORY_MAX = 1_073_741_824;
const PBKDF2_ROUNDS_MAX = 10_000_000;

/** Why a key cannot be had, to follow the file's name in a sentence; never anything of the key. */
export class KeystoreError extends Error {}

/** Asked for only where the key is encrypted. */
export type Password = () => Promise<string>;

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

/** @throws {KeystoreError} */
export async function openKey(content: string, password: Password): Promise<Hex> {
  const text = content.trim();
  if (text.startsWith('{')) return decrypt(parseKeystore(text), await password());
  const key = text.startsWith('0x') ? text : `0x${text}`;
  if (!isHex(key) || key.length !== 66) throw new KeystoreError('it holds neither 32 bytes of hex nor a JSON keystore');
  return key;
}

function parseKeystore(content: string): Keystore {
  try {
    const value = JSON.parse(content) as Record<string, unknown>;
    return keystoreShape.parse({...value, crypto: value.crypto ?? value.Crypto});
  } catch {
    throw new KeystoreError('it is no version 3 keystore');
  }
}

async function decrypt({crypto}: Keystore, password: string): Promise<Hex> {
  const derived = await derive(crypto, password);
  const mac = keccak256(Buffer.concat([derived.subarray(16, 32), crypto.ciphertext]));
  if (mac !== bytesToHex(crypto.mac)) throw new KeystoreError('the password does not open it');
  const decipher = createDecipheriv('aes-128-ctr', derived.subarray(0, 16), crypto.cipherparams.iv);
  const key = Buffer.concat([decipher.update(crypto.ciphertext), decipher.final()]);
  if (key.length !== 32) throw new KeystoreError('it holds no 32-byte key');
  return bytesToHex(key);
}

async function derive({kdf, kdfparams: {salt, dklen, n = 262_144, r = 8, p = 1, c = 262_144}}: Keystore['crypto'], password: string): Promise<Buffer> {
  if (kdf === 'pbkdf2') return promisify(pbkdf2)(password, salt, c, dklen, 'sha256');
  const memory = 128 * n * r;
  if (memory > SCRYPT_MEMORY_MAX) throw new KeystoreError(`it asks for ${memory} bytes of memory`);
  const run = promisify<string, Uint8Array, number, object, Buffer>(scrypt);
  try {
    return await run(password, salt, dklen, {N: n, r, p, maxmem: memory * 2 + 128 * r * p});
  } catch (error) {
    throw new KeystoreError(`it uses scrypt parameters that this program cannot compute (n ${n}, r ${r}, p ${p})`, {cause: error});
  }
}
