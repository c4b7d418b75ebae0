// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRewardPool} from "../../src/interfaces/IRewardPool.sol";
import {SignersLib} from "../../src/libraries/SignersLib.sol";
import {BeaconSigner} from "../utils/BeaconSigner.sol";
import {RewardsTest} from "../utils/RewardsTest.sol";

/// @notice Invariant 12: rewards paid never exceed what was funded, in any term and over all of them.
/// @dev The contract is its own handler: the builders of claims are its helpers.
contract RewardsInvariantTest is RewardsTest {
    /// @dev The term of {RewardsTest} and the one after it.
    uint32[2] private _terms;
    uint256 private _fundedTotal;
    uint256 private _paidTotal;
    mapping(uint32 ticket => uint256) private _paidTickets;

    function setUp() public override {
        super.setUp();
        _runTerm(new uint256[](0));
        _commitAll();
        vm.warp(sets.header(setId).activeUntil);
        _terms = [setId, registry.fixTerm()];

        bytes4[] memory selectors = new bytes4[](5);
        (selectors[0], selectors[1], selectors[2]) = (this.pay.selector, this.wait_.selector, this.drawTerm.selector);
        (selectors[3], selectors[4]) = (this.win.selector, this.move.selector);
        targetSelector(FuzzSelector(address(this), selectors));
        targetContract(address(this));
    }

    function pay(uint256 which, uint128 amount) external {
        uint32 id = _terms[which % 2];
        amount = uint128(bound(amount, 1, 1e6));
        vm.prank(operator);
        try pool.fund(id, amount) {
            _fundedTotal += amount;
        } catch (bytes memory reason) {
            _expectOneOf(bytes4(reason));
        }
    }

    function wait_(uint256 time) external {
        vm.warp(block.timestamp + bound(time, 1, 2 days));
    }

    function drawTerm(uint256 which) external {
        uint32 id = _terms[which % 2];
        uint64 round = pool.seedRoundOf(id);
        if (block.timestamp >= beacon.timeOf(round)) beacon.submit(round, BeaconSigner.sign(beaconSecret, round));
        try pool.draw(id) {}
        catch (bytes memory reason) {
            _expectOneOf(bytes4(reason));
        }
    }

    /// @dev Honest and forged claims of the first term, and honest ones brought to the second.
    function win(uint32 ticket, uint256 forgery, bool elsewhere) external {
        if (pool.term(setId).seed == bytes32(0)) return;
        ticket = uint32(bound(ticket, 0, TICKETS));
        IRewardPool.TicketClaim memory given = _claimOf(ticket);
        forgery %= 8;
        if (forgery == 1) given.audit.salt = bytes32(forgery);
        if (forgery == 2) given.member.weight = WEIGHT_CAP;
        if (forgery == 3) given.agreed = _groups(false, 0, _list(given.member.index));
        if (forgery == 4) given.audit.openings[0].row.total += 1;
        uint32 id = elsewhere ? _terms[1] : setId;
        uint128 prize = pool.term(id).prize;
        try pool.claim(id, ticket, given) {
            assertTrue(forgery == 0 || forgery > 4, "a forged claim was paid");
            assertEq(id, setId, "a claim was paid in another term");
            _paidTotal += prize;
            ++_paidTickets[ticket];
        } catch (bytes memory reason) {
            _expectOneOf(bytes4(reason));
        }
    }

    function move(uint256 from, uint256 to) external {
        try pool.carry(_terms[from % 2], _terms[to % 2]) {}
        catch (bytes memory reason) {
            _expectOneOf(bytes4(reason));
        }
    }

    /// @dev One campaign for all three sentences; every call builds real proofs.
    function invariant_I12_paidNeverExceedsFunded() external view {
        uint256 owed;
        for (uint256 i = 0; i < 2; ++i) {
            IRewardPool.TermPool memory term = pool.term(_terms[i]);
            assertLe(term.paid, term.funded, "I-12: paid > funded in a term");
            owed += term.funded - term.paid;
        }
        assertLe(_paidTotal, _fundedTotal, "I-12: paid > funded");
        assertEq(owed, _fundedTotal - _paidTotal, "I-12: funded less paid");
        assertEq(reward.balanceOf(address(pool)), owed, "I-12: balance");
        for (uint32 ticket = 0; ticket < TICKETS; ++ticket) {
            assertLe(_paidTickets[ticket], 1, "I-12: a ticket paid twice");
        }
    }

    /// @dev The campaign is not empty: the handler reaches a payment and a carry.
    function test_handlerReachesPaymentAndCarry() external {
        this.pay(0, FUNDS);
        vm.warp(beacon.timeOf(pool.seedRoundOf(setId)));
        this.drawTerm(0);
        uint32 ticket = _winning(0);
        this.win(ticket, 0, false);
        this.win(ticket, 0, false);
        assertEq(_paidTickets[ticket], 1);
        vm.warp(pool.term(setId).claimDeadline + 1);
        this.move(0, 1);
        assertGt(pool.term(_terms[1]).funded, 0);
    }

    function _expectOneOf(bytes4 code) private pure {
        bytes4[18] memory known = [
            IRewardPool.RewardPool_TermClosed.selector,
            IRewardPool.RewardPool_SeedKnown.selector,
            IRewardPool.RewardPool_AlreadyDrawn.selector,
            IRewardPool.RewardPool_SeedUnknown.selector,
            IRewardPool.RewardPool_NotDrawn.selector,
            IRewardPool.RewardPool_ClaimsOpen.selector,
            IRewardPool.RewardPool_ClaimsClosed.selector,
            IRewardPool.RewardPool_NothingToPay.selector,
            IRewardPool.RewardPool_UnknownTicket.selector,
            IRewardPool.RewardPool_AlreadyClaimed.selector,
            IRewardPool.RewardPool_NoEpochs.selector,
            IRewardPool.RewardPool_NotDrawnMember.selector,
            IRewardPool.RewardPool_NotMember.selector,
            IRewardPool.RewardPool_BelowBar.selector,
            IRewardPool.RewardPool_NotInTermRoot.selector,
            IRewardPool.RewardPool_BadOpening.selector,
            SignersLib.Signers_OtherGroups.selector,
            IRewardPool.RewardPool_DidNotAgree.selector
        ];
        for (uint256 i = 0; i < known.length; ++i) {
            if (code == known[i]) return;
        }
        revert("an operation failed outside its documented errors");
    }
}
