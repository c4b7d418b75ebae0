/**
 * The validator's keys in its data folder: BLS voting keystores (EIP-2335) under `keystores/`, the gas key (an EOA, in
 * the same encrypted form or as hex) and the age identity that opens mapping files.
 */
import {randomBytes} from 'node:crypto';
import {existsSync, readdirSync} from 'node:fs';
import path from 'node:path';
import bls from '@chainsafe/bls-keystore';
import {bls12_381} from '@noble/curves/bls12-381.js';
import {hmac} from '@noble/hashes/hmac.js';
import {sha256} from '@noble/hashes/sha2.js';
import {encryptionKeyOf, identitySecret, publicKeyOf} from '@pobs/protocol';
import {generateX25519Identity, identityToRecipient} from 'age-encryption';
import {bytesToHex, type Hex, hexToBytes, type LocalAccount, pad} from 'viem';
import {privateKeyToAccount} from 'viem/accounts';
import {readText} from '../config.ts';
import {ValidatorError} from '../errors.ts';
import {createSecretFile, readSecretFile} from './secret-files.ts';

export type VotingKey = {secret: Uint8Array; key: Hex};
export type StoredKey = {path: string; publicKey: string};

const VOTING = 'PofBS voting key';
const GAS = 'PofBS gas key';
const AUDIT = 'PofBS audit salts 1';

/** The password is the file's first line. @throws {ValidatorError} `FILE_UNREADABLE` */
export function readPassword(file: string): string {
  return readText(file).split(/\r?\n/)[0]!;
}

/** An age identity from a file that only its owner reads. @throws {ValidatorError} */
export function readIdentity(file: string): string {
  const identity = readSecretFile(file).trim();
  return /^AGE-SECRET-KEY-1[0-9A-Z]+$/.test(identity) ? identity : invalidIdentity(file);
}

export class KeyFolder {
  readonly #dataDir: string;

  constructor(dataDir: string) {
    this.#dataDir = dataDir;
  }

  get identityFile(): string {
    return path.join(this.#dataDir, 'encryption.key');
  }

  list(): StoredKey[] {
    const folder = path.join(this.#dataDir, 'keystores');
    if (!existsSync(folder)) return [];
    return readdirSync(folder).filter((name) => name.endsWith('.json')).sort().map((name) => {
      const file = path.join(folder, name);
      return {path: file, publicKey: parseKeystore(file, readSecretFile(file)).pubkey};
    });
  }

  /** Compressed public key, hex, as the keystore names it: needs no password. */
  publicKeyOf(file: string): Hex {
    return `0x${parseKeystore(file, readSecretFile(file)).pubkey}`;
  }

  /** The keystore named, or the only one there is. @throws {ValidatorError} */
  find(keystore: string | undefined): string {
    if (keystore !== undefined) return keystore;
    const stored = this.list();
    if (stored.length > 1) throw new ValidatorError({code: 'KEYSTORE_AMBIGUOUS', path: path.join(this.#dataDir, 'keystores')});
    if (stored.length === 0) throw new ValidatorError({code: 'KEYSTORE_MISSING', path: path.join(this.#dataDir, 'keystores')});
    return stored[0]!.path;
  }

  /** Stores a voting key, a new one unless its secret is given. */
  async createVoting(password: string, secret: Uint8Array = bls12_381.utils.randomSecretKey()): Promise<StoredKey> {
    const publicKey = bls12_381.longSignatures.getPublicKey(secret).toBytes(true);
    const store = await bls.Keystore.create(password, secret, publicKey, '', VOTING);
    const file = path.join(this.#dataDir, 'keystores', `${bytesToHex(publicKey).slice(2, 18)}.json`);
    createSecretFile(file, `${store.stringify()}\n`);
    return {path: file, publicKey: store.pubkey};
  }

  async openVoting(file: string, password: string): Promise<VotingKey> {
    const secret = await decrypt(file, readSecretFile(file), password);
    return {secret, key: publicKeyOf(secret)};
  }

  /** Stores a gas key encrypted with the password; the format's public key field holds the padded address. */
  async createGas(file: string, password: string): Promise<LocalAccount> {
    const secret = randomBytes(32);
    const account = privateKeyToAccount(bytesToHex(secret));
    const store = await bls.Keystore.create(password, secret, hexToBytes(pad(account.address, {size: 48})), '', GAS);
    createSecretFile(file, `${store.stringify()}\n`);
    return account;
  }

  /** The EOA of a gas key file: encrypted JSON, or 32 bytes of hex in a file that only its owner reads. */
  async openGas(file: string, password: () => Promise<string>): Promise<LocalAccount> {
    const text = readSecretFile(file).trim();
    const secret = text.startsWith('{') ? bytesToHex(await decrypt(file, text, await password())) : text.startsWith('0x') ? text : `0x${text}`;
    try {
      return privateKeyToAccount(secret as Hex);
    } catch {
      // No cause: it could quote the key.
      throw new ValidatorError({code: 'KEYSTORE_INVALID', path: file, detail: 'expected an encrypted key or 32 bytes in hex'});
    }
  }

  async createIdentity(): Promise<string> {
    const identity = await generateX25519Identity();
    createSecretFile(this.identityFile, `${identity}\n`);
    return identityToRecipient(identity);
  }

  openIdentity(): string {
    return readSecretFile(this.identityFile).split('\n').find((line) => line.startsWith('AGE-SECRET-KEY-'))?.trim() ?? invalidIdentity(this.identityFile);
  }

  /** What the salts of audit roots derive from: as secret as the identity, and backed up with it. */
  auditSecret(): Hex {
    return bytesToHex(hmac(sha256, identitySecret(this.openIdentity()), new TextEncoder().encode(AUDIT)));
  }

  async recipient(): Promise<string> {
    return identityToRecipient(this.openIdentity());
  }

  /** The 32-byte X25519 key that is registered beside the voting key. */
  async encryptionKey(): Promise<Hex> {
    return encryptionKeyOf(await this.recipient());
  }
}

function invalidIdentity(file: string): never {
  throw new ValidatorError({code: 'KEYSTORE_INVALID', path: file, detail: 'it holds no age identity'});
}

function parseKeystore(file: string, text: string): InstanceType<typeof bls.Keystore> {
  try {
    return bls.Keystore.parse(text);
  } catch (error) {
    throw new ValidatorError({code: 'KEYSTORE_INVALID', path: file, detail: 'it is no EIP-2335 keystore'}, {cause: error});
  }
}

async function decrypt(file: string, text: string, password: string): Promise<Uint8Array> {
  const store = parseKeystore(file, text);
  try {
    // Checks the password itself: deriving its key twice would double the start.
    return new Uint8Array(await store.decrypt(password));
  } catch (error) {
    throw new ValidatorError({code: 'PASSWORD_WRONG', path: file}, {cause: error});
  }
}
