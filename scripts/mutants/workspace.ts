/**
 * A copy of the contracts in which mutants are compiled and tested; the repository itself is never touched. The copy stays below
 * `.build`, so that forge finds what it compiled before.
 */
import {spawn} from 'node:child_process';
import {cpSync, existsSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {ROOT, solidityFiles} from '../contracts/sources.ts';
import {forgePath} from '../forge.mjs';

/** `timeout`: it used more processor time than it was given. How long it waited for a processor says nothing about a mutant. */
export type Run = {code: number | 'timeout'; output: string};

export const BUILD_FOLDER = path.join(ROOT, '.build/mutants');
const BUILD_TIMEOUT_MS = 30 * 60_000;
/** By the wall clock, for one that hangs without working. */
const WAIT_FACTOR = 20;
/** Mutants are larger than a chain allows; few fuzz runs with a fixed seed, because every mutant repeats them. */
const ENVIRONMENT = {
  FOUNDRY_FUZZ_RUNS: '24', FOUNDRY_FUZZ_SEED: '0x01', FOUNDRY_FUZZ_SHOW_LOGS: 'true', FOUNDRY_DISABLE_NIGHTLY_WARNING: '1', FOUNDRY_LINT_LINT_ON_BUILD: 'false',
  // What broke one mutant must not be tried on the next: verdicts would depend on their order.
  FOUNDRY_FUZZ_FAILURE_PERSIST_DIR: '/dev/null/none',
  MUTANTS_SOLC_CACHE: path.join(BUILD_FOLDER, 'solc'),
};

export class Workspace {
  readonly folder: string;
  readonly #running = new Set<number>();

  /**
   * @param name - One copy per purpose; two programs must not share one.
   * @param tests - Test files to take along; the fewer, the sooner it compiles.
   * @throws Error when another program works in that copy.
   */
  constructor(name: string, tests: readonly string[]) {
    this.folder = path.join(BUILD_FOLDER, name);
    mkdirSync(path.join(this.folder, 'protocol'), {recursive: true});
    mkdirSync(path.join(this.folder, 'scripts'), {recursive: true});
    this.#take();
    for (const folder of ['contracts', 'sequencer/devnet/contracts']) this.#mirror(folder, new Set(tests));
    cpSync(path.join(ROOT, 'foundry.toml'), path.join(this.folder, 'foundry.toml'));
    this.#link('scripts/mutants/cached-solc.cjs', 'scripts/solc.cjs');
    for (const target of ['node_modules', 'protocol/vectors']) this.#link(target, target);
  }

  /** Leaves a file alone that already says so. */
  write(file: string, text: string): void {
    const target = path.join(this.folder, file);
    if (existsSync(target) && readFileSync(target, 'latin1') === text) return;
    mkdirSync(path.dirname(target), {recursive: true});
    writeFileSync(target, text, 'latin1');
  }

  read(file: string): string {
    return readFileSync(path.join(this.folder, file), 'latin1');
  }

  build(...paths: readonly string[]): Promise<Run> {
    return this.forge(['build', ...paths], BUILD_TIMEOUT_MS);
  }

  /** @param coinbase - Address that block.coinbase answers: number of what is switched, zero for nothing. */
  test(coinbase: number | string, args: readonly string[], timeoutMs: number): Promise<Run> {
    const address = typeof coinbase === 'string' ? coinbase : `0x${coinbase.toString(16).padStart(40, '0')}`;
    return this.forge(['test', '--json', '-j', '1', '--code-size-limit', '1000000', '--block-coinbase', address, ...args], timeoutMs);
  }

  /** @param timeoutMs - Of processor time. @throws Error when it neither works nor ends. */
  forge(args: readonly string[], timeoutMs: number): Promise<Run> {
    return new Promise((resolve, reject) => {
      const limited = ['-c', `ulimit -S -t ${Math.ceil(timeoutMs / 1_000)}; exec "$0" "$@"`, forgePath()];
      const child = spawn('/bin/sh', [...limited, ...args, '--root', this.folder], {
        cwd: this.folder, env: {...process.env, ...ENVIRONMENT}, stdio: ['ignore', 'pipe', 'pipe'], detached: true,
      });
      this.#running.add(child.pid!);
      const chunks: Buffer[] = [];
      let isLate = false;
      child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
      child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
      const timer = setTimeout(() => { isLate = true; killGroup(child.pid!); }, WAIT_FACTOR * timeoutMs);
      child.on('close', (code, signal) => {
        this.#running.delete(child.pid!);
        clearTimeout(timer);
        if (isLate) reject(new Error(`forge ${args[0]} hung for ${(WAIT_FACTOR * timeoutMs) / 60_000} min`));
        resolve({code: signal === 'SIGXCPU' ? 'timeout' : code ?? 1, output: Buffer.concat(chunks).toString()});
      });
    });
  }

  /** Ends what runs and lets the copy go. */
  release(): void {
    for (const group of this.#running) killGroup(group);
    rmSync(path.join(this.folder, 'pid'), {force: true});
  }

  #take(): void {
    const file = path.join(this.folder, 'pid');
    const holder = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
    if (holder > 0 && isAlive(holder)) throw new Error(`${this.folder} is in use by process ${holder}`);
    writeFileSync(file, String(process.pid));
  }

  /** Sources as in the repository; files that it no longer has go. */
  #mirror(folder: string, tests: ReadonlySet<string>): void {
    const wanted = new Set(solidityFiles(folder).filter((file) => !file.endsWith('.t.sol') || tests.has(file)));
    mkdirSync(path.join(this.folder, folder), {recursive: true});
    for (const file of solidityFiles(folder, this.folder)) if (!wanted.has(file)) rmSync(path.join(this.folder, file));
    for (const file of wanted) this.write(file, readFileSync(path.join(ROOT, file), 'latin1'));
  }

  #link(target: string, place: string): void {
    const link = path.join(this.folder, place);
    if (lstatSync(link, {throwIfNoEntry: false}) === undefined) symlinkSync(path.join(ROOT, target), link);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Forge starts the compiler: both are of one process group. */
function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // Ended by itself meanwhile.
  }
}

/** Runs a program in its copy, and lets the copy go however it ends. */
export async function inWorkspace(workspace: Workspace, work: () => Promise<number>): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      workspace.release();
      process.exit(130);
    });
  }
  try {
    process.exitCode = (await work()) === 0 ? 0 : 1;
  } finally {
    workspace.release();
  }
}
