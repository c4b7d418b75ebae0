/** The Solidity sources of the repository and what the compiler's analysis says of them (no code generation: seconds, not a minute). */
import {spawnSync} from 'node:child_process';
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';

export const ROOT = path.resolve(import.meta.dirname, '../..');
export const SRC = 'contracts/src';

export type Declaration = {kind: 'contract' | 'abstract contract' | 'library' | 'interface'; name: string; file: string};

type Output<T> = {
  errors?: {severity: string; formattedMessage: string}[];
  contracts?: Record<string, Record<string, T>>;
  sources?: Record<string, {ast: unknown}>;
};

/** Solidity files below a folder, sorted, relative to `root`. */
export function solidityFiles(folder: string, root = ROOT): string[] {
  return readdirSync(path.join(root, folder), {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile() && entry.name.endsWith('.sol'))
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .sort();
}

/** Contracts, libraries and interfaces that a folder declares: nothing has to be listed by hand. */
export function declarations(folder = SRC, root = ROOT): Declaration[] {
  return solidityFiles(folder, root).flatMap((file) =>
    [...readFileSync(path.join(root, file), 'utf8').matchAll(/^(abstract contract|contract|library|interface)\s+(\w+)/gm)].map(
      ([, kind, name]) => ({kind: kind as Declaration['kind'], name: name!, file}),
    ));
}

const REMAPPINGS = ['@openzeppelin/=node_modules/@openzeppelin/', 'solady/=node_modules/solady/'];

function resolveImport(importer: string, specifier: string): string {
  if (specifier.startsWith('.')) return path.posix.normalize(path.posix.join(path.posix.dirname(importer), specifier));
  const match = REMAPPINGS.map((line) => line.split('=') as [string, string]).find(([prefix]) => specifier.startsWith(prefix));
  return match === undefined ? specifier : match[1] + specifier.slice(match[0].length);
}

/** The given files and everything they import, by path. */
function closure(roots: ReadonlyMap<string, string>): Record<string, {content: string}> {
  const found = new Map(roots);
  const queue = [...roots.keys()];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    for (const [, specifier] of found.get(file)!.matchAll(/^import\s+(?:[^'";]*?from\s+)?"([^"]+)"/gm)) {
      const target = resolveImport(file, specifier!);
      if (found.has(target)) continue;
      const absolute = path.join(ROOT, target);
      if (!existsSync(absolute)) throw new Error(`${file} imports ${specifier}, which is not there.`);
      found.set(target, readFileSync(absolute, 'utf8'));
      queue.push(target);
    }
  }
  return Object.fromEntries([...found].map(([file, content]) => [file, {content}]));
}

/**
 * Runs the compiler over files of the repository and extra sources given as text.
 *
 * @throws Error with the compiler's own message when something does not compile.
 */
export function analyse<T>(files: readonly string[], outputs: {contract?: readonly string[]; source?: readonly string[]}, extra: Record<string, string> = {}): Output<T> {
  const roots = new Map([...files.map((file) => [file, readFileSync(path.join(ROOT, file), 'utf8')] as const), ...Object.entries(extra)]);
  const input = {
    language: 'Solidity',
    sources: closure(roots),
    settings: {remappings: REMAPPINGS, evmVersion: 'prague', outputSelection: {'*': {'*': outputs.contract ?? [], '': outputs.source ?? []}}},
  };
  const {stdout, stderr, status} = spawnSync(process.execPath, [path.join(ROOT, 'scripts/solc.cjs'), '--standard-json'], {
    input: JSON.stringify(input), encoding: 'utf8', maxBuffer: 512 * 1024 ** 2,
  });
  if (status !== 0) throw new Error(`The compiler ended with ${status}: ${stderr.slice(0, 400)}`);
  const output = JSON.parse(stdout) as Output<T>;
  const errors = (output.errors ?? []).filter(({severity}) => severity === 'error');
  if (errors.length > 0) throw new Error(errors.map(({formattedMessage}) => formattedMessage).join('\n'));
  return output;
}
