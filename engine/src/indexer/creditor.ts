/**
 * Credits deposits and records payouts of one chain, exactly once.
 *
 * Follows the chain's final blocks and hands each range to the core as one `advanceChain` command. The core's own
 * height, kept in the journal, is the only cursor, so a restart neither repeats nor skips a block (PROTOCOL §2).
 * A reorganisation of final blocks cannot be undone in the books: crediting of this chain then stops and says so.
 */
import type {Hex} from 'viem';
import type {Confirmations} from '../config.ts';
import type {ForcedEvent} from '../core/commands.ts';
import type {ChainReader} from './chain-reader.ts';
import type {CorePort} from './ports.ts';

/** Blocks per `eth_getLogs`. */
const LOG_RANGE_BLOCKS = 5_000n;
/** Blocks per command: bounds a journal record on the first catch-up. */
const COMMAND_RANGE_BLOCKS = 50_000n;

export type CreditStep =
  | {kind: 'advanced'; from: bigint; to: bigint; deposits: number; payouts: number}
  | {kind: 'idle'}
  /** The chain moved while it was read; the next step reads again. */
  | {kind: 'moved'}
  /** A block that was final is no longer on the chain. */
  | {kind: 'reorganised'; blockNumber: bigint; credited: Hex; found: Hex | undefined}
  | {kind: 'refused'; code: string; reason: string};

export class Creditor {
  readonly #confirmations: Confirmations;
  readonly #reader: ChainReader;
  readonly #core: CorePort;

  constructor({confirmations}: {confirmations: Confirmations}, {reader, core}: {reader: ChainReader; core: CorePort}) {
    this.#confirmations = confirmations;
    this.#reader = reader;
    this.#core = core;
  }

  get chainId(): number {
    return this.#reader.chainId;
  }

  /** One range, at most. @throws when the RPC does not answer; nothing has changed then. */
  async step(): Promise<CreditStep> {
    const reader = this.#reader;
    const credited = await this.#core.height(this.chainId);
    if (credited) {
      const found = await reader.block(credited.blockNumber);
      if (found?.hash !== credited.blockHash) {
        return {kind: 'reorganised', blockNumber: credited.blockNumber, credited: credited.blockHash, found: found?.hash};
      }
    }
    const final = await reader.finalBlock(this.#confirmations);
    const from = credited ? credited.blockNumber + 1n : reader.contracts.startBlock;
    if (final === undefined || final.number < from) return {kind: 'idle'};

    const number = final.number - from >= COMMAND_RANGE_BLOCKS ? from + COMMAND_RANGE_BLOCKS - 1n : final.number;
    const to = number === final.number ? final : await reader.block(number);
    if (to === undefined) return {kind: 'moved'};
    const [deposits, payouts] = [[], []] as [Awaited<ReturnType<ChainReader['receipts']>>, Awaited<ReturnType<ChainReader['payouts']>>];
    const requests: ForcedEvent[] = [];
    let frozen = false;
    for (let start = from; start <= to.number; start += LOG_RANGE_BLOCKS) {
      const end = start + LOG_RANGE_BLOCKS - 1n;
      const range = {from: start, to: end < to.number ? end : to.number};
      deposits.push(...await reader.receipts(range));
      payouts.push(...await reader.payouts(range));
      const exits = await reader.exits(range);
      requests.push(...exits.requests);
      frozen ||= exits.frozen;
    }
    const {activeEpoch, kills} = await reader.custodyAt(to.number);
    // A block's hash commits to all before it: unchanged after the reads, it vouches for every one of them.
    if ((await reader.block(to.number))?.hash !== to.hash) return {kind: 'moved'};

    const result = await this.#core.advance({
      type: 'advanceChain',
      chainId: this.chainId,
      blockNumber: to.number,
      blockHash: to.hash,
      deposits: deposits.map(({token, from: sender, amount, txHash, logIndex}) => ({token, from: sender, amount, txHash, logIndex})),
      payouts,
      activeEpoch,
      kills,
      ...(requests.length > 0 && {requests}),
      ...(frozen && {frozen}),
    });
    if (!result.ok) return {kind: 'refused', code: result.rejection.code, reason: JSON.stringify(result.rejection, bigintAsString)};
    return {kind: 'advanced', from, to: to.number, deposits: deposits.length, payouts: payouts.length};
  }
}

const bigintAsString = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value);
