import {decodeEventLog, encodeEventTopics, encodeFunctionData, zeroAddress, type Address, type Hex} from 'viem';
import {bridgeAbi, rollupAbi, sequencerInboxAbi} from '../abi.ts';
import {ZERO32, assertionHash, type AssertionInputs, type AssertionState} from '../encoding.ts';
import type {RollupAddresses} from '../deploy-rollup.ts';
import {assertSucceeded, type Rpc} from '../rpc.ts';
import type {RelayBook} from './book.ts';

/** The newest confirmed assertion, parent of the next. */
type Parent = {hash: Hex; inputsOfNext: Omit<AssertionInputs, 'afterState'>};

/** A transaction on its way into an L1 block. */
type InFlight = {hash: Hex; what: string; sentAtMs: number; onMined: (l1Block: number) => Promise<void>};

/** The L2 block that an assertion commits to. */
type Claim = {l2Block: number; l2Hash: Hex; sends: number; sendRoot: Hex};

type OutboundDeps = {
  l1: Rpc;
  l2: Rpc;
  book: RelayBook;
  rollup: RollupAddresses;
  relay: Address;
  /** Index of the next bridge message to deliver: the batch reports the earlier ones as read. */
  nextMessage: () => bigint;
  log: (line: string) => void;
};

/** Dropped from the pool by a reorg, say; the next step starts over. */
const IN_FLIGHT_MAX_MS = 120_000;

/**
 * Posts a batch and an assertion for each L2 block with new sends, confirmed at once: after that the outbox knows
 * the root and executes the sends.
 *
 * A step never waits for an L1 block; it looks whether its last transaction was mined and sends the next.
 */
export class Outbound {
  readonly #deps: OutboundDeps;
  #parent: Parent | undefined;
  #confirmedSends = 0;
  #inFlight: InFlight | undefined;

  constructor(deps: OutboundDeps) {
    this.#deps = deps;
  }

  /** Takes parent and progress from the L1 chain. */
  async sync(): Promise<void> {
    const {l1, book, rollup} = this.#deps;
    this.#inFlight = undefined;
    const latest = await l1.read({address: rollup.rollup, abi: rollupAbi}, 'latestConfirmed', []);
    const sendRoot = await this.#loadParent(latest);
    this.#confirmedSends = 0;
    for (let count = book.sendCount; count > 0; count--) {
      if (book.sendRootOf(count) !== sendRoot) continue;
      this.#confirmedSends = count;
      break;
    }
  }

