/** Reads a settings file of {@link Settings}: JSON, money as decimal strings, everything else as the type says; unknown names are refused. */
import {readFileSync} from 'node:fs';
import {type Address, getAddress, isAddress, zeroAddress} from 'viem';
import {networkOf} from './networks.ts';
import {type AssetSettings, type ChainSettings, DEFAULTS, EVMNET, type RewardSettings, type SetHeaderSettings, type Settings, type TimelockSettings} from './settings.ts';

type Json = Readonly<Record<string, unknown>>;

const NAMES = new Set([
  'label', 'deployer', 'timelock', 'guardian', 'poster', 'stakeToken', 'chains', 'rewards', 'treasuryOperator',
  'eraEpochs', 'maxAgeSeconds', 'disputeSeconds', 'upgradeDelaySeconds', 'termSeconds', 'termLeadSeconds', 'drawSeconds', 'unbondingSeconds',
  'fraudSeconds', 'marginSeconds', 'vetoSeconds', 'votePeriodSeconds', 'handoverGraceSeconds', 'bootstrapValidators', 'seats', 'churnFloor',
  'minimumStake', 'weightCap', 'minimumBond', 'sink', 'bountyBps', 'dissentBps', 'dissentCapBps', 'absentBps',
]);

/** @throws Error in one sentence that names the file and the value. */
export function readSettings(file: string): Settings {
  let json: Json;
  try {
    json = JSON.parse(readFileSync(file, 'utf8')) as Json;
  } catch (cause) {
    throw new Error(`${file} cannot be read as JSON: ${cause instanceof Error ? cause.message : String(cause)}`, {cause});
  }
  try {
    return parse(json);
  } catch (cause) {
    throw new Error(`${file}: ${cause instanceof Error ? cause.message : String(cause)}`, {cause});
  }
}

function parse(json: Json): Settings {
  for (const name of Object.keys(json)) if (!NAMES.has(name)) throw new Error(`there is no setting "${name}".`);
  const chains = list(json, 'chains').map(chainOf);
  const l2 = list(json, 'chains').find(({role}) => role === 'l2');
  const bridge = l2 === undefined ? undefined : networkOf(text(l2, 'network')).bridge;
  if (bridge === undefined) throw new Error('the l2 chain must be an Arbitrum network.');
  if (bridge.l1ChainId !== chains.find(({role}) => role === 'l1')?.chainId) throw new Error(`the l2 chain settles on chain ${bridge.l1ChainId}, which is not the l1 of these settings.`);
  const rest = Object.fromEntries(Object.keys(DEFAULTS).filter((name) => name !== 'sink' && name in json).map((name) => [name, count(json, name)]));
  return {
    ...DEFAULTS, ...rest, label: text(json, 'label'), deployer: address(json, 'deployer'), admin: timelockOf(json.timelock as Json), guardian: address(json, 'guardian'),
    poster: address(json, 'poster'), inbox: bridge.inbox, bridge: bridge.bridge, stakeToken: address(json, 'stakeToken'), chains,
    minimumStake: money(json, 'minimumStake'), weightCap: money(json, 'weightCap'), minimumBond: money(json, 'minimumBond'),
    ...('sink' in json ? {sink: address(json, 'sink')} : {}), beacon: EVMNET,
    ...('treasuryOperator' in json ? {treasury: {operator: address(json, 'treasuryOperator'), l1Router: bridge.l1Router, l2Router: bridge.l2Router}} : {}),
    ...('rewards' in json ? {rewards: rewardsOf(json.rewards as Json)} : {}),
  };
}

function chainOf(json: Json): ChainSettings {
  const network = networkOf(text(json, 'network'));
  const role = text(json, 'role');
  if (role !== 'l1' && role !== 'l2' && role !== 'further') throw new Error(`role is "${role}", not l1, l2 or further.`);
  const assets = list(json, 'assets').map((asset): AssetSettings => {
    const token = text(asset, 'token');
    const lotSize = money(asset, 'lotSize');
    if (token === 'native') return {token: zeroAddress, symbol: 'ETH', decimals: 18, lotSize};
    if (token === 'usdc') return {token: network.usdc, symbol: 'USDC', decimals: 6, lotSize};
    return {token: address(asset, 'token'), symbol: text(asset, 'symbol'), decimals: count(asset, 'decimals'), lotSize};
  });
  const firstSet = 'firstSet' in json ? setOf(json.firstSet as Json) : undefined;
  return {role, chainId: network.chainId, isArbitrum: network.isArbitrum, withdrawEvery: count(json, 'withdrawEvery'), assets, firstSet};
}

function timelockOf(json: Json | undefined): TimelockSettings {
  if (json === undefined) throw new Error('timelock is missing.');
  return {delaySeconds: count(json, 'delaySeconds'), proposers: addresses(json, 'proposers'), executors: addresses(json, 'executors')};
}

function rewardsOf(json: Json): RewardSettings {
  return {
    token: text(json, 'token'), tickets: count(json, 'tickets'), auditRows: count(json, 'auditRows'),
    commitSeconds: count(json, 'commitSeconds'), seedDelaySeconds: count(json, 'seedDelaySeconds'), claimSeconds: count(json, 'claimSeconds'),
  };
}

function setOf(json: Json): SetHeaderSettings {
  return {
    setId: count(json, 'setId'), membersRoot: text(json, 'membersRoot') as `0x${string}`, aggregateKey: text(json, 'aggregateKey') as `0x${string}`,
    totalWeight: money(json, 'totalWeight'), count: count(json, 'count'), activeFrom: BigInt(count(json, 'activeFrom')), activeUntil: BigInt(count(json, 'activeUntil')),
  };
}

function text(json: Json, name: string): string {
  const value = json[name];
  if (typeof value !== 'string' || value === '') throw new Error(`${name} must be a text.`);
  return value;
}

function count(json: Json, name: string): number {
  const value = json[name];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw new Error(`${name} must be a whole number.`);
  return value;
}

/** Base units, as decimal text: JSON numbers lose digits. */
function money(json: Json, name: string): bigint {
  const value = json[name];
  if (typeof value !== 'string' || !/^\d+$/.test(value)) throw new Error(`${name} must be a decimal text of base units.`);
  return BigInt(value);
}

function address(json: Json, name: string): Address {
  return checked(json[name], name);
}

function addresses(json: Json, name: string): Address[] {
  const value = json[name];
  if (!Array.isArray(value)) throw new Error(`${name} must be a list of addresses.`);
  return value.map((each) => checked(each, name));
}

function checked(value: unknown, name: string): Address {
  if (typeof value !== 'string' || !isAddress(value)) throw new Error(`${name} is no address: ${String(value)}.`);
  return getAddress(value);
}

function list(json: Json, name: string): Json[] {
  const value = json[name];
  if (!Array.isArray(value) || value.length === 0) throw new Error(`${name} must be a list.`);
  return value as Json[];
}
