export {type ChainClient, chainClient, parseRpc, rpcOf, walletFor} from './client.ts';
export {balanceAt, type CustodyAsset, type CustodyRoot, type CustodyState, paidAt, readCustodyAt} from './custody.ts';
export {depositsBySender} from './deposits.ts';
export {ChainError, chainError, type ChainErrorData} from './errors.ts';
export {type BlockRange, inChunks, logsOf, newestInChunks} from './logs.ts';
export {resumeSent, type Send, sendAndWait, type Sent} from './send.ts';
export {type LoadedSet, loadSet} from './validator-set.ts';
