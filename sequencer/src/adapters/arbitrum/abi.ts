/** What is called of Arbitrum's own contracts. */
import {type Address, parseAbi} from 'viem';

export const ARB_SYS: Address = '0x0000000000000000000000000000000000000064';

export const arbSysAbi = parseAbi([
  'event L2ToL1Tx(address caller, address indexed destination, uint256 indexed hash, uint256 indexed position, uint256 arbBlockNum, uint256 ethBlockNum, uint256 timestamp, uint256 callvalue, bytes data)',
]);

export const outboxAbi = parseAbi([
  'function executeTransaction(bytes32[] proof, uint256 index, address l2Sender, address to, uint256 l2Block, uint256 l1Block, uint256 l2Timestamp, uint256 value, bytes data)',
  'function isSpent(uint256 index) view returns (bool)',
  'error AlreadySpent(uint256 index)',
  'error UnknownRoot(bytes32 root)',
  'error BridgeCallFailed()',
]);

/** L1GatewayRouter, and the gateway it names for a token. */
export const gatewayAbi = parseAbi([
  'function getGateway(address l1Token) view returns (address)',
  'function calculateL2TokenAddress(address l1Token) view returns (address)',
  'function counterpartGateway() view returns (address)',
  'function getOutboundCalldata(address l1Token, address from, address to, uint256 amount, bytes data) view returns (bytes)',
]);
