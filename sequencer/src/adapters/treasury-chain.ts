import type {Network} from '@pobs/protocol';
import {erc20Abi, l1ReserveAbi, l2ReserveAbi} from '@pobs/protocol/abi';
import {type ChainClient, chainError, inChunks} from '@pobs/protocol/chain';
import {type Address, decodeAbiParameters, type Hex, isAddressEqual, type LocalAccount, zeroAddress} from 'viem';
import {SequencerError} from '../errors.ts';
import type {Side, TransferState, TreasuryChain, TreasuryRule} from '../services/duties/ports.ts';
import {gatewayAbi, outboxAbi} from './arbitrum/abi.ts';
import type {ArbitrumBridge} from './arbitrum/bridge.ts';
import type {TicketQuote} from './arbitrum/tickets.ts';
import type {Outbox} from './outbox.ts';

export type TreasuryDeps = {
  clients: {l1: ChainClient; l2: ChainClient}; account: LocalAccount; key: Hex; outbox: Outbox; network: Network; bridge: () => Promise<ArbitrumBridge>;
};

type Transfer = {tx: Hex; receipt: Hex};

/** Both reserves through viem, and the bridge between them. @throws {ChainError} from all. */
export class ViemTreasuryChain implements TreasuryChain {
  readonly #deps: TreasuryDeps;
  readonly #ends: Record<Side, Address>;
  /** Newest transfer by end and token; events of blocks below `#next` are in. */
  readonly #newest = new Map<string, Transfer>();
  readonly #next: Record<Side, bigint>;

  constructor(deps: TreasuryDeps, ends: Record<Side, Address>) {
    this.#deps = deps;
    this.#ends = ends;
    this.#next = {l1: BigInt(deps.network.l1.startBlock), l2: BigInt(deps.network.l2.startBlock)};
  }

