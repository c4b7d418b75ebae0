/** Events in an order that reaches every branch of every handler. */
import {type Address, type Hex, keccak256, pad, toHex} from 'viem';
import {ABIS, type ContractName, type NetworkChain} from './chain-logs.ts';
import type {Emitter} from './emitter.ts';

const hash = (text: string): Hex => keccak256(toHex(text));
const wallet = (n: number): Address => pad(toHex(n), {size: 20});
const key = (n: number): Hex => pad(toHex(n), {size: 96});
const ZERO = wallet(0);
const USDC = wallet(0xdc);

const header = (setId: number, count: number) => ({
  setId, membersRoot: hash(`members ${setId}`), aggregateKey: key(setId + 1_000), totalWeight: BigInt(count) * 10n, count, activeFrom: 100n, activeUntil: 200n,
});

type Tell = (contract: ContractName, name: string, args?: Record<string, unknown>) => Promise<void>;

const teller = (chain: Emitter, contracts: NetworkChain): Tell => (contract, name, args = {}) =>
  chain.emit(contracts[contract]!, ABIS[contract], name, args);

export async function playL1(chain: Emitter, contracts: NetworkChain): Promise<void> {
  const tell = teller(chain, contracts);
  for (const contract of ['registry', 'sets', 'custody'] as const) await playAccess(tell, contract);
  await tell('registry', 'BridgeSet', {sets: contracts.sets, inbox: wallet(70), l2Sets: wallet(71)});
  for (let i = 0; i < 4; i += 1) {
    // Whichever the contract emits first, the subgraph must end the same.
    const registered = () => tell('registry', 'ValidatorRegistered', {index: i, validator: wallet(10 + i), key: key(i), encryptionKey: hash(`age ${i}`), weight: 10n});
    const seated = () => tell('registry', 'MemberChanged', {index: i, validator: wallet(10 + i), key: key(i), weight: 10n});
    for (const step of i % 2 === 0 ? [registered, seated] : [seated, registered]) await step();
  }
  await tell('registry', 'MemberChanged', {index: 1, validator: wallet(11), key: key(1), weight: 25n});
  await tell('registry', 'ExitRequested', {validator: wallet(13), amount: 10n ** 20n, withdrawableAt: 5_000n});
  await tell('registry', 'MemberChanged', {index: 3, validator: ZERO, key: '0x', weight: 0n});
  // Seat 0 is vacated: the last validator, of seat 2, moves into it.
  await tell('registry', 'MemberChanged', {index: 0, validator: wallet(12), key: key(2), weight: 10n});
  await tell('registry', 'MemberChanged', {index: 2, validator: ZERO, key: '0x', weight: 0n});
  await tell('registry', 'StakeWithdrawn', {validator: wallet(13), amount: 10n ** 20n});
  await tell('registry', 'TermFixed', {setId: 1, header: header(1, 4)});
  await tell('registry', 'TermSent', {setId: 1, ticket: 7n});
  await tell('registry', 'TermSent', {setId: 1, ticket: 8n});
  await tell('sets', 'SetAccepted', {setId: 1, header: header(1, 4)});
  await playCustody(tell);
  await chain.mine();
}

async function playAccess(tell: Tell, contract: ContractName): Promise<void> {
  const [role, other] = [hash('role'), hash('other role')];
  await tell(contract, 'Upgraded', {implementation: wallet(60)});
  await tell(contract, 'RoleGranted', {role, account: wallet(61), sender: wallet(62)});
  await tell(contract, 'RoleAdminChanged', {role, previousAdminRole: pad('0x', {size: 32}), newAdminRole: other});
  await tell(contract, 'RoleRevoked', {role, account: wallet(61), sender: wallet(62)});
  await tell(contract, 'Initialized', {version: 1n});
}

