/** Recorded markets through the venue: its book tracks theirs, leveraged accounts are liquidated, nothing is lost, and twice gives the same. */
import {describe, expect, test} from 'vitest';
import {EVENT} from '../../src/core/venue/codes.ts';
import {brokenVenue} from '../venue/invariants.ts';
import {DATA_FOLDER, readRecording, recordingOf} from './market-data.ts';
import {INSTRUMENTS, MarketReplay} from './replay.ts';

const HOUR = 3_600_000;
/** The recorded bitcoin market moves further than the leveraged accounts can bear; that of ether does not. */
const LIQUIDATIONS_LEAST: Readonly<Record<string, number>> = {btcusdt: 10};

describe.each(Object.keys(INSTRUMENTS))('%s', (symbol) => {
  const file = recordingOf(symbol);
  if (file === undefined) console.warn(`SKIPPED: no recording of ${symbol} in ${DATA_FOLDER}; set POBS_MARKET_DATA to the folder that has one`);

  test.skipIf(file === undefined)('the book tracks the recording, losses are borne, and the run repeats to the bit', () => {
    const instrument = INSTRUMENTS[symbol]!;
    const messages = readRecording(file!, instrument);
    const [first, second] = [1, 2].map(() => {
      const replay = new MarketReplay(instrument);
      replay.play(messages);
      replay.settle((Math.floor(messages.at(-1)!.at / HOUR) + 1) * HOUR + 1);
      return replay;
    }) as [MarketReplay, MarketReplay];
    console.log(symbol, {
      commands: first.commands, tickers: first.tickers, exact: first.exact, near: first.near, liquidations: first.liquidations, trades: first.venue.markets[0]!.trades,
      events: Object.fromEntries(first.events),
    });
    expect(first.exact / first.tickers).toBeGreaterThan(0.95);
    expect(first.near / first.tickers).toBeGreaterThan(0.999);
    expect(first.liquidations).toBeGreaterThanOrEqual(LIQUIDATIONS_LEAST[symbol] ?? 0);
    expect(first.fundLeast).toBeGreaterThanOrEqual(0);
    expect(first.events.get(EVENT.funding) ?? 0).toBeGreaterThan(0);
    expect(first.venue.markets[0]!.trades).toBeGreaterThan(5_000);
    expect(brokenVenue(first.venue)).toEqual([]);
    expect(second.digest).toBe(first.digest);
  });
});
