// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title A registry of proven humans, or an adapter in front of one (paper §4).
interface IHumanity {
    /// @notice True when the address belongs to a human that is registered now.
    function isHuman(address account) external view returns (bool);
}
