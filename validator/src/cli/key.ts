/** `pobs-validator key new|import|list|export`: voting keys. A secret never reaches stdout. */
import {Command} from 'commander';
import {hexToBytes, isHex} from 'viem';
import {KeyFolder, readPassword} from '../adapters/keys.ts';
import {createSecretFile, readSecretFile} from '../adapters/secret-files.ts';
import {type Flags, readKeyConfig} from '../config.ts';
import {ValidatorError} from '../errors.ts';
import {withKeys} from './options.ts';
import {print, printFields, printJson} from './print.ts';

export function keyCommand(): Command {
  return new Command('key').description('manage voting keys')
    .addCommand(newCommand()).addCommand(importCommand()).addCommand(listCommand()).addCommand(exportCommand());
}

const newCommand = () => withKeys(new Command('new')).description('create a voting key').action(async (flags: Flags) => {
  const {dataDir, passwordFile} = readKeyConfig(flags);
  printFields(flags.json === true, await new KeyFolder(dataDir).createVoting(readPassword(passwordFile)));
});

const importCommand = () => withKeys(new Command('import'))
  .description('store a voting key from an EIP-2335 keystore (--keystore) or a file with its secret in hex')
  .option('--secret-file <file>', '32 bytes of hex, mode 0600')
  .action(async (flags: Flags) => {
    const {dataDir, passwordFile, keystore} = readKeyConfig(flags);
    const keys = new KeyFolder(dataDir);
    const password = readPassword(passwordFile);
    if (keystore === undefined && flags.secretFile === undefined) throw new ValidatorError({code: 'CONFIG_INVALID', detail: 'give --keystore or --secret-file'});
    const secret = keystore !== undefined ? (await keys.openVoting(keystore, password)).secret : secretOf(flags.secretFile as string);
    printFields(flags.json === true, await keys.createVoting(password, secret));
  });

function secretOf(file: string): Uint8Array {
  const text = readSecretFile(file).trim();
  const hex = text.startsWith('0x') ? text : `0x${text}`;
  if (!isHex(hex) || hex.length !== 66) throw new ValidatorError({code: 'KEYSTORE_INVALID', path: file, detail: 'expected 32 bytes in hex'});
  return hexToBytes(hex);
}

const listCommand = () => withKeys(new Command('list')).description('list voting keys').action((flags: Flags) => {
  const stored = new KeyFolder(readKeyConfig(flags).dataDir).list();
  if (flags.json === true) return printJson({keys: stored});
  for (const {publicKey, path} of stored) print(`${publicKey}  ${path}`);
});

const exportCommand = () => withKeys(new Command('export'))
  .description('copy a keystore, still encrypted, to a file')
  .requiredOption('--out <file>', 'file to create')
  .action(async (flags: Flags) => {
    const {dataDir, passwordFile, keystore} = readKeyConfig(flags);
    const keys = new KeyFolder(dataDir);
    const file = keys.find(keystore);
    // Proves that the copy can be opened before anybody relies on it.
    const {key} = await keys.openVoting(file, readPassword(passwordFile));
    createSecretFile(flags.out as string, readSecretFile(file));
    printFields(flags.json === true, {key, out: flags.out});
  });

