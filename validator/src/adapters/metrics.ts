/** Prometheus metrics of one validator. */
import {collectDefaultMetrics, Counter, Gauge, Histogram, Registry} from 'prom-client';
import type {WatcherEvents} from '../services/watcher.ts';
import {VoteKind} from '@pobs/protocol';

export type Metrics = {registry: Registry; events: Omit<WatcherEvents, 'polled'> & {polled: WatcherEvents['polled']}};

export function createMetrics(version: string): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({register: registry});
  const checked = new Counter({name: 'pobs_validator_epochs_checked_total', help: 'Epochs recomputed, by result', labelNames: ['result'], registers});
  const violations = new Counter({name: 'pobs_validator_violations_total', help: 'Broken rules found', labelNames: ['rule'], registers});
  const votes = new Counter({name: 'pobs_validator_votes_total', help: 'Votes cast', labelNames: ['kind', 'rule'], registers});
  const refusals = new Counter({name: 'pobs_validator_votes_refused_total', help: 'Votes that double-vote protection refused', registers});
  const failures = new Counter({name: 'pobs_validator_failures_total', help: 'Dependencies that failed, by code', labelNames: ['code'], registers});
  const seconds = new Histogram({name: 'pobs_validator_check_seconds', help: 'Time to recompute one epoch', buckets: [0.05, 0.2, 1, 2, 4, 8, 16, 60], registers});
  const lastEpoch = new Gauge({name: 'pobs_validator_last_proposed_epoch', help: 'Newest proposed epoch', registers});
  const lastVoted = new Gauge({name: 'pobs_validator_last_voted_epoch', help: 'Newest epoch voted on by this process', registers});
  const waiting = new Gauge({name: 'pobs_validator_waiting_epochs', help: 'Epochs that cannot be judged yet', registers});
  const gas = new Gauge({name: 'pobs_validator_gas_wei', help: 'Balance of the gas key on L2', registers});
  new Gauge({name: 'pobs_validator_info', help: 'Version of this validator', labelNames: ['version'], registers}).set({version}, 1);
  return {
    registry,
    events: {
      judged({report, seconds: took}) {
        checked.inc({result: report.ok ? 'valid' : 'invalid'});
        for (const {rule} of report.violations) violations.inc({rule: `V${rule}`});
        seconds.observe(took);
      },
      voted({epoch, kind, rule}) {
        const name = Object.entries(VoteKind).find(([, value]) => value === kind)?.[0] ?? `${kind}`;
        votes.inc({kind: name.toUpperCase(), rule: `V${rule}`});
        lastVoted.set(Number(epoch));
      },
      refused: () => refusals.inc(),
      failed: (code) => failures.inc({code}),
      polled(status) {
        lastEpoch.set(Number(status.lastEpoch));
        waiting.set(status.waiting.length);
        if (status.gasWei !== undefined) gas.set(Number(status.gasWei));
      },
    },
  };
}
