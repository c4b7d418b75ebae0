// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IEpochManager} from "../../src/interfaces/IEpochManager.sol";
import {IRewardPool} from "../../src/interfaces/IRewardPool.sol";
import {Line} from "../../src/interfaces/PobsTypes.sol";
import {AuditLib} from "../../src/libraries/AuditLib.sol";
import {SignersLib} from "../../src/libraries/SignersLib.sol";
import {RewardPool} from "../../src/rewards/RewardPool.sol";
import {BeaconSigner} from "../utils/BeaconSigner.sol";
import {RewardsTest} from "../utils/RewardsTest.sol";

contract RewardPoolTest is RewardsTest {
    /* FUND */

    function test_fund_addsToTheTerm() public {
        vm.expectEmit(address(pool));
        emit IRewardPool.TermFunded(setId, operator, FUNDS);
        _fund(FUNDS);
        _fund(100);
        assertEq(pool.term(setId).funded, FUNDS + 100);
        assertEq(reward.balanceOf(address(pool)), FUNDS + 100);
    }

    function test_fund_reverts() public {
        vm.startPrank(operator);
        vm.expectRevert(abi.encodeWithSelector(IRewardPool.RewardPool_UnknownTerm.selector, 9));
        pool.fund(9, 1);
        vm.expectRevert(IRewardPool.RewardPool_ZeroAmount.selector);
        pool.fund(setId, 0);
        vm.mockCall(address(reward), abi.encodeCall(IERC20.balanceOf, (address(pool))), abi.encode(7));
        vm.expectRevert(abi.encodeWithSelector(IRewardPool.RewardPool_TokenFellShort.selector, 5, 0));
        pool.fund(setId, 5);
        vm.clearMockedCalls();
        uint256 deadline = pool.commitDeadlineOf(setId);
        vm.warp(deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(IRewardPool.RewardPool_TermClosed.selector, setId, deadline));
        pool.fund(setId, 1);
        vm.stopPrank();
    }

    /* AUDIT ROOTS */

    function test_commitAuditRoot_isReplaceableUntilTheDeadline() public {
        uint256 deadline = pool.commitDeadlineOf(setId);
        assertEq(deadline, sets.header(setId).activeUntil + 120 + MAX_AGE + COMMIT_PERIOD);
        pool.commitAuditRoot(setId, bytes32("one"));
        vm.warp(deadline);
        vm.expectEmit(address(pool));
        emit IRewardPool.AuditRootCommitted(setId, address(this), bytes32("two"));
        pool.commitAuditRoot(setId, bytes32("two"));
        assertEq(pool.auditRootOf(setId, address(this)), bytes32("two"));
    }

    function test_commitAuditRoot_reverts() public {
        vm.expectRevert(IRewardPool.RewardPool_ZeroRoot.selector);
        pool.commitAuditRoot(setId, 0);
        uint256 deadline = pool.commitDeadlineOf(setId);
        vm.warp(deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(IRewardPool.RewardPool_TermClosed.selector, setId, deadline));
        pool.commitAuditRoot(setId, bytes32("root"));
    }

    /* DRAW */

    function test_draw_fixesSeedAndPrize() public {
        _fund(FUNDS + 63);
        uint64 round = pool.seedRoundOf(setId);
        assertGt(beacon.timeOf(round), pool.commitDeadlineOf(setId) + SEED_DELAY);
        vm.warp(beacon.timeOf(round));
        bytes32 randomness = beacon.submit(round, BeaconSigner.sign(beaconSecret, round));
        bytes32 seed = keccak256(abi.encodePacked(uint8(0x40), address(pool), uint64(block.chainid), setId, randomness));
        vm.expectEmit(address(pool));
        emit IRewardPool.TermDrawn(setId, round, seed, FUNDS / TICKETS, uint64(block.timestamp) + CLAIM_PERIOD);
        pool.draw(setId);
        assertEq(pool.term(setId).seed, seed);

        vm.expectRevert(abi.encodeWithSelector(IRewardPool.RewardPool_AlreadyDrawn.selector, setId));
        pool.draw(setId);
    }

    function test_draw_waitsForItsRound() public {
        uint64 round = pool.seedRoundOf(setId);
        vm.warp(beacon.timeOf(round) + 30 days);
        // Later rounds are no substitute.
        beacon.submit(round + 1, BeaconSigner.sign(beaconSecret, round + 1));
        vm.expectRevert(abi.encodeWithSelector(IRewardPool.RewardPool_SeedUnknown.selector, setId, round));
        pool.draw(setId);
        beacon.submit(round, BeaconSigner.sign(beaconSecret, round));
        pool.draw(setId);
        assertEq(pool.term(setId).claimDeadline, block.timestamp + CLAIM_PERIOD);
    }

    function test_draw_revertsForUnknownTerm() public {
        vm.expectRevert(abi.encodeWithSelector(IRewardPool.RewardPool_UnknownTerm.selector, 9));
        pool.draw(9);
    }

    /* CLAIM */

    function test_claim_paysTheDrawnMember() public {
        _drawnTerm();
        uint32 ticket = _winning(0);
        IRewardPool.TicketClaim memory given = _claimOf(ticket);
        (,, uint64 epoch) = pool.ticketOf(setId, ticket);
        address winner = given.member.validator;
        vm.expectEmit(address(pool));
        emit IRewardPool.TicketPaid(setId, ticket, winner, winner, epoch, FUNDS / TICKETS);
        pool.claim(setId, ticket, given);
        assertEq(reward.balanceOf(winner), FUNDS / TICKETS);
        assertTrue(pool.isClaimed(setId, ticket));
        assertEq(pool.term(setId).paid, FUNDS / TICKETS);
    }

    function test_claim_allTicketsNeverPayMoreThanFunded() public {
        _drawnTerm();
        uint256 paid;
        for (uint32 ticket = 0; ticket < TICKETS; ++ticket) {
            (uint256 index, uint256 bar,) = pool.ticketOf(setId, ticket);
            if (committee.member(index).weight <= bar) continue;
            pool.claim(setId, ticket, _claimOf(ticket));
            paid += FUNDS / TICKETS;
        }
        assertGt(paid, 0);
        assertEq(pool.term(setId).paid, paid);
        assertLe(paid, FUNDS);
        assertEq(reward.balanceOf(address(pool)), FUNDS - paid);
    }

    function test_claim_ofARejectedEpochNeedsTheVoteAlone() public {
        _fund(FUNDS);
        for (uint64 epoch = 1; epoch <= EPOCHS; ++epoch) {
            bytes32 message = _voteDigest(2, epoch, _proposeSheet(epoch), 8);
            manager.certify(epoch, committee.one(setId, 2, committee.absent(8, new uint256[](0), message)));
        }
        _draw();
        uint32 ticket = _winning(0);
        IRewardPool.TicketClaim memory given = _claimOf(ticket);
        given.agreed = _groups(true, 8, new uint256[](0));
        delete given.audit;
        pool.claim(setId, ticket, given);
        assertEq(reward.balanceOf(given.member.validator), FUNDS / TICKETS);
    }

    function test_claim_revertsForBadTickets() public {
        _fund(FUNDS);
        _runTerm(new uint256[](0));
        _commitAll();
        IRewardPool.TicketClaim memory given;
        vm.expectRevert(abi.encodeWithSelector(IRewardPool.RewardPool_NotDrawn.selector, setId));
        pool.claim(setId, 0, given);
        vm.expectRevert(abi.encodeWithSelector(IRewardPool.RewardPool_NotDrawn.selector, setId));
        pool.ticketOf(setId, 0);
        _draw();
        vm.expectRevert(abi.encodeWithSelector(IRewardPool.RewardPool_UnknownTicket.selector, TICKETS));
        pool.claim(setId, TICKETS, given);
        uint64 deadline = pool.term(setId).claimDeadline;
        uint32 ticket = _winning(0);
        given = _claimOf(ticket);
        vm.warp(deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(IRewardPool.RewardPool_ClaimsClosed.selector, setId, deadline));
        pool.claim(setId, ticket, given);
        vm.warp(deadline);
        pool.claim(setId, ticket, given);
    }

    function test_claim_revertsWithoutFunds() public {
        _runTerm(new uint256[](0));
        _commitAll();
        _draw();
        IRewardPool.TicketClaim memory given = _claimOf(_winning(0));
        vm.expectRevert(abi.encodeWithSelector(IRewardPool.RewardPool_NothingToPay.selector, setId));
        pool.claim(setId, 0, given);
    }

    function test_claim_revertsForATermWithoutEpochs() public {
        _fund(FUNDS);
        _draw();
        bytes32 hash = keccak256(abi.encodePacked(uint8(0x41), pool.term(setId).seed, setId, uint32(0)));
        uint256 index = uint256(hash) % 4;
        IRewardPool.TicketClaim memory given;
        uint32 ticket;
        while (uint256(keccak256(abi.encodePacked(uint8(0x42), hash))) % WEIGHT_CAP >= STAKE) {
            hash = keccak256(abi.encodePacked(uint8(0x41), pool.term(setId).seed, setId, ++ticket));
            index = uint256(hash) % 4;
        }
        given.member = committee.member(index);
        given.path = committee.path(index);
        vm.expectRevert(abi.encodeWithSelector(IRewardPool.RewardPool_NoEpochs.selector, setId));
        pool.claim(setId, ticket, given);
    }

    function test_claim_revertsForOtherMembers() public {
        _drawnTerm();
        uint32 ticket = _winning(0);
        IRewardPool.TicketClaim memory given = _claimOf(ticket);
        uint32 drawn = given.member.index;
        given.member = committee.member((drawn + 1) % 4);
        vm.expectRevert(
            abi.encodeWithSelector(IRewardPool.RewardPool_NotDrawnMember.selector, setId, ticket, uint256(drawn))
        );
        pool.claim(setId, ticket, given);
        // Under the drawn index, somebody else.
        given.member.index = drawn;
        vm.expectRevert(
            abi.encodeWithSelector(IRewardPool.RewardPool_NotMember.selector, setId, drawn, given.member.validator)
        );
        pool.claim(setId, ticket, given);
    }

    function test_claim_revertsBelowTheBar() public {
        _drawnTerm();
        uint32 ticket;
        uint256 bar;
        for (; bar < STAKE; ++ticket) {
            (, bar,) = pool.ticketOf(setId, ticket);
        }
        IRewardPool.TicketClaim memory given = _claimOf(--ticket);
        vm.expectRevert(abi.encodeWithSelector(IRewardPool.RewardPool_BelowBar.selector, setId, ticket, STAKE, bar));
        pool.claim(setId, ticket, given);
    }

    function test_claim_revertsWithoutAnOutcomeInTime() public {
        _fund(FUNDS);
        for (uint64 epoch = 1; epoch <= EPOCHS; ++epoch) {
            _proposeSheet(epoch);
        }
        // Approved, but after the deadline: nobody's participation is known.
        vm.warp(manager.voteDeadlineOf(EPOCHS) + 1);
        for (uint64 epoch = 1; epoch <= EPOCHS; ++epoch) {
            manager.certify(epoch, _approval(epoch, manager.digestOf(epoch)));
        }
        _commitAll();
        _draw();
        uint32 ticket = _winning(0);
        (,, uint64 drawn) = pool.ticketOf(setId, ticket);
        IRewardPool.TicketClaim memory given = _claimOf(ticket);
        vm.expectRevert(abi.encodeWithSelector(IRewardPool.RewardPool_NoOutcome.selector, drawn));
        pool.claim(setId, ticket, given);
    }

    function test_claim_revertsForTheAbsent() public {
        _fund(FUNDS);
        _runTerm(_list(2));
        _commitAll();
        _draw();
        uint32 ticket;
        IRewardPool.TicketClaim memory given = _claimOf(ticket = _winning(0));
        while (given.member.index != 2) {
            given = _claimOf(ticket = _winning(ticket + 1));
        }
        (,, uint64 epoch) = pool.ticketOf(setId, ticket);
        given.agreed = _groups(true, 0, _list(2));
        vm.expectRevert(
            abi.encodeWithSelector(IRewardPool.RewardPool_DidNotAgree.selector, epoch, given.member.validator)
        );
        pool.claim(setId, ticket, given);
    }

    function test_claim_revertsForBadAudits() public {
        _drawnTerm();
        uint32 ticket = _winning(0);
        (,, uint64 epoch) = pool.ticketOf(setId, ticket);
        IRewardPool.TicketClaim memory given = _claimOf(ticket);
        address validator = given.member.validator;

        given.audit.auditRoot = bytes32("root");
        vm.expectRevert(abi.encodeWithSelector(IRewardPool.RewardPool_NotInTermRoot.selector, epoch, validator));
        pool.claim(setId, ticket, given);

        given = _claimOf(ticket);
        given.audit.summary.logRoot = bytes32("log");
        vm.expectRevert(abi.encodeWithSelector(IRewardPool.RewardPool_OtherSheet.selector, epoch));
        pool.claim(setId, ticket, given);

        given = _claimOf(ticket);
        given.audit.lines[0].assets[0].count += 1;
        vm.expectRevert(abi.encodeWithSelector(IRewardPool.RewardPool_OtherSheet.selector, epoch));
        pool.claim(setId, ticket, given);

        given = _claimOf(ticket);
        given.audit.openings = new AuditLib.RowOpening[](AUDIT_ROWS - 1);
        vm.expectRevert(
            abi.encodeWithSelector(IRewardPool.RewardPool_WrongOpenings.selector, AUDIT_ROWS - 1, AUDIT_ROWS)
        );
        pool.claim(setId, ticket, given);
    }

    function test_claim_revertsForOtherGroups() public {
        _drawnTerm();
        uint32 ticket = _winning(0);
        IRewardPool.TicketClaim memory given = _claimOf(ticket);
        given.agreed[0].absent = false;
        vm.expectPartialRevert(SignersLib.Signers_OtherGroups.selector);
        pool.claim(setId, ticket, given);
    }

    /* CARRY */

    function test_carry_movesWhatNobodyClaimed() public {
        _drawnTerm();
        pool.claim(setId, _winning(0), _claimOf(_winning(0)));
        uint64 deadline = pool.term(setId).claimDeadline;
        vm.warp(deadline);
        uint32 next = registry.fixTerm();
        vm.expectRevert(abi.encodeWithSelector(IRewardPool.RewardPool_ClaimsOpen.selector, setId, deadline));
        pool.carry(setId, next);
        vm.warp(deadline + 1);
        uint128 rest = FUNDS - FUNDS / TICKETS;
        vm.expectEmit(address(pool));
        emit IRewardPool.TermCarried(setId, next, rest);
        pool.carry(setId, next);
        assertEq(pool.term(setId).funded, FUNDS / TICKETS);
        assertEq(pool.term(next).funded, rest);
        assertEq(reward.balanceOf(address(pool)), rest);

        vm.expectRevert(abi.encodeWithSelector(IRewardPool.RewardPool_NothingToPay.selector, setId));
        pool.carry(setId, next);
    }

    function test_carry_revertsUndrawnOrIntoAClosedTerm() public {
        _fund(FUNDS);
        vm.expectRevert(abi.encodeWithSelector(IRewardPool.RewardPool_NotDrawn.selector, setId));
        pool.carry(setId, setId);
        _draw();
        vm.warp(pool.term(setId).claimDeadline + 1);
        vm.expectPartialRevert(IRewardPool.RewardPool_TermClosed.selector);
        pool.carry(setId, setId);
    }

    /* PAYEES */

    function test_setPayee_takesControlFromTheHotKey() public {
        _drawnTerm();
        uint32 ticket = _winning(0);
        IRewardPool.TicketClaim memory given = _claimOf(ticket);
        address validator = given.member.validator;
        address cold = makeAddr("cold");
        vm.expectEmit(address(pool));
        emit IRewardPool.PayeeSet(validator, cold);
        vm.prank(validator);
        pool.setPayee(validator, cold);
        pool.claim(setId, ticket, given);
        assertEq(reward.balanceOf(cold), FUNDS / TICKETS);
        assertEq(reward.balanceOf(validator), 0);

        vm.expectRevert(abi.encodeWithSelector(IRewardPool.RewardPool_NotPayee.selector, validator, cold));
        vm.prank(validator);
        pool.setPayee(validator, validator);
        vm.prank(cold);
        pool.setPayee(validator, operator);
        assertEq(pool.payeeOf(validator), operator);
    }

    function test_setPayee_revertsForZero() public {
        vm.expectRevert(IRewardPool.RewardPool_ZeroAddress.selector);
        pool.setPayee(address(this), address(0));
        vm.expectRevert(IRewardPool.RewardPool_ZeroAddress.selector);
        pool.setPayee(address(0), address(this));
    }

    /* DEPLOYMENT */

    function test_constructor_refusesBadParameters() public {
        for (uint256 i = 0; i < 10; ++i) {
            RewardPool.Parameters memory p = _poolParameters();
            if (i == 0) delete p.token;
            if (i == 1) delete p.manager;
            if (i == 2) delete p.sets;
            if (i == 3) delete p.beacon;
            if (i == 4) delete p.salt;
            if (i == 5) delete p.weightCap;
            if (i == 6) delete p.tickets;
            if (i == 7) delete p.auditRows;
            if (i == 8) delete p.commitPeriod;
            if (i == 9) delete p.claimPeriod;
            vm.expectRevert(
                i < 4 ? IRewardPool.RewardPool_ZeroAddress.selector : IRewardPool.RewardPool_BadParameters.selector
            );
            new RewardPool(p);
        }
    }

    function test_initialize_refusesNoAdmin() public {
        address code = address(new RewardPool(_poolParameters()));
        vm.expectRevert(IRewardPool.RewardPool_ZeroAddress.selector);
        _proxy(code, abi.encodeCall(RewardPool.initialize, (address(0))));
    }

    function test_upgrade_adminAlone() public {
        address code = address(new RewardPool(_poolParameters()));
        vm.expectRevert(
            abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, address(this), bytes32(0))
        );
        pool.upgradeToAndCall(code, "");
        _fund(FUNDS);
        vm.prank(admin);
        pool.upgradeToAndCall(code, "");
        assertEq(pool.term(setId).funded, FUNDS);
    }
}
