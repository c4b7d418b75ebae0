/** The whole system as one plan per chain, from settings alone: no chain is asked, so it can be printed and compared anywhere. */
import canonicalize from 'canonicalize';
import {type Address, encodeAbiParameters, getAddress, type Hex, keccak256, parseAbiParameters, toHex, zeroAddress} from 'viem';
import type {Rules, RulesCustody} from '../../protocol/src/types.ts';
import {hasFunction, type Named} from './artifacts.ts';
import type {ChainSettings, Settings} from './settings.ts';
import {isTestToken, problemsOf} from './settings.ts';
import {ChainBuilder, type ChainPlan} from './steps.ts';

export type ListedAsset = {token: Address; symbol: string; decimals: number; lotSize: bigint};

export type SystemPlan = {
  settings: Settings;
  registry: Address;
  /** EIP-712 salt of the deployment. */
  salt: Hex;
  rules: Rules;
  rulesHash: Hex;
  stakeToken: Address;
  assets: ReadonlyMap<number, readonly ListedAsset[]>;
  chains: readonly ChainPlan[];
};

const ALIAS_OFFSET = BigInt('0x1111000000000000000000000000000000001111');
const DEFAULT_ADMIN_ROLE: Hex = `0x${'00'.repeat(32)}`;
const COURT_ROLE = keccak256(toHex('COURT_ROLE'));

/** How an L1 contract appears as sender on Arbitrum. */
export function aliasOf(l1: Address): Address {
  return getAddress(toHex((BigInt(l1) + ALIAS_OFFSET) % (1n << 160n), {size: 20}));
}

/** The EIP-712 salt of a deployment: `keccak256(abi.encode("PofBS", l1ChainId, registry))`. */
export function saltOf(l1ChainId: number, registry: Address): Hex {
  return keccak256(encodeAbiParameters(parseAbiParameters('string, uint256, address'), ['PofBS', BigInt(l1ChainId), registry]));
}

/** `keccak256(JCS(rules))`. */
export function hashRules(rules: Rules): Hex {
  const text = canonicalize(rules);
  if (text === undefined) throw new Error('The rules cannot be written as canonical JSON.');
  return keccak256(toHex(text));
}

type World = {
  settings: Settings;
  builders: ReadonlyMap<number, ChainBuilder>;
  l1: ChainBuilder;
  l2: ChainBuilder;
  admins: ReadonlyMap<number, Address>;
  salt: Hex;
  /** What every constructor may ask for, by name. */
  values: Named;
};

/** @throws Error naming every setting that contradicts the protocol. */
export function planSystem(settings: Settings): SystemPlan {
  const problems = problemsOf(settings);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const builders = new Map(settings.chains.map(({chainId}) => [chainId, new ChainBuilder({chainId, label: settings.label, deployer: settings.deployer})]));
  const [l1, l2] = (['l1', 'l2'] as const).map((role) => builders.get(settings.chains.find((chain) => chain.role === role)!.chainId)!) as [ChainBuilder, ChainBuilder];
  const registry = l1.proxyAddress('ValidatorRegistry');
  const salt = saltOf(l1.chainId, registry);
  const assets = new Map(settings.chains.map((chain) => [chain.chainId, listedAssets(builders.get(chain.chainId)!, chain, settings)]));
  const admins = new Map([...builders].map(([chainId, builder]) => [chainId, planAdmin(builder, settings)]));
  const stakeToken = settings.stakeToken === 'test' ? l1.create('TestToken', {name_: 'PofBS Stake', symbol_: 'STAKE', decimals_: 18}, {as: 'stake token'}) : settings.stakeToken;
  const world: World = {settings, builders, l1, l2, admins, salt, values: sharedValues(settings, {salt, stakeToken})};
  const rules = rulesOf(world, registry, assets);
  const rulesHash = hashRules(rules);
  for (const chain of settings.chains) {
    if (chain.role === 'l1') planL1(world, chain);
    else if (chain.role === 'l2') planL2(world, chain, {rulesHash, assets: assets.get(chain.chainId)!});
    else planFurther(world, chain);
    configureCustody(world, chain, assets.get(chain.chainId)!, rulesHash);
  }
  planSetupOfL1(world);
  planTreasury(world);
  for (const chain of settings.chains) handOver(world, chain);
  return {settings, registry, salt, rules, rulesHash, stakeToken, assets, chains: [...builders.values()].map((builder) => builder.build())};
}

