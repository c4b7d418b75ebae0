/**
 * Recorded markets through the venue, as in engine/test/flow: commands per CPU-second with a deep, real book.
 *
 *     node --import tsx engine/bench/market-flow.ts
 */
import {DATA_FOLDER, readRecording, recordingOf} from '../test/flow/market-data.ts';
import {INSTRUMENTS, MarketReplay} from '../test/flow/replay.ts';
import {cpuMicros, note, report, round} from './measure.ts';

const ROUNDS = 3;

let [commands, micros] = [0, 0];
const markets: Record<string, object> = {};
for (const [symbol, instrument] of Object.entries(INSTRUMENTS)) {
  const file = recordingOf(symbol);
  if (file === undefined) {
    note(`no recording of ${symbol} in ${DATA_FOLDER}: not measured`);
    continue;
  }
  const messages = readRecording(file, instrument);
  let best = Number.POSITIVE_INFINITY;
  let last: MarketReplay | undefined;
  for (let turn = 0; turn < ROUNDS; turn += 1) {
    last = new MarketReplay(instrument);
    const before = cpuMicros();
    last.play(messages);
    best = Math.min(best, cpuMicros() - before);
  }
  commands += last!.commands;
  micros += best;
  const {trades} = last!.venue.markets[0]!;
  markets[symbol] = {commands: last!.commands, trades, liquidations: last!.liquidations, bookEqual: round(last!.exact / last!.tickers, 4), resting: last!.venue.orders.live};
  note(`${symbol}: ${last!.commands} commands, ${Math.round((last!.commands * 1e6) / best)}/CPU-s`);
}
report({...(commands > 0 && {perCpuSecond: Math.round((commands * 1e6) / micros)}), markets});
