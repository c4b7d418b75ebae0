/** The npm order book as the flow's other contestant: books alone, no accounts, margin, fees or events. */
import {OrderBook, Side} from 'nodejs-order-book';
import {codeOf, detailOf, RECORD_WORDS} from '../src/core/venue/records.ts';
import {COMMAND, ORDER_FLAG} from '../src/core/venue/codes.ts';
import type {Flow} from './flow.ts';

export class PeerBook {
  readonly #book = new OrderBook();
  /** Lots it traded. */
  traded = 0;

  play({records: {words}, target}: Flow, from: number, to: number, ids: readonly string[]): void {
    for (let step = from; step < to; step += 1) {
      const word = step * RECORD_WORDS;
      const head = words[word]!;
      if (codeOf(head) === COMMAND.cancel) {
        this.#book.cancel(ids[target[step]!]!);
        continue;
      }
      const side = (detailOf(head) & 1) === 0 ? Side.BUY : Side.SELL;
      const size = words[word + 3]!;
      const isMarket = (words[word + 4]! & ORDER_FLAG.market) !== 0;
      const result = isMarket ? this.#book.market({side, size}) : this.#book.limit({side, id: ids[step]!, size, price: words[word + 2]!});
      this.traded += size - result.quantityLeft;
    }
  }
}

/** Made beforehand: strings are the contestant's ids, not its work. */
export const peerIds = (operations: number): string[] => Array.from({length: operations}, (_, step) => `o${step}`);
