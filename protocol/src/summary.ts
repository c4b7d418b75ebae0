/** Summary and line: encodings, EIP-712 digest and hashes (PROTOCOL §4). */
import {type Address, encodeAbiParameters, type Hex, hashTypedData} from 'viem';
import {bytesToHex, concatBytes, hexToBytes} from './bytes.ts';
import {canonicalJson} from './canonical-json.ts';
import {keccak256} from './keccak.ts';
import type {Line, Rules, Summary} from './types.ts';

const LINE_LEAF = Uint8Array.of(0x02);

/** EIP-712 types; the strings stand verbatim in the contracts. */
export const SUMMARY_TYPES = {
  Summary: [
    {name: 'epoch', type: 'uint64'},
    {name: 'snapshotTime', type: 'uint64'},
    {name: 'setId', type: 'uint32'},
    {name: 'parent', type: 'bytes32'},
    {name: 'linesRoot', type: 'bytes32'},
    {name: 'lineCount', type: 'uint32'},
    {name: 'snapshotCid', type: 'bytes32'},
    {name: 'mappingHash', type: 'bytes32'},
    {name: 'logRoot', type: 'bytes32'},
    {name: 'journalHead', type: 'bytes32'},
    {name: 'rulesHash', type: 'bytes32'},
  ],
} as const;

export const SUMMARY_TYPE_STRING = `Summary(${SUMMARY_TYPES.Summary.map(({type, name}) => `${type} ${name}`).join(',')})`;

/** `abi.encode(Line)`: the Solidity types of the struct, in order. */
export const LINE_PARAMETERS = [
  {
    type: 'tuple',
    components: [
      {name: 'chainId', type: 'uint64'},
      {name: 'custody', type: 'address'},
      {name: 'blockNumber', type: 'uint64'},
      {name: 'blockHash', type: 'bytes32'},
      {name: 'kills', type: 'uint32'},
      {name: 'payoutRoot', type: 'bytes32'},
      {name: 'payoutCount', type: 'uint32'},
      {
        name: 'assets',
        type: 'tuple[]',
        components: [
          {name: 'token', type: 'address'},
          {name: 'lotSize', type: 'uint128'},
          {name: 'deposited', type: 'uint64'},
          {name: 'liabilities', type: 'uint64'},
          {name: 'withdrawable', type: 'uint64'},
          {name: 'withdrawals', type: 'uint64'},
          {name: 'authorisedOut', type: 'uint64'},
          {name: 'count', type: 'uint32'},
          {name: 'root', type: 'bytes32'},
        ],
      },
    ],
  },
] as const;

/** Domain of every typed message: no chain id, so that a digest is equal on all chains. */
export const domainOf = (salt: Hex) => ({name: 'PofBS', version: '1', salt}) as const;

/** `keccak256(abi.encode("PofBS", l1ChainId, registry))`, the EIP-712 salt of a network. */
export const domainSalt = (l1ChainId: bigint | number, registry: Address): Hex =>
  bytesToHex(keccak256(hexToBytes(encodeAbiParameters(
    [{type: 'string'}, {type: 'uint256'}, {type: 'address'}],
    ['PofBS', BigInt(l1ChainId), lower(registry)],
  ))));

/** The digest that names an epoch on every chain. */
export const summaryDigest = (summary: Summary, salt: Hex): Hex =>
  hashTypedData({domain: domainOf(salt), types: SUMMARY_TYPES, primaryType: 'Summary', message: summary});

/** `keccak256(0x02 ‖ keccak256(abi.encode(line)))`, a leaf of the lines tree. */
export function lineHash(line: Line): Hex {
  const plain = {
    ...line,
    custody: lower(line.custody),
    assets: line.assets.map((asset) => ({...asset, token: lower(asset.token)})),
  };
  const inner = keccak256(hexToBytes(encodeAbiParameters(LINE_PARAMETERS, [plain])));
  return bytesToHex(keccak256(concatBytes(LINE_LEAF, inner)));
}

/** `keccak256(JCS(rules.json))`. */
export const rulesHash = (rules: Rules): Hex => bytesToHex(keccak256(canonicalJson(rules)));

const lower = (address: Address): Address => address.toLowerCase() as Address;
