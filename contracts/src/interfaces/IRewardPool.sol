// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AuditLib} from "../libraries/AuditLib.sol";
import {IEpochManager} from "./IEpochManager.sol";
import {Line, Member, Summary} from "./PobsTypes.sol";

/// @title L2: rewards of validators, drawn at random by stake among those who agreed with the outcome (paper §2.1, PROTOCOL §8).
/// @notice A term's life: funded and audit roots committed until the commit deadline; the beacon round that was named by the
/// term's own times gives the seed; each ticket names a member, an epoch and rows; whoever voted with the outcome and opens the
/// rows takes the ticket's prize. What nobody takes is carried to a later term. A missing round delays, nothing replaces it.
/// Terms are validator sets: `setId` names both.
interface IRewardPool {
    /// @notice How a validator proves that it held the rows of the drawn epoch.
    /// @param salt Its own for this epoch.
    /// @param auditRoot Root of its audit tree for this epoch.
    /// @param path Path of the epoch in the committed term root, bottom-up.
    /// @param lines All lines of the epoch.
    /// @param openings Drawn rows in order, as many as {AUDIT_ROWS}; none when the sheet has no rows.
    struct Audit {
        bytes32 salt;
        bytes32 auditRoot;
        bytes32[] path;
        Summary summary;
        Line[] lines;
        AuditLib.RowOpening[] openings;
    }

    /// @param path Siblings of the member in the set, bottom-up.
    /// @param agreed Groups of the heaviest certificate of the outcome's kind, as `CertificateAccepted` names them.
    /// @param disputed Groups of the heaviest DISPUTE; empty if none.
    /// @param audit Left empty when the drawn epoch was rejected.
    struct TicketClaim {
        Member member;
        bytes32[] path;
        IEpochManager.GroupInfo[] agreed;
        IEpochManager.GroupInfo[] disputed;
        Audit audit;
    }

    /// @param funded Base units of the reward token that came in, less what was carried away.
    /// @param paid Base units paid, never more than `funded`.
    /// @param prize Base units of each ticket; zero before the draw.
    /// @param seed Zero before the draw.
    /// @param claimDeadline Seconds; zero before the draw.
    struct TermPool {
        uint128 funded;
        uint128 paid;
        uint128 prize;
        uint64 claimDeadline;
        bytes32 seed;
    }

    /// @notice Prizes came in.
    /// @param amount Base units.
    event TermFunded(uint32 indexed setId, address indexed from, uint128 amount);
    /// @notice A validator committed to its audit trees of a term.
    event AuditRootCommitted(uint32 indexed setId, address indexed validator, bytes32 root);
    /// @notice Seed and prize are fixed.
    /// @param prize Base units per ticket.
    /// @param claimDeadline Seconds.
    event TermDrawn(uint32 indexed setId, uint64 round, bytes32 seed, uint128 prize, uint64 claimDeadline);
    /// @notice A ticket was paid.
    /// @param amount Base units.
    event TicketPaid(
        uint32 indexed setId,
        uint32 indexed ticket,
        address indexed validator,
        address payee,
        uint64 epoch,
        uint128 amount
    );
    /// @notice Unclaimed prizes moved on.
    /// @param amount Base units.
    event TermCarried(uint32 indexed from, uint32 indexed to, uint128 amount);
    /// @notice Rewards of a validator go to another payee.
    event PayeeSet(address indexed validator, address indexed payee);

    error RewardPool_ZeroAddress();
    error RewardPool_BadParameters();
    error RewardPool_UnknownTerm(uint32 setId);
    error RewardPool_TermClosed(uint32 setId, uint256 commitDeadline);
    error RewardPool_SeedKnown(uint32 setId, uint64 round);
    error RewardPool_ZeroRoot();
    error RewardPool_ZeroAmount();
    error RewardPool_TokenFellShort(uint256 expected, uint256 received);
    error RewardPool_AlreadyDrawn(uint32 setId);
    error RewardPool_SeedUnknown(uint32 setId, uint64 round);
    error RewardPool_NotDrawn(uint32 setId);
    error RewardPool_ClaimsOpen(uint32 setId, uint64 claimDeadline);
    error RewardPool_ClaimsClosed(uint32 setId, uint64 claimDeadline);
    error RewardPool_NothingToPay(uint32 setId);
    error RewardPool_UnknownTicket(uint32 ticket);
    error RewardPool_AlreadyClaimed(uint32 setId, uint32 ticket);
    error RewardPool_NoEpochs(uint32 setId);
    error RewardPool_NotDrawnMember(uint32 setId, uint32 ticket, uint256 drawnIndex);
    error RewardPool_NotMember(uint32 setId, uint32 index, address validator);
    error RewardPool_BelowBar(uint32 setId, uint32 ticket, uint128 weight, uint256 bar);
    error RewardPool_NoOutcome(uint64 epoch);
    error RewardPool_DidNotAgree(uint64 epoch, address validator);
    error RewardPool_Disputed(uint64 epoch, address validator);
    error RewardPool_NoAuditRoot(uint32 setId, address validator);
    error RewardPool_NotInTermRoot(uint64 epoch, address validator);
    error RewardPool_OtherSheet(uint64 epoch);
    error RewardPool_WrongOpenings(uint256 given, uint256 expected);
    error RewardPool_BadOpening(uint256 opening, uint256 position);
    error RewardPool_NotPayee(address caller, address payee);

