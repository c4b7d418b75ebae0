// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title The one question to Arbitrum's bridge on L1: which outbox is executing a message from L2 right now.
interface IBridge {
    /// @notice Zero outside of an execution. Messages arrive with the bridge as `msg.sender`.
    function activeOutbox() external view returns (address);
}

/// @title The one question to Arbitrum's outbox on L1.
interface IOutbox {
    /// @notice L2 sender of the message being executed; zero outside of an execution.
    function l2ToL1Sender() external view returns (address);
}