function sharedValues(settings: Settings, {salt, stakeToken}: {salt: Hex; stakeToken: Address}): Named {
  const seconds = (value: number) => BigInt(value);
  return {
    salt, stakeToken, deployer: settings.deployer, admin: settings.deployer, guardian: settings.guardian, firstPoster: settings.poster, poster: settings.poster,
    minimumStake: settings.minimumStake, weightCap: settings.weightCap, minimumBond: settings.minimumBond, sink: settings.sink,
    termSeconds: seconds(settings.termSeconds), termLead: seconds(settings.termLeadSeconds), drawSeconds: seconds(settings.drawSeconds),
    unbondingSeconds: seconds(settings.unbondingSeconds), maxAgeSeconds: seconds(settings.maxAgeSeconds), fraudWindowSeconds: seconds(settings.fraudSeconds),
    marginSeconds: seconds(settings.marginSeconds), bootstrapValidators: settings.bootstrapValidators, seats: settings.seats, churnFloor: settings.churnFloor,
    maxAge: seconds(settings.maxAgeSeconds), disputeWindow: seconds(settings.disputeSeconds), upgradeDelay: seconds(settings.upgradeDelaySeconds),
    votePeriod: seconds(settings.votePeriodSeconds), grace: seconds(settings.handoverGraceSeconds), absentBps: settings.absentBps,
    fraudWindow: seconds(settings.fraudSeconds), vetoWindow: seconds(settings.vetoSeconds),
    // Evidence lives as long as the stake it is against.
    evidenceSeconds: seconds(settings.unbondingSeconds + settings.termSeconds),
    bountyBps: settings.bountyBps, dissentBps: settings.dissentBps, dissentCapBps: settings.dissentCapBps,
  };
}

function planAdmin(builder: ChainBuilder, {admin}: Settings): Address {
  if (typeof admin === 'string') return getAddress(admin);
  const {delaySeconds, proposers, executors} = admin;
  const address = builder.create('TimelockController', {minDelay: BigInt(delaySeconds), proposers, executors, admin: zeroAddress});
  builder.expect('TimelockController', {functionName: 'getMinDelay', expected: BigInt(delaySeconds)});
  builder.roleHolders('TimelockController', 'PROPOSER_ROLE', proposers);
  builder.roleHolders('TimelockController', 'CANCELLER_ROLE', proposers);
  builder.roleHolders('TimelockController', 'EXECUTOR_ROLE', executors);
  // Itself: roles change only by an announced call.
  builder.roleHolders('TimelockController', 'DEFAULT_ADMIN_ROLE', [address]);
  return address;
}

function listedAssets(builder: ChainBuilder, {assets}: ChainSettings, settings: Settings): ListedAsset[] {
  return assets.map(({token, symbol, decimals, lotSize}) => ({token: isTestToken(token) ? testToken(builder, {token, symbol, decimals}, settings) : token, symbol, decimals, lotSize}));
}

function testToken(builder: ChainBuilder, {token, symbol, decimals}: {token: 'test' | 'bridged'; symbol: string; decimals: number}, {treasury}: Settings): Address {
  const values = {name_: symbol === 'USDC' ? 'USD Coin' : symbol, symbol_: symbol, decimals_: decimals};
  if (token === 'test') return builder.create('TestToken', values, {as: `test ${symbol}`});
  if (treasury === undefined) throw new Error(`${symbol} is a bridged token, but there is no treasury with gateways.`);
  return builder.create('BridgedTestToken', {...values, l2Gateway: treasury.l2Router}, {as: `test ${symbol}`});
}

/** Sets, verifiers and Custody, as on every chain. */
function planCustody({values, admins}: World, builder: ChainBuilder, chain: ChainSettings, setsName: 'ValidatorSets' | 'MirrorSets'): Named {
  const sets = builder.proxyAddress(setsName);
  const verifier = builder.create('CertificateVerifier', {sets});
  const fraud = builder.create('FraudVerifier', values);
  const forwarders = builder.create('ForwarderFactory', {});
  const known: Named = {...values, sets, verifier, fraud, fraudVerifier: fraud, forwarders, factory: forwarders, arbitrum: chain.isArbitrum, timelock: admins.get(chain.chainId)};
  const exits = builder.create('CustodyExits', known, {after: ['CertificateVerifier', 'FraudVerifier', 'ForwarderFactory']});
  builder.proxy('Custody', {...known, exits}, {after: ['CustodyExits', 'CertificateVerifier']});
  if (hasFunction('Custody', 'CONTROL')) builder.createdBy('Custody', 'CustodyControl', 'CONTROL');
  return known;
}

