// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Certificate, Line, Member, Summary} from "./PobsTypes.sol";

/// @title L2: where epochs are proposed and votes tallied (PROTOCOL §6).
interface IEpochManager {
    enum Status {
        None,
        Proposed,
        Approved,
        Rejected
    }

    struct GroupInfo {
        uint16 rule;
        bool absent;
        uint32[] indices;
    }

    event EpochProposed(uint64 indexed epoch, bytes32 indexed digest, Summary summary, Line[] lines);
    event VoteCast(
        uint64 indexed epoch,
        address indexed validator,
        uint8 kind,
        uint16 rule,
        uint32 index,
        uint128 weight,
        bytes signature
    );
    event CertificateAccepted(
        uint64 indexed epoch,
        bytes32 indexed digest,
        uint8 kind,
        uint32 setId,
        uint256 signedWeight,
        uint256 totalWeight,
        GroupInfo[] groups
    );
    event EpochApproved(uint64 indexed epoch, bytes32 indexed digest);
    event EpochRejected(uint64 indexed epoch, bytes32 indexed digest);
    event RulesHashSet(bytes32 indexed rulesHash);

    function propose(Summary calldata summary, Line[] calldata lines) external;
    function certify(uint64 epoch, Certificate calldata certificate) external;
    function castVote(
        uint64 epoch,
        uint8 kind,
        uint16 rule,
        Member calldata member,
        bytes32[] calldata path,
        bytes calldata signature
    ) external;
    function setRulesHash(bytes32 rulesHash) external;

    function digestOf(uint64 epoch) external view returns (bytes32);
    function statusOf(uint64 epoch) external view returns (Status);
    function setIdOf(uint64 epoch) external view returns (uint32);
    function snapshotTimeOf(uint64 epoch) external view returns (uint64);
    function lastEpoch() external view returns (uint64);
    function lastApproved() external view returns (uint64 epoch, bytes32 digest);
}
