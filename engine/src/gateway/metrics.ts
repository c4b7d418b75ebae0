/** Prometheus metrics of the engine. */
import {Counter, Gauge, Histogram, Registry} from 'prom-client';
import type {GatewayEngine, HealthPort} from './ports.ts';

export class Metrics {
  readonly registry = new Registry();
  readonly #requests = new Counter({
    name: 'pobs_engine_http_requests_total', help: 'Answers by status class', labelNames: ['status'], registers: [this.registry],
  });
  readonly #seconds = new Histogram({
    name: 'pobs_engine_http_request_seconds', help: 'Time to answer', buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2], registers: [this.registry],
  });

  readonly #closings = new Counter({
    name: 'pobs_gateway_stream_closings_total', help: 'WebSockets closed by the gateway, by closing code', labelNames: ['code'], registers: [this.registry],
  });

  constructor({engine, health, connections}: {engine: GatewayEngine; health: HealthPort; connections: () => number}) {
    const events = new Counter({name: 'pobs_engine_events_total', help: 'Durable events', registers: [this.registry]});
    engine.onEventFrames(({count}) => events.inc(count));
    let here = 0;
    engine.onPresence((presence) => (here = presence.here ? 1 : 0));
    this.#gauge({name: 'pobs_gateway_engine_here', help: 'The engine answers: 1, or is away: 0'}, (gauge) => gauge.set(here));
    this.#gauge({name: 'pobs_engine_stream_connections', help: 'Open WebSockets'}, (gauge) => gauge.set(connections()));
    this.#gauge({name: 'pobs_engine_projected_sequence', help: 'Last event in the read models'}, (gauge) => gauge.set(Number(health.projections().sequence)));
    this.#gauge({name: 'pobs_engine_chain_head_block', help: 'Newest block seen', labelNames: ['chain']}, (gauge) => {
      for (const {chainId, head} of health.chains()) gauge.set({chain: chainId}, Number(head?.number ?? 0n));
    });
    this.#gauge({name: 'pobs_engine_chain_credited_block', help: 'Newest block whose deposits are credited', labelNames: ['chain']}, (gauge) => {
      for (const {chainId, creditedBlock} of health.chains()) gauge.set({chain: chainId}, Number(creditedBlock ?? 0n));
    });
  }

  /** A gauge that is read when it is asked for. */
  #gauge(about: {name: string; help: string; labelNames?: string[]}, read: (gauge: Gauge) => void): void {
    this.registry.registerMetric(new Gauge({...about, registers: [], collect() {
      read(this);
    }}));
  }

  answered(status: number, seconds: number): void {
    this.#requests.inc({status: `${Math.floor(status / 100)}xx`});
    this.#seconds.observe(seconds);
  }

  closing(code: number): void {
    this.#closings.inc({code: String(code)});
  }
}
