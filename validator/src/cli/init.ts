/** `pobs-validator init`: voting keystore, gas key and age identity in the data folder. What exists is kept. */
import {existsSync} from 'node:fs';
import {Command} from 'commander';
import {KeyFolder, readPassword} from '../adapters/keys.ts';
import {type Flags, readKeyConfig} from '../config.ts';
import {withNetwork} from './options.ts';
import {printFields} from './print.ts';

export function initCommand(): Command {
  return withNetwork(new Command('init'))
    .description('create the keys of a new validator')
    .action(async (flags: Flags) => {
      const {dataDir, passwordFile, keystore, gasKeyFile} = readKeyConfig(flags);
      const password = readPassword(passwordFile);
      const keys = new KeyFolder(dataDir);
      if (keystore === undefined && keys.list().length === 0) await keys.createVoting(password);
      const voting = keys.find(keystore);
      const {key} = await keys.openVoting(voting, password);
      if (!existsSync(keys.identityFile)) await keys.createIdentity();
      const gas = existsSync(gasKeyFile) ? await keys.openGas(gasKeyFile, () => password) : await keys.createGas(gasKeyFile, password);
      printFields(flags.json === true, {
        address: gas.address, key, recipient: await keys.recipient(), keystore: voting, gasKeyFile, dataDir,
      });
    });
}
