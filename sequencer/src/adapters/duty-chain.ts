import {type Network} from '@pobs/protocol';
import {custodyAbi, drandBeaconAbi, epochManagerAbi, erc20Abi, participationAbi, rewardPoolAbi, validatorRegistryAbi, validatorSetsAbi} from '@pobs/protocol/abi';
import {type BeaconRound, type ChainClient, chainError, type CountedProposal, countedProposal, inChunks, readPool, readPrizes} from '@pobs/protocol/chain';
import type {Address, Hex, LocalAccount} from 'viem';
import type {ForcedChain, OpenRequest, ParticipationChain, RewardChain, Span} from '../services/duties/ports.ts';
import type {Outbox} from './outbox.ts';

type Deps = {client: ChainClient; account: LocalAccount; outbox: Outbox; network: Network};

async function typed<T>(client: ChainClient, functionName: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw chainError(error, {chainId: client.chain.id, url: client.transport.url ?? '', functionName});
  }
}

/** What duties on L2 share. @throws {ChainError} from all. */
class L2Chain {
  protected readonly deps: Deps;

  constructor(deps: Deps) {
    this.deps = deps;
  }

  protected get manager() {
    return {address: this.deps.network.l2.epochManager, abi: epochManagerAbi} as const;
  }

  async time(): Promise<bigint> {
    const {client} = this.deps;
    return typed(client, 'eth_getBlockByNumber', async () => (await client.getBlock()).timestamp);
  }

  async latestSet(): Promise<number> {
    const {client, network} = this.deps;
    return typed(client, 'latestSetId', () => client.readContract({address: network.l2.sets, abi: validatorSetsAbi, functionName: 'latestSetId'}));
  }

  async span(setId: number): Promise<Span | undefined> {
    const {client} = this.deps;
    const {firstEpoch, lastEpoch} = await typed(client, 'termOf', () => client.readContract({...this.manager, functionName: 'termOf', args: [setId]}));
    return firstEpoch === 0n ? undefined : {first: firstEpoch, last: lastEpoch};
  }
}

/** Participation through viem. */
export class ViemParticipationChain extends L2Chain implements ParticipationChain {
  readonly #address: Address;

  constructor(deps: Deps, participation: Address) {
    super(deps);
    this.#address = participation;
  }

  get #contract() {
    return {address: this.#address, abi: participationAbi} as const;
  }

  async lastEpoch(): Promise<bigint> {
    const {client} = this.deps;
    return typed(client, 'lastEpoch', () => client.readContract({...this.manager, functionName: 'lastEpoch'}));
  }

  proposal(epoch: bigint): Promise<CountedProposal | undefined> {
    const {client, network} = this.deps;
    return countedProposal({client, manager: network.l2.epochManager, epoch, fromBlock: BigInt(network.l2.startBlock)});
  }