  async step(): Promise<void> {
    if (this.#inFlight !== undefined) return this.#followUp(this.#inFlight);
    if (this.#deps.book.sendCount > this.#confirmedSends) await this.#postBatch();
  }

  async #followUp(inFlight: InFlight): Promise<void> {
    const receipt = await this.#deps.l1.receipt(inFlight.hash);
    if (receipt === null) {
      if (Date.now() - inFlight.sentAtMs > IN_FLIGHT_MAX_MS) this.#inFlight = undefined;
      return;
    }
    this.#inFlight = undefined;
    assertSucceeded(receipt, inFlight.what);
    await inFlight.onMined(Number(receipt.blockNumber));
  }

  /** An empty batch: it reports delivered messages as read and moves the inbox on, which each assertion must do. */
  async #postBatch(): Promise<void> {
    const {l1, l2, book, rollup, nextMessage} = this.#deps;
    // The newest block whose sends are in the book: the head may hold some that nobody has read yet.
    const l2Block = book.l2Cursor;
    const block = await l2.block(l2Block);
    const sends = book.sendCountAt(l2Block);
    const claim = {l2Block, l2Hash: block.hash, sends, sendRoot: book.sendRootOf(sends)};
    const bridge = {address: rollup.bridge, abi: bridgeAbi};
    const [delivered, reported, sequenceNumber] = await Promise.all([
      l1.read(bridge, 'delayedMessageCount', []),
      l1.read(bridge, 'sequencerReportedSubMessageCount', []),
      l1.read(bridge, 'sequencerMessageCount', []),
    ]);
    const read = delivered < nextMessage() ? delivered : nextMessage();
    const count = BigInt(l2Block) + 1n > reported ? BigInt(l2Block) + 1n : reported;
    const data = encodeFunctionData({
      abi: sequencerInboxAbi,
      functionName: 'addSequencerL2BatchFromOrigin',
      args: [sequenceNumber, '0x', read, zeroAddress, reported, count],
    });
    await this.#submit('batch', rollup.sequencerInbox, data, 1_000_000n, async (l1Block) => {
      book.addBatch(Number(sequenceNumber), {l1Block, l2BlockEnd: l2Block});
      await this.#postAssertion(claim);
    });
  }

  async #postAssertion(claim: Claim): Promise<void> {
    const {l1, rollup, log} = this.#deps;
    const parent = this.#parent;
    if (parent === undefined) throw new Error('outbound relay used before sync');
    // A finished assertion must consume the inbox exactly up to its parent's position.
    const position = parent.inputsOfNext.beforeStateData.configData.nextInboxPosition;
    const bridge = {address: rollup.bridge, abi: bridgeAbi};
    const accumulator = await l1.read(bridge, 'sequencerInboxAccs', [position - 1n]);
    const afterState: AssertionState = {
      globalState: {bytes32Vals: [claim.l2Hash, claim.sendRoot], u64Vals: [position, 0n]},
      machineStatus: 1,
      endHistoryRoot: ZERO32,
    };
    const hash = assertionHash(parent.hash, afterState, accumulator);
    const data = encodeFunctionData({
      abi: rollupAbi,
      functionName: 'fastConfirmNewAssertion',
      args: [{...parent.inputsOfNext, afterState}, hash],
    });
    await this.#submit('assertion', rollup.rollup, data, 3_000_000n, async () => {
      await this.#loadParent(hash);
      this.#confirmedSends = claim.sends;
      log(`assertion ${hash}: L2 block ${claim.l2Block}, ${claim.sends} sends, root ${claim.sendRoot}`);
    });
  }

  async #submit(what: string, to: Address, data: Hex, gas: bigint, onMined: InFlight['onMined']): Promise<void> {
    const {l1, relay} = this.#deps;
    const hash = await l1.submit(relay, to, data, {gas});
    this.#inFlight = {hash, what, sentAtMs: Date.now(), onMined};
  }

  /** Reads an assertion's event and makes it the parent. @returns its send root. */
  async #loadParent(hash: Hex): Promise<Hex> {
    const {l1, rollup} = this.#deps;
    const topics = encodeEventTopics({abi: rollupAbi, eventName: 'AssertionCreated', args: {assertionHash: hash}});
    const toBlock = await l1.blockNumber();
    const fromBlock = BigInt(rollup.creationBlock);
    const [log] = await l1.logs({fromBlock, toBlock, address: rollup.rollup, topics: topics as Hex[]});
    if (log === undefined) throw new Error(`assertion ${hash} has no AssertionCreated event`);
    const {args} = decodeEventLog({abi: rollupAbi, data: log.data, topics: log.topics});
    const {afterState} = args.assertion;
    this.#parent = {
      hash,
      inputsOfNext: {
        beforeStateData: {
          prevPrevAssertionHash: args.parentAssertionHash,
          sequencerBatchAcc: args.afterInboxBatchAcc,
          configData: {
            wasmModuleRoot: args.wasmModuleRoot,
            requiredStake: args.requiredStake,
            challengeManager: args.challengeManager,
            confirmPeriodBlocks: args.confirmPeriodBlocks,
            nextInboxPosition: args.inboxMaxCount,
          },
        },
        beforeState: afterState,
      },
    };
    return afterState.globalState.bytes32Vals[1];
  }
}
