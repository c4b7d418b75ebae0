/** The few signatures the independent check reads, written from PROTOCOL, not generated from our contracts. */
import {parseAbi} from 'viem';

const structs = [
  'struct Summary { uint64 epoch; uint64 snapshotTime; uint32 setId; bytes32 parent; bytes32 linesRoot; uint32 lineCount; bytes32 snapshotCid; bytes32 mappingHash; bytes32 logRoot; bytes32 journalHead; bytes32 rulesHash; }',
  'struct AssetLine { address token; uint128 lotSize; uint64 deposited; uint64 liabilities; uint64 withdrawable; uint64 withdrawals; uint64 authorisedOut; uint32 count; bytes32 root; }',
  'struct Line { uint64 chainId; address custody; uint64 blockNumber; bytes32 blockHash; uint32 kills; bytes32 payoutRoot; uint32 payoutCount; AssetLine[] assets; }',
  'struct VoteGroup { uint16 rule; bool absent; bytes members; bytes32[] siblings; bytes signature; }',
  'struct Certificate { uint32 setId; uint8 kind; VoteGroup[] groups; }',
  'struct SetHeader { uint32 setId; bytes32 membersRoot; bytes aggregateKey; uint128 totalWeight; uint32 count; uint64 activeFrom; uint64 activeUntil; }',
] as const;

export const epochManagerAbi = parseAbi([
  ...structs,
  'event EpochProposed(uint64 indexed epoch, bytes32 indexed digest, Summary summary, Line[] lines)',
  'event EpochApproved(uint64 indexed epoch, bytes32 indexed digest)',
]);

export const custodyAbi = parseAbi([
  ...structs,
  'event Settled(uint64 indexed epoch, bytes32 indexed digest, bytes32 payoutRoot, uint64 blockNumber, uint256 signedWeight)',
  'event Paid(address indexed token, address indexed wallet, uint64 lots, uint64 cumulative, uint64 epoch)',
  'function settle(Summary summary, Line line, uint256 lineIndex, bytes32[] linePath, bytes32[] treeHashes, Certificate certificate)',
  'function paid(address token, address wallet) view returns (uint64)',
]);

export const setsAbi = parseAbi([...structs, 'function header(uint32 setId) view returns (SetHeader)']);

export const erc20Abi = parseAbi([
  'event Transfer(address indexed from, address indexed to, uint256 value)',
  'function balanceOf(address) view returns (uint256)',
]);
