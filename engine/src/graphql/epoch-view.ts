/** What an epoch's events tell about its course: transactions and stages. */
import type {Address, Hex} from 'viem';
import type {EpochDetail, EpochRecord} from './reads.ts';

export type TxView = {name: string; chainId: number; hash: Hex};
export type StageView = {name: string; at: bigint};

const KIND_NAMES = ['NONE', 'APPROVE', 'REJECT', 'DISPUTE'];

export const kindName = (kind: number): string => KIND_NAMES[kind] ?? String(kind);

/** Every transaction that moved the epoch, votes left out (they carry their own), each once. */
export function transactionsOf(epoch: EpochRecord, detail: EpochDetail): TxView[] {
  const all: TxView[] = [
    {name: 'propose', chainId: epoch.chainId, hash: epoch.txHash},
    ...detail.certificates.map(({kind, chainId, txHash}) => ({name: kind === 1 ? 'certify' : `certify ${kindName(kind).toLowerCase()}`, chainId, hash: txHash})),
    ...detail.settlements.map(({chainId, txHash}) => ({name: 'settle', chainId, hash: txHash})),
    ...detail.payouts.map(({chainId, txHash}) => ({name: 'distribute', chainId, hash: txHash})),
  ];
  return all.filter((tx, index) => all.findIndex(({name, hash}) => name === tx.name && hash === tx.hash) === index);
}

/** When each stage ended, unix seconds, in order. Only stages that happened. */
export function stagesOf(epoch: EpochRecord, detail: EpochDetail, chainName: (chainId: number) => string): StageView[] {
  const stages: StageView[] = [{name: 'proposed', at: epoch.blockTime}];
  const votes = detail.votes.map(({blockTime}) => blockTime);
  if (votes.length > 0) stages.push({name: 'voted', at: greatest(votes)});
  if (epoch.decision) stages.push({name: epoch.status.toLowerCase(), at: epoch.decision.blockTime});
  for (const {chainId, blockTime, activatedAt} of detail.settlements) {
    stages.push({name: `settled on ${chainName(chainId)}`, at: blockTime});
    if (activatedAt !== undefined && activatedAt > blockTime) stages.push({name: `active on ${chainName(chainId)}`, at: activatedAt});
  }
  for (const chainId of new Set(detail.payouts.map((payout) => payout.chainId))) {
    const times = detail.payouts.filter((payout) => payout.chainId === chainId).map(({blockTime}) => blockTime);
    stages.push({name: `paid on ${chainName(chainId)}`, at: greatest(times)});
  }
  return stages.sort((a, b) => Number(a.at - b.at));
}

const greatest = (values: readonly bigint[]): bigint => values.reduce((a, b) => (a > b ? a : b));

export const sameAddress = (a: Address, b: Address): boolean => a.toLowerCase() === b.toLowerCase();
