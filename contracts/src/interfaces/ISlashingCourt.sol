// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Certificate, Member, Summary} from "./PobsTypes.sol";

/// @title L1: takes stake by evidence that anybody brings (paper §2.1 Incentives, PROTOCOL §8).
/// @dev No bridge is asked about offences: votes are signed over one digest on every chain, and the sets stand on L1.
/// A single vote is a certificate whose one group lists its one signer as present. Whoever calls gets the bounty, a
/// small part of what is slashed, so that reporting oneself loses. Evidence is worth something until
/// {EVIDENCE_SECONDS} after its set's term, no earlier than stake that voted in it can leave.
interface ISlashingCourt {
    enum Offence {
        None,
        Equivocation,
        Fraud,
        Dissent
    }

    /// @notice One of those who signed a certificate.
    /// @param path Siblings of the member in the set's tree, bottom-up.
    struct Accused {
        Member member;
        bytes32[] path;
    }

    /// @notice What was voted on, and the votes.
    struct Votes {
        bytes32 digest;
        Certificate certificate;
    }

    /// @param rejecter True when a REJECT stood against an approval, false the other way round.
    struct DissentCase {
        bytes32 digest;
        uint32 setId;
        uint64 executableAt;
        bool rejecter;
        address reporter;
    }

    /// @notice A summary was shown to contradict itself or its ancestors.
    event FraudProven(
        uint64 indexed epoch, bytes32 indexed digest, uint64 chainId, address custody, address indexed reporter
    );
    /// @notice A validator lost stake for an offence.
    /// @param slashed Base units of the stake token.
    event Convicted(
        address indexed validator,
        uint64 indexed epoch,
        Offence offence,
        uint32 setId,
        uint128 slashed,
        address indexed reporter
    );
    /// @notice The operator lost its bond.
    /// @param slashed Base units of the stake token.
    event OperatorConvicted(uint64 indexed epoch, bytes32 indexed digest, uint128 slashed, address indexed reporter);
    /// @notice A case of dissent was opened.
    /// @param executableAt Seconds.
    /// @param rejecter True when the accused rejected what was approved, false when it approved what was rejected.
    event DissentQueued(
        address indexed validator,
        uint64 indexed epoch,
        bytes32 indexed digest,
        uint32 setId,
        uint64 executableAt,
        bool rejecter,
        address reporter
    );
    /// @notice No dissent about this summary is punished any more.
    event DissentVetoed(bytes32 indexed digest);
    /// @notice More than a third disputed what was approved: its rejecters were right.
    event RejectionConfirmed(bytes32 indexed digest);
    /// @notice A validator was jailed for its absence in a term.
    event AbsentJailed(address indexed validator, uint32 indexed setId);
    /// @notice Who may report absences changed.
    event AbsenceReporterSet(address indexed bridge, address indexed l2Reporter);

