import {Counter, Gauge, Histogram, Registry} from 'prom-client';
import type {StageReport} from '../services/ports.ts';

/** Prometheus metrics of the pipeline. */
export class Metrics {
  readonly registry = new Registry();
  readonly #stages = new Histogram({
    name: 'pobs_epoch_stage_seconds', help: 'Time to reach a stage of an epoch.', labelNames: ['stage'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 600], registers: [this.registry],
  });
  readonly #epochs = new Counter({name: 'pobs_epochs_total', help: 'Epochs that ended.', labelNames: ['outcome'], registers: [this.registry]});
  readonly #retries = new Counter({name: 'pobs_effect_retries_total', help: 'Failures that were tried again.', labelNames: ['effect'], registers: [this.registry]});
  readonly #duties = new Counter({name: 'pobs_duties_total', help: 'Acts on chain beside epochs.', labelNames: ['duty'], registers: [this.registry]});
  readonly #last = new Gauge({name: 'pobs_last_epoch', help: 'Newest epoch that ended.', registers: [this.registry]});

  onStage({stage, ms, outcome, epoch}: StageReport): void {
    this.#stages.observe({stage}, ms / 1_000);
    if (stage !== 'final') return;
    this.#epochs.inc({outcome: outcome ?? 'unknown'});
    this.#last.set(Number(epoch));
  }

  onDuty(duty: string): void {
    this.#duties.inc({duty});
  }

  onRetry(effect: string): void {
    this.#retries.inc({effect});
  }
}
