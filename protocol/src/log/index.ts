export {type BuiltLog, buildLog, LogError, type LogInput, type RowLegs} from './build.ts';
export {logHead, type LogChainVerdict, recordLeaf, recordsRoot, verifyLogChain} from './chain.ts';
export {type LogHeader, type LogRecord, type ParsedLog, parseLog, type RecordLeg} from './format.ts';
export {type LogReader, openEpochKey, type OpenedRecord, openRecord} from './open.ts';
