// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title The one call of Arbitrum's delayed inbox that this system makes.
interface IInbox {
    /// @notice Sends a call to L2; tickets that fail there can be redeemed or sent again.
    /// @dev `msg.value` pays `maxSubmissionCost + gasLimit * maxFeePerGas`; what is over is refunded on L2.
    function createRetryableTicket(
        address to,
        uint256 l2CallValue,
        uint256 maxSubmissionCost,
        address excessFeeRefundAddress,
        address callValueRefundAddress,
        uint256 gasLimit,
        uint256 maxFeePerGas,
        bytes calldata data
    ) external payable returns (uint256 ticket);
}
