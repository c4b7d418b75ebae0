/** Reads what forge compiled; bytecode is never committed. */
import {readFileSync} from 'node:fs';
import path from 'node:path';
import type {Abi, Hex} from 'viem';

export type Artifact = {abi: Abi; bytecode: Hex};

const OUT = path.resolve(import.meta.dirname, '../../out');

/** @throws Error in one sentence when the contracts are not compiled. */
export function artifact(name: string): Artifact {
  const file = path.join(OUT, `${name}.sol`, `${name}.json`);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Error(`The contract ${name} is not compiled: run forge build contracts/src contracts/script.`, {cause});
  }
  const {abi, bytecode} = JSON.parse(text) as {abi: Abi; bytecode: {object: Hex}};
  return {abi, bytecode: bytecode.object};
}