function planL1(world: World, chain: ChainSettings): void {
  const {l1, settings} = world;
  const registry = l1.proxyAddress('ValidatorRegistry');
  const known = {...planCustody(world, l1, chain, 'ValidatorSets'), registry};
  const terms = l1.create('RegistryTerms', known);
  l1.proxy('ValidatorRegistry', {...known, terms}, {after: ['RegistryTerms']});
  l1.proxy('ValidatorSets', {...known, writer: registry});
  const after = ['ValidatorRegistry', 'FraudVerifier', ...(l1.has('TimelockController') ? ['TimelockController'] : [])];
  l1.create('SlashingCourt', known, {after});
  if (settings.beacon !== undefined) l1.create('DrandBeacon', beaconValues(settings));
}

function planL2(world: World, chain: ChainSettings, {rulesHash, assets}: {rulesHash: Hex; assets: readonly ListedAsset[]}): void {
  const {l1, l2, settings} = world;
  const alias = aliasOf(l1.proxyAddress('ValidatorRegistry'));
  const known = {...planCustody(world, l2, chain, 'ValidatorSets'), writer: alias, registry: alias};
  l2.proxy('ValidatorSets', known);
  const manager = l2.proxy('EpochManager', known, {after: ['CertificateVerifier']});
  l2.expect('EpochManager', {functionName: 'poster', pick: '0', expected: settings.poster});
  l2.call('EpochManager', 'setRulesHash', {rulesHash}, {functionName: 'rulesHashKnown', args: [rulesHash], expected: true});
  l2.create('Participation', {...known, manager, court: l1.entry('SlashingCourt').address});
  if (settings.beacon === undefined) return;
  const beacon = l2.create('DrandBeacon', beaconValues(settings));
  if (settings.rewards === undefined) return;
  const {token, tickets, auditRows, commitSeconds, seedDelaySeconds, claimSeconds} = settings.rewards;
  l2.proxy('RewardPool', {
    ...known, manager, beacon, token: assets.find(({symbol}) => symbol === token)?.token ?? token, tickets, auditRows,
    commitPeriod: BigInt(commitSeconds), seedDelay: BigInt(seedDelaySeconds), claimPeriod: BigInt(claimSeconds),
  });
}

const beaconValues = ({beacon}: Settings): Named => ({groupKey: beacon!.groupKey, genesis: BigInt(beacon!.genesis), period: BigInt(beacon!.periodSeconds)});

/** A chain that L1 sends no messages to: its mirror starts from a set that the settings name, and sets hand over to each other. */
function planFurther(world: World, chain: ChainSettings): void {
  const builder = world.builders.get(chain.chainId)!;
  const known = planCustody(world, builder, chain, 'MirrorSets');
  if (chain.firstSet === undefined) throw new Error(`Chain ${chain.chainId} needs firstSet: a header that the registry fixed on L1.`);
  builder.proxy('MirrorSets', {...known, first: chain.firstSet});
}

function configureCustody({settings, builders}: World, chain: ChainSettings, assets: readonly ListedAsset[], rulesHash: Hex): void {
  const builder = builders.get(chain.chainId)!;
  const owned = assets.filter((_, i) => isTestToken(chain.assets[i]!.token)).map(({symbol}) => `test ${symbol}`);
  for (const {token, symbol, lotSize} of assets) {
    const after = owned.includes(`test ${symbol}`) ? [`test ${symbol}`] : [];
    builder.call('Custody', 'listAsset', {token, lotSize}, {functionName: 'asset', args: [token], pick: 'lotSize', expected: lotSize}, {id: `Custody.listAsset ${symbol}`, after});
  }
  builder.call('Custody', 'setRulesHash', {rulesHash}, {functionName: 'rulesHashKnown', args: [rulesHash], expected: true});
  builder.roleHolders('Custody', 'GUARDIAN_ROLE', [settings.guardian]);
}

