// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IRandomBeacon} from "./IRandomBeacon.sol";

/// @title Public randomness in numbered rounds, each signed by a threshold group (PROTOCOL §8).
/// @notice drand's *evmnet* or a local beacon of the same scheme (`bls-bn254-unchained-on-g1`): round `n` is the group's
/// signature on `keccak256(n as 8 bytes, big-endian)`; its randomness is `sha256(signature)`, as drand publishes it.
interface IBeacon is IRandomBeacon {
    /// @notice A round was proven for the first time.
    event RoundVerified(uint64 indexed round, bytes32 randomness);

    error Beacon_BadKeyLength(uint256 length);
    error Beacon_BadKey();
    error Beacon_BadParameters();
    error Beacon_NoRoundZero();
    error Beacon_BadSignatureLength(uint256 length);
    error Beacon_BadSignature(uint64 round);

    /// @notice Verifies a round and keeps its randomness; anybody may bring it. A round that is known changes nothing.
    /// @dev A BLS signature is unique: whoever brings it cannot choose the outcome.
    /// @param signature G1 as x‖y, 32 bytes each, as drand's API serves it.
    /// @custom:reverts Beacon_NoRoundZero, Beacon_BadSignatureLength, Beacon_BadSignature.
    /// @custom:protocol §8 Rewards.
    function submit(uint64 round, bytes calldata signature) external returns (bytes32 value);

    /// @notice When a round is published, seconds.
    function timeOf(uint64 round) external view returns (uint256);
}
