import {generateX25519Identity, identityToRecipient} from 'age-encryption';
import {expect, test} from 'vitest';
import {utf8} from './bytes.ts';
import {decryptMapping, encryptMapping, MappingError} from './mapping.ts';

const bytes = utf8('id,wallet,blinding\n');

test('every recipient opens the one file, nobody else does', async () => {
  const identities = await Promise.all([generateX25519Identity(), generateX25519Identity(), generateX25519Identity()]);
  const recipients = await Promise.all(identities.slice(0, 2).map((identity) => identityToRecipient(identity)));
  const file = await encryptMapping(bytes, recipients);
  expect(await decryptMapping(file, identities[0]!)).toEqual({ok: true, bytes});
  expect(await decryptMapping(file, identities[1]!)).toEqual({ok: true, bytes});
  expect(await decryptMapping(file, identities[2]!)).toMatchObject({ok: false});
  const changed = file.slice();
  changed[changed.length - 1]! ^= 1;
  expect(await decryptMapping(changed, identities[0]!)).toMatchObject({ok: false});
});

test('a recipient that is no key is named', async () => {
  await expect(encryptMapping(bytes, ['age1x'])).rejects.toThrow(new MappingError({code: 'RECIPIENT_INVALID', recipient: 'age1x'}));
  await expect(encryptMapping(bytes, [])).rejects.toThrow(MappingError);
});