async function playCustody(tell: Tell): Promise<void> {
  await tell('custody', 'RulesHashSet', {rulesHash: hash('rules')});
  await tell('custody', 'AssetListed', {token: ZERO, lotSize: 10n ** 9n});
  await tell('custody', 'AssetListed', {token: USDC, lotSize: 1n});
  await tell('custody', 'EtherReceived', {from: wallet(50), amount: 3n * 10n ** 18n});
  await tell('custody', 'Settled', {epoch: 1n, digest: hash('epoch 1'), payoutRoot: hash('payouts 1'), blockNumber: 9n, signedWeight: 30n});
  await tell('custody', 'RootActivated', {epoch: 1n, payoutRoot: hash('payouts 1')});
  await tell('custody', 'Paid', {token: USDC, wallet: wallet(50), lots: 5n, cumulative: 5n, epoch: 1n});
  await tell('custody', 'Paid', {token: USDC, wallet: wallet(50), lots: 7n, cumulative: 12n, epoch: 2n});
  await tell('custody', 'PayoutDeferred', {token: ZERO, wallet: wallet(51), lots: 4n, epoch: 1n});
  await tell('custody', 'Paid', {token: ZERO, wallet: wallet(51), lots: 4n, cumulative: 4n, epoch: 1n});
  await tell('custody', 'Settled', {epoch: 2n, digest: hash('epoch 2'), payoutRoot: hash('payouts 2'), blockNumber: 19n, signedWeight: 40n});
  await tell('custody', 'Paused', {bits: 3n, until: 9_999n});
  await tell('custody', 'Unpaused');
}

const line = (chainId: bigint, tokens: readonly Address[]) => ({
  chainId, custody: wallet(Number(chainId % 200n)), blockNumber: 5n, blockHash: hash(`block ${chainId}`), kills: 0, payoutRoot: hash('payout root'), payoutCount: 2,
  assets: tokens.map((token, i) => ({
    token, lotSize: 1n, deposited: 100n, liabilities: 90n, withdrawable: 80n, withdrawals: 5n, authorisedOut: 10n, count: 3 + i, root: hash(`root ${token}`),
  })),
});

const summary = (epoch: bigint) => ({
  epoch, snapshotTime: 150n, setId: 1, parent: epoch === 1n ? pad('0x', {size: 32}) : hash(`epoch ${epoch - 1n}`), linesRoot: hash('lines'), lineCount: 2, snapshotCid: hash('cid'),
  mappingHash: hash('mapping'), logRoot: hash('log'), journalHead: hash('journal'), rulesHash: hash('rules'),
});

export async function playL2(chain: Emitter, contracts: NetworkChain): Promise<void> {
  const tell = teller(chain, contracts);
  const propose = (epoch: bigint) => tell('epochManager', 'EpochProposed', {epoch, digest: hash(`epoch ${epoch}`), summary: summary(epoch), lines: [line(31337n, [USDC]), line(412346n, [ZERO, USDC])]});
  const vote = (epoch: bigint, index: number, kind: number, rule = 0) =>
    tell('epochManager', 'VoteCast', {epoch, validator: wallet(10 + index), kind, rule, index, weight: 10n, signature: pad('0x01', {size: 192})});
  const certify = (epoch: bigint, kind: number, groups: readonly {rule: number; absent: boolean; indices: number[]}[]) =>
    tell('epochManager', 'CertificateAccepted', {epoch, digest: hash(`epoch ${epoch}`), kind, setId: 1, signedWeight: 30n, totalWeight: 40n, groups});
  for (const contract of ['epochManager', 'sets', 'custody'] as const) await playAccess(tell, contract);
  await tell('epochManager', 'RulesHashSet', {rulesHash: hash('rules')});
  await tell('sets', 'SetAccepted', {setId: 1, header: header(1, 4)});
  await tell('sets', 'SetAccepted', {setId: 1, header: header(1, 4)});

  // Approved by absence; seat 2 votes only through the certificate, seat 0 twice, seat 3 against.
  await propose(1n);
  for (const index of [0, 1, 0]) await vote(1n, index, 1);
  await vote(1n, 3, 2, 8);
  await certify(1n, 1, [{rule: 0, absent: true, indices: [3]}]);
  await tell('epochManager', 'EpochApproved', {epoch: 1n, digest: hash('epoch 1')});
  await vote(1n, 2, 1);

  // Rejected for two rules, then a heavier certificate; one validator votes both ways.
  await propose(2n);
  await vote(2n, 0, 2, 3);
  await vote(2n, 0, 1);
  await certify(2n, 2, [{rule: 3, absent: false, indices: [0, 1]}, {rule: 8, absent: false, indices: [2]}]);
  await tell('epochManager', 'EpochRejected', {epoch: 2n, digest: hash('epoch 2')});
  await certify(2n, 2, [{rule: 3, absent: true, indices: []}]);

  await propose(3n);
  await vote(3n, 1, 3, 9);
  await playCustody(tell);
  await chain.mine();
}
