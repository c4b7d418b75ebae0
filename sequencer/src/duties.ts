/** Builds the duties a network has contracts for; like `app.ts` it only constructs. */
import type {Network} from '@pobs/protocol';
import {type ChainClient, fetchRound} from '@pobs/protocol/chain';
import type {Hex, LocalAccount} from 'viem';
import type {ArbitrumBridge} from './adapters/arbitrum/bridge.ts';
import {ViemForcedChain, ViemParticipationChain, ViemRewardChain} from './adapters/duty-chain.ts';
import {mappingIdentity} from './adapters/keys.ts';
import {Outbox} from './adapters/outbox.ts';
import {ViemSendChain} from './adapters/send-chain.ts';
import {ViemTreasuryChain} from './adapters/treasury-chain.ts';
import {FolderVault} from './adapters/vault.ts';
import {SequencerError} from './errors.ts';
import {ForcedDuty} from './services/duties/forced-duty.ts';
import {ParticipationDuty} from './services/duties/participation-duty.ts';
import type {Beacon, Duty, TreasuryRule} from './services/duties/ports.ts';
import {RewardDuty} from './services/duties/reward-duty.ts';
import {SendDuty} from './services/duties/send-duty.ts';
import {TreasuryDuty} from './services/duties/treasury-duty.ts';
import type {Logger, Sets, TransactionLog} from './services/ports.ts';

export type DutySettings = {
  network: Network; dataDir: string; timeoutMs: number; beaconUrl: string | undefined; rewardsPerTerm: bigint; treasury: readonly TreasuryRule[];
};

export type DutyInputs = {
  clients: {l1: ChainClient; l2: ChainClient}; account: LocalAccount; key: Hex; log: TransactionLog; sets: Pick<Sets, 'load'>;
  bridge: () => Promise<ArbitrumBridge>; logger: Logger;
};

/** Undefined where the network has no reward pool. */
export function rewardChain({network}: Pick<DutySettings, 'network'>, {clients, account, log}: Pick<DutyInputs, 'clients' | 'account' | 'log'>): ViemRewardChain | undefined {
  const {rewards, beacon} = network.l2;
  if (rewards === undefined || beacon === undefined) return undefined;
  const deps = {client: clients.l2, l1: clients.l1, account, outbox: new Outbox(log), network};
  return new ViemRewardChain(deps, {pool: rewards, beacons: {l1: network.l1.beacon, l2: beacon}});
}

/** Everything this operator does on chain beside epochs. */
export async function dutiesOf(settings: DutySettings, inputs: DutyInputs): Promise<Duty[]> {
  const {network, dataDir, timeoutMs, beaconUrl, rewardsPerTerm} = settings;
  const {clients, account, log, sets, bridge, logger} = inputs;
  const outbox = new Outbox(log);
  const {participation, reserve} = network.l2;
  const rewards = rewardChain(settings, inputs);
  const beacon: Beacon | undefined = beaconUrl === undefined ? undefined : {round: (round) => fetchRound({url: beaconUrl, round, timeoutMs})};
  const [identity, vault] = [await mappingIdentity(dataDir), new FolderVault(dataDir)];
  return [
    ...(participation === undefined ? [] : [new ParticipationDuty({sets, chain: new ViemParticipationChain({client: clients.l2, account, outbox, network}, participation)})]),
    ...(participation === undefined && reserve === undefined ? [] : [new SendDuty({
      chain: new ViemSendChain({...clients, account, outbox, network, sends: async () => (await bridge()).sends}), logger,
    })]),
    ...treasuryDuty(settings, inputs),
    ...(rewards === undefined ? [] : [new RewardDuty({perTerm: rewardsPerTerm}, {chain: rewards, beacon})]),
    ...(['l2', 'l1'] as const).map((name) =>
      new ForcedDuty({identity, salt: network.salt}, {chain: new ViemForcedChain(name, {client: clients[name], account, outbox, network}), vault, logger})),
  ];
}

/** @throws {SequencerError} `CONFIG_INVALID` when there are limits and no reserves. */
function treasuryDuty({network, treasury}: DutySettings, {clients, account, key, log, bridge}: DutyInputs): Duty[] {
  if (treasury.length === 0) return [];
  const [l1, l2] = [network.l1.reserve, network.l2.reserve];
  if (l1 === undefined || l2 === undefined) throw new SequencerError({code: 'CONFIG_INVALID', detail: 'There is a treasury file, but the network file names no reserves'});
  return [new TreasuryDuty(treasury, {chain: new ViemTreasuryChain({clients, account, key, outbox: new Outbox(log), network, bridge}, {l1, l2})})];
}
