import {hexToBigInt, size, slice, type Hex} from 'viem';
import {addressOf, depositHash, word} from '../encoding.ts';
import {ARB_GAS_INFO, ARB_GAS_INFO_SLOT, ARB_SYS, ARB_SYS_SLOT, arbSys} from '../precompiles.ts';
import type {RollupAddresses} from '../deploy-rollup.ts';
import type {Rpc} from '../rpc.ts';
import type {RelayBook} from './book.ts';
import type {L2Executor} from './l2-executor.ts';
import {readMessages} from './l1-messages.ts';
import type {InboxMessage, Retryables} from './retryables.ts';

/** Kinds of bridge messages that cause an L2 transaction; chain initialisation and batch reports do not. */
const KIND = {l2Message: 3, l2FundedByL1: 7, retryable: 9, ethDeposit: 12} as const;
/** Sub-kinds of an L2 message. */
const L2_MESSAGE = {unsignedUser: 0, contract: 1, signed: 4} as const;

type InboundDeps = {
  l1: Rpc;
  l2: L2Executor;
  book: RelayBook;
  retryables: Retryables;
  rollup: RollupAddresses;
  chainId: bigint;
  log: (line: string) => void;
};

/** Carries messages of the L1 bridge to L2, each exactly once and in order. */
export class Inbound {
  readonly #deps: InboundDeps;
  #next = 0n;
  #l1Seen = -1;

  constructor(deps: InboundDeps) {
    this.#deps = deps;
  }

  /** Takes the next message index from the L2 chain, which rolls back with it. */
  async sync(): Promise<void> {
    this.#next = await this.#deps.l2.rpc.read(arbSys, 'emuNextMessage', []);
    this.#l1Seen = -1;
  }

  get nextMessage(): bigint {
    return this.#next;
  }

  /** After an L1 reorg: messages whose indices are taken again are delivered again. */
  async rewindTo(messageCount: bigint): Promise<void> {
    if (this.#next > messageCount) await this.#setNext(messageCount);
  }

  async step(): Promise<void> {
    const {l1, book, rollup} = this.#deps;
    const head = await l1.latestBlock();
    const headNumber = Number(head.number);
    if (headNumber !== this.#l1Seen) await this.#showL1Head(headNumber, BigInt(head.baseFeePerGas));
    if (headNumber <= book.l1Cursor) return;
    const range = {bridge: rollup.bridge, fromBlock: book.l1Cursor + 1, toBlock: headNumber};
    for (const message of await readMessages(l1, range)) {
      if (message.index < this.#next) continue;
      await this.#deliver(message);
      await this.#setNext(message.index + 1n);
    }
    book.l1Cursor = headNumber;
  }

  async #setNext(index: bigint): Promise<void> {
    this.#next = index;
    await this.#deps.l2.rpc.send('anvil_setStorageAt', [ARB_SYS, word(ARB_SYS_SLOT.nextMessage), word(index)]);
  }

  /** What ArbSys and ArbGasInfo report about L1. */
  async #showL1Head(l1Block: number, l1BaseFee: bigint): Promise<void> {
    const {l2, book} = this.#deps;
    this.#l1Seen = l1Block;
    await l2.rpc.batch([
      ['anvil_setStorageAt', [ARB_SYS, word(ARB_SYS_SLOT.l1BlockNumber), word(BigInt(l1Block))]],
      ['anvil_setStorageAt', [ARB_GAS_INFO, word(ARB_GAS_INFO_SLOT.l1BaseFee), word(l1BaseFee)]],
    ]);
    book.addL1Head(Number(await l2.rpc.blockNumber()) + 1, l1Block);
  }

  async #deliver(message: InboxMessage): Promise<void> {
    switch (message.kind) {
      case KIND.retryable:
        return this.#deps.retryables.submit(message);
      case KIND.ethDeposit:
        return this.#creditDeposit(message);
      case KIND.l2Message:
      case KIND.l2FundedByL1:
        return this.#runL2Message(message);
      default:
        this.#deps.log(`message ${message.index}: kind ${message.kind} needs no L2 transaction`);
    }
  }

  /** Payload: 20 bytes address, 32 bytes amount in wei. */
  async #creditDeposit({index, sender: from, payload}: InboxMessage): Promise<void> {
    const {l2, book, chainId, log} = this.#deps;
    const to = addressOf(hexToBigInt(slice(payload, 0, 20)));
    const value = hexToBigInt(slice(payload, 20, 52));
    const receipt = await l2.asSystem(to, '0x', {value, gas: 100_000n});
    const nitroHash = depositHash({chainId, index, from, to, value});
    book.addAlias({nitroHash, realHash: receipt.transactionHash, kind: 0x64, requestId: word(index), from, to});
    log(`message ${index}: ${value} wei credited to ${to}`);
  }

  /** A transaction sent through L1, which a censoring sequencer could not have stopped. */
  async #runL2Message({index, kind, sender: from, payload}: InboxMessage): Promise<void> {
    const {l2, log} = this.#deps;
    const subKind = Number(slice(payload, 0, 1));
    if (kind === KIND.l2Message && subKind === L2_MESSAGE.signed) {
      await l2.rpc.send('eth_sendRawTransaction', [slice(payload, 1)]).catch((error: unknown) => {
        log(`message ${index}: signed transaction dropped: ${String(error)}`);
      });
      return;
    }
    if (subKind !== L2_MESSAGE.unsignedUser && subKind !== L2_MESSAGE.contract) {
      log(`message ${index}: L2 message of sub-kind ${subKind} ignored`);
      return;
    }
    const {gas, maxFeePerGas, to, value, data} = parseUnsigned(payload, subKind === L2_MESSAGE.unsignedUser);
    if (kind === KIND.l2FundedByL1) await l2.addBalance(from, value);
    await l2.asAlias({from, to, value, data, gas, maxFeePerGas}).catch((error: unknown) => {
      log(`message ${index}: unsigned transaction dropped: ${String(error)}`);
    });
  }
}

/** Words: gas limit, max fee, (nonce,) to, value; then the call data. */
function parseUnsigned(payload: Hex, hasNonce: boolean) {
  const at = (index: number): bigint => hexToBigInt(slice(payload, 1 + 32 * index, 33 + 32 * index));
  const skip = hasNonce ? 1 : 0;
  const to = at(2 + skip);
  const dataStart = 1 + 32 * (4 + skip);
  return {
    gas: at(0),
    maxFeePerGas: at(1),
    to: to === 0n ? null : addressOf(to),
    value: at(3 + skip),
    data: size(payload) > dataStart ? slice(payload, dataStart) : ('0x' as Hex),
  };
}
