/** `pobs-validator run`: follows epochs, checks them and votes until stopped. */
import {Command} from 'commander';
import {createMetrics} from '../adapters/metrics.ts';
import {startHealthServer} from '../adapters/health-server.ts';
import {buildAuditor, buildRewards, buildVoting, buildWatcher, connect, createLogger, openSigner, type PasswordSource} from '../app.ts';
import {type Config, type Flags, readConfig} from '../config.ts';
import {type EpochReport, reportText} from '../core/report.ts';
import {ValidatorError} from '../errors.ts';
import {RewardLoop} from '../services/reward-loop.ts';
import {requireNoDoppelganger} from '../services/doppelganger.ts';
import type {WatcherEvents, WatcherStatus} from '../services/watcher.ts';
import {VERSION} from '../version.ts';
import {withNetwork} from './options.ts';
import {print, printJson} from './print.ts';
import {isConfirmed, passwordOf} from './prompt.ts';

const REPORTS_MAX = 256;
const STALE_MS = 30_000;

export function runCommand(): Command {
  return withNetwork(new Command('run'))
    .description('check every epoch and vote')
    .option('--health-port <port>', '/healthz, /metrics and /reports/<epoch> on 127.0.0.1 (default 18901)')
    .option('--poll-interval-ms <n>', 'how often the chain is looked at (default 500)')
    .option('--vote <auto|confirm|never>', 'confirm: ask before each vote; never: check and report only (default auto)')
    .option('--claim <auto|never>', 'whether prizes are claimed while running (default auto)')
    .option('--reward-interval-seconds <n>', 'between two looks at audit roots and prizes (default 15)')
    .option('--doppelganger', 'refuse to start when the chain shows votes of this key that the signing journal does not know')
    .option('--parent-pipe', 'stop when stdin closes')
    .action(async (flags: Flags) => {
      const stop = stopSignal(flags.parentPipe === true);
      await run(readConfig(flags), stop, passwordOf(flags));
    });
}

async function run(config: Config, signal: AbortSignal, password: PasswordSource): Promise<void> {
  if (config.vote === 'confirm' && !process.stdin.isTTY) throw new ValidatorError({code: 'CONFIG_INVALID', detail: '--vote confirm needs a terminal'});
  const log = createLogger(config);
  const signer = await openSigner(config, password);
  const chains = await connect(config);
  const auditor = await buildAuditor(config, chains, {onLie: (sentence) => log.warn({}, sentence)});
  const metrics = createMetrics(VERSION);
  const state = new RunState();
  const voting = buildVoting({config, chains, auditor, signer});
  try {
    if (config.doppelganger) await requireNoDoppelganger(signer.gas.address, {...auditor, ...voting});
    const watcher = buildWatcher({config, auditor, voting, log, events: both(metrics.events, state.events), confirm: isConfirmed});
    const server = await startHealthServer(config.healthPort, {
      health: () => ({...state.health(), address: signer.gas.address, key: signer.key, version: VERSION}),
      metrics: () => metrics.registry.metrics(), report: (epoch) => state.report(epoch),
    });
    printJson({ready: true, program: 'pobs-validator', port: server.port, address: signer.gas.address, key: signer.key});
    await Promise.all([watcher.run(signal), rewardLoop({config, chains, auditor, gas: signer.gas, log})?.run(signal)]);
    await server.close();
  } finally {
    voting.close();
  }
}

/** Undefined where the network has no reward pool. */
function rewardLoop(inputs: Parameters<typeof buildRewards>[0]): RewardLoop | undefined {
  const parts = buildRewards(inputs);
  const {config, log} = inputs;
  return parts && new RewardLoop({intervalMs: config.rewardIntervalMs, claims: config.claim === 'auto'}, {
    ...parts, log, onPaid: ({setId, ticket, epoch, prize, hash}) => printJson({event: 'prize', setId, ticket, epoch, prize, hash}),
  });
}

/** What `/healthz` and `/reports` answer, and one line on stdout per verdict and vote. */
class RunState {
  readonly #reports = new Map<string, EpochReport>();
  #status: WatcherStatus | undefined;
  #polledAt = 0;

  readonly events: WatcherEvents = {
    judged: ({report, seconds}) => {
      this.#reports.set(report.epoch, report);
      if (this.#reports.size > REPORTS_MAX) this.#reports.delete(this.#reports.keys().next().value!);
      if (process.stdout.isTTY) print(reportText(report));
      else printJson({event: 'verdict', ...report, seconds: Number(seconds.toFixed(3))});
    },
    voted: ({epoch, kind, rule, hash}) => printJson({event: 'vote', epoch, kind, rule, hash: hash ?? null}),
    refused: (epoch) => printJson({event: 'refused', epoch}),
    failed: () => {},
    polled: (status) => {
      this.#status = status;
      this.#polledAt = Date.now();
    },
  };

  report(epoch: string): EpochReport | undefined {
    return this.#reports.get(epoch);
  }

  health(): {ok: boolean; lastEpoch?: string; lastVoted: string | null; waiting: WatcherStatus['waiting']} {
    return {
      ok: Date.now() - this.#polledAt < STALE_MS, lastEpoch: this.#status?.lastEpoch.toString(),
      lastVoted: this.#status?.lastVoted?.toString() ?? null, waiting: this.#status?.waiting ?? [],
    };
  }
}

const both = (a: WatcherEvents, b: WatcherEvents): WatcherEvents => ({
  judged: (judgement) => void [a.judged(judgement), b.judged(judgement)],
  voted: (vote) => void [a.voted(vote), b.voted(vote)],
  refused: (epoch) => void [a.refused(epoch), b.refused(epoch)],
  failed: (code) => void [a.failed(code), b.failed(code)],
  polled: (status) => void [a.polled(status), b.polled(status)],
});

/** Aborts on SIGTERM, SIGINT and, where asked, when the parent's end of stdin is gone. A second signal ends at once. */
function stopSignal(parentPipe: boolean): AbortSignal {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
    process.stdin.destroy();
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  if (parentPipe) {
    process.stdin.on('end', () => controller.abort()).on('close', () => controller.abort()).on('error', () => controller.abort());
    process.stdin.resume();
  }
  return controller.signal;
}
