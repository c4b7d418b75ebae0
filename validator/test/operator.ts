/** Seals, publishes, proposes and certifies epochs over a {@link World}, honestly or not. */
import {
  blindingFor, buildCertificate, type Certificate, certificateArgument, encryptMapping, type Leg, type SealedAsset, type SealedEpoch, summaryDigest, type Summary, VoteKind,
} from '@pobs/protocol';
import {epochManagerAbi} from '@pobs/protocol/abi';
import {assembleEpoch, buildEpoch, type BuiltEpoch} from '@pobs/protocol/builder';
import {chainClient, loadSet} from '@pobs/protocol/chain';
import {ipfsStore, publishEpoch} from '@pobs/protocol/store';
import {type Address, type Hex, keccak256, parseEther, sha256, zeroAddress, zeroHash} from 'viem';
import {expect} from 'vitest';
import {account, alice, bob, carol, deployer, fund, pushDeposit, runCli, STAKE, until, type World} from './network.ts';

const newcomer = account(4);
export const blinding = (wallet: Address) => blindingFor(keccak256(wallet), 0);
const row = (wallet: Address, total: bigint) => ({wallet, blinding: blinding(wallet), total, withdrawable: total, withdrawal: 0n});

/** Keys, funds and stake of one validator, through its own command line. */
export async function register(world: World, validator: number): Promise<{address: Address; recipient: string; key: Hex}> {
  const {l1, l2, stakeToken} = world;
  const {stdout, code} = await runCli('init', '--non-interactive', '--json', ...world.flags(validator));
  expect(code).toBe(0);
  const made = JSON.parse(stdout) as {address: Address; recipient: string; key: Hex};
  await fund(l1, made.address, {amount: parseEther('1')});
  await fund(l2, made.address, {amount: parseEther('1')});
  await fund(l1, made.address, {token: stakeToken, amount: 2n * STAKE});
  const deposited = await runCli('stake', 'deposit', '--amount', STAKE.toString(), '--yes', '--json', ...world.flags(validator));
  expect(deposited).toMatchObject({code: 0});
  expect(JSON.parse(deposited.stdout)).toMatchObject({registered: true, seat: validator - 1, stake: STAKE.toString()});
  return made;
}

export async function depositors({l1, l2, network, tokens}: World): Promise<void> {
  await fund(l1, alice.address, {token: tokens.l1Usdc, amount: 1_000n});
  await fund(l2, bob.address, {token: tokens.l2Usdc, amount: 2_000n});
  await pushDeposit(l1, {from: alice, custody: network.l1.custody, token: tokens.l1Usdc, amount: 1_000n});
  await pushDeposit(l2, {from: bob, custody: network.l2.custody, token: tokens.l2Usdc, amount: 2_000n});
  await pushDeposit(l2, {from: carol, custody: network.l2.custody, token: zeroAddress, amount: 5_000_000_000n});
}

export class Operator {
  readonly #world: World;
  /** Whom mappings are wrapped to. */
  readonly recipients: string[] = [];
  setId = 1;
  epoch = 0n;
  #lastDigest: Hex = zeroHash;
  #lastLog: Hex = zeroHash;
  #snapshotTime = 0n;
  #newcomerLots = 0n;
  /** Lots by asset and wallet: of the books sealed last, and of the newest approved ones. */
  #rows = new Map<string, bigint>();
  #approvedRows = new Map<string, bigint>();
  readonly #mappings = new Map<bigint, Uint8Array>();

  constructor(world: World) {
    this.#world = world;
  }

  /** One more wallet deposits USDC on L2 and has a row from the next epoch on. */
  async addHolder(lots: bigint): Promise<void> {
    const {l2, network, tokens} = this.#world;
    await fund(l2, newcomer.address, {token: tokens.l2Usdc, amount: lots});
    await pushDeposit(l2, {from: newcomer, custody: network.l2.custody, token: tokens.l2Usdc, amount: lots});
    this.#newcomerLots += lots;
  }

  async sealed(): Promise<SealedEpoch> {
    const {l1, l2, network, tokens} = this.#world;
    this.epoch += 1n;
    await Promise.all([l1.client.mine({blocks: 4}), l2.client.mine({blocks: 4})]);
    const at = await Promise.all(([[l1, network.l1], [l2, network.l2]] as const).map(async ([node, {custody}]) => {
      const {number, hash} = await node.client.getBlock({blockTag: 'finalized'});
      return {chainId: node.chainId, custody, blockNumber: number, blockHash: hash, kills: 0};
    }));
    const assetOf = (chainId: number, custody: Address, token: Address, wallet: Address, lots: bigint, lotSize = 1n): SealedAsset =>
      ({chainId, custody, token, lotSize, deposited: lots, authorisedOut: 0n, rows: [row(wallet, lots)]});
    const l2Usdc = assetOf(412_346, network.l2.custody, tokens.l2Usdc, bob.address, 2_000n);
    const more = this.#newcomerLots;
    const {timestamp} = await l2.client.getBlock();
    // Two epochs may fall into one second of the chain; their snapshot times must not (V5).
    this.#snapshotTime = timestamp > this.#snapshotTime ? timestamp : this.#snapshotTime + 1n;
    const assets = [
      assetOf(31_337, network.l1.custody, tokens.l1Usdc, alice.address, 1_000n),
      assetOf(412_346, network.l2.custody, zeroAddress, carol.address, 5n, 1_000_000_000n),
      more === 0n ? l2Usdc : {...l2Usdc, deposited: l2Usdc.deposited + more, rows: [...l2Usdc.rows, row(newcomer.address, more)]},
    ];
    return {
      epoch: this.epoch, snapshotTime: this.#snapshotTime, era: 0, journalHead: zeroHash, chains: at, payouts: [], viewingKeys: {}, assets,
      legs: this.#legsOf(assets),
    };
  }

