// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title A public randomness beacon whose rounds are named by time and proven on chain (drand, or a local one).
interface IRandomBeacon {
    /// @notice First round that appears at or after `time`.
    function roundAt(uint64 time) external view returns (uint64 round);

    /// @notice Proven randomness of a round; zero until somebody has proven it.
    function randomness(uint64 round) external view returns (bytes32);
}
