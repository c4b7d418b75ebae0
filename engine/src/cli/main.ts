/** `pobs-engine`: run, follow, rebuild, journal verify, prove and check-proof. stdout = result, stderr = logs. Commands load what they need: help and mistakes answer at once. */
import '../node/inlining.ts';
import type {Command} from 'commander';
import {programOf} from './program.ts';
import {reportFailure} from './report.ts';

const dataDir = ['--data-dir <folder>', 'folder that keeps the journal'] as const;
const databaseUrl = ['--database-url <url>', 'postgresql://… of the read models (or DATABASE_URL)'] as const;

function buildProgram(end: (code: number) => void): Command {
  const program = programOf('pobs-engine', 'The exchange engine of Proof-of-Balance-Sheet.');
  program.command('run')
    .description('Serve REST, WebSocket and GraphQL; follow the chains')
    .option('--network <file>', 'description of the network, JSON')
    .option('--rpc <pairs>', 'chain=url,… one RPC per chain')
    .option(...databaseUrl)
    .option(...dataDir)
    .option('--port <number>', 'port on 127.0.0.1 of the first gateway (18700); the others take the next ones')
    .option('--gateways <number>', 'gateway processes (1)')
    .option('--tick-interval-ms <number>', 'time between two ticks of the core\'s clock (500)')
    .option('--operator-token-file <file>', 'file with the token of the operator endpoints')
    .option('--confirmations <depth>', 'finalized, or a number of blocks')
    .option('--storage <pairs>', 'name=url,… where snapshots can be read, shown to readers')
    .option('--web-origin <urls>', 'origins of the web app; by default any on this machine')
    .option('--records-per-second <number>', 'records of one account on the stream of a gateway (50000); 0 = no limit')
    .option('--mail-url <url>', 'mail service that sends login links, by POST; without one they become files in the data folder')
    .option('--mail-from <address>', 'sender of login links')
    .option('--mail-token-file <file>', 'file with the bearer token of the mail service')
    .option('--poll-interval-ms <number>', 'pause between two looks at a chain (500)')
    .option('--log-level <level>', 'trace, debug, info, warn, error or silent')
    .option('--fresh', 'forget the read models and build them anew')
    .option('--parent-pipe', 'stop when standard input closes')
    .action(async (flags) => {
      const {runCommand} = await import('./run.ts');
      end(await runCommand(flags));
    });
  program.command('follow')
    .description('Follow a running engine: a second core that answers reads, leaves snapshots and writes the projections')
    .option('--of <folder>', 'data folder of the engine, or its engine.sock')
    .option(...databaseUrl)
    .option('--snapshot-every <number>', 'commands between two snapshots (1000000)')
    .option('--log-level <level>', 'trace, debug, info, warn, error or silent')
    .option('--parent-pipe', 'stop when standard input closes')
    .action(async (flags) => {
      const {followCommand} = await import('./follow.ts');
      end(await followCommand(flags));
    });
  program.command('rebuild')
    .description('Build the projections anew from the journal')
    .option(...databaseUrl).option(...dataDir)
    .action(async (flags) => print(await (await import('./offline.ts')).rebuildProjections(flags)));
  const journal = program.command('journal').description('The durable log of commands');
  journal.command('prove').description('Prove which command a sequence number has, under a journal head; prints the proof')
    .requiredOption('--sequence <number>', 'number of the command')
    .option('--head <hash>', 'journal head to prove it under; the newest by default')
    .option(...dataDir)
    .action(async (flags) => print((await import('./proofs.ts')).proveCommand(flags)));
  journal.command('check-proof').description('Check a proof without the journal; prints what it proves')
    .argument('<file>', 'a proof that journal prove wrote')
    .option('--head <hash>', 'the journal head it must be under')
    .action(async (file, flags) => print((await import('./proofs.ts')).checkProofFile(file, flags)));
  journal.command('verify').description('Verify hash chain, checkpoints and replay of a stopped engine\'s journal')
    .option(...dataDir)
    .action(async (flags) => print(await (await import('./offline.ts')).verifyJournal(flags)));
  return program;
}

const text = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value);
const print = (result: object): void => void process.stdout.write(`${JSON.stringify(result, text)}\n`);

/** Runs one command line and returns its exit code. */
export async function main(args: readonly string[]): Promise<number> {
  let exitCode = 0;
  try {
    await buildProgram((code) => void (exitCode = code)).parseAsync([...args], {from: 'user'});
    return exitCode;
  } catch (error) {
    return reportFailure(error);
  }
}
