/** The log's hash chain, checked from public bytes alone (PROTOCOL §3, V9a). */
import type {Hex} from 'viem';
import {bytesToHex, concatBytes, hexToBytes, uintBytes} from '../bytes.ts';
import {plainTree} from '../gpmp/plain-tree.ts';
import {keccak256} from '../keccak.ts';
import {sha256} from '../sha256.ts';
import {type LogRecord, type ParsedLog, parseLog} from './format.ts';

const LOG_HEAD = 0x20;
const RECORD_LEAF = 0x21;
const RECORD_NODE = 0x22;

/** `keccak256(0x21 ‖ seq:8 ‖ commitment:32 ‖ sha256(body):32)`. */
export const recordLeaf = ({seq, commitment, body}: Pick<LogRecord, 'seq' | 'commitment' | 'body'>): Hex =>
  bytesToHex(keccak256(concatBytes(Uint8Array.of(RECORD_LEAF), uintBytes(seq, 8), commitment, sha256(body))));

/** Root over record leaves; `keccak256(0x22)` over none. */
export const recordsRoot = (leaves: readonly Hex[]): Hex =>
  leaves.length === 0 ? bytesToHex(keccak256(Uint8Array.of(RECORD_NODE))) : plainTree(RECORD_NODE, leaves).root;

/** `keccak256(0x20 ‖ previous:32 ‖ recordsRoot:32 ‖ count:8)`. */
export const logHead = ({previous, root, count}: {previous: Hex; root: Hex; count: number}): Hex =>
  bytesToHex(keccak256(concatBytes(Uint8Array.of(LOG_HEAD), hexToBytes(previous, 32), hexToBytes(root, 32), uintBytes(count, 8))));

export type LogChainVerdict = {ok: true; log: ParsedLog; logRoot: Hex} | {ok: false; reason: string};

/**
 * Recomputes `logRoot` from `log.bin`.
 *
 * @param expected - What the summary and its parent state; fields left out are not compared.
 */
export function verifyLogChain(bytes: Uint8Array, expected: {epoch?: bigint; previous?: Hex; logRoot?: Hex} = {}): LogChainVerdict {
  const parsed = parseLog(bytes);
  if (!parsed.ok) return parsed;
  const {header, records} = parsed.log;
  if (expected.epoch !== undefined && header.epoch !== expected.epoch) return no(`the log is of epoch ${header.epoch}`);
  if (expected.previous !== undefined && header.previous !== expected.previous.toLowerCase()) return no(`the log follows ${header.previous}`);
  const logRoot = logHead({previous: header.previous, root: recordsRoot(records.map(recordLeaf)), count: records.length});
  if (expected.logRoot !== undefined && logRoot !== expected.logRoot.toLowerCase()) return no(`the log's root is ${logRoot}`);
  const rows = new Set(records.map(({asset, id}) => `${asset} ${id}`));
  if (rows.size !== records.length) return no('two records are about one row');
  return {ok: true, log: parsed.log, logRoot};
}

const no = (reason: string): LogChainVerdict => ({ok: false, reason});