    /// @notice Adds `amount` base units to a term's prizes, until its commit deadline; must be approved.
    /// @param amount Base units.
    /// @custom:reverts RewardPool_UnknownTerm, RewardPool_TermClosed, RewardPool_SeedKnown, RewardPool_ZeroAmount,
    /// RewardPool_TokenFellShort.
    /// @custom:protocol §8 Rewards; paper §2.1 Incentives.
    function fund(uint32 setId, uint128 amount) external;

    /// @notice Commits the caller's audit root of a term; replaceable until the commit deadline, which lies before the seed.
    /// @custom:reverts RewardPool_UnknownTerm, RewardPool_TermClosed, RewardPool_SeedKnown, RewardPool_ZeroRoot.
    /// @custom:protocol §6 lazy voting.
    function commitAuditRoot(uint32 setId, bytes32 root) external;

    /// @notice Fixes seed and prize once the named round is verified at the beacon; anybody may call it.
    /// @custom:reverts RewardPool_UnknownTerm, RewardPool_AlreadyDrawn, RewardPool_SeedUnknown.
    /// @custom:protocol §8 Rewards.
    function draw(uint32 setId) external;

    /// @notice Pays a ticket to its member's payee; anybody may bring the proof. Reverts unless the member is the drawn one, its
    /// weight is above the bar, its vote agreed with an outcome that two thirds carried before the deadline, it did not
    /// dispute, and its rows open.
    /// @custom:reverts RewardPool_NotDrawn, RewardPool_ClaimsClosed, RewardPool_NothingToPay,
    /// RewardPool_UnknownTicket, RewardPool_AlreadyClaimed, RewardPool_NoEpochs, RewardPool_NotDrawnMember,
    /// RewardPool_NotMember, RewardPool_BelowBar, RewardPool_NoOutcome, RewardPool_DidNotAgree, RewardPool_Disputed,
    /// RewardPool_NoAuditRoot, RewardPool_NotInTermRoot, RewardPool_OtherSheet, RewardPool_WrongOpenings,
    /// RewardPool_BadOpening, Signers_OtherGroups.
    /// @custom:protocol §8 Rewards; paper §2.1 Incentives.
    function claim(uint32 setId, uint32 ticket, TicketClaim calldata given) external;

    /// @notice Moves what nobody claimed to a term that still takes funds; anybody may call it after the claim deadline.
    /// @custom:reverts RewardPool_NotDrawn, RewardPool_ClaimsOpen, RewardPool_UnknownTerm, RewardPool_TermClosed,
    /// RewardPool_SeedKnown, RewardPool_NothingToPay.
    /// @custom:protocol §8 Rewards.
    function carry(uint32 from, uint32 to) external;

    /// @notice Names who receives a validator's rewards. Only the present payee may: the validator first, then whom it named,
    /// so that a stolen hot key cannot redirect what goes to a cold address.
    /// @custom:reverts RewardPool_ZeroAddress, RewardPool_NotPayee.
    /// @custom:protocol §8 Rewards.
    function setPayee(address validator, address payee) external;

    /// @notice Funds, prize, seed and deadline of a term; zeros for an unknown one.
    function term(uint32 setId) external view returns (TermPool memory);
    /// @notice Audit root a validator committed for a term; zero without one.
    function auditRootOf(uint32 setId, address validator) external view returns (bytes32);
    /// @notice True once a ticket was paid.
    function isClaimed(uint32 setId, uint32 ticket) external view returns (bool);
    /// @notice Who receives a validator's rewards: itself until it names another.
    function payeeOf(address validator) external view returns (address);

    /// @notice Until when audit roots and funds are taken, seconds: votes of the term are counted by then.
    function commitDeadlineOf(uint32 setId) external view returns (uint256);

    /// @notice The beacon round that seeds a term: named by the term's times alone, long before it is published.
    function seedRoundOf(uint32 setId) external view returns (uint64);

    /// @notice What a drawn term's ticket asks: member index, least weight (exclusive) and epoch.
    function ticketOf(uint32 setId, uint32 ticket) external view returns (uint256 index, uint256 bar, uint64 epoch);

    /// @notice Position, among all rows of the epoch, of the `i`-th row that the ticket's member must open.
    function rowOf(uint32 setId, uint32 ticket, uint32 i, uint256 rows) external view returns (uint256);
}
