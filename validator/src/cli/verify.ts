/** `pobs-validator verify [epoch|file]`: recomputes epochs, or checks an inclusion proof, for anybody. Never votes. */
import {type InclusionProof, parseProof, toJson} from '@pobs/protocol';
import {existsSync, writeFileSync} from 'node:fs';
import {Command} from 'commander';
import {buildVerifier, connect} from '../app.ts';
import {type Flags, readConfig, readText} from '../config.ts';
import {decisionText} from '../core/decision.ts';
import {reportText} from '../core/report.ts';
import {Exit, ValidatorError} from '../errors.ts';
import type {Inclusion, Verified, Verifier} from '../services/verifier.ts';
import {type End, epochArgument, withNetwork} from './options.ts';
import {print, printJson, warn} from './print.ts';

const NUMBER = /^\d+$/;

export function verifyCommand(end: End): Command {
  return withNetwork(new Command('verify'))
    .description([
      'check epochs, or an inclusion proof, without voting. Needs no key: without the mapping, V6, V11, the wallet part of V4 and whose each payout of V7 is',
      'stay open, and the output says so. Exit 0: nothing judged is wrong; 3: could not check; 4: not valid.',
    ].join(' '))
    .argument('[epoch|file]', 'epoch number (default the newest), or a proof file')
    .option('--from <n>', 'first of several epochs', epochArgument)
    .option('--to <n>', 'last of several epochs; default the newest', epochArgument)
    .option('--proof <file>', 'an inclusion proof to check as well')
    .option('--public', 'judge what anybody can, even if this folder holds a key')
    .option('--out <file>', 'also write the JSON report to a file')
    .action(async (wanted: string | undefined, flags: Flags) => end(await verify(wanted, flags)));
}

async function verify(wanted: string | undefined, flags: Flags): Promise<Exit> {
  const config = readConfig(flags);
  const {salt} = config.network;
  const file = wanted !== undefined && !NUMBER.test(wanted) ? wanted : undefined;
  if (file !== undefined && !existsSync(file)) throw new ValidatorError({code: 'CONFIG_INVALID', detail: `"${file}" is neither an epoch number nor a file`});
  const proof = flags.proof === undefined ? undefined : proofOf(flags.proof as string, salt);
  const alone = file === undefined ? undefined : proofOf(file, salt);
  const verifier = await buildVerifier(config, await connect(config), {scope: flags.public === true ? 'public' : 'auto', onLie: warn});
  if (alone !== undefined) return show([await verifier.proof(alone)], flags);
  const epochs = await epochsOf(wanted === undefined ? proof?.summary.epoch : BigInt(wanted), flags, verifier);
  if (proof !== undefined && !epochs.includes(proof.summary.epoch)) {
    throw new ValidatorError({code: 'PROOF_INVALID', path: flags.proof as string, detail: `it is of epoch ${proof.summary.epoch}`});
  }
  const verified: Verified[] = [];
  for (const epoch of epochs) verified.push(await verifier.epoch(epoch, proof?.summary.epoch === epoch ? proof : undefined));
  return show(verified, flags);
}

function proofOf(file: string, salt: string): InclusionProof {
  const parsed = parseProof(readText(file));
  if (!parsed.ok) throw new ValidatorError({code: 'PROOF_INVALID', path: file, detail: parsed.reason.replace(/\.$/, '')});
  if (parsed.proof.network.salt.toLowerCase() !== salt.toLowerCase()) throw new ValidatorError({code: 'PROOF_INVALID', path: file, detail: 'it is of another network'});
  return parsed.proof;
}

async function epochsOf(wanted: bigint | undefined, {from, to}: Flags, verifier: Verifier): Promise<bigint[]> {
  if (from === undefined && to === undefined) return [wanted ?? (await verifier.newest())];
  if (wanted !== undefined) throw new ValidatorError({code: 'CONFIG_INVALID', detail: 'give one epoch, or --from and --to'});
  const first = BigInt((from as string | undefined) ?? '1');
  const last = to === undefined ? await verifier.newest() : BigInt(to as string);
  if (last < first) throw new ValidatorError({code: 'CONFIG_INVALID', detail: `--to ${last} is before --from ${first}`});
  return Array.from({length: Number(last - first) + 1}, (_, i) => first + BigInt(i));
}

function show(verified: readonly Verified[], {json, out}: Flags): Exit {
  const objects = verified.map(({report, decision, inclusion, ok}) => ({v: 1, ...report, ok, decision, ...(inclusion && {inclusion})}));
  if (out !== undefined) writeReport(out as string, objects.length === 1 ? objects[0]! : {v: 1, epochs: objects});
  if (json === true) objects.forEach(printJson);
  else verified.forEach(({report, decision, inclusion}) => print([
    ...(inclusion ? [inclusionText(inclusion)] : []), decisionText(decision), ...(report ? [reportText(report)] : []),
  ].join('\n')));
  // 0 valid, 4 invalid; 3 means that it could not be checked.
  return verified.every(({ok}) => ok) ? Exit.ok : Exit.invalid;
}

function writeReport(file: string, report: object): void {
  try {
    writeFileSync(file, `${toJson(report, 2)}\n`);
  } catch (error) {
    throw new ValidatorError({code: 'FILE_UNWRITABLE', path: file, detail: (error as NodeJS.ErrnoException).code ?? 'unknown'}, {cause: error});
  }
}

function inclusionText({ok, steps, digest}: Inclusion): string {
  const lines = [`Inclusion proof, summary ${digest}`];
  for (const step of steps) {
    lines.push(`  ${step.ok ? '✓' : '✗'} ${step.name.padEnd(9)} ${step.detail}`);
    if (!step.ok && step.expected !== undefined) lines.push(`      expected ${step.expected}`, `      actual   ${step.actual}`);
  }
  lines.push(ok ? 'The row is counted in this epoch.' : 'The proof does not hold.');
  return lines.join('\n');
}
