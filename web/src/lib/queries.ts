/** The queries of the pages and the shapes they return; names as in docs/INTERFACES.md "GraphQL". Amounts are lots. */
import type {Address, Hex} from 'viem';
import {query, type Result} from './graphql.ts';

export type EpochStatus = 'PROPOSED' | 'APPROVED' | 'REJECTED';

export type NetworkInfo = {
  name: string;
  l1ChainId: number;
  l2ChainId: number;
  l1Custody: Address;
  l2Custody: Address;
  epochManager: Address;
  registry: Address;
  salt: Hex;
  storage: string[];
  rpc: {chainId: number; url: string}[];
};

export type Freshness = {chainId: number; indexedBlock: string; headBlock: string; lagSeconds: number};

export type CoverageAsset = {
  chainId: number;
  token: Address;
  symbol: string;
  decimals: number;
  lotSize: string;
  liabilities: string;
  reserves: string;
  authorisedOut: string;
  paidOut: string;
};

export type Coverage = {epoch: number; snapshotTime: string; status: string; assets: CoverageAsset[]};

export type EpochRow = {
  number: number;
  status: EpochStatus;
  digest: Hex;
  snapshotTime: string;
  snapshotCid: string;
  lines: {chainId: number; assets: {token: Address; withdrawals: string; count: number}[]}[];
  votes: {kind: string; weight: string}[];
  certificates: {kind: string; signedWeight: string; totalWeight: string}[];
  stages: Stage[];
};

export type Stage = {name: string; at: string};

export type AssetLine = {
  token: Address;
  symbol: string;
  decimals: number;
  lotSize: string;
  deposited: string;
  liabilities: string;
  withdrawable: string;
  withdrawals: string;
  authorisedOut: string;
  count: number;
  root: Hex;
};

export type Line = {
  chainId: number;
  custody: Address;
  blockNumber: string;
  blockHash: Hex;
  kills: number;
  payoutRoot: Hex;
  payoutCount: number;
  assets: AssetLine[];
};

export type Vote = {validator: Address; index: number; kind: string; rule: number; weight: string; txHash: Hex; time: string};
export type Certificate = {kind: string; signedWeight: string; totalWeight: string; txHash: Hex};

export type Payout = {
  epoch: number;
  chainId: number;
  token: Address;
  symbol: string;
  wallet: Address;
  lots: string;
  cumulative: string;
  deferred: boolean;
  txHash: Hex;
};

export type Epoch = {
  number: number;
  status: EpochStatus;
  digest: Hex;
  snapshotTime: string;
  setId: number;
  parent: Hex;
  snapshotCid: string;
  mappingHash: Hex;
  logRoot: Hex;
  journalHead: Hex;
  rulesHash: Hex;
  linesRoot: Hex;
  lineCount: number;
  lines: Line[];
  votes: Vote[];
  certificates: Certificate[];
  settlements: {chainId: number; txHash: Hex; blockNumber: string; activatedAt: string | null}[];
  payouts: Payout[];
  transactions: {name: string; chainId: number; hash: Hex}[];
  stages: Stage[];
};

const NETWORK = `network {
  name l1ChainId l2ChainId l1Custody l2Custody epochManager registry salt storage rpc { chainId url }
}`;
const ROW = `number status digest snapshotTime snapshotCid
  lines { chainId assets { token withdrawals count } }
  votes { kind weight } certificates { kind signedWeight totalWeight } stages { name at }`;
const PAGE = 'edges { node { ...row } } pageInfo { hasNextPage endCursor }';

export type EpochPage = {edges: {node: EpochRow}[]; pageInfo: {hasNextPage: boolean; endCursor: string | null}};

export const readHeader = (): Promise<Result<{network: NetworkInfo; freshness: Freshness[]}>> =>
  query(`query Header { ${NETWORK} freshness { chainId indexedBlock headBlock lagSeconds } }`);

export const readHome = (): Promise<Result<{network: NetworkInfo; validators: {weight: string}[]; coverage: Coverage | null; epochs: EpochPage}>> =>
  query(`query Home {
    ${NETWORK} validators { weight }
    coverage { epoch snapshotTime status assets {
      chainId token symbol decimals lotSize liabilities reserves authorisedOut paidOut } }
    epochs(first: 8) { ${PAGE} }
  }
  fragment row on Epoch { ${ROW} }`);

export const readEpochs = (after: string | null): Promise<Result<{network: NetworkInfo; validators: {weight: string}[]; epochs: EpochPage}>> =>
  query(`query Epochs($after: String) { ${NETWORK} validators { weight } epochs(first: 25, after: $after) { ${PAGE} } }
  fragment row on Epoch { ${ROW} }`, {after});

export const readEpoch = (
  number: number,
): Promise<Result<{network: NetworkInfo; epoch: Epoch | null; validators: {address: Address; weight: string}[]}>> =>
  query(`query Epoch($number: Int!) {
    ${NETWORK}
    validators { address weight }
    epoch(number: $number) {
      number status digest snapshotTime setId parent snapshotCid mappingHash logRoot journalHead rulesHash linesRoot lineCount
      lines { chainId custody blockNumber blockHash kills payoutRoot payoutCount
        assets { token symbol decimals lotSize deposited liabilities withdrawable withdrawals authorisedOut count root } }
      votes { validator index kind rule weight txHash time }
      certificates { kind signedWeight totalWeight txHash }
      settlements { chainId txHash blockNumber activatedAt }
      payouts { epoch chainId token symbol wallet lots cumulative deferred txHash }
      transactions { name chainId hash }
      stages { name at }
    }
  }`, {number});
