/** `pobs-validator protection export|import`: moves the signing history with its key. */
import {writeFileSync} from 'node:fs';
import {Command} from 'commander';
import type {Hex} from 'viem';
import {KeyFolder} from '../adapters/keys.ts';
import {type Config, type Flags, readConfig, readText} from '../config.ts';
import {ValidatorError} from '../errors.ts';
import {encodeInterchange, type Owner, parseInterchange} from '../journal/interchange.ts';
import {SigningJournal} from '../journal/signing-journal.ts';
import {withNetwork} from './options.ts';
import {printFields} from './print.ts';

export function protectionCommand(): Command {
  return new Command('protection').description('export and import the signing history of a key').addCommand(exportCommand()).addCommand(importCommand());
}

const exportCommand = () => withNetwork(new Command('export'))
  .description('write the signing history to a file; the validator must be stopped, and stay so where the key moves away')
  .requiredOption('--file <file>', 'file to create')
  .action((flags: Flags) => {
    const config = readConfig(flags);
    const owner = ownerOf(config);
    const file = flags.file as string;
    withJournal(config, ({history}) => {
      try {
        writeFileSync(file, encodeInterchange(owner, history), {flag: 'wx', mode: 0o600});
      } catch (error) {
        throw new ValidatorError({code: 'FILE_UNWRITABLE', path: file, detail: (error as NodeJS.ErrnoException).code ?? 'unknown'}, {cause: error});
      }
      printFields(flags.json === true, {file, publicKey: owner.publicKey, votes: history.votes.size});
    });
  });

const importCommand = () => withNetwork(new Command('import'))
  .description('add a signing history to this folder\'s; afterwards it is as careful as both')
  .requiredOption('--file <file>', 'file of protection export')
  .action((flags: Flags) => {
    const config = readConfig(flags);
    const file = flags.file as string;
    const imported = parseInterchange(readText(file), ownerOf(config));
    if (!imported.ok && imported.code === 'invalid') throw new ValidatorError({code: 'INTERCHANGE_INVALID', path: file, detail: imported.detail});
    if (!imported.ok) throw new ValidatorError({code: 'INTERCHANGE_FOREIGN', path: file, what: imported.what});
    withJournal(config, (journal) => {
      const added = journal.merge(imported.history, Date.now());
      const {votes, closed, floor} = journal.history;
      printFields(flags.json === true, {file, added, votes: votes.size, closed: [...closed], signedUpTo: floor});
    });
  });

/** The key named by the keystore, or by `--key` where a remote signer holds it; no password is needed. */
function ownerOf({network, dataDir, keystore, externalSignerUrl, key}: Config): Owner {
  const keys = new KeyFolder(dataDir);
  if (externalSignerUrl !== undefined && key === undefined) throw new ValidatorError({code: 'CONFIG_INVALID', detail: 'with a remote signer, name the key with --key'});
  const publicKey: Hex = key === undefined ? keys.publicKeyOf(keys.find(keystore)) : `0x${key.replace(/^0x/, '')}`;
  return {l1ChainId: network.l1.chainId, registry: network.l1.registry, salt: network.salt, publicKey};
}

function withJournal({dataDir}: Config, use: (journal: SigningJournal) => void): void {
  const journal = SigningJournal.open(dataDir);
  try {
    use(journal);
  } finally {
    journal.close();
  }
}