  async isCounted(epoch: bigint): Promise<boolean> {
    const {client} = this.deps;
    return typed(client, 'isCounted', () => client.readContract({...this.#contract, functionName: 'isCounted', args: [epoch]}));
  }

  async count(epoch: bigint, [approve, reject, dispute]: CountedProposal['groups']): Promise<Hex> {
    const {client, account, outbox} = this.deps;
    const receipt = await outbox.send(`count ${epoch}`, {client, account, ...this.#contract, functionName: 'count', args: [epoch, approve!, reject!, dispute!]});
    return receipt.transactionHash;
  }

  async votesCloseAfter(): Promise<bigint> {
    const {client} = this.deps;
    return typed(client, 'votesCloseAfter', () => client.readContract({...this.manager, functionName: 'votesCloseAfter'}));
  }

  async limits(): Promise<{absentBps: bigint; reportMax: number}> {
    const {client} = this.deps;
    const [absentBps, reportMax] = await typed(client, 'ABSENT_BPS', () => Promise.all([
      client.readContract({...this.#contract, functionName: 'ABSENT_BPS'}), client.readContract({...this.#contract, functionName: 'REPORT_MAX'}),
    ]));
    return {absentBps: BigInt(absentBps), reportMax: Number(reportMax)};
  }

  async absences(setId: number, seats: number): Promise<{missed: number; reported: boolean}[]> {
    const {client} = this.deps;
    return typed(client, 'absencesOf', async () => {
      const found: {missed: number; reported: boolean}[] = [];
      for (let index = 0; index < seats; index += 1) {
        const [missed, reported] = await Promise.all([
          client.readContract({...this.#contract, functionName: 'absencesOf', args: [setId, index]}),
          client.readContract({...this.#contract, functionName: 'isReported', args: [setId, index]}),
        ]);
        found.push({missed, reported});
      }
      return found;
    });
  }

  async report(setId: number, members: Parameters<ParticipationChain['report']>[1], siblings: readonly Hex[]): Promise<Hex> {
    const {client, account, outbox} = this.deps;
    const receipt = await outbox.send(`report ${setId} from ${members[0]!.index}`, {client, account, ...this.#contract, functionName: 'report', args: [setId, members, siblings]});
    return receipt.transactionHash;
  }
}

export type RewardAddresses = {
  pool: Address;
  /** DrandBeacon of each chain; L1's only where seats are drawn. */
  beacons: {l1: Address | undefined; l2: Address};
};

/** RewardPool and the beacons through viem. */
export class ViemRewardChain extends L2Chain implements RewardChain {
  readonly #l1: ChainClient;
  readonly #addresses: RewardAddresses;

  constructor(deps: Deps & {l1: ChainClient}, addresses: RewardAddresses) {
    super(deps);
    this.#l1 = deps.l1;
    this.#addresses = addresses;
  }

  get #contract() {
    return {address: this.#addresses.pool, abi: rewardPoolAbi} as const;
  }

  prizes(setId: number) {
    return readPrizes({client: this.deps.client, pool: this.#addresses.pool, setId});
  }

  async fund(setId: number, amount: bigint): Promise<Hex> {
    const {client, account, outbox} = this.deps;
    const {pool} = this.#addresses;
    const {token: address} = await readPool({client, pool});
    const token = {address, abi: erc20Abi} as const;
    const allowance = await typed(client, 'allowance', () => client.readContract({...token, functionName: 'allowance', args: [account.address, pool]}));
    if (allowance < amount) await outbox.send(`approve rewards ${setId}`, {client, account, ...token, functionName: 'approve', args: [pool, amount]});
    const receipt = await outbox.send(`fund ${setId}`, {client, account, ...this.#contract, functionName: 'fund', args: [setId, amount]});
    return receipt.transactionHash;
  }

  async draw(setId: number): Promise<Hex> {
    const {client, account, outbox} = this.deps;
    return (await outbox.send(`draw ${setId}`, {client, account, ...this.#contract, functionName: 'draw', args: [setId]})).transactionHash;
  }

  async carry(from: number, to: number): Promise<Hex> {
    const {client, account, outbox} = this.deps;
    return (await outbox.send(`carry ${from} to ${to}`, {client, account, ...this.#contract, functionName: 'carry', args: [from, to]})).transactionHash;
  }

  async randomness(chain: 'l1' | 'l2', round: bigint): Promise<Hex> {
    const {client, address} = this.#beacon(chain);
    return typed(client, 'randomness', () => client.readContract({address, abi: drandBeaconAbi, functionName: 'randomness', args: [round]}));
  }

  async submit(chain: 'l1' | 'l2', {round, signature}: BeaconRound): Promise<Hex> {
    const {account, outbox} = this.deps;
    const {client, address} = this.#beacon(chain);
    return (await outbox.send(`round ${round}`, {client, account, address, abi: drandBeaconAbi, functionName: 'submit', args: [round, signature]})).transactionHash;
  }

  async seatRound(): Promise<bigint | undefined> {
    const client = this.#l1;
    if (this.#addresses.beacons.l1 === undefined) return undefined;
    const registry = {address: this.deps.network.l1.registry, abi: validatorRegistryAbi} as const;
    return typed(client, 'queues', async () => {
      const [{waiting, draws, churn, drawOpensAt}, {timestamp}] = await Promise.all([client.readContract({...registry, functionName: 'queues'}), client.getBlock()]);
      // The registry's own condition for a draw: candidates, an open window, and seats left to draw.
      if (drawOpensAt === 0n || waiting === 0 || draws >= churn || timestamp < drawOpensAt) return undefined;
      return client.readContract({...registry, functionName: 'seedRound'});
    });
  }

  #beacon(chain: 'l1' | 'l2'): {client: ChainClient; address: Address} {
    const {beacons} = this.#addresses;
    if (chain === 'l2') return {client: this.deps.client, address: beacons.l2};
    if (beacons.l1 === undefined) throw new Error('L1 has no beacon, so no draw of seats waits for one');
    return {client: this.#l1, address: beacons.l1};
  }
}

/** One Custody's forced withdrawals through viem. */
export class ViemForcedChain implements ForcedChain {
  readonly custody: Address;
  readonly #deps: Deps;
  readonly #startBlock: bigint;
  /** Wallets that ever forced one, by token; events of blocks below `#next` are in. */
  readonly #askers = new Map<string, {token: Address; wallet: Address}>();
  #next: bigint;

  constructor(name: 'l1' | 'l2', deps: Deps) {
    this.custody = deps.network[name].custody;
    this.#startBlock = BigInt(deps.network[name].startBlock);
    this.#next = this.#startBlock;
    this.#deps = deps;
  }

  get chainId(): number {
    return this.#deps.client.chain.id;
  }

  get #contract() {
    return {address: this.custody, abi: custodyAbi} as const;
  }

  async activeEpoch(): Promise<bigint> {
    const {client} = this.#deps;
    return (await typed(client, 'activeRoot', () => client.readContract({...this.#contract, functionName: 'activeRoot'}))).epoch;
  }

  async openRequests(): Promise<OpenRequest[]> {
    const {client} = this.#deps;
    await this.#readEvents();
    const requests = await Promise.all([...this.#askers].map(async ([key, {token, wallet}]) => {
      const [request, open] = await typed(client, 'forcedRequest', () => client.readContract({...this.#contract, functionName: 'forcedRequest', args: [token, wallet]}));
      if (!open) this.#askers.delete(key);
      return open ? [{token, wallet, baseline: request.baseline, blockNumber: BigInt(request.blockNumber), exit: request.exit}] : [];
    }));
    return requests.flat();
  }

  async markServed(payout: Parameters<ForcedChain['markServed']>[0]): Promise<Hex> {
    const {client, account, outbox} = this.#deps;
    const purpose = `served ${payout.token} ${payout.wallet} ${payout.cumulative}`;
    return (await outbox.send(purpose, {client, account, ...this.#contract, functionName: 'markServed', args: [payout]})).transactionHash;
  }

  async markServedByRow(proof: Parameters<ForcedChain['markServedByRow']>[0]): Promise<Hex> {
    const {client, account, outbox} = this.#deps;
    const purpose = `served by row ${proof.line.assets[proof.assetIndex]!.token} ${proof.wallet} ${proof.summary.epoch}`;
    return (await outbox.send(purpose, {client, account, ...this.#contract, functionName: 'markServedByRow', args: [proof as never]})).transactionHash;
  }

  /** Final blocks are read once, newer ones again: a reorganisation may bring others. */
  async #readEvents(): Promise<void> {
    const {client} = this.#deps;
    const [head, final] = await typed(client, 'eth_getBlockByNumber', () => Promise.all([client.getBlockNumber(), client.getBlock({blockTag: 'finalized'})]));
    const logs = await inChunks(client, {fromBlock: this.#next, toBlock: head}, (range) =>
      client.getContractEvents({...this.#contract, eventName: 'WithdrawalForced', ...range, strict: true}));
    for (const {args: {token, wallet}} of logs) this.#askers.set(`${token} ${wallet}`, {token, wallet});
    if (final.number + 1n > this.#next) this.#next = final.number + 1n;
  }
}