/** The registry learns of the rest of the system, and the court of its powers. */
function planSetupOfL1({l1, l2, settings, values, admins}: World): void {
  const sets = l1.entry('ValidatorSets').address;
  const l2Sets = l2.entry('ValidatorSets').address;
  const namespace = 'pobs.storage.ValidatorRegistry';
  l1.call('ValidatorRegistry', 'setBridge', {sets, inbox: settings.inbox, l2Sets}, {namespace, member: 'l2Sets', expected: BigInt(l2Sets)});
  l1.expect('ValidatorRegistry', {namespace, member: 'sets', expected: BigInt(sets)});
  l1.expect('ValidatorRegistry', {namespace, member: 'inbox', expected: BigInt(settings.inbox)});
  const court = l1.entry('SlashingCourt').address;
  l1.call('ValidatorRegistry', 'grantRole', {role: COURT_ROLE, account: court}, {functionName: 'hasRole', args: [COURT_ROLE, court], expected: true}, {id: 'ValidatorRegistry.grantRole court', after: ['SlashingCourt']});
  l1.expect('ValidatorRegistry', {functionName: 'COURT_ROLE', expected: COURT_ROLE});
  l1.roleHolders('ValidatorRegistry', 'COURT_ROLE', [court]);
  if (l1.has('DrandBeacon')) {
    const beacon = l1.entry('DrandBeacon').address;
    l1.call('ValidatorRegistry', 'setSources', {beacon, humanity: zeroAddress}, {namespace, member: 'beacon', expected: BigInt(beacon)}, {after: ['DrandBeacon']});
  }
  l1.later('ValidatorRegistry', 'setOperator', {operator: settings.poster, l2EpochManager: l2.entry('EpochManager').address});
  if (settings.bridge === undefined || !hasFunction('SlashingCourt', 'setAbsenceReporter')) return;
  const reporter = l2.entry('Participation').address;
  const named = {bridge_: settings.bridge, l2Reporter_: reporter};
  // Only the court's timelock may: by the deployer when it is that, else later.
  if (admins.get(l1.chainId) === values.deployer) {
    l1.call('SlashingCourt', 'setAbsenceReporter', named, {functionName: 'l2Reporter', expected: reporter});
  } else l1.later('SlashingCourt', 'setAbsenceReporter', named);
}

/** One reserve on each side; each names the other, once and for all. */
function planTreasury({l1, l2, settings, values}: World): void {
  const {treasury, inbox} = settings;
  if (treasury === undefined) return;
  const ends = [{builder: l1, name: 'L1Reserve', router: treasury.l1Router}, {builder: l2, name: 'L2Reserve', router: treasury.l2Router}] as const;
  for (const {builder, name, router} of ends) {
    builder.create(name, {...values, operator: treasury.operator, custody: builder.entry('Custody').address, router, inbox});
    builder.roleHolders(name, 'OPERATOR_ROLE', [treasury.operator]);
  }
  for (const [i, {builder, name}] of ends.entries()) {
    const {builder: there, name: other} = ends[1 - i]!;
    const given = there.entry(other).address;
    builder.call(name, 'setPeer', {given}, {functionName: 'peer', expected: given});
  }
}

/** Hands every contract over to the admin; the deployer keeps nothing. */
function handOver({settings, builders, admins}: World, {chainId}: ChainSettings): void {
  const builder = builders.get(chainId)!;
  const admin = admins.get(chainId)!;
  const owned = ['ValidatorRegistry', 'ValidatorSets', 'MirrorSets', 'EpochManager', 'RewardPool', 'Custody', 'L1Reserve', 'L2Reserve'].filter((name) => builder.has(name));
  for (const name of owned) builder.roleHolders(name, 'DEFAULT_ADMIN_ROLE', [admin]);
  if (admin === getAddress(settings.deployer)) return;
  const holds = (account: Address, expected: boolean) => ({functionName: 'hasRole', args: [DEFAULT_ADMIN_ROLE, account], expected});
  for (const name of owned) builder.call(name, 'grantRole', {role: DEFAULT_ADMIN_ROLE, account: admin}, holds(admin, true), {id: `${name}.grantRole admin`});
  // One phase of its own, after everything that still needs the deployer.
  const all = builder.build().steps.map(({id}) => id);
  for (const name of owned) {
    builder.call(name, 'renounceRole', {role: DEFAULT_ADMIN_ROLE, callerConfirmation: settings.deployer}, holds(settings.deployer, false), {id: `${name}.renounceRole deployer`, afterSteps: all});
  }
}

function rulesOf({settings, builders}: World, registry: Address, assets: ReadonlyMap<number, readonly ListedAsset[]>): Rules {
  const custodies = settings.chains.map(({chainId, withdrawEvery}): RulesCustody => ({
    chainId, custody: builders.get(chainId)!.proxyAddress('Custody'), withdrawEvery,
    tokens: [...assets.get(chainId)!].sort((a, b) => (BigInt(a.token) < BigInt(b.token) ? -1 : 1)).map(({token, symbol, decimals, lotSize}) => ({
      token, symbol, currency: symbol, decimals, lotSize: lotSize.toString(), withdrawalFeeLots: '0', withdrawalMinimumLots: '1',
    })),
  }));
  return {
    version: 1, l1ChainId: settings.chains.find(({role}) => role === 'l1')!.chainId, registry, settlementCurrency: 'USDC',
    maxAgeSeconds: settings.maxAgeSeconds, eraEpochs: settings.eraEpochs, custodies: custodies.sort((a, b) => a.chainId - b.chainId),
  };
}
