/** What L2 sent to L1: confirmed with the assertion that holds it, after the challenge period; then anybody may execute it. */
import {ChildToParentMessageReader, ChildToParentMessageStatus} from '@arbitrum/sdk';
import {BigNumber} from 'ethers';
import type {Address, Hex} from 'viem';
import {ArbitrumConnection} from './connection.ts';

/** `L2ToL1Tx` of ArbSys, whole: the outbox hashes all of it. */
export type L2Send = {
  position: bigint; caller: Address; destination: Address; hash: bigint; arbBlockNum: bigint; ethBlockNum: bigint; timestamp: bigint; callvalue: bigint; data: Hex;
};

export class ArbitrumSends {
  readonly #chains: ArbitrumConnection;

  constructor(chains: ArbitrumConnection) {
    this.#chains = chains;
  }

  outbox(): Promise<Address> {
    return this.#chains.outbox();
  }

  /** Siblings under the newest confirmed root of sends; undefined while no confirmed assertion holds the message. */
  async proof(send: L2Send): Promise<readonly Hex[] | undefined> {
    const {l1, l2} = this.#chains;
    return this.#chains.run('constructOutboxProof', async () => {
      const reader = new ChildToParentMessageReader(l1, eventOf(send));
      if ((await reader.status(l2)) === ChildToParentMessageStatus.UNCONFIRMED) return undefined;
      return (await reader.getOutboxProof(l2)) as Hex[];
    });
  }
}

const eventOf = ({position, caller, destination, hash, arbBlockNum, ethBlockNum, timestamp, callvalue, data}: L2Send) => ({
  caller, destination, data, position: BigNumber.from(position), hash: BigNumber.from(hash), arbBlockNum: BigNumber.from(arbBlockNum),
  ethBlockNum: BigNumber.from(ethBlockNum), timestamp: BigNumber.from(timestamp), callvalue: BigNumber.from(callvalue),
});
