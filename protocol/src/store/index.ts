export {type ArweaveJwk, arweaveStore, type ArweaveWallet} from './arweave.ts';
export {all, firstOf} from './combine.ts';
export {fetchEpoch, type FetchedEpoch, publishEpoch, type PublishedEpoch} from './epoch-files.ts';
export {StoreError, type StoreErrorData} from './errors.ts';
export {ipfsStore, type StoreOptions} from './ipfs.ts';
export {parseStores} from './parse.ts';
export {BLOCK_BYTES, type CallOptions, type ContentStore, FILE_BYTES_MAX, type Stored} from './types.ts';
