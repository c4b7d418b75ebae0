/** `journal prove` and `journal check-proof`: a trader shows the place of its command, anybody checks it. */
import {existsSync, readFileSync} from 'node:fs';
import type {Hex} from 'viem';
import {ConfigError, type Flags} from '../config.ts';
import {checkProof, type JournalProof, type Proven, proveSequence} from '../journal/proof.ts';
import {journalOf} from './offline.ts';
import {ProofError} from './proof-error.ts';

export function proveCommand(flags: Flags): JournalProof {
  const sequence = Number(flags.sequence);
  if (!Number.isSafeInteger(sequence) || sequence < 1) throw new ConfigError(`--sequence has "${String(flags.sequence)}": give a whole number from 1.`);
  const proof = proveSequence(journalOf(flags), {sequence, head: headOf(flags)});
  if (!proof) throw new ProofError(`The journal holds no command ${sequence}${flags.head === undefined ? '' : ' under that head'}.`);
  return proof;
}

export function checkProofFile(file: string, flags: Flags): {ok: true} & Proven {
  if (!existsSync(file)) throw new ConfigError(`${file} does not exist: give a proof that journal prove wrote.`);
  const checked = checkProof(parse(readFileSync(file, 'utf8')));
  if (!checked.ok) throw new ProofError(`The proof does not hold: ${checked.why}.`);
  const head = headOf(flags);
  if (head !== undefined && head !== checked.proven.head) throw new ProofError(`The proof is under journal head ${checked.proven.head}, not under that one.`);
  return {ok: true, ...checked.proven};
}

function headOf({head}: Flags): Hex | undefined {
  if (head === undefined) return undefined;
  const text = String(head).toLowerCase();
  if (!/^0x[0-9a-f]{64}$/.test(text)) throw new ConfigError(`--head has "${String(head)}": give 0x and 64 hex digits.`);
  return text as Hex;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
