/**
 * Deploys the whole system on an L1 and an Arbitrum L2 (or a plain EVM chain standing in for it) with test tokens: `deployNetwork`,
 * for local networks and tests. It carries out the same plan as `main.ts`, which is for networks that matter.
 */
import {generateX25519Identity, identityToRecipient} from 'age-encryption';
import {type Address, getAddress, type Hex, parseEther, zeroAddress} from 'viem';
import {privateKeyToAccount} from 'viem/accounts';
import type {Network} from '../../protocol/src/types.ts';
import {Chain, type ChainFacts} from './chain.ts';
import {execute, obstacles} from './execute.ts';
import {planSystem, type SystemPlan} from './plan.ts';
import {type BeaconSettings, BURN, type Settings, type TreasurySettings} from './settings.ts';
import type {ContractEntry} from './steps.ts';

export {aliasOf, hashRules, saltOf} from './plan.ts';

export type DeployOptions = {
  l1: {rpc: string; inbox: Address};
  l2: {rpc: string};
  deployerKey: Hex;
  /** May pause the custodies. */
  guardian: Address;
  /** Upgrades, roles, assets, rules; a timelock in production. */
  admin: Address;
  /** May propose epochs. */
  poster: Address;
  /** Seconds a settled root waits before it pays; 0 = pays at once. */
  disputeWindow: bigint;
  /** MAX_AGE of settlement, seconds. */
  maxAgeSeconds: number;
  eraEpochs: number;
  termSeconds: number;
  /** How long before its start a term may be fixed; default a day, at most half a term. */
  termLeadSeconds?: number;
  withdrawEvery: {l1: number; l2: number};
  /** Validators that must be registered before the first term can be fixed; default 1. */
  bootstrapValidators?: number;
  /** Base units of the stake token (18 decimals). */
  minimumStake?: bigint;
  /** Most weight one validator can have, base units of the stake token. */
  weightCap?: bigint;
  /** Counted from the end of the last term that may count the validator; default 14 days. */
  unbondingSeconds?: number;
  /** How long votes on a decided epoch still count; default MAX_AGE. */
  votePeriodSeconds?: number;
  /** drand's, or a local one of the same scheme; without one there are neither draws of seats nor rewards. */
  beacon?: BeaconSettings;
  /** Arbitrum's bridge on L1: where the court hears of absences. */
  bridge?: Address;
  /** Reserves on both chains, and the routers of the token gateways between them; the local L2's must be a gateway as well. */
  treasury?: TreasurySettings;
  /** `age1…` recipient that can open the log; without one an identity is made and returned. */
  auditor?: string;
  name?: string;
};

export type DeployResult = {
  network: Network;
  stakeToken: Address;
  tokens: {l1Usdc: Address; l2Usdc: Address};
  /** `AGE-SECRET-KEY-1…`, only when no auditor was given. */
  auditorIdentity?: string;
  /** Every contract by chain and name, those that `network` does not speak of included. */
  contracts: Readonly<Record<number, Readonly<Record<string, ContractEntry>>>>;
};

/** Contracts beside the main ones, by field of the network file. */
const SURROUNDINGS = {timelock: 'TimelockController', beacon: 'DrandBeacon'};

const DAY_SECONDS = 86_400;
const FRAUD_SECONDS = 7 * DAY_SECONDS;
const MARGIN_SECONDS = DAY_SECONDS;
const ETH_LOT = 1_000_000_000n;

/** @throws Error in one sentence when a chain lacks BLS precompiles, a transaction fails or contracts are not compiled. */
export async function deployNetwork(options: DeployOptions): Promise<DeployResult> {
  const [l1, l2] = [new Chain(options.l1.rpc), new Chain(options.l2.rpc)];
  const [at1, at2] = await Promise.all([l1.facts(), l2.facts()]);
  const deployer = privateKeyToAccount(options.deployerKey).address;
  // A chain may carry several local deployments: the account's next nonce tells them apart.
  const nonces = await Promise.all([l1, l2].map(({client}) => client.getTransactionCount({address: deployer})));
  const settings = settingsOf(options, {deployer, at1, at2, label: `${options.name ?? 'local'} ${nonces.join(' ')}`});
  const problems = settings.chains.flatMap((chain, i) => obstacles([at1, at2][i]!, chain));
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const system = planSystem(settings);
  const [on1, on2] = system.chains.map((plan) => plan.contracts) as [Record<string, ContractEntry>, Record<string, ContractEntry>];
  await Promise.all(system.chains.map((plan, i) => execute({chain: [l1, l2][i]!, key: options.deployerKey, plan, label: settings.label})));

  const auditorIdentity = options.auditor === undefined ? await generateX25519Identity() : undefined;
  const auditor = auditorIdentity === undefined ? options.auditor! : await identityToRecipient(auditorIdentity);
  return {
    network: networkOf(options, system, {at1, at2, auditor}),
    stakeToken: system.stakeToken,
    tokens: {l1Usdc: on1['test USDC']!.address, l2Usdc: on2['test USDC']!.address},
    auditorIdentity,
    contracts: {[at1.chainId]: on1, [at2.chainId]: on2},
  };
}

