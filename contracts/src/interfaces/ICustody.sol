// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Certificate, Line, PayoutClaim, Summary} from "./PobsTypes.sol";

/// @title Custody of one chain: pooled funds that leave only by an epoch two thirds of the validators approved.
interface ICustody {
    struct AssetState {
        bool listed;
        uint128 lotSize;
        uint64 deposited;
        uint64 authorisedOut;
        uint64 paidOut;
    }

    struct ActiveRoot {
        uint64 epoch;
        uint64 snapshotTime;
        uint64 blockNumber;
        uint32 payoutCount;
        bytes32 payoutRoot;
    }

    event EtherReceived(address indexed from, uint256 amount);
    event AssetListed(address indexed token, uint128 lotSize);
    event RulesHashSet(bytes32 indexed rulesHash);
    event Settled(
        uint64 indexed epoch, bytes32 indexed digest, bytes32 payoutRoot, uint64 blockNumber, uint256 signedWeight
    );
    event RootActivated(uint64 indexed epoch, bytes32 payoutRoot);
    event Paid(address indexed token, address indexed wallet, uint64 lots, uint64 cumulative, uint64 epoch);
    event PayoutDeferred(address indexed token, address indexed wallet, uint64 lots, uint64 epoch);
    event Paused(uint256 bits, uint64 until);
    event Unpaused();

    function settle(
        Summary calldata summary,
        Line calldata line,
        uint256 lineIndex,
        bytes32[] calldata linePath,
        bytes32[] calldata treeHashes,
        Certificate calldata certificate
    ) external;

    function activate() external;
    function distribute(PayoutClaim[] calldata claims) external;
    function claim(PayoutClaim calldata payout) external;
    function pause(uint256 bits, uint64 until) external;
    function unpause() external;
    function listAsset(address token, uint128 lotSize) external;
    function setRulesHash(bytes32 rulesHash) external;

    function asset(address token) external view returns (AssetState memory);
    function tokens() external view returns (address[] memory);
    function paid(address token, address wallet) external view returns (uint64 lots);
    function activeRoot() external view returns (ActiveRoot memory);
    function pendingRoot() external view returns (ActiveRoot memory root, uint64 activeAt);
    function kills() external view returns (uint32);
    function rulesHashKnown(bytes32 rulesHash) external view returns (bool);
}
