import {parseAbi} from 'viem';

/** The parts of the nitro contracts and of the emulated precompiles that the relay and the shim use. */

export const bridgeAbi = parseAbi([
  'event MessageDelivered(uint256 indexed messageIndex, bytes32 indexed beforeInboxAcc, address inbox, uint8 kind, address sender, bytes32 messageDataHash, uint256 baseFeeL1, uint64 timestamp)',
  'function delayedMessageCount() view returns (uint256)',
  'function sequencerInboxAccs(uint256 index) view returns (bytes32)',
  'function sequencerMessageCount() view returns (uint256)',
  'function sequencerReportedSubMessageCount() view returns (uint256)',
]);

export const inboxAbi = parseAbi([
  'event InboxMessageDelivered(uint256 indexed messageNum, bytes data)',
  'event InboxMessageDeliveredFromOrigin(uint256 indexed messageNum)',
  'function sendL2MessageFromOrigin(bytes messageData) returns (uint256)',
]);

export const sequencerInboxAbi = parseAbi([
  'function addSequencerL2BatchFromOrigin(uint256 sequenceNumber, bytes data, uint256 afterDelayedMessagesRead, address gasRefunder, uint256 prevMessageCount, uint256 newMessageCount)',
]);

const ASSERTION_STRUCTS = [
  'struct ConfigData { bytes32 wasmModuleRoot; uint256 requiredStake; address challengeManager; uint64 confirmPeriodBlocks; uint64 nextInboxPosition; }',
  'struct BeforeStateData { bytes32 prevPrevAssertionHash; bytes32 sequencerBatchAcc; ConfigData configData; }',
  'struct GlobalState { bytes32[2] bytes32Vals; uint64[2] u64Vals; }',
  'struct AssertionState { GlobalState globalState; uint8 machineStatus; bytes32 endHistoryRoot; }',
  'struct AssertionInputs { BeforeStateData beforeStateData; AssertionState beforeState; AssertionState afterState; }',
] as const;

export const rollupAbi = parseAbi([
  ...ASSERTION_STRUCTS,
  'event AssertionCreated(bytes32 indexed assertionHash, bytes32 indexed parentAssertionHash, AssertionInputs assertion, bytes32 afterInboxBatchAcc, uint256 inboxMaxCount, bytes32 wasmModuleRoot, uint256 requiredStake, address challengeManager, uint64 confirmPeriodBlocks)',
  'function latestConfirmed() view returns (bytes32)',
  'function fastConfirmNewAssertion(AssertionInputs assertion, bytes32 expectedAssertionHash)',
]);

export const rollupCreatorEvents = parseAbi([
  'event RollupCreated(address indexed rollupAddress, address indexed nativeToken, address inboxAddress, address outbox, address rollupEventInbox, address challengeManager, address adminProxy, address sequencerInbox, address bridge, address upgradeExecutor, address validatorWalletCreator)',
]);

export const arbSysAbi = parseAbi([
  'event L2ToL1Tx(address caller, address indexed destination, uint256 indexed hash, uint256 indexed position, uint256 arbBlockNum, uint256 ethBlockNum, uint256 timestamp, uint256 callvalue, bytes data)',
  'event SendMerkleUpdate(uint256 indexed reserved, bytes32 indexed hash, uint256 indexed position)',
  'function emuNextMessage() view returns (uint256)',
]);

export const retryableAbi = parseAbi([
  'struct Ticket { address from; uint64 timeout; uint32 tries; address to; address beneficiary; uint256 value; bytes data; }',
  'event TicketCreated(bytes32 indexed ticketId)',
  'event LifetimeExtended(bytes32 indexed ticketId, uint256 newTimeout)',
  'event RedeemScheduled(bytes32 indexed ticketId, bytes32 indexed retryTxHash, uint64 indexed sequenceNum, uint64 donatedGas, address gasDonor, uint256 maxRefund, uint256 submissionFeeRefund)',
  'event Canceled(bytes32 indexed ticketId)',
  'function redeem(bytes32 ticketId) returns (bytes32)',
  'function emuAnnounce(bytes32 ticketId, bytes32 autoRetryHash, uint64 gas, address gasDonor, uint256 maxRefund, uint256 submissionFee)',
  'function emuStore(bytes32 ticketId, address from, address to, address beneficiary, uint256 value, uint64 created, uint32 tries, bytes data)',
  'function emuDelete(bytes32 ticketId)',
  'function emuTicket(bytes32 ticketId) view returns (Ticket)',
]);

/** Methods of NodeInterface that need node state and are therefore answered by the shim. */
export const nodeInterfaceAbi = parseAbi([
  'function estimateRetryableTicket(address sender, uint256 deposit, address to, uint256 l2CallValue, address excessFeeRefundAddress, address callValueRefundAddress, bytes data)',
  'function gasEstimateComponents(address to, bool contractCreation, bytes data) payable returns (uint64,uint64,uint256,uint256)',
  'function gasEstimateL1Component(address to, bool contractCreation, bytes data) payable returns (uint64,uint256,uint256)',
  'function findBatchContainingBlock(uint64 blockNum) view returns (uint64)',
  'function getL1Confirmations(bytes32 blockHash) view returns (uint64)',
  'function blockL1Num(uint64 l2BlockNum) view returns (uint64)',
  'function l2BlockRangeForL1(uint64 blockNum) view returns (uint64,uint64)',
]);
