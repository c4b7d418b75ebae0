/** The mapping file, encrypted once for all validators of a set with age (PROTOCOL §3). */
import {Decrypter, Encrypter, generateX25519Identity, identityToRecipient} from 'age-encryption';
import {PobsError} from './errors.ts';

export class MappingError extends PobsError<
  {code: 'RECIPIENT_INVALID'; recipient: string} | {code: 'NO_RECIPIENTS'}
> {}

/** Why a mapping file could not be read: not for this key, or not the bytes that were encrypted. */
export type DecryptedMapping = {ok: true; bytes: Uint8Array} | {ok: false; reason: string};

/**
 * Encrypts `mapping.csv`; the content key is wrapped to every recipient (`age1…`).
 *
 * @throws {MappingError} naming the recipient that is no age key.
 */
export async function encryptMapping(bytes: Uint8Array, recipients: readonly string[]): Promise<Uint8Array> {
  if (recipients.length === 0) throw new MappingError({code: 'NO_RECIPIENTS'});
  const encrypter = new Encrypter();
  for (const recipient of recipients) {
    try {
      encrypter.addRecipient(recipient);
    } catch (error) {
      throw new MappingError({code: 'RECIPIENT_INVALID', recipient}, false, {cause: error});
    }
  }
  return encrypter.encrypt(bytes);
}

/** A new `AGE-SECRET-KEY-1…` that mapping files can be wrapped to. */
export const createMappingIdentity = (): Promise<string> => generateX25519Identity();

/** The `age1…` of an identity. */
export const mappingRecipient = (identity: string): Promise<string> => identityToRecipient(identity);

/** Opens a mapping file with an `AGE-SECRET-KEY-1…` identity. */
export async function decryptMapping(bytes: Uint8Array, identity: string): Promise<DecryptedMapping> {
  try {
    const decrypter = new Decrypter();
    decrypter.addIdentity(identity);
    return {ok: true, bytes: await decrypter.decrypt(bytes, 'uint8array')};
  } catch (error) {
    return {ok: false, reason: error instanceof Error ? error.message : 'the mapping file cannot be opened'};
  }
}
