// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SetHeader} from "./PobsTypes.sol";

/// @title Headers of the validator sets, one copy per chain, written by the registry (on L2 by its alias).
interface IValidatorSets {
    /// @notice A newer set was taken.
    event SetAccepted(uint32 indexed setId, SetHeader header);

    error ValidatorSets_NotWriter(address caller);
    error ValidatorSets_BadHeader(uint32 setId);
    error ValidatorSets_ZeroAddress();

    /// @notice Takes a header with a newer id; repeated and older ones are ignored without failing.
    /// @custom:reverts ValidatorSets_NotWriter, ValidatorSets_BadHeader.
    /// @custom:protocol §8 set sync.
    function accept(SetHeader calldata header) external;

    /// @notice A set's header; an unknown set has zero weight, root and times.
    function header(uint32 setId) external view returns (SetHeader memory);

    /// @notice Newest set accepted here; zero before the first.
    function latestSetId() external view returns (uint32);
}
