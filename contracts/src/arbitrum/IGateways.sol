// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title What the treasury calls of Arbitrum's token bridge on L1.
interface IL1GatewayRouter {
    /// @notice Locks tokens on L1 and has them minted to `to` on L2; the router picks the token's gateway.
    /// @param refundTo L2 address that gets back what the ticket did not use.
    /// @param data `abi.encode(uint256 maxSubmissionCost, bytes extraData)`.
    /// @dev `msg.value` pays `maxSubmissionCost + maxGas * gasPriceBid`.
    function outboundTransferCustomRefund(
        address token,
        address refundTo,
        address to,
        uint256 amount,
        uint256 maxGas,
        uint256 gasPriceBid,
        bytes calldata data
    ) external payable returns (bytes memory);

    /// @notice The gateway of a token, which pulls it.
    function getGateway(address token) external view returns (address);
}

/// @title What the treasury calls of Arbitrum's token bridge on L2.
interface IL2GatewayRouter {
    /// @notice Burns tokens on L2 and has them released to `to` on L1 when the assertion is confirmed (about 6.4 days).
    /// @param l1Token The token's address on L1.
    function outboundTransfer(address l1Token, address to, uint256 amount, bytes calldata data)
        external
        payable
        returns (bytes memory);
}

/// @title ETH into an Arbitrum chain.
interface IEthInbox {
    /// @notice Credits `msg.value` on L2 to the caller, or to its alias when it is a contract.
    function depositEth() external payable returns (uint256);

    /// @notice Sends a call to L2; here with value and no data, so that ETH arrives at a named address.
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

/// @title ETH out of an Arbitrum chain: the precompile at 0x64.
interface IArbSysWithdraw {
    /// @notice Sends `msg.value` to `destination` on L1 through the outbox.
    function withdrawEth(address destination) external payable returns (uint256);
}
