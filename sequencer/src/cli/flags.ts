import {Command} from 'commander';

/** Every flag a command may take; each is also read from the environment, `--x-y` from `POBS_X_Y`. */
const FLAGS = {
  network: ['--network <file>', 'description of the network, JSON'],
  rpc: ['--rpc <pairs>', 'chain=url,… one RPC per chain'],
  databaseUrl: ['--database-url <url>', 'postgresql://… (or DATABASE_URL)'],
  dataDir: ['--data-dir <folder>', 'folder that keeps built epochs and the operator\'s secrets'],
  engineUrl: ['--engine-url <url>', 'the engine\'s HTTP address'],
  operatorTokenFile: ['--operator-token-file <file>', 'file with the token of the engine\'s operator endpoints'],
  storage: ['--storage <pairs>', 'ipfs=url,arweave=url,… where epochs are published and read'],
  arweaveKeyFile: ['--arweave-key-file <file>', 'Arweave wallet, JSON Web Key (made in the data folder if not given)'],
  keyFile: ['--key-file <file>', 'key that sends transactions: hex, or a JSON keystore'],
  passwordFile: ['--password-file <file>', 'password of the keystore'],
  port: ['--port <number>', 'port of the mapping server on 127.0.0.1 (18800)'],
  intervalSeconds: ['--interval-seconds <n>', 'from the start of one epoch to the next (15)'],
  l1Every: ['--l1-every <n>', 'settle on L1 in every n-th epoch (4), and whenever L1 pays withdrawals'],
  batchSize: ['--batch-size <n>', 'payees per transaction, at most 100 (100)'],
  voteGraceMs: ['--vote-grace-ms <n>', 'how long missing votes are waited for after two thirds (2000)'],
  beaconUrl: ['--beacon-url <url>', 'drand\'s HTTP interface, https://api.drand.sh/<chain hash>: rounds for draws are fetched there'],
  rewardsPerTerm: ['--rewards-per-term <base units>', 'paid into each term\'s prizes (0)'],
  treasuryFile: ['--treasury-file <file>', 'limits by which the treasury\'s reserves move between the chains, JSON'],
  dutySeconds: ['--duty-seconds <n>', 'between two looks at what else is due on chain (15)'],
  timeout: ['--timeout <seconds>', 'of one request (10)'],
  logLevel: ['--log-level <level>', 'trace, debug, info, warn, error or silent (info)'],
  json: ['--json', 'print one JSON object'],
  yes: ['--yes', 'do it without asking'],
  chain: ['--chain <id>', 'chain id of the custody'],
  epoch: ['--epoch <n>', 'epoch number'],
  set: ['--set <n>', 'term, by the number of its validator set (the newest)'],
  amount: ['--amount <base units>', 'of the reward token'],
  out: ['--out <folder>', 'where to write the files'],
  parentPipe: ['--parent-pipe', 'stop when standard input closes'],
} as const satisfies Record<string, readonly [string, string]>;

export type FlagName = keyof typeof FLAGS;

export const CHAIN_FLAGS = ['network', 'rpc', 'timeout', 'logLevel', 'json'] as const satisfies FlagName[];
export const SENDER_FLAGS = [...CHAIN_FLAGS, 'keyFile', 'passwordFile'] as const satisfies FlagName[];
export const ALL_FLAGS = [
  ...SENDER_FLAGS, 'databaseUrl', 'dataDir', 'engineUrl', 'operatorTokenFile', 'storage', 'arweaveKeyFile', 'port', 'intervalSeconds', 'l1Every',
  'batchSize', 'voteGraceMs', 'beaconUrl', 'rewardsPerTerm', 'treasuryFile', 'dutySeconds', 'parentPipe',
] as const satisfies FlagName[];

/** Everything that a script passes to every command may be given to any of them; unknown flags are still refused. */
const COMMON: readonly FlagName[] = ALL_FLAGS.filter((name) => name !== 'parentPipe');

/** Adds flags; those of {@link ALL_FLAGS} that the command does not use are taken too, hidden from its help. */
export function withFlags(command: Command, names: readonly FlagName[]): Command {
  for (const name of new Set([...names, ...COMMON])) {
    const [flags, description] = FLAGS[name];
    command.addOption(command.createOption(flags, description).hideHelp(!names.includes(name)));
  }
  return command;
}
