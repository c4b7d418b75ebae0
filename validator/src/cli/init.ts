/** `pobs-validator init`: voting keystore, gas key and age identity in the data folder. What exists is kept. */
import {existsSync} from 'node:fs';
import {Command} from 'commander';
import {KeyFolder} from '../adapters/keys.ts';
import {type Flags, readKeyConfig} from '../config.ts';
import {withNetwork} from './options.ts';
import {printFields} from './print.ts';
import {passwordOf} from './prompt.ts';

export function initCommand(): Command {
  return withNetwork(new Command('init'))
    .description('create the keys of a new validator')
    .action(async (flags: Flags) => {
      const {dataDir, keystore, gasKeyFile} = readKeyConfig(flags);
      const keys = new KeyFolder(dataDir);
      const isNew = keystore === undefined && keys.list().length === 0;
      const password = await passwordOf(flags, {repeat: isNew})();
      if (isNew) await keys.createVoting(password);
      const voting = keys.find(keystore);
      const {key} = await keys.openVoting(voting, password);
      if (!existsSync(keys.identityFile)) await keys.createIdentity();
      const gas = existsSync(gasKeyFile) ? await keys.openGas(gasKeyFile, async () => password) : await keys.createGas(gasKeyFile, password);
      printFields(flags.json === true, {
        address: gas.address, key, recipient: await keys.recipient(), keystore: voting, gasKeyFile, dataDir,
      });
    });
}