function settingsOf(options: DeployOptions, {deployer, at1, at2, label}: {deployer: Address; at1: ChainFacts; at2: ChainFacts; label: string}): Settings {
  const {termSeconds, maxAgeSeconds} = options;
  const termLeadSeconds = options.termLeadSeconds ?? Math.min(DAY_SECONDS, Math.floor(termSeconds / 2));
  const usdc = {token: 'test', symbol: 'USDC', decimals: 6, lotSize: 1n} as const;
  return {
    label, deployer, admin: options.admin, guardian: options.guardian, poster: options.poster, inbox: getAddress(options.l1.inbox), bridge: options.bridge, stakeToken: 'test',
    chains: [
      {role: 'l1', chainId: at1.chainId, isArbitrum: at1.isArbitrum, withdrawEvery: options.withdrawEvery.l1, assets: [usdc]},
      {
        role: 'l2', chainId: at2.chainId, isArbitrum: at2.isArbitrum, withdrawEvery: options.withdrawEvery.l2,
        assets: [{token: zeroAddress, symbol: 'ETH', decimals: 18, lotSize: ETH_LOT}, {...usdc, ...(options.treasury && {token: 'bridged'})}],
      },
    ],
    eraEpochs: options.eraEpochs, maxAgeSeconds, disputeSeconds: Number(options.disputeWindow), upgradeDelaySeconds: 0,
    termSeconds, termLeadSeconds, drawSeconds: Math.min(7_200, Math.floor((termSeconds - termLeadSeconds) / 2)),
    unbondingSeconds: options.unbondingSeconds ?? Math.max(14 * DAY_SECONDS, termLeadSeconds + maxAgeSeconds + FRAUD_SECONDS + MARGIN_SECONDS),
    fraudSeconds: FRAUD_SECONDS, marginSeconds: MARGIN_SECONDS, vetoSeconds: 2 * DAY_SECONDS,
    votePeriodSeconds: options.votePeriodSeconds ?? maxAgeSeconds, handoverGraceSeconds: DAY_SECONDS,
    bootstrapValidators: options.bootstrapValidators ?? 1, seats: 1_024, churnFloor: 16,
    minimumStake: options.minimumStake ?? parseEther('10'), weightCap: options.weightCap ?? parseEther('1000'), minimumBond: parseEther('100'), sink: BURN,
    bountyBps: 500, dissentBps: 50, dissentCapBps: 500, absentBps: 3_333, beacon: options.beacon, treasury: options.treasury,
    rewards: options.beacon && {token: 'USDC', tickets: 32, auditRows: 4, commitSeconds: 600, seedDelaySeconds: 60, claimSeconds: 7 * DAY_SECONDS},
  };
}

function networkOf(options: DeployOptions, {chains, registry, rules, salt}: SystemPlan, {at1, at2, auditor}: {at1: ChainFacts; at2: ChainFacts; auditor: string}): Network {
  const [on1, on2] = chains.map(({contracts}) => contracts) as [Record<string, ContractEntry>, Record<string, ContractEntry>];
  return {
    name: options.name ?? 'local',
    l1: {
      chainId: at1.chainId, registry, sets: on1.ValidatorSets!.address, custody: on1.Custody!.address,
      inbox: getAddress(options.l1.inbox), startBlock: Number(at1.block), ...found(on1, {court: 'SlashingCourt', reserve: 'L1Reserve', ...SURROUNDINGS}),
    },
    l2: {
      chainId: at2.chainId, epochManager: on2.EpochManager!.address, sets: on2.ValidatorSets!.address, custody: on2.Custody!.address,
      startBlock: Number(at2.block), ...found(on2, {participation: 'Participation', rewards: 'RewardPool', reserve: 'L2Reserve', ...SURROUNDINGS}),
    },
    rules, salt, auditor,
  };
}

/** Addresses, by field of the network file, of what this deployment has. */
const found = (contracts: Readonly<Record<string, ContractEntry>>, names: Readonly<Record<string, string>>): Record<string, Address> =>
  Object.fromEntries(Object.entries(names).flatMap(([field, name]) => (contracts[name] ? [[field, contracts[name].address]] : [])));
