export {balancesName, encodeBalances, encodeColumns, parseBalanceColumns, parseBalances, type ParsedColumns} from './balances.ts';
export {CID_BLOCK_BYTES, cidFromDigest, cidOf, fileCid} from './cid.ts';
export {AMOUNTS, type BalanceColumns, columnsOf, emptyColumns, rowAt, rowsOf, sortColumns} from './columns.ts';
export {encodeManifest, LOG_NAME, type ParsedManifest, parseManifest} from './manifest.ts';
export {encodeMapping, parseMapping} from './mapping-file.ts';
export {encodePayouts, parsePayouts, payoutsName, sortPayouts} from './payouts.ts';
export {type Finding, FINDINGS_MAX} from './text.ts';
