/** A temporary copy of the contracts in which mutants are compiled and tested; the repository itself is never touched. */
import {spawn} from 'node:child_process';
import {cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {ROOT} from '../contracts/sources.ts';
import {forgePath} from '../forge.mjs';

export type Run = {code: number | 'timeout'; output: string};

const BUILD_TIMEOUT_MS = 15 * 60_000;
/** Mutants are larger than a chain allows; few fuzz runs with a fixed seed, because every mutant repeats them. */
const ENVIRONMENT = {FOUNDRY_FUZZ_RUNS: '24', FOUNDRY_FUZZ_SEED: '0x01', FOUNDRY_DISABLE_NIGHTLY_WARNING: '1', FOUNDRY_LINT_LINT_ON_BUILD: 'false'};

export class Workspace {
  readonly folder: string;
  readonly #running = new Set<number>();

  /** @param tests - Test files to take along; the fewer, the sooner it compiles. */
  constructor(tests: readonly string[]) {
    this.folder = mkdtempSync(path.join(tmpdir(), 'pobs-mutants-'));
    mkdirSync(path.join(this.folder, 'protocol'));
    const kept = new Set(tests.map((file) => path.join(ROOT, file)));
    cpSync(path.join(ROOT, 'contracts'), path.join(this.folder, 'contracts'), {recursive: true, filter: (file) => !file.endsWith('.t.sol') || kept.has(file)});
    // Emulated precompiles that some tests run against.
    cpSync(path.join(ROOT, 'sequencer/devnet/contracts'), path.join(this.folder, 'sequencer/devnet/contracts'), {recursive: true});
    cpSync(path.join(ROOT, 'foundry.toml'), path.join(this.folder, 'foundry.toml'));
    mkdirSync(path.join(this.folder, 'scripts'));
    symlinkSync(path.join(ROOT, 'scripts/solc.cjs'), path.join(this.folder, 'scripts/solc.cjs'));
    symlinkSync(path.join(ROOT, 'node_modules'), path.join(this.folder, 'node_modules'));
    symlinkSync(path.join(ROOT, 'protocol/vectors'), path.join(this.folder, 'protocol/vectors'));
  }

  write(file: string, text: string): void {
    writeFileSync(path.join(this.folder, file), text, 'latin1');
  }

  read(file: string): string {
    return readFileSync(path.join(this.folder, file), 'latin1');
  }

  build(): Promise<Run> {
    return this.#forge(['build', 'contracts/src', 'contracts/test', 'contracts/script'], BUILD_TIMEOUT_MS);
  }

  /**
   * @param active - Number of the mutant that is switched on; 0 for none.
   * @param without - Names of tests to leave out.
   */
  test({active, paths, timeoutMs, without = [], failFast = true}: {active: number; paths: readonly string[]; timeoutMs: number; without?: readonly string[]; failFast?: boolean}): Promise<Run> {
    const coinbase = `0x${active.toString(16).padStart(40, '0')}`;
    const glob = paths.length === 1 ? paths[0]! : `{${paths.join(',')}}`;
    const excluded = without.length === 0 ? [] : ['--no-match-test', `^(${without.join('|')})(\\(|$)`];
    return this.#forge(['test', ...(failFast ? ['--fail-fast'] : []), '-j', '1', '--code-size-limit', '1000000', '--block-coinbase', coinbase, '--match-path', glob, ...excluded], timeoutMs);
  }

  /** Any other call of forge in the copy. */
  forge(args: readonly string[], timeoutMs = BUILD_TIMEOUT_MS): Promise<Run> {
    return this.#forge(args, timeoutMs);
  }

  /** Ends what runs and deletes the copy. */
  remove(): void {
    for (const group of this.#running) killGroup(group);
    rmSync(this.folder, {recursive: true, force: true});
  }

  #forge(args: readonly string[], timeoutMs: number): Promise<Run> {
    return new Promise((resolve) => {
      const child = spawn(forgePath(), [...args, '--root', this.folder], {
        cwd: this.folder, env: {...process.env, ...ENVIRONMENT}, stdio: ['ignore', 'pipe', 'pipe'], detached: true,
      });
      this.#running.add(child.pid!);
      let output = '';
      let isLate = false;
      const take = (chunk: Buffer) => { output += chunk.toString(); };
      child.stdout.on('data', take);
      child.stderr.on('data', take);
      const timer = setTimeout(() => { isLate = true; killGroup(child.pid!); }, timeoutMs);
      child.on('close', (code) => {
        this.#running.delete(child.pid!);
        clearTimeout(timer);
        resolve({code: isLate ? 'timeout' : code ?? 1, output});
      });
    });
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
