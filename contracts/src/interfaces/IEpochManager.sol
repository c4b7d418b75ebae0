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

    /// @notice Who stands behind one group of a certificate.
    /// @param absent The listed members did not sign and all others did; else only the listed did.
    struct GroupInfo {
        uint16 rule;
        bool absent;
        uint32[] indices;
    }

    /// @param voteDeadline Votes count as participation until then, seconds.
    /// @param heaviest Weight of the heaviest certificate of each kind taken until the deadline, APPROVE first.
    /// @param groupsHash `keccak256(abi.encode(GroupInfo[]))` of the same certificates; zero without one.
    struct Proposal {
        bytes32 digest;
        uint64 snapshotTime;
        uint64 voteDeadline;
        uint32 setId;
        Status status;
        uint128[3] heaviest;
        bytes32[3] groupsHash;
    }

    /// @notice Epochs proposed under one set: consecutive, since terms do not overlap. Zeros without any.
    struct Term {
        uint64 firstEpoch;
        uint64 lastEpoch;
    }

    /// @notice The whole balance sheet of an epoch, in figures and roots.
    event EpochProposed(uint64 indexed epoch, bytes32 indexed digest, Summary summary, Line[] lines);
    /// @notice Votes of the epoch count as participation until then.
    /// @param voteDeadline Seconds.
    event VoteDeadlineSet(uint64 indexed epoch, uint64 voteDeadline);
    /// @notice One validator's vote, verified.
    /// @param kind 1 APPROVE, 2 REJECT, 3 DISPUTE.
    event VoteCast(
        uint64 indexed epoch,
        address indexed validator,
        uint8 kind,
        uint16 rule,
        uint32 index,
        uint128 weight,
        bytes signature
    );
    /// @notice A certificate heavier than the ones of its kind before it, or one that decides.
    event CertificateAccepted(
        uint64 indexed epoch,
        bytes32 indexed digest,
        uint8 kind,
        uint32 setId,
        uint256 signedWeight,
        uint256 totalWeight,
        GroupInfo[] groups
    );
    /// @notice Two thirds approved; for good.
    event EpochApproved(uint64 indexed epoch, bytes32 indexed digest);
    /// @notice More than a third rejected; for good.
    event EpochRejected(uint64 indexed epoch, bytes32 indexed digest);
    /// @notice These rules are in force; the ones before stay accepted.
    event RulesHashSet(bytes32 indexed rulesHash);
    /// @notice Who may propose from now on.
    /// @param poster Zero: nobody may propose.
    event PosterSet(address indexed poster, uint64 nonce);

    error EpochManager_ZeroAddress();
    error EpochManager_BadParameters();
    error EpochManager_ZeroRulesHash();
    error EpochManager_NotRegistry(address caller);
    error EpochManager_NotPoster(address caller);
    error EpochManager_NotNextEpoch(uint64 given, uint64 expected);
    error EpochManager_SnapshotNotLater(uint64 snapshotTime, uint64 previous);
    error EpochManager_SnapshotFarFromNow(uint64 snapshotTime, uint256 blockTime);
    error EpochManager_UnknownRules(bytes32 rulesHash);
    error EpochManager_SetNotInTerm(uint32 setId, uint64 snapshotTime);
    error EpochManager_BadLineCount(uint256 lines, uint32 lineCount);
    error EpochManager_LinesNotSorted(uint256 index);
    error EpochManager_WrongLinesRoot(bytes32 expected, bytes32 given);
    error EpochManager_UnknownEpoch(uint64 epoch);
    error EpochManager_VotingClosed(uint64 epoch, uint64 voteDeadline);
    error EpochManager_Superseded(uint64 epoch, uint64 lastApproved);
    error EpochManager_NotHeavier(uint256 signedWeight, uint256 heaviest);

    /// @notice Names the bonded operator's posting key, or nobody when its bond is below the minimum (PROTOCOL §8).
    /// @dev Only the registry (on L2 its alias). Nonces up to the newest are ignored without failing.
    /// @custom:reverts EpochManager_NotRegistry.
    /// @custom:protocol §8 operator's bond.
    function acceptPoster(address poster, uint64 nonce) external;

    /// @notice Posts the next epoch: its summary and every line, so that events alone tell the whole balance sheet.
    /// @dev Checks form only (number, time, rules, set, lines root); whether the sheet is true is the validators' verdict.
    /// @custom:reverts EpochManager_NotPoster, EpochManager_NotNextEpoch, EpochManager_SnapshotNotLater,
    /// EpochManager_SnapshotFarFromNow, EpochManager_UnknownRules, EpochManager_SetNotInTerm,
    /// EpochManager_BadLineCount, EpochManager_LinesNotSorted, EpochManager_WrongLinesRoot.
    /// @custom:protocol §6, §5 V5; paper §3.3 step 4.
    function propose(Summary calldata summary, Line[] calldata lines) external;

    /// @notice Takes a certificate heavier than the heaviest of its kind; anybody may bring it.
    /// @dev Two thirds of APPROVE approve, more than one third of REJECT rejects, both for good. An undecided epoch can be
    /// decided at any time, approved only until a later one is. After `voteDeadline` a certificate may decide and no longer
    /// counts as participation; one that does not decide is refused.
    /// @custom:reverts EpochManager_UnknownEpoch, EpochManager_VotingClosed, EpochManager_Superseded,
    /// EpochManager_NotHeavier; what {ICertificateVerifier-signedWeight} refuses.
    /// @custom:protocol §6; paper §3.3 step 8.
    function certify(uint64 epoch, Certificate calldata certificate) external;

    /// @notice Publishes one validator's vote; anybody may bring it. Nothing is stored: certificates are built from events.
    /// @param kind 1 APPROVE, 2 REJECT, 3 DISPUTE.
    /// @param rule 0 for APPROVE, else the lowest failing rule.
    /// @param path Siblings of the member in the epoch's set, bottom-up.
    /// @param signature G2, 192 bytes.
    /// @custom:reverts EpochManager_UnknownEpoch, EpochManager_VotingClosed; what {ICertificateVerifier-checkVote}
    /// refuses.
    /// @custom:protocol §6; paper §3.3 step 8.
    function castVote(
        uint64 epoch,
        uint8 kind,
        uint16 rule,
        Member calldata member,
        bytes32[] calldata path,
        bytes calldata signature
    ) external;

    /// @notice Makes a rules hash current; the one before stays accepted, older ones do not.
    /// @custom:reverts EpochManager_ZeroRulesHash; callers without the role.
    /// @custom:protocol §4 rulesHash.
    function setRulesHash(bytes32 rulesHash) external;

    /// @notice Digest stored for an epoch; the only one validators may sign for this number.
    function digestOf(uint64 epoch) external view returns (bytes32);
    /// @notice What was decided about an epoch.
    function statusOf(uint64 epoch) external view returns (Status);
    /// @notice Set that votes on an epoch; zero for an unknown one.
    function setIdOf(uint64 epoch) external view returns (uint32);
    /// @notice Time of an epoch's snapshot, seconds.
    function snapshotTimeOf(uint64 epoch) external view returns (uint64);
    /// @notice Until when votes of an epoch count as participation, seconds.
    function voteDeadlineOf(uint64 epoch) external view returns (uint64);

    /// @notice Everything stored of an epoch; zeros for an unknown one.
    function proposalOf(uint64 epoch) external view returns (Proposal memory);

    /// @notice First and last epoch proposed under a set so far.
    function termOf(uint32 setId) external view returns (Term memory);

    /// @notice Seconds after a term's `activeUntil` until which votes of its epochs can count.
    function votesCloseAfter() external view returns (uint64);

    /// @notice Who may propose, and the nonce of its naming (zero: by the deployment).
    function poster() external view returns (address key, uint64 nonce);

    /// @notice Newest proposed epoch; zero before the first.
    function lastEpoch() external view returns (uint64);

    /// @notice Newest Approved epoch and its digest: the next `parent`.
    function lastApproved() external view returns (uint64 epoch, bytes32 digest);
}
