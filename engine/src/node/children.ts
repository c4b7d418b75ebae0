/**
 * Processes of the engine: gateways and the follower. Each is started anew when it ends, with a growing pause; none outlives the engine,
 * because its standard input is a pipe that closes with it, however the engine ends.
 */
import {type ChildProcess, spawn} from 'node:child_process';
import {createInterface} from 'node:readline';
import {PobsError} from '@pobs/protocol';

export type ChildSpec = {
  /** In logs. */
  name: string;
  /** Of node: the script, then its arguments. */
  args: readonly string[];
  /** Added to the scheduling priority: 0 as the engine, positive = gives way. */
  niceness?: number;
};

/** A child ended before it was ready; it has said why on stderr. */
export class ChildError extends PobsError<{code: 'CHILD_ENDED'; name: string; exitCode: number}> {}

type Log = {info(fields: object, message: string): void; warn(fields: object, message: string): void};

const PAUSE_MS = {first: 100, most: 5_000};
/** Whoever has run this long starts anew without a pause. */
const STEADY_MS = 30_000;
const STOP_MS = 3_000;

export class Child {
  readonly #spec: ChildSpec;
  readonly #log: Log;
  #process: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #pauseMs = PAUSE_MS.first;
  #stopping = false;

  constructor(spec: ChildSpec, {log}: {log: Log}) {
    this.#spec = spec;
    this.#log = log;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Resolves with the child's first ready line; from then on it is kept running. @throws {ChildError} */
  async start(): Promise<Record<string, string>> {
    const {process: child, ready} = this.#spawn();
    const ended = new Promise<never>((_, reject) => child.once('close', (code) => {
      reject(new ChildError({code: 'CHILD_ENDED', name: this.#spec.name, exitCode: code ?? 1}));
    }));
    const line = await Promise.race([ready, ended]);
    ended.catch(() => {});
    child.once('close', (code, signal) => this.#again({code, signal}));
    return line;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.stdin!.end();
    const killer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await this.#ended;
    clearTimeout(killer);
  }

  #spawn(): {process: ChildProcess; ready: Promise<Record<string, string>>} {
    const {args, niceness = 0} = this.#spec;
    const started = performance.now();
    const script = niceness === 0 ? args : ['--import', `data:text/javascript,import os from 'node:os';os.setPriority(os.getPriority()+${niceness})`, ...args];
    const child = spawn(process.execPath, script, {stdio: ['pipe', 'pipe', 'inherit']});
    child.stdin!.on('error', () => {});
    this.#process = child;
    this.#ended = new Promise((resolve) => child.once('close', () => {
      if (performance.now() - started > STEADY_MS) this.#pauseMs = PAUSE_MS.first;
      resolve();
    }));
    const ready = new Promise<Record<string, string>>((resolve) => {
      createInterface({input: child.stdout!}).on('line', (line) => {
        if (line.startsWith('{"ready":true')) resolve(JSON.parse(line) as Record<string, string>);
      });
    });
    return {process: child, ready};
  }

  #again(end: {code: number | null; signal: NodeJS.Signals | null}): void {
    if (this.#stopping) return;
    const pauseMs = this.#pauseMs;
    this.#pauseMs = Math.min(PAUSE_MS.most, pauseMs * 2);
    this.#log.warn({name: this.#spec.name, ...end, pauseMs}, 'A process of the engine ended and is started again');
    this.#timer = setTimeout(() => {
      const {process: child, ready} = this.#spawn();
      child.once('close', (code, signal) => this.#again({code, signal}));
      void ready.then(() => this.#log.info({name: this.#spec.name}, 'A process of the engine is back'));
    }, pauseMs);
  }
}
