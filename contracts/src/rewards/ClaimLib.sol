// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEpochManager} from "../interfaces/IEpochManager.sol";
import {IRewardPool} from "../interfaces/IRewardPool.sol";
import {Member, SetHeader} from "../interfaces/PobsTypes.sol";
import {AuditLib} from "../libraries/AuditLib.sol";
import {CertificateLib} from "../libraries/CertificateLib.sol";
import {SignersLib} from "../libraries/SignersLib.sol";
import {SummaryLib} from "../libraries/SummaryLib.sol";
import {TicketLib} from "../libraries/TicketLib.sol";

/// @title What a ticket's member must have done: voted with the outcome, and held the rows.
library ClaimLib {
    /// @notice Whether the member stood behind the outcome and did not dispute it.
    /// @dev What counts is the certificate that two thirds carried before the deadline: it tells who stood behind the outcome.
    function checkVote(
        IEpochManager.Proposal memory proposal,
        SetHeader memory set,
        uint64 epoch,
        IRewardPool.TicketClaim calldata given
    ) internal pure {
        uint8 kind;
        if (proposal.status == IEpochManager.Status.Approved) kind = CertificateLib.APPROVE;
        if (proposal.status == IEpochManager.Status.Rejected) kind = CertificateLib.REJECT;
        if (kind == 0 || !CertificateLib.isQuorum(proposal.heaviest[kind - 1], set.totalWeight)) {
            revert IRewardPool.RewardPool_NoOutcome(epoch);
        }
        Member calldata member = given.member;
        uint256[4] memory agreed = SignersLib.signers(proposal, epoch, kind, given.agreed, set.count);
        if (!SignersLib.has(agreed, member.index)) revert IRewardPool.RewardPool_DidNotAgree(epoch, member.validator);
        uint256[4] memory disputed =
            SignersLib.signers(proposal, epoch, CertificateLib.DISPUTE, given.disputed, set.count);
        if (SignersLib.has(disputed, member.index)) revert IRewardPool.RewardPool_Disputed(epoch, member.validator);
    }

    /// @notice The lines given are those of the digest that was voted on.
    function checkSheet(bytes32 domain, bytes32 digest, uint64 epoch, IRewardPool.Audit calldata audit) internal pure {
        bool isSheet = SummaryLib.digest(domain, audit.summary) == digest
            && SummaryLib.linesRoot(audit.lines) == audit.summary.linesRoot;
        if (!isSheet) revert IRewardPool.RewardPool_OtherSheet(epoch);
    }

    /// @notice Every drawn row opens; the caller has checked the sheet.
    function checkRows(bytes32 hash, uint32 auditRows, IRewardPool.TicketClaim calldata given) internal pure {
        IRewardPool.Audit calldata audit = given.audit;
        AuditLib.Tree memory tree = AuditLib.Tree({
            validator: given.member.validator,
            salt: audit.salt,
            root: audit.auditRoot,
            rows: AuditLib.rowCount(audit.lines)
        });
        uint256 expected = tree.rows == 0 ? 0 : auditRows;
        if (audit.openings.length != expected) {
            revert IRewardPool.RewardPool_WrongOpenings(audit.openings.length, expected);
        }
        for (uint32 i = 0; i < expected; ++i) {
            uint256 position = TicketLib.rowPosition(hash, i, tree.rows);
            if (!AuditLib.opens(tree, audit.openings[i], audit.lines, position)) {
                revert IRewardPool.RewardPool_BadOpening(i, position);
            }
        }
    }
}