  /** Every change since the newest approved epoch came from a deposit. */
  #legsOf(assets: readonly SealedAsset[]): Leg[] {
    this.#rows = new Map(assets.flatMap(({rows}, asset) => rows.map(({wallet, total}) => [`${asset} ${wallet}`, total] as const)));
    const changed = [...this.#rows].filter(([key, lots]) => lots !== this.#approvedRows.get(key));
    return changed.map(([key, lots], index): Leg => {
      const [asset, wallet] = key.split(' ') as [string, Address];
      return {seq: BigInt(index + 1), from: zeroAddress, to: wallet, asset: Number(asset), lots: lots - (this.#approvedRows.get(key) ?? 0n), kind: 'deposit'};
    });
  }

  inputOf(books: SealedEpoch) {
    const {network} = this.#world;
    return {
      sealed: books, setId: this.setId, parent: this.#lastDigest, previousLogRoot: this.#lastLog, rules: network.rules, salt: network.salt,
      auditor: network.auditor, logSecret: keccak256('0x10'),
    };
  }

  /** An honest epoch, built with the joint test and proposed. */
  async honest(): Promise<{digest: Hex; built: BuiltEpoch}> {
    const built = await buildEpoch(this.inputOf(await this.sealed()));
    if (!built.ok) throw new Error(JSON.stringify(built.violations));
    this.#lastLog = built.logHead;
    return {digest: await this.propose(built), built};
  }

  /** Lies that the joint test would refuse. */
  async assembled(books: SealedEpoch): Promise<BuiltEpoch> {
    return assembleEpoch(this.inputOf(books));
  }

  /** Publishes and proposes; `change` bends the summary after the books were assembled. */
  async propose(built: BuiltEpoch, {change = {}, mapping = built.mapping}: {change?: Partial<Summary>; mapping?: Uint8Array} = {}): Promise<Hex> {
    const {storage, l2, network} = this.#world;
    const summary = {...built.summary, mappingHash: sha256(mapping), ...change};
    await publishEpoch(ipfsStore(storage.url), built.files, built.manifest);
    this.#mappings.set(summary.epoch, mapping);
    await this.wrap(summary.epoch);
    const hash = await l2.client.writeContract({
      account: deployer, address: network.l2.epochManager, abi: epochManagerAbi, functionName: 'propose', args: [summary, built.lines as never], chain: null,
    });
    await l2.client.waitForTransactionReceipt({hash});
    return summaryDigest(summary, network.salt);
  }

  /** Serves an epoch's mapping to today's recipients. */
  async wrap(epoch: bigint): Promise<void> {
    this.#world.mappings.files.set(`/mapping/${epoch}`, await encryptMapping(this.#mappings.get(epoch)!, this.recipients));
  }

  /** Waits for so many votes and carries them as a certificate. */
  async decide(digest: Hex, count: number): Promise<{kind: number; rule: number}[]> {
    const {l1, l2, network} = this.#world;
    const votes = await until(`votes on epoch ${this.epoch}`, async () => {
      const cast = await l2.client.getContractEvents({
        address: network.l2.epochManager, abi: epochManagerAbi, eventName: 'VoteCast', args: {epoch: this.epoch}, fromBlock: 0n, strict: true,
      });
      return cast.length === count ? cast.map(({args}) => args) : undefined;
    });
    const set = await loadSet({l1: await chainClient({chainId: 31_337, url: l1.url}), registry: network.l1.registry, setId: this.setId, fromBlock: 0n});
    const certificate: Certificate = buildCertificate(set, votes.map(({index, kind, rule, signature}) => ({index, kind: kind as VoteKind, rule, signature})));
    const hash = await l2.client.writeContract({
      account: deployer, address: network.l2.epochManager, abi: epochManagerAbi, functionName: 'certify', args: [this.epoch, certificateArgument(certificate)], chain: null,
    });
    await l2.client.waitForTransactionReceipt({hash});
    if (votes[0]!.kind === VoteKind.Approve) {
      this.#lastDigest = digest;
      this.#approvedRows = this.#rows;
    }
    return votes.map(({kind, rule}) => ({kind, rule}));
  }
}