    error SlashingCourt_ZeroAddress();
    error SlashingCourt_BadParameters();
    error SlashingCourt_BountyTooLarge(uint16 bps, uint16 max);
    error SlashingCourt_DissentTooLarge(uint16 bps, uint16 capBps);
    error SlashingCourt_EvidenceTooShort(uint64 evidenceSeconds, uint64 needed);
    error SlashingCourt_WindowTooLong(uint64 windowSeconds, uint64 unbondingSeconds);
    error SlashingCourt_VetoTooShort(uint64 vetoWindow, uint256 timelockDelay);
    error SlashingCourt_WrongDomain(bytes32 given, bytes32 expected);
    error SlashingCourt_NotTimelock(address caller);
    error SlashingCourt_UnknownSet(uint32 setId);
    error SlashingCourt_EvidenceExpired(uint32 setId, uint64 expiredAt);
    error SlashingCourt_TooManyAccused(uint256 given, uint256 max);
    error SlashingCourt_UnequalLists(uint256 first, uint256 second);
    error SlashingCourt_NotMember(uint32 setId, uint32 index, address validator);
    error SlashingCourt_NotSigner(uint32 setId, uint32 index);
    error SlashingCourt_OtherValidator(address first, address second);
    error SlashingCourt_NothingSlashed();
    error SlashingCourt_NoConflict();
    error SlashingCourt_NotProven(bytes32 digest);
    error SlashingCourt_NotAnApproval(uint8 kind);
    error SlashingCourt_NoQuorum(uint256 signedWeight, uint256 totalWeight);
    error SlashingCourt_OperatorConvicted(bytes32 digest);
    error SlashingCourt_NotDissent(uint8 outcomeKind, uint8 voteKind);
    error SlashingCourt_NothingQueued();
    error SlashingCourt_NotADispute(uint8 kind);
    error SlashingCourt_NotBlocking(uint256 signedWeight, uint256 totalWeight);
    error SlashingCourt_Vetoed(bytes32 digest);
    error SlashingCourt_RejecterWasRight(bytes32 digest);
    error SlashingCourt_UnknownCase(address validator, uint64 epoch);
    error SlashingCourt_TooEarly(uint64 executableAt);
    error SlashingCourt_AlreadyConvicted(address validator, uint64 epoch);
    error SlashingCourt_TermCapReached(address validator, uint32 setId);
    error SlashingCourt_NotFromL2Reporter(address caller);

    /// @notice Remembers that a summary is fraudulent. Nobody is slashed yet: signatures are a matter of their own.
    /// @dev Repeating is harmless and silent.
    /// @param evidence See {IFraudProofs}.
    /// @custom:reverts what {IFraudVerifier-check} refuses.
    /// @custom:protocol §8 Slashing; paper §2.1 Incentives.
    function proveFraud(bytes calldata evidence) external returns (bytes32 digest);

    /// @notice Takes all stake of those who approved a proven fraud, in as many calls as there are batches.
    /// @dev Members convicted before or without stake are passed over, so that nobody can block a batch from outside.
    /// Reverts when nothing at all was slashed.
    /// @param approval APPROVE of exactly this summary, by its own set in term; of any weight, also one vote.
    /// @custom:reverts SlashingCourt_TooManyAccused, SlashingCourt_NotProven, SlashingCourt_NotAnApproval,
    /// SlashingCourt_UnknownSet, SlashingCourt_EvidenceExpired, SlashingCourt_NotMember, SlashingCourt_NotSigner,
    /// SlashingCourt_NothingSlashed; what {ICertificateVerifier-signedWeight} refuses.
    /// @custom:protocol §8 Slashing.
    function slashFraud(Summary calldata summary, Certificate calldata approval, Accused[] calldata accused) external;

    /// @notice Takes the operator's bond for a proven fraud that two thirds approved.
    /// @dev A contradiction alone can be made by anybody, and a few validators would give their stake to burn the bond;
    /// validators sign only what EpochManager stores, so a quorum shows that the operator proposed it.
    /// @custom:reverts SlashingCourt_NotProven, SlashingCourt_NotAnApproval, SlashingCourt_UnknownSet,
    /// SlashingCourt_EvidenceExpired, SlashingCourt_OperatorConvicted, SlashingCourt_NoQuorum,
    /// SlashingCourt_NothingSlashed; what {ICertificateVerifier-signedWeight} refuses.
    /// @custom:protocol §8 Slashing.
    function slashOperator(Summary calldata summary, Certificate calldata approval) external;

    /// @notice Takes all stake of validators that voted twice in one epoch: two APPROVEs of different summaries, or
    /// APPROVE and REJECT. A DISPUTE is never held against anybody.
    /// @dev The two votes may be of different sets. Passing over works as in {slashFraud}.
    /// @param inFirst Proves membership in the first votes' set; `inSecond` the same validators in the second's.
    /// @custom:reverts SlashingCourt_TooManyAccused, SlashingCourt_UnequalLists, SlashingCourt_NoConflict,
    /// SlashingCourt_UnknownSet, SlashingCourt_EvidenceExpired, SlashingCourt_NotMember, SlashingCourt_NotSigner,
    /// SlashingCourt_OtherValidator, SlashingCourt_NothingSlashed; what {ICertificateVerifier-signedWeight} refuses.
    /// @custom:protocol §8 Slashing.
    function slashEquivocation(
        uint64 epoch,
        Votes calldata first,
        Votes calldata second,
        Accused[] calldata inFirst,
        Accused[] calldata inSecond
    ) external;

