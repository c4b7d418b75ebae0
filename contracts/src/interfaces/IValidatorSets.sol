// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SetHeader} from "./PobsTypes.sol";

/// @title Headers of the validator sets, one copy per chain, written by the registry (on L2 by its alias).
interface IValidatorSets {
    event SetAccepted(uint32 indexed setId, SetHeader header);

    function accept(SetHeader calldata header) external;
    function header(uint32 setId) external view returns (SetHeader memory);
    function latestSetId() external view returns (uint32);
}
