import type {Address} from 'viem';
import {ownArtifact} from './artifacts.ts';
import {Deployer} from './deployer.ts';
import type {Rpc} from './rpc.ts';

/** Simulated token bridge: what Arbitrum's routers are on a public network. */
export type GatewayAddresses = {
  l1Router: Address;
  l1Gateway: Address;
  /** Router and gateway in one. */
  l2Router: Address;
};

type GatewayOptions = {
  /** Account of the simulation on both chains. */
  deployer: Address;
  inbox: Address;
};

/** Puts a token bridge on both chains: simulated contracts, whose messages go through the rollup's real inbox and outbox. */
export async function deployGateways({l1, l2}: {l1: Rpc; l2: Rpc}, {deployer, inbox}: GatewayOptions): Promise<GatewayAddresses> {
  const [on1, on2] = [await Deployer.open(l1, deployer), await Deployer.open(l2, deployer)];
  const [router, gateway, end] = ['L1GatewayRouterSim', 'L1GatewaySim', 'L2GatewaySim'].map((name) => ownArtifact(name));
  const l1Router = on1.create('L1GatewayRouterSim', router!);
  const l1Gateway = on1.create('L1GatewaySim', gateway!, [inbox, l1Router]);
  const l2Router = on2.create('L2GatewaySim', end!);
  on1.call('setGateway', l1Router, router!.abi, 'setGateway', [l1Gateway]);
  on1.call('setCounterpart', l1Gateway, gateway!.abi, 'setCounterpart', [l2Router]);
  on2.call('setCounterpart', l2Router, end!.abi, 'setCounterpart', [l1Gateway]);
  await Promise.all([on1.flush(), on2.flush()]);
  return {l1Router, l1Gateway, l2Router};
}
