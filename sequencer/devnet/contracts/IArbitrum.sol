// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// What the contracts of the local pair call of the rollup's own: inbox, bridge and outbox on L1, the precompile on L2.

interface IInbox {
    function bridge() external view returns (IBridge);

    function createRetryableTicket(
        address to,
        uint256 l2CallValue,
        uint256 maxSubmissionCost,
        address excessFeeRefundAddress,
        address callValueRefundAddress,
        uint256 gasLimit,
        uint256 maxFeePerGas,
        bytes calldata data
    ) external payable returns (uint256);
}

interface IBridge {
    function activeOutbox() external view returns (IOutbox);
}

interface IOutbox {
    function l2ToL1Sender() external view returns (address);
}

interface IArbSys {
    function sendTxToL1(address destination, bytes calldata data) external payable returns (uint256);
}
