// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Certificate, SetHeader} from "./PobsTypes.sol";

/// @title Headers of the validator sets on a chain that the registry cannot write to: each set signs the next.
interface IMirrorSets {
    /// @notice A set past its grace was replaced by the admin.
    event SetInstalled(uint32 indexed setId, uint32 indexed expired);

    error MirrorSets_NotNext(uint32 expected, uint32 given);
    error MirrorSets_Gap(uint64 previousUntil, uint64 nextFrom);
    error MirrorSets_Expired(uint32 setId, uint64 until);
    error MirrorSets_NotExpired(uint32 setId, uint64 until);
    error MirrorSets_NoQuorum(uint256 signed, uint256 total);

    /// @notice Takes the next set, signed by at least two thirds of the newest one here; anybody may bring it.
    /// @dev Message `Handover(bytes32 header)` with `header = keccak256(abi.encode(next))`, kind 0, one group. Ids go up
    /// by one, terms follow without a gap, and the newest set must not be past its term by more than the grace: keys of
    /// validators whose stake may be gone decide nothing. Repeats and older sets change nothing and do not fail.
    /// @custom:reverts MirrorSets_NotNext, MirrorSets_Gap, MirrorSets_Expired, MirrorSets_NoQuorum,
    /// ValidatorSets_BadHeader; what {ICertificateVerifier-messageWeight} refuses.
    /// @custom:protocol §8 set sync.
    function handover(SetHeader calldata next, Certificate calldata certificate) external;

    /// @notice Replaces a mirror that expired; admin (a timelock) only, and only then.
    /// @custom:reverts MirrorSets_NotExpired, MirrorSets_NotNext, ValidatorSets_BadHeader; callers without the role.
    /// @custom:protocol §8 set sync.
    function install(SetHeader calldata next) external;

    /// @notice A set's header; an unknown set has zero weight, root and times.
    function header(uint32 setId) external view returns (SetHeader memory);

    /// @notice Newest set accepted here.
    function latestSetId() external view returns (uint32);
}
