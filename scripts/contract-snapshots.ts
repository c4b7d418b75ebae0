/**
 * What others build on: selectors, event topics, error selectors, storage layout and code sizes of every contract below `contracts/src`,
 * found by itself. Committed below `contracts/snapshots`, so that a change of any shows in review.
 *
 *   node --import tsx scripts/contract-snapshots.ts           writes them
 *   node --import tsx scripts/contract-snapshots.ts --check   exits 1 and names every difference
 */
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {type Abi, type AbiItem, toEventSelector, toFunctionSelector} from 'viem';
import {formatAbiItem} from 'viem/utils';
import {declarations, ROOT} from './contracts/sources.ts';
import {storageSnapshot} from './contracts/storage-layout.ts';

/** EIP-170. */
const CODE_BYTES_MAX = 24_576;
const FOLDER = 'contracts/snapshots';

type Artifact = {abi: Abi; deployedBytecode: {object: string}};
type Json = string | number | readonly Json[] | {[key: string]: Json};

/** @throws Error in one sentence when the contract is not compiled. */
function artifactOf({name, file}: {name: string; file: string}): Artifact {
  const target = path.join(ROOT, 'out', path.basename(file), `${name}.json`);
  if (!existsSync(target)) throw new Error(`${name} (${file}) is not compiled: run forge build contracts/src contracts/script first.`);
  return JSON.parse(readFileSync(target, 'utf8')) as Artifact;
}

/** `signature → selector` of one kind of ABI item; several overloads stand side by side. */
function signatures<T extends 'function' | 'event' | 'error'>(abi: Abi, type: T, selectorOf: (item: Extract<AbiItem, {type: T}>) => string): Record<string, string> {
  const items = abi.filter((item): item is Extract<AbiItem, {type: T}> => item.type === type);
  return Object.fromEntries(items.map((item) => [formatAbiItem(item as never), selectorOf(item)] as const).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A custom error's selector is that of a function of the same signature. */
const errorSelector = (item: {name: string; inputs: readonly unknown[]}) => toFunctionSelector({...item, type: 'function', outputs: [], stateMutability: 'view'} as never);

function takeSnapshots(): Record<string, Json> {
  const contracts = declarations().filter(({kind}) => kind === 'contract').sort((a, b) => (a.name < b.name ? -1 : 1));
  const libraries = declarations().filter(({kind}) => kind === 'library').sort((a, b) => (a.name < b.name ? -1 : 1));
  const artifacts = [...contracts, ...libraries].map((declaration) => ({...declaration, artifact: artifactOf(declaration)}));
  const table = (of: (artifact: Artifact) => Record<string, string>) =>
    Object.fromEntries(artifacts.map(({name, artifact}) => [name, of(artifact)] as const).filter(([, entries]) => Object.keys(entries).length > 0));
  return {
    selectors: table(({abi}) => signatures(abi, 'function', toFunctionSelector)),
    events: table(({abi}) => signatures(abi, 'event', toEventSelector)),
    errors: table(({abi}) => signatures(abi, 'error', errorSelector)),
    storage: storageSnapshot(),
    sizes: Object.fromEntries(artifacts.filter(({kind}) => kind === 'contract').map(({name, artifact}) => [name, (artifact.deployedBytecode.object.length - 2) / 2])),
  };
}

/** Leaves of a JSON value by their path, for a diff a reader understands. */
function flatten(value: Json, prefix = ''): Map<string, string> {
  if (typeof value !== 'object') return new Map([[prefix, String(value)]]);
  return new Map(Object.entries(value).flatMap(([key, inner]) => [...flatten(inner as Json, prefix === '' ? key : `${prefix} › ${key}`)]));
}

function differences(name: string, before: Json, after: Json): string[] {
  const [old, now] = [flatten(before), flatten(after)];
  return [
    ...[...old].filter(([key]) => !now.has(key)).map(([key, value]) => `${name}: − ${key}: ${value}`),
    ...[...now].filter(([key]) => !old.has(key)).map(([key, value]) => `${name}: + ${key}: ${value}`),
    ...[...now].filter(([key, value]) => old.has(key) && old.get(key) !== value).map(([key, value]) => `${name}: ${key}: ${old.get(key)} → ${value}`),
  ];
}

function main(check: boolean): string[] {
  const snapshots = takeSnapshots();
  const problems = Object.entries(snapshots.sizes as Record<string, number>)
    .filter(([, bytes]) => bytes > CODE_BYTES_MAX)
    .map(([name, bytes]) => `sizes: ${name} has ${bytes} bytes, ${bytes - CODE_BYTES_MAX} more than EIP-170 lets a chain store`);
  for (const [name, snapshot] of Object.entries(snapshots)) {
    const file = path.join(ROOT, FOLDER, `${name}.json`);
    if (!check) writeFileSync(file, `${JSON.stringify(snapshot, null, 2)}\n`);
    else if (!existsSync(file)) problems.push(`${name}: ${FOLDER}/${name}.json is missing`);
    else problems.push(...differences(name, JSON.parse(readFileSync(file, 'utf8')) as Json, snapshot));
  }
  return problems;
}

try {
  const check = process.argv.includes('--check');
  const problems = main(check);
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  if (problems.length > 0) {
    process.stderr.write(`${problems.length} differences${check ? ' from contracts/snapshots: run node --import tsx scripts/contract-snapshots.ts and review the diff' : ''}.\n`);
    process.exitCode = 1;
  } else process.stderr.write(`Contract snapshots ${check ? 'match' : 'written'}.\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