    /// @notice Opens cases against validators whose vote was contrary to an outcome carried by two thirds.
    /// @dev Executable after the veto window and the fraud window, both.
    /// @param outcome APPROVE or REJECT of at least two thirds.
    /// @param contrary REJECT or APPROVE by the accused.
    /// @custom:reverts SlashingCourt_TooManyAccused, SlashingCourt_UnknownSet, SlashingCourt_EvidenceExpired,
    /// SlashingCourt_NotDissent, SlashingCourt_NoQuorum, SlashingCourt_Vetoed, SlashingCourt_RejecterWasRight,
    /// SlashingCourt_NotMember, SlashingCourt_NotSigner, SlashingCourt_NothingQueued; what
    /// {ICertificateVerifier-signedWeight} refuses.
    /// @custom:protocol §8 dissent.
    function queueDissent(
        Summary calldata summary,
        Certificate calldata outcome,
        Certificate calldata contrary,
        Accused[] calldata accused
    ) external;

    /// @notice Takes {DISSENT_BPS} of a validator's stake for a case whose windows have passed.
    /// @custom:reverts SlashingCourt_UnknownCase, SlashingCourt_AlreadyConvicted, SlashingCourt_TooEarly,
    /// SlashingCourt_Vetoed, SlashingCourt_RejecterWasRight, SlashingCourt_UnknownSet, SlashingCourt_EvidenceExpired,
    /// SlashingCourt_TermCapReached, SlashingCourt_NothingSlashed.
    /// @custom:protocol §8 dissent.
    function executeDissent(address validator, uint64 epoch) external;

    /// @notice Timelock: no dissent about this summary is ever punished.
    /// @custom:reverts SlashingCourt_NotTimelock.
    /// @custom:protocol §8 dissent.
    function veto(bytes32 digest) external;

    /// @notice Clears everybody who rejected a summary: more than a third disputed it later. A proven fraud does too.
    /// @custom:reverts SlashingCourt_NotADispute, SlashingCourt_NotBlocking; what {ICertificateVerifier-signedWeight}
    /// refuses.
    /// @custom:protocol §8 dissent.
    function confirmRejection(Summary calldata summary, Certificate calldata dispute) external;

    /// @notice Jails who missed too much of a term; called through the bridge by the reporter on L2, nobody else.
    /// @dev Each validator once per term; takes no stake.
    /// @custom:reverts SlashingCourt_NotFromL2Reporter, SlashingCourt_UnknownSet, SlashingCourt_EvidenceExpired.
    /// @custom:protocol §8 absence.
    function jailAbsent(uint32 setId, address[] calldata absent) external;

    /// @notice Timelock: names the bridge and the reporter behind {jailAbsent}.
    /// @custom:reverts SlashingCourt_NotTimelock, SlashingCourt_ZeroAddress.
    /// @custom:protocol §8 absence.
    function setAbsenceReporter(address bridge, address l2Reporter) external;

    /// @notice True once fraud was proven in this summary.
    function fraudProven(bytes32 digest) external view returns (bool);

    /// @notice True once the validator was slashed for this offence in this epoch.
    function convicted(address validator, uint64 epoch, Offence offence) external view returns (bool);

    /// @notice A dissent case; zeros when there is none.
    function dissentCase(address validator, uint64 epoch) external view returns (DissentCase memory);

    /// @notice Share of stake taken for dissent in one term so far, basis points.
    function dissentInTerm(address validator, uint32 setId) external view returns (uint16 bps);
}
