// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IEpochManager} from "./IEpochManager.sol";
import {Member} from "./PobsTypes.sol";

/// @title What the court on L1 takes from the reporter on L2.
interface IAbsenceCourt {
    /// @notice Jails validators that missed too much of a term; no stake is lost.
    /// @custom:reverts SlashingCourt_NotFromL2Reporter, SlashingCourt_UnknownSet, SlashingCourt_EvidenceExpired.
    /// @custom:protocol §8 absence.
    function jailAbsent(uint32 setId, address[] calldata absent) external;
}

/// @title L2: who took part in a term's votes (PROTOCOL §§6, 8).
/// @notice Absent from an epoch is whoever no heaviest certificate of any kind counts, in an epoch whose outcome two thirds
/// carried before its deadline. Other epochs count for nobody's absence: an outage jails nobody.
interface IParticipation {
    /// @notice An epoch's absences were counted.
    /// @param signers One bit per member, by index: counted by some certificate.
    event ParticipationCounted(uint64 indexed epoch, uint32 indexed setId, uint256[4] signers);
    /// @notice A message about absences left for L1.
    /// @param position Number of the message among L2's sends.
    event AbsencesReported(uint32 indexed setId, address[] validators, uint256 position);

    error Participation_ZeroAddress();
    error Participation_BadThreshold(uint16 absentBps);
    error Participation_UnknownEpoch(uint64 epoch);
    error Participation_VotingOpen(uint64 epoch, uint64 voteDeadline);
    error Participation_AlreadyCounted(uint64 epoch);
    error Participation_NoOutcome(uint64 epoch);
    error Participation_UnknownTerm(uint32 setId);
    error Participation_TermOpen(uint32 setId, uint256 closesAt);
    error Participation_BadBatch(uint256 size);
    error Participation_NotAscending(uint32 index);
    error Participation_NotMembers(uint32 setId);
    error Participation_AlreadyReported(uint32 setId, address validator);
    error Participation_NotAbsent(uint32 setId, address validator, uint256 absences, uint256 epochs);

    /// @notice Counts an epoch's absences after its deadline; anybody may call it, once per epoch.
    /// @param approve Groups of the heaviest certificate of each kind, as `CertificateAccepted` names them; empty if none.
    /// @custom:reverts Participation_UnknownEpoch, Participation_VotingOpen, Participation_AlreadyCounted,
    /// Participation_NoOutcome, Signers_OtherGroups.
    /// @custom:protocol §6 participation.
    function count(
        uint64 epoch,
        IEpochManager.GroupInfo[] calldata approve,
        IEpochManager.GroupInfo[] calldata reject,
        IEpochManager.GroupInfo[] calldata dispute
    ) external;

    /// @notice Reports validators that missed more than {ABSENT_BPS} of *all* epochs of a finished term to the court on L1.
    /// @dev Each validator at most once per term. Epochs nobody counted stand for presence, so leaving some out helps the
    /// absent and never harms the diligent.
    /// @param members At most {REPORT_MAX}, strictly ascending by index.
    /// @param siblings Their multiproof, bottom-up, left to right.
    /// @custom:reverts Participation_UnknownTerm, Participation_TermOpen, Participation_BadBatch,
    /// Participation_NotAscending, Participation_NotMembers, Participation_AlreadyReported, Participation_NotAbsent.
    /// @custom:protocol §8 absence.
    function report(uint32 setId, Member[] calldata members, bytes32[] calldata siblings)
        external
        returns (uint256 position);

    /// @notice Absences counted so far of the member at `index`.
    function absencesOf(uint32 setId, uint32 index) external view returns (uint32);

    /// @notice True once an epoch was counted.
    function isCounted(uint64 epoch) external view returns (bool);
    /// @notice True once a member of the term was reported.
    function isReported(uint32 setId, uint32 index) external view returns (bool);
}
