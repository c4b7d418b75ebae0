/** Reads what forge compiled; bytecode is never committed. */
import {readFileSync} from 'node:fs';
import path from 'node:path';
import type {Abi, AbiFunction, AbiParameter, Hex} from 'viem';

/** Contracts that reach further code by `fallback`: its functions are theirs as well. */
const MODULES: Readonly<Record<string, readonly string[]>> = {Custody: ['CustodyExits', 'CustodyControl'], ValidatorRegistry: ['RegistryTerms']};

export type Artifact = {
  abi: Abi;
  bytecode: Hex;
  deployedBytecode: Hex;
  /** Byte ranges of the deployed code that the constructor fills in. */
  immutables: readonly {start: number; length: number}[];
};

const OUT = path.resolve(import.meta.dirname, '../../out');
const read = new Map<string, Artifact>();

type Code = {object: Hex; immutableReferences?: Record<string, {start: number; length: number}[]>};

/** @throws Error in one sentence when the contracts are not compiled. */
export function artifact(name: string): Artifact {
  const known = read.get(name);
  if (known !== undefined) return known;
  const file = path.join(OUT, `${name}.sol`, `${name}.json`);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Error(`The contract ${name} is not compiled: run forge build contracts/src contracts/script.`, {cause});
  }
  const {abi, bytecode, deployedBytecode} = JSON.parse(text) as {abi: Abi; bytecode: {object: Hex}; deployedBytecode: Code};
  const immutables = Object.values(deployedBytecode.immutableReferences ?? {}).flat();
  const found = {abi, bytecode: bytecode.object, deployedBytecode: deployedBytecode.object, immutables};
  read.set(name, found);
  return found;
}

/** Arguments by the names the Solidity source gives them; structs are filled from the same names. */
export type Named = Readonly<Record<string, unknown>>;

/**
 * The arguments of a constructor in the order its ABI asks for them.
 *
 * @throws Error naming the first one that `values` lacks: a contract that learns a new argument stops the deployment, not a review.
 */
export function constructorArguments(name: string, values: Named): unknown[] {
  const constructor = artifact(name).abi.find((item) => item.type === 'constructor');
  return (constructor?.inputs ?? []).map((input) => fill(name, 'constructor', input, values));
}

/** The same for a function; overloads are not expected. */
export function functionArguments(name: string, functionName: string, values: Named): unknown[] {
  return functionOf(name, functionName).inputs.map((input) => fill(name, functionName, input, values));
}

/**
 * A function by name; where a contract only hands a call on, its parameters are nameless and the module's are taken.
 *
 * @throws Error when neither the contract nor its modules have it.
 */
export function functionOf(name: string, functionName: string): AbiFunction {
  const found = [name, ...(MODULES[name] ?? [])].flatMap((each) =>
    artifact(each).abi.filter((item): item is AbiFunction => item.type === 'function' && item.name === functionName));
  const best = found.find(({inputs}) => inputs.every((input) => input.name)) ?? found[0];
  if (best === undefined) throw new Error(`${name} has no function ${functionName}.`);
  return best;
}

export const hasFunction = (name: string, functionName: string): boolean =>
  artifact(name).abi.some((item) => item.type === 'function' && item.name === functionName);

function fill(contract: string, where: string, input: AbiParameter, values: Named): unknown {
  const {name = ''} = input;
  if (name in values && values[name] !== undefined) return values[name];
  if (input.type === 'tuple' && 'components' in input) {
    return Object.fromEntries(input.components.map((part) => [part.name!, fill(contract, where, part, values)]));
  }
  throw new Error(`${contract}.${where} wants ${input.type} ${name}, which the plan does not give.`);
}
