/** Flags shared by the commands; each may also come from its `POBS_*` variable. */
import {type Command, InvalidArgumentError} from 'commander';
import type {Exit} from '../errors.ts';

/** How a command that did its work, and found something, ends. */
export type End = (code: Exit) => void;

export const withKeys = (command: Command): Command => command
  .option('--data-dir <folder>', 'keys, signing journal and caches (default .pobs-validator)')
  .option('--password-file <file>', 'password of the keystores, first line; without it the terminal asks')
  .option('--keystore <file>', 'EIP-2335 voting keystore, when there are several')
  .option('--gas-key-file <file>', 'key that pays gas and holds the stake: encrypted, or hex of mode 0600')
  .option('--external-signer-url <url>', 'HTTP signer that holds the voting key, instead of a keystore')
  .option('--key <public key>', 'which of the remote signer\'s keys, 48 bytes in hex')
  .option('--timeout <seconds>', 'time limit of one request (default 10)')
  .option('--json', 'one JSON object on stdout')
  .option('--yes', 'do not ask')
  .option('--non-interactive', 'never prompt');

/** Everything: scripts pass one set of flags to every command. */
export const withNetwork = (command: Command): Command => withKeys(command)
  .option('--network <file>', 'network.json of the deployment')
  .option('--rpc <chain=url,…>', 'RPC URL of each chain')
  .option('--storage <kind=url,…>', 'ipfs=… and arweave=… gateways')
  .option('--mapping-url <url>', 'server of the encrypted mapping files')
  .option('--auditor-key-file <file>', 'age identity of the auditor, mode 0600: the records of the log are judged too (V9b), and disputed')
  .option('--confirmations <n>', "blocks until a block counts as final; default: the chain's finalized tag")
  .option('--storage-grace-seconds <n>', 'how long missing bytes may be on their way (default 10)')
  .option('--log-level <level>', 'trace, debug, info, warn, error or silent');

/** Text of a whole number from 1. */
export function epochArgument(text: string): string {
  if (!/^[1-9]\d{0,18}$/.test(text)) throw new InvalidArgumentError('Expected a whole number from 1.');
  return text;
}
