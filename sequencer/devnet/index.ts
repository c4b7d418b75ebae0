export {L1_CHAIN_ID, L2_CHAIN_ID} from './pair/nodes.ts';
export {startPair, type Pair, type PairOptions} from './pair/start-pair.ts';
export type {ChainName, PairControl} from './pair/pair-control.ts';
export type {GatewayAddresses} from './pair/deploy-gateways.ts';
export type {RollupAddresses} from './pair/deploy-rollup.ts';
export {startStorage, type Storage, type StorageOptions} from './storage/start-storage.ts';
export {joinTokens} from './join-tokens.ts';
