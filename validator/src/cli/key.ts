/** `pobs-validator key new|import|list|show|export|delete`: voting keys. A secret never reaches stdout. */
import {rmSync} from 'node:fs';
import path from 'node:path';
import {Command} from 'commander';
import {hexToBytes, isHex} from 'viem';
import {KeyFolder, readPassword} from '../adapters/keys.ts';
import {createSecretFile, readSecretFile} from '../adapters/secret-files.ts';
import {type Flags, readKeyConfig} from '../config.ts';
import {ValidatorError} from '../errors.ts';
import {SigningJournal} from '../journal/signing-journal.ts';
import {withKeys} from './options.ts';
import {print, printFields, printJson} from './print.ts';
import {confirm, passwordOf} from './prompt.ts';

export function keyCommand(): Command {
  return new Command('key').description('manage voting keys')
    .addCommand(newCommand()).addCommand(importCommand()).addCommand(listCommand()).addCommand(showCommand()).addCommand(exportCommand()).addCommand(deleteCommand());
}

const newCommand = () => withKeys(new Command('new')).description('create a voting key').action(async (flags: Flags) => {
  const {dataDir} = readKeyConfig(flags);
  printFields(flags.json === true, await new KeyFolder(dataDir).createVoting(await passwordOf(flags, {repeat: true})()));
});

const importCommand = () => withKeys(new Command('import'))
  .description('store a voting key from an EIP-2335 keystore (--keystore) or a file with its secret in hex; bring its signing history with protection import')
  .option('--secret-file <file>', '32 bytes of hex, mode 0600')
  .option('--keystore-password-file <file>', 'password of the imported keystore, where it is another')
  .action(async (flags: Flags) => {
    const {dataDir, keystore} = readKeyConfig(flags);
    const keys = new KeyFolder(dataDir);
    if (keystore === undefined && flags.secretFile === undefined) throw new ValidatorError({code: 'CONFIG_INVALID', detail: 'give --keystore or --secret-file'});
    const password = await passwordOf(flags, {repeat: keystore === undefined})();
    const secret = keystore === undefined ? secretOf(flags.secretFile as string) : (await keys.openVoting(keystore, foreignPassword(flags) ?? password)).secret;
    printFields(flags.json === true, await keys.createVoting(password, secret));
  });

const foreignPassword = ({keystorePasswordFile}: Flags): string | undefined => (keystorePasswordFile === undefined ? undefined : readPassword(keystorePasswordFile as string));

function secretOf(file: string): Uint8Array {
  const text = readSecretFile(file).trim();
  const hex = text.startsWith('0x') ? text : `0x${text}`;
  if (!isHex(hex) || hex.length !== 66) throw new ValidatorError({code: 'KEYSTORE_INVALID', path: file, detail: 'expected 32 bytes in hex'});
  return hexToBytes(hex);
}

const listCommand = () => withKeys(new Command('list')).description('list voting keys').action((flags: Flags) => {
  const stored = new KeyFolder(readKeyConfig(flags).dataDir).list();
  if (flags.json === true) return printJson({keys: stored});
  for (const {publicKey, path: file} of stored) print(`${publicKey}  ${file}`);
});

const showCommand = () => withKeys(new Command('show')).description('show one key as it is registered: opens it, shows no secret').action(async (flags: Flags) => {
  const {dataDir, keystore, gasKeyFile} = readKeyConfig(flags);
  const keys = new KeyFolder(dataDir);
  const password = passwordOf(flags);
  const file = keys.find(keystore);
  const {key} = await keys.openVoting(file, await password());
  const {address} = await keys.openGas(gasKeyFile, password);
  printFields(flags.json === true, {
    publicKey: keys.publicKeyOf(file), key, address, recipient: await keys.recipient(), encryptionKey: await keys.encryptionKey(), keystore: file,
  });
});

const exportCommand = () => withKeys(new Command('export'))
  .description('copy a keystore, still encrypted, to a file')
  .requiredOption('--out <file>', 'file to create')
  .action(async (flags: Flags) => {
    const {dataDir, keystore} = readKeyConfig(flags);
    const keys = new KeyFolder(dataDir);
    const file = keys.find(keystore);
    // Proves that the copy can be opened before anybody relies on it.
    const {key} = await keys.openVoting(file, await passwordOf(flags)());
    createSecretFile(flags.out as string, readSecretFile(file));
    printFields(flags.json === true, {key, out: flags.out});
  });

const deleteCommand = () => withKeys(new Command('delete'))
  .description('delete a keystore; the signing journal stays, so that a restored key cannot vote twice')
  .action(async (flags: Flags) => {
    const {dataDir, keystore} = readKeyConfig(flags);
    const keys = new KeyFolder(dataDir);
    const file = keys.find(keystore);
    if (path.dirname(path.resolve(file)) !== path.join(dataDir, 'keystores')) throw new ValidatorError({code: 'CONFIG_INVALID', detail: `${file} is not a keystore of ${dataDir}`});
    const publicKey = keys.publicKeyOf(file);
    // Only its owner deletes it: whoever cannot open it may not mean this one.
    await keys.openVoting(file, await passwordOf(flags)());
    await confirm(`Deleting the keystore of ${publicKey} (without a backup the key is gone, its stake must be exited first)`, flags.yes === true);
    // Refused while a validator signs with it.
    const journal = SigningJournal.open(dataDir);
    try {
      rmSync(file);
    } finally {
      journal.close();
    }
    printFields(flags.json === true, {deleted: file, publicKey});
  });
