/** The engine as its users run it: its command line in a process of its own. */
import {type ChildProcess, spawn} from 'node:child_process';
import path from 'node:path';
import {createInterface} from 'node:readline';
import {inProcess} from '../../../test/support/in-process.ts';
import {main} from '../../src/cli/main.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const READY_TIMEOUT_MS = 180_000;

export type Ended = {code: number; stdout: string; stderr: string};

export class Process {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  readonly #ready: Promise<Record<string, string>>;
  #stdout = '';
  #stderr = '';

  constructor(args: readonly string[], env: Record<string, string> = {}) {
    this.child = spawn(process.execPath, args, {cwd: ROOT, stdio: ['pipe', 'pipe', 'pipe'], env: {...process.env, ...env}});
    this.child.stderr!.on('data', (data) => (this.#stderr += String(data)));
    this.#ready = new Promise((resolve) => {
      createInterface({input: this.child.stdout!}).on('line', (line) => {
        this.#stdout += `${line}\n`;
        if (line.startsWith('{"ready":true')) resolve(JSON.parse(line) as Record<string, string>);
      });
    });
    this.ended = new Promise((resolve) => this.child.once('close', (code, signal) => resolve({code: signal ? 128 : (code ?? 0), stdout: this.#stdout, stderr: this.#stderr})));
  }

  /** The ready line. @throws when the process ends before. */
  async ready(): Promise<Record<string, string>> {
    const late = new Promise<never>((_, reject) => setTimeout(() => reject(new Error(`not ready in time: ${this.#stderr}`)), READY_TIMEOUT_MS).unref());
    const ended = this.ended.then(({code, stderr}) => {
      throw new Error(`ended with exit code ${code} before it was ready: ${stderr}`);
    });
    return Promise.race([this.#ready, ended, late]);
  }

  async kill(signal: NodeJS.Signals): Promise<Ended> {
    this.child.kill(signal);
    return this.ended;
  }
}

/** A command of the engine in this process: whatever neither serves nor follows. */
export const command = inProcess(main);

export const engine = (...args: string[]): Process => new Process(['engine/bin/pobs-engine.mjs', ...args]);

export const postgres = (dataDir: string, port: number): Process =>
  new Process(['--import', 'tsx', 'scripts/network/postgres.ts', '--data-dir', dataDir, '--port', String(port)]);
