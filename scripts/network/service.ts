/** One child process of the local network: its ready line, its log, its end. */
import {type ChildProcess, spawn} from 'node:child_process';
import {createWriteStream, mkdirSync} from 'node:fs';
import path from 'node:path';
import {createInterface} from 'node:readline';

export type ServiceOptions = {
  name: string;
  command: string;
  args: readonly string[];
  logDir: string;
  env?: Readonly<Record<string, string>>;
  cwd?: string;
  readyTimeoutMs?: number;
  /** Decides readiness of programs that print no ready line. */
  probe?: () => Promise<boolean>;
};

export class ServiceError extends Error {}

const PROBE_INTERVAL_MS = 100;
const STOP_TIMEOUT_MS = 10_000;

export class Service {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #exited: Promise<number>;
  readonly #listeners = new Set<(line: Record<string, unknown>) => void>();
  readonly #logFile: string;
  #stopping = false;
  #lastErrors: string[] = [];

  readonly #options: ServiceOptions;

  /** Starts the program. */
  constructor(options: ServiceOptions) {
    this.#options = options;
    this.name = options.name;
    mkdirSync(options.logDir, {recursive: true});
    this.#logFile = path.join(options.logDir, `${options.name}.log`);
    const log = createWriteStream(this.#logFile, {flags: 'a'});
    this.#child = spawn(options.command, options.args, {
      cwd: options.cwd,
      env: {...process.env, ...options.env},
      // The open stdin is the lifeline: it closes when this process dies, however it dies.
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#exited = new Promise((resolve) => {
      this.#child.on('error', () => resolve(127));
      this.#child.on('exit', (code, signal) => resolve(signal ? 128 : (code ?? 0)));
    });
    this.#child.stdin!.on('error', () => {});
    createInterface({input: this.#child.stderr!}).on('line', (line) => {
      log.write(`${line}\n`);
      this.#lastErrors = [...this.#lastErrors.slice(-4), line];
    });
    createInterface({input: this.#child.stdout!}).on('line', (line) => {
      log.write(`${line}\n`);
      if (!line.startsWith('{')) return;
      try {
        const parsed = JSON.parse(line) as Record<string, unknown>;
        for (const listener of this.#listeners) listener(parsed);
      } catch {
        // A log line that only looks like JSON.
      }
    });
  }

  /** Resolves with the ready line. @throws {ServiceError} when the program ends or stays silent. */
  async ready(): Promise<Record<string, unknown>> {
    const {name, probe, readyTimeoutMs: timeoutMs = 60_000} = this.#options;
    let finished = false;
    const told = new Promise<Record<string, unknown>>((resolve) => {
      this.onLine((line) => line.ready === true && resolve(line));
    });
    const probed = probe ? untilTrue(probe, () => finished).then(() => ({})) : new Promise<never>(() => {});
    const ended = this.#exited.then((code) => {
      throw new ServiceError(`${name} stopped with exit code ${code} before it was ready: ${this.lastErrors()}`);
    });
    const late = timeout(timeoutMs).then(() => {
      throw new ServiceError(`${name} was not ready after ${timeoutMs / 1000} s; see ${this.#logFile}`);
    });
    ended.catch(() => {});
    late.catch(() => {});
    try {
      return await Promise.race([probe ? probed : told, ended, late]);
    } catch (error) {
      await this.kill();
      throw error;
    } finally {
      finished = true;
    }
  }

  get pid(): number {
    return this.#child.pid!;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get exited(): Promise<number> {
    return this.#exited;
  }

  /** True once {@link stop} or {@link kill} was asked for: an end after that is no failure. */
  get stopping(): boolean {
    return this.#stopping;
  }

  lastErrors(): string {
    return this.#lastErrors.join(' | ').slice(-600) || `nothing on stderr; see ${this.#logFile}`;
  }

  onLine(listener: (line: Record<string, unknown>) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Asks to end; after ten seconds insists. */
  async stop(): Promise<void> {
    this.#stopping = true;
    if (!this.running) return;
    this.#child.kill('SIGTERM');
    const insist = setTimeout(() => this.#child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await this.#exited;
    clearTimeout(insist);
  }

  async kill(): Promise<void> {
    this.#stopping = true;
    if (this.running) this.#child.kill('SIGKILL');
    await this.#exited;
  }
}

const timeout = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms).unref());

async function untilTrue(probe: () => Promise<boolean>, cancelled: () => boolean): Promise<void> {
  while (!cancelled() && !(await probe().catch(() => false))) await new Promise((resolve) => setTimeout(resolve, PROBE_INTERVAL_MS));
}
