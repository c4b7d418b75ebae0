/** What the two chains recorded of an epoch, for the report. */
import {custodyAbi, epochManagerAbi} from '@pobs/protocol/abi';
import {type Address, createPublicClient, type Hex, http, type PublicClient} from 'viem';
import type {LocalNetwork} from '../network/local-network.ts';
import {L1, L2} from './market.ts';

export type TxView = {name: string; chainId: number; hash: Hex; gas: number};
export type EpochView = {
  epoch: number; summaryDigest: Hex; snapshotCid: Hex;
  lines: {chainId: number; custody: Address; roots: Hex[]; rows: number}[];
  votes: {validator: Address; kind: number; rule: number}[];
  certificate?: {kind: number; signedWeight: string; totalWeight: string};
  tx: TxView[];
};

export const clientOf = (network: LocalNetwork, chainId: number): PublicClient =>
  createPublicClient({transport: http(chainId === L1 ? network.pair.l1Rpc : network.pair.l2Rpc)}) as PublicClient;

export const custodyOf = (network: LocalNetwork, chainId: number): Address =>
  chainId === L1 ? network.network.l1.custody : network.network.l2.custody;

/** Status of IEpochManager: 1 proposed, 2 approved, 3 rejected. */
export const statusOf = (network: LocalNetwork, epoch: bigint): Promise<number> =>
  clientOf(network, L2).readContract({address: network.network.l2.epochManager, abi: epochManagerAbi, functionName: 'statusOf', args: [epoch]});

export const votesOf = async (network: LocalNetwork, epoch: bigint) =>
  clientOf(network, L2).getContractEvents({
    address: network.network.l2.epochManager, abi: epochManagerAbi, eventName: 'VoteCast', args: {epoch}, fromBlock: 0n, strict: true,
  });

export async function viewEpoch(network: LocalNetwork, epoch: bigint): Promise<EpochView> {
  const client = clientOf(network, L2);
  const address = network.network.l2.epochManager;
  const events = {address, abi: epochManagerAbi, args: {epoch}, fromBlock: 0n, strict: true} as const;
  const [proposed] = await client.getContractEvents({...events, eventName: 'EpochProposed'});
  const certificates = await client.getContractEvents({...events, eventName: 'CertificateAccepted'});
  const votes = await votesOf(network, epoch);
  const {digest, summary, lines} = proposed!.args;
  const hashes: [string, number, Hex][] = [
    ['propose', L2, proposed!.transactionHash],
    ...votes.map(({transactionHash}): [string, number, Hex] => ['vote', L2, transactionHash]),
    ...certificates.map(({transactionHash}): [string, number, Hex] => ['certify', L2, transactionHash]),
    ...(await custodyTransactions(network, epoch)),
  ];
  const certificate = certificates.at(-1)?.args;
  return {
    epoch: Number(epoch), summaryDigest: digest, snapshotCid: summary.snapshotCid,
    lines: lines.map((line) => ({
      chainId: Number(line.chainId), custody: line.custody, roots: line.assets.map(({root}) => root), rows: line.assets.reduce((sum, {count}) => sum + count, 0),
    })),
    votes: votes.map(({args}) => ({validator: args.validator, kind: args.kind, rule: args.rule})),
    ...(certificate && {certificate: {kind: certificate.kind, signedWeight: certificate.signedWeight.toString(), totalWeight: certificate.totalWeight.toString()}}),
    tx: await Promise.all(hashes.map(([name, chainId, hash]) => withGas(network, name, chainId, hash))),
  };
}

async function custodyTransactions(network: LocalNetwork, epoch: bigint): Promise<[string, number, Hex][]> {
  const perChain = await Promise.all([L1, L2].map(async (chainId) => {
    const events = {address: custodyOf(network, chainId), abi: custodyAbi, fromBlock: 0n, strict: true} as const;
    const settled = await clientOf(network, chainId).getContractEvents({...events, eventName: 'Settled', args: {epoch}});
    const paid = (await clientOf(network, chainId).getContractEvents({...events, eventName: 'Paid'})).filter(({args}) => args.epoch === epoch);
    return [
      ...settled.map(({transactionHash}): [string, number, Hex] => ['settle', chainId, transactionHash]),
      ...new Set(paid.map(({transactionHash}) => transactionHash)),
    ].map((entry): [string, number, Hex] => (typeof entry === 'string' ? ['pay', chainId, entry] : entry));
  }));
  return perChain.flat();
}

async function withGas(network: LocalNetwork, name: string, chainId: number, hash: Hex): Promise<TxView> {
  const {gasUsed} = await clientOf(network, chainId).getTransactionReceipt({hash});
  return {name, chainId, hash, gas: Number(gasUsed)};
}
