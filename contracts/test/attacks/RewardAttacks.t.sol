// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEpochManager} from "../../src/interfaces/IEpochManager.sol";
import {IRewardPool} from "../../src/interfaces/IRewardPool.sol";
import {Certificate, SetHeader} from "../../src/interfaces/PobsTypes.sol";
import {SignersLib} from "../../src/libraries/SignersLib.sol";
import {BeaconSigner} from "../utils/BeaconSigner.sol";
import {RewardsTest} from "../utils/RewardsTest.sol";
import {TreeTwin} from "../utils/TreeTwin.sol";

/// @notice Whoever did not do the work, or did it for another, gets nothing; nobody gets anything twice.
contract RewardAttacks is RewardsTest {
    /// @dev A ticket of member `index`, at or after `from`.
    function _ticketOfMember(uint256 index, uint32 from) private view returns (uint32 ticket) {
        for (ticket = _winning(from);; ticket = _winning(ticket + 1)) {
            (uint256 drawn,,) = pool.ticketOf(setId, ticket);
            if (drawn == index) return ticket;
        }
    }

    function _refused(uint32 ticket, IRewardPool.TicketClaim memory given, bytes4 reason) private {
        vm.expectPartialRevert(reason);
        pool.claim(setId, ticket, given);
        assertEq(pool.term(setId).paid, 0);
    }

    function test_attack_ticketClaimedTwice() public {
        _drawnTerm();
        uint32 ticket = _winning(0);
        IRewardPool.TicketClaim memory given = _claimOf(ticket);
        pool.claim(setId, ticket, given);
        vm.expectRevert(abi.encodeWithSelector(IRewardPool.RewardPool_AlreadyClaimed.selector, setId, ticket));
        pool.claim(setId, ticket, given);
        assertEq(reward.balanceOf(given.member.validator), FUNDS / TICKETS);
    }

    /// @dev The proof of a won ticket opens no other ticket, even one of the same member and epoch: its rows differ.
    function test_attack_proofOfAnotherTicket() public {
        _drawnTerm();
        uint32 ticket = _ticketOfMember(1, 0);
        (,, uint64 epoch) = pool.ticketOf(setId, ticket);
        uint32 other = ticket;
        for (uint64 drawn = 0; drawn != epoch;) {
            other = _ticketOfMember(1, other + 1);
            (,, drawn) = pool.ticketOf(setId, other);
        }
        IRewardPool.TicketClaim memory given = _claimOf(ticket);
        _refused(other, given, IRewardPool.RewardPool_BadOpening.selector);
    }

    /// @dev A ticket won in one term is nothing in the next, even with the same members and the same round.
    function test_attack_ticketOfAnotherTerm() public {
        _drawnTerm();
        uint32 next = registry.fixTerm();
        vm.prank(operator);
        pool.fund(next, FUNDS);
        uint64 round = pool.seedRoundOf(next);
        vm.warp(beacon.timeOf(round));
        beacon.submit(round, BeaconSigner.sign(beaconSecret, round));
        pool.draw(next);
        assertNotEq(pool.term(setId).seed, pool.term(next).seed);
        for (uint32 ticket = _winning(0); ticket < TICKETS / 2; ticket = _winning(ticket + 1)) {
            IRewardPool.TicketClaim memory given = _claimOf(ticket);
            vm.expectRevert();
            pool.claim(next, ticket, given);
        }
        assertEq(pool.term(next).paid, 0);
    }

    /// @dev Groups in which the absent appear present do not hash to what EpochManager kept.
    function test_attack_groupsOfALighterCertificate() public {
        _fund(FUNDS);
        for (uint64 epoch = 1; epoch <= EPOCHS; ++epoch) {
            bytes32 digest = _proposeSheet(epoch);
            // A light one, then the heavier one without member 2.
            manager.certify(epoch, _approvalWithout(epoch, digest, _list(0, 3)));
            manager.certify(epoch, _approvalWithout(epoch, digest, _list(2)));
        }
        _commitAll();
        _draw();
        uint32 ticket = _ticketOfMember(2, 0);
        IRewardPool.TicketClaim memory given = _claimOf(ticket);
        given.agreed = _groups(true, 0, _list(0, 3));
        _refused(ticket, given, SignersLib.Signers_OtherGroups.selector);
        given.agreed = _groups(true, 0, new uint256[](0));
        _refused(ticket, given, SignersLib.Signers_OtherGroups.selector);
        given.agreed = _groups(true, 0, _list(2));
        _refused(ticket, given, IRewardPool.RewardPool_DidNotAgree.selector);
    }

    /// @dev A lighter certificate cannot replace the heavier one, so nobody's participation can be taken away.
    function test_attack_lighterCertificateAfterAHeavier() public {
        bytes32 digest = _proposeSheet(1);
        manager.certify(1, _approval(1, digest));
        bytes32 kept = manager.proposalOf(1).groupsHash[0];
        Certificate memory lighter = _approvalWithout(1, digest, _list(1));
        vm.expectRevert(abi.encodeWithSelector(IEpochManager.EpochManager_NotHeavier.selector, 3 * STAKE, 4 * STAKE));
        manager.certify(1, lighter);
        assertEq(manager.proposalOf(1).groupsHash[0], kept);
    }

    /// @dev PROTOCOL §6: a DISPUTE after an APPROVE is never slashed and forfeits the reward.
    function test_attack_disputerWantsItsReward() public {
        _fund(FUNDS);
        _runTerm(new uint256[](0));
        for (uint64 epoch = 1; epoch <= EPOCHS; ++epoch) {
            bytes32 message = _voteDigest(3, epoch, manager.digestOf(epoch), 9);
            manager.certify(epoch, committee.one(setId, 3, committee.present(9, _list(1), message)));
        }
        _commitAll();
        _draw();
        uint32 ticket = _ticketOfMember(1, 0);
        IRewardPool.TicketClaim memory given = _claimOf(ticket);
        // Hiding the dispute does not help.
        _refused(ticket, given, SignersLib.Signers_OtherGroups.selector);
        given.disputed = _groups(false, 9, _list(1));
        _refused(ticket, given, IRewardPool.RewardPool_Disputed.selector);
        // The others are paid.
        ticket = _ticketOfMember(0, 0);
        given = _claimOf(ticket);
        given.disputed = _groups(false, 9, _list(1));
        pool.claim(setId, ticket, given);
    }

    /// @dev Voting yes to everything and committing nothing.
    function test_attack_voterWithoutAnAuditRoot() public {
        _fund(FUNDS);
        _runTerm(new uint256[](0));
        _commit(committee.member(0).validator);
        _draw();
        uint32 ticket = _ticketOfMember(1, 0);
        _refused(ticket, _claimOf(ticket), IRewardPool.RewardPool_NoAuditRoot.selector);
    }

    function test_attack_auditRootAfterTheDeadline() public {
        _fund(FUNDS);
        _runTerm(new uint256[](0));
        address late = committee.member(1).validator;
        bytes32 root = TreeTwin.root(0x33, _epochLeaves(late));
        vm.warp(pool.commitDeadlineOf(setId) + 1);
        vm.expectPartialRevert(IRewardPool.RewardPool_TermClosed.selector);
        vm.prank(late);
        pool.commitAuditRoot(setId, root);
        _draw();
        uint32 ticket = _ticketOfMember(1, 0);
        _refused(ticket, _claimOf(ticket), IRewardPool.RewardPool_NoAuditRoot.selector);
    }

    /// @dev The sequencer holds the L2 clock back until the round is public: whoever knows the seed chooses no root any more.
    function test_attack_auditRootWithAKnownSeedUnderALaggingClock() public {
        _runTerm(new uint256[](0));
        uint64 round = pool.seedRoundOf(setId);
        beacon.submit(round, BeaconSigner.sign(beaconSecret, round));
        assertLt(block.timestamp, pool.commitDeadlineOf(setId));
        vm.expectRevert(abi.encodeWithSelector(IRewardPool.RewardPool_SeedKnown.selector, setId, round));
        pool.commitAuditRoot(setId, bytes32("chosen"));
    }

    /// @dev A copied term root opens for nobody but its maker, even with the maker's salts and paths.
    function test_attack_rootCopiedFromAnotherValidator() public {
        _fund(FUNDS);
        _runTerm(new uint256[](0));
        address honest = committee.member(0).validator;
        address copier = committee.member(1).validator;
        _commit(honest);
        bytes32 copied = pool.auditRootOf(setId, honest);
        vm.prank(copier);
        pool.commitAuditRoot(setId, copied);
        _draw();
        uint32 ticket = _ticketOfMember(1, 0);
        (,, uint64 epoch) = pool.ticketOf(setId, ticket);
        IRewardPool.TicketClaim memory given = _claimOf(ticket);
        given.audit = _auditOf(honest, ticket, epoch);
        _refused(ticket, given, IRewardPool.RewardPool_BadOpening.selector);
        // Its own tree was not committed.
        given.audit = _auditOf(copier, ticket, epoch);
        _refused(ticket, given, IRewardPool.RewardPool_NotInTermRoot.selector);
    }

    /// @dev Guessing the salt, or using that of another epoch, opens nothing.
    function test_attack_otherSalt() public {
        _drawnTerm();
        uint32 ticket = _winning(0);
        IRewardPool.TicketClaim memory given = _claimOf(ticket);
        given.audit.salt = bytes32(uint256(given.audit.salt) ^ 1);
        _refused(ticket, given, IRewardPool.RewardPool_BadOpening.selector);
    }

    /// @dev Whoever holds a few rows opens those instead of the drawn ones.
    function test_attack_openingANeighboursRow() public {
        _drawnTerm();
        uint32 ticket = _winning(0);
        (,, uint64 epoch) = pool.ticketOf(setId, ticket);
        IRewardPool.TicketClaim memory given = _claimOf(ticket);
        uint256 position = pool.rowOf(setId, ticket, 0, ROWS);
        uint256 neighbour = (position + 1) % ROWS;
        given.audit.openings[0] = _openingAt(epoch, neighbour);
        given.audit.openings[0].path = TreeTwin.path(0x31, _auditLeaves(given.member.validator, epoch), neighbour);
        _refused(ticket, given, IRewardPool.RewardPool_BadOpening.selector);
    }

    /// @dev A tree over invented rows, committed in time, opens against itself and not against the sheet.
    function test_attack_inventedRows() public {
        _fund(FUNDS);
        _runTerm(new uint256[](0));
        address liar = committee.member(1).validator;
        bytes32 root = TreeTwin.root(0x33, _epochLeaves(liar, 5));
        vm.prank(liar);
        pool.commitAuditRoot(setId, root);
        _draw();
        uint32 ticket = _ticketOfMember(1, 0);
        (,, uint64 epoch) = pool.ticketOf(setId, ticket);
        bytes32[] memory leaves = _auditLeaves(liar, epoch, 5);
        IRewardPool.TicketClaim memory given = _claimOf(ticket);
        given.audit.auditRoot = TreeTwin.root(0x31, leaves);
        given.audit.path = TreeTwin.path(0x33, _epochLeaves(liar, 5), epoch - 1);
        for (uint32 i = 0; i < AUDIT_ROWS; ++i) {
            given.audit.openings[i].row.total += 5;
            given.audit.openings[i].path = TreeTwin.path(0x31, leaves, pool.rowOf(setId, ticket, i, ROWS));
        }
        _refused(ticket, given, IRewardPool.RewardPool_BadOpening.selector);
    }

    /// @dev The true row of the sheet, with no place in the validator's own tree.
    function test_attack_trueRowOutsideTheOwnTree() public {
        _drawnTerm();
        uint32 ticket = _winning(0);
        IRewardPool.TicketClaim memory given = _claimOf(ticket);
        given.audit.openings[2].path[0] = bytes32("sibling");
        _refused(ticket, given, IRewardPool.RewardPool_BadOpening.selector);
    }

    /// @dev The lines of another epoch would let a validator open rows it happens to hold.
    function test_attack_sheetOfAnotherEpoch() public {
        _drawnTerm();
        uint32 ticket = _winning(0);
        (,, uint64 epoch) = pool.ticketOf(setId, ticket);
        IRewardPool.TicketClaim memory given = _claimOf(ticket);
        given.audit.lines = _sheetLines(epoch % EPOCHS + 1);
        given.audit.summary = _sheetSummary(epoch % EPOCHS + 1, given.audit.lines);
        _refused(ticket, given, IRewardPool.RewardPool_OtherSheet.selector);
    }

    /// @dev One epoch's audit root shown for another: the leaf names its epoch and stands at its place.
    function test_attack_auditRootOfAnotherEpoch() public {
        _drawnTerm();
        uint32 ticket = _winning(0);
        (,, uint64 epoch) = pool.ticketOf(setId, ticket);
        IRewardPool.TicketClaim memory given = _claimOf(ticket);
        address validator = given.member.validator;
        uint64 other = epoch % EPOCHS + 1;
        given.audit.auditRoot = TreeTwin.root(0x31, _auditLeaves(validator, other));
        given.audit.path = TreeTwin.path(0x33, _epochLeaves(validator), other - 1);
        _refused(ticket, given, IRewardPool.RewardPool_NotInTermRoot.selector);
    }

    /// @dev A member claims more weight than its leaf says, to pass the bar.
    function test_attack_heavierThanTheLeaf() public {
        _drawnTerm();
        uint32 ticket;
        for (uint256 bar; bar < STAKE; ++ticket) {
            (, bar,) = pool.ticketOf(setId, ticket);
        }
        IRewardPool.TicketClaim memory given = _claimOf(--ticket);
        given.member.weight = WEIGHT_CAP;
        _refused(ticket, given, IRewardPool.RewardPool_NotMember.selector);
    }

    /// @dev Two terms share the token: claims of one, its carry and every ticket leave the other's funds alone.
    function test_attack_drainingAnotherTerm() public {
        _drawnTerm();
        uint32 next = registry.fixTerm();
        vm.prank(operator);
        pool.fund(next, FUNDS);
        vm.warp(pool.term(setId).claimDeadline);
        for (uint32 ticket = 0; ticket < TICKETS; ++ticket) {
            (uint256 index, uint256 bar,) = pool.ticketOf(setId, ticket);
            if (committee.member(index).weight > bar) pool.claim(setId, ticket, _claimOf(ticket));
        }
        vm.warp(block.timestamp + 1);
        pool.carry(setId, next);
        vm.expectRevert(abi.encodeWithSelector(IRewardPool.RewardPool_NothingToPay.selector, setId));
        pool.carry(setId, next);
        assertEq(pool.term(setId).paid + pool.term(next).funded, 2 * FUNDS);
        assertEq(reward.balanceOf(address(pool)), pool.term(next).funded);
    }

    /// @dev Carrying into itself would double what is left.
    function test_attack_carryIntoTheSameTerm() public {
        _drawnTerm();
        vm.warp(pool.term(setId).claimDeadline + 1);
        vm.expectPartialRevert(IRewardPool.RewardPool_TermClosed.selector);
        pool.carry(setId, setId);
        assertEq(pool.term(setId).funded, FUNDS);
    }

    /// @dev Funds sent after the seed is known would choose whom they reward.
    function test_attack_fundingWithAKnownSeed() public {
        _fund(FUNDS);
        SetHeader memory set = sets.header(setId);
        uint64 round = pool.seedRoundOf(setId);
        beacon.submit(round, BeaconSigner.sign(beaconSecret, round));
        assertLt(block.timestamp, set.activeUntil);
        vm.expectRevert(abi.encodeWithSelector(IRewardPool.RewardPool_SeedKnown.selector, setId, round));
        _fund(1);
    }
}
