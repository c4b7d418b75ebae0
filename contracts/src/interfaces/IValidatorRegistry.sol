// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SetHeader} from "./PobsTypes.sol";

/// @title L1: stake, voting keys and terms (PROTOCOL §8).
interface IValidatorRegistry {
    event ValidatorRegistered(
        uint32 indexed index, address indexed validator, bytes key, bytes32 encryptionKey, uint128 weight
    );
    /// @notice The member tree changed at `index`; zero weight and validator mean the seat is empty.
    event MemberChanged(uint32 indexed index, address indexed validator, bytes key, uint128 weight);
    event ExitRequested(address indexed validator, uint128 amount, uint64 withdrawableAt);
    event StakeWithdrawn(address indexed validator, uint128 amount);
    event TermFixed(uint32 indexed setId, SetHeader header);
    event TermSent(uint32 indexed setId, uint256 ticket);

    function register(bytes calldata key, bytes calldata possession, bytes32 encryptionKey, uint128 amount) external;
    function topUp(uint128 amount) external;
    function requestExit() external;
    function withdraw() external;
    function fixTerm() external returns (uint32 setId);
    function sendTerm(uint32 setId, uint256 maxSubmissionCost, uint256 gasLimit, uint256 maxFeePerGas)
        external
        payable
        returns (uint256 ticket);

    function header(uint32 setId) external view returns (SetHeader memory);
    function latestSetId() external view returns (uint32);
    function stakeOf(address validator) external view returns (uint128);
    function indexOf(address validator) external view returns (uint32 index, bool registered);
    function stakeToken() external view returns (address);
    function minimumStake() external view returns (uint128);
}