  async balance(side: Side, rule: TreasuryRule): Promise<bigint> {
    const client = this.#deps.clients[side];
    const address = side === 'l1' ? rule.l1Token : rule.l2Token;
    const holder = this.#ends[side];
    return this.#typed(client, 'balanceOf', () => (address === zeroAddress
      ? client.getBalance({address: holder})
      : client.readContract({address, abi: erc20Abi, functionName: 'balanceOf', args: [holder]})));
  }

  async newestTransfer(from: Side, {l1Token}: TreasuryRule): Promise<TransferState> {
    await this.#readEvents(from);
    const sent = this.#newest.get(keyOf(from, l1Token));
    if (sent === undefined) return 'arrived';
    const {tickets, sends} = await this.#deps.bridge();
    if (from === 'l2') {
      const [position] = decodeAbiParameters([{type: 'uint256'}], sent.receipt);
      const {l1} = this.#deps.clients;
      const address = await sends.outbox();
      return (await this.#typed(l1, 'isSpent', () => l1.readContract({address, abi: outboxAbi, functionName: 'isSpent', args: [position]}))) ? 'arrived' : 'under way';
    }
    const state = await tickets.status(sent.tx);
    if (state === 'redeemable') return state;
    // A ticket that expired has paid its value back; tokens of one stay with the gateway, and nothing here can send them again.
    return state === 'redeemed' || state === 'failed' ? 'arrived' : 'under way';
  }

  async send(from: Side, rule: TreasuryRule, amount: bigint): Promise<Hex> {
    return from === 'l1' ? this.#sendFromL1(rule, amount) : this.#sendFromL2(rule, amount);
  }

  async redeem({l1Token}: TreasuryRule): Promise<Hex> {
    const sent = this.#newest.get(keyOf('l1', l1Token));
    if (sent === undefined) throw new Error('No transfer from L1 is known');
    return (await this.#deps.bridge()).tickets.redeem(sent.tx, this.#deps.key);
  }

  async #sendFromL1({l1Token, l2Token}: TreasuryRule, amount: bigint): Promise<Hex> {
    const {account, outbox, clients: {l1: client}} = this.#deps;
    const reserve = {client, account, address: this.#ends.l1, abi: l1ReserveAbi} as const;
    const purpose = `treasury to l2 ${l1Token}`;
    if (l1Token === zeroAddress) {
      const {maxSubmissionCost, gasLimit, maxFeePerGas, value} = await (await this.#deps.bridge()).tickets.quote({
        from: this.#ends.l1, to: this.#ends.l2, data: '0x', refundTo: this.#ends.l2, value: amount,
      });
      return (await outbox.send(purpose, {...reserve, functionName: 'sendEth', args: [amount, maxSubmissionCost, gasLimit, maxFeePerGas], value})).transactionHash;
    }
    const {maxSubmissionCost, gasLimit, maxFeePerGas, value} = await this.#quoteToken(l1Token, l2Token, amount);
    return (await outbox.send(purpose, {...reserve, functionName: 'sendToken', args: [l1Token, amount, maxSubmissionCost, gasLimit, maxFeePerGas], value})).transactionHash;
  }

  async #sendFromL2({l1Token}: TreasuryRule, amount: bigint): Promise<Hex> {
    const {account, outbox, clients: {l2: client}} = this.#deps;
    const reserve = {client, account, address: this.#ends.l2, abi: l2ReserveAbi} as const;
    const purpose = `treasury to l1 ${l1Token}`;
    return l1Token === zeroAddress
      ? (await outbox.send(purpose, {...reserve, functionName: 'sendEth', args: [amount]})).transactionHash
      : (await outbox.send(purpose, {...reserve, functionName: 'sendToken', args: [l1Token, amount]})).transactionHash;
  }

  /** What the gateway's message costs on L2. ⟂ Refuses a token that would arrive as another than the custody lists. */
  async #quoteToken(l1Token: Address, l2Token: Address, amount: bigint): Promise<TicketQuote> {
    const {clients: {l1}} = this.#deps;
    const router = {address: await this.#typed(l1, 'ROUTER', () => l1.readContract({address: this.#ends.l1, abi: l1ReserveAbi, functionName: 'ROUTER'})), abi: gatewayAbi} as const;
    const [gateway, arrivesAs] = await this.#typed(l1, 'getGateway', () => Promise.all([
      l1.readContract({...router, functionName: 'getGateway', args: [l1Token]}), l1.readContract({...router, functionName: 'calculateL2TokenAddress', args: [l1Token]}),
    ]));
    if (!isAddressEqual(arrivesAs, l2Token)) {
      throw new SequencerError({code: 'CONFIG_INVALID', detail: `The gateways turn ${l1Token} into ${arrivesAs} on L2, not into ${l2Token}: correct the treasury file`});
    }
    const contract = {address: gateway, abi: gatewayAbi} as const;
    const ends = [this.#ends.l1, this.#ends.l2] as const;
    const [to, data] = await this.#typed(l1, 'getOutboundCalldata', () => Promise.all([
      l1.readContract({...contract, functionName: 'counterpartGateway'}), l1.readContract({...contract, functionName: 'getOutboundCalldata', args: [l1Token, ...ends, amount, '0x']}),
    ]));
    return (await this.#deps.bridge()).tickets.quote({from: gateway, to, data, refundTo: this.#ends.l2});
  }

  async #readEvents(side: Side): Promise<void> {
    const client = this.#deps.clients[side];
    const [head, final] = await this.#typed(client, 'eth_getBlockByNumber', () => Promise.all([client.getBlockNumber(), client.getBlock({blockTag: 'finalized'})]));
    const event = {address: this.#ends[side], abi: l2ReserveAbi, eventName: 'ReserveSent'} as const;
    const logs = await inChunks(client, {fromBlock: this.#next[side], toBlock: head}, (range) => client.getContractEvents({...event, ...range, strict: true}));
    for (const {args: {token, receipt}, transactionHash} of logs) this.#newest.set(keyOf(side, token), {tx: transactionHash, receipt});
    if (final.number + 1n > this.#next[side]) this.#next[side] = final.number + 1n;
  }

  async #typed<T>(client: ChainClient, functionName: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw chainError(error, {chainId: client.chain.id, url: client.transport.url ?? '', functionName});
    }
  }
}

const keyOf = (side: Side, l1Token: Address): string => `${side} ${l1Token.toLowerCase()}`;
