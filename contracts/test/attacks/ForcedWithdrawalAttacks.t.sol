// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICustodyExits, LeafProof} from "../../src/interfaces/ICustodyExits.sol";
import {PayoutClaim} from "../../src/interfaces/PobsTypes.sol";
import {ExitsTest} from "../utils/ExitsTest.sol";

/// @notice ⟂ A request is answered or it freezes; once answered it never does, and nobody else's payout answers it.
contract ForcedWithdrawalAttacks is ExitsTest {
    Holder[] private sheet;

    function setUp() public override {
        super.setUp();
        _fund(150, 0);
        _seal(1, Holder(alice, 100, 80, 0), 0, _none());
    }

    /// @dev Settles an epoch in which Alice has this row and Bob 50 lots.
    function _seal(uint64 number, Holder memory row, uint64 authorised, Payout[] memory payouts) private {
        delete sheet;
        sheet.push(row);
        sheet.push(Holder(bob, 50, 50, 0));
        _keep(_usdSheet(number, sheet, authorised, payouts));
        _settle(custody, _kept());
    }

    function _force() private {
        LeafProof memory proof = _proof(_kept(), USD_INDEX, sheet, 0);
        vm.prank(alice);
        exits.forceWithdraw(proof, _noClaim());
    }

    function _noFreeze() private {
        vm.expectRevert(abi.encodeWithSelector(ICustodyExits.CustodyExits_NoOpenRequest.selector, address(usdc), alice));
        exits.freezeUnserved(address(usdc), alice);
    }

    /// @notice A request that was served, by payment, by cumulative or by row, freezes nothing years later.
    function test_attack_freezeWithAServedRequest() public {
        _force();
        vm.roll(1_010);
        _seal(2, Holder(alice, 100, 80, 80), 80, _payouts(Payout(address(usdc), alice, 80)));
        uint256 snapshot = vm.snapshotState();
        custody.distribute(_kept().claims);
        vm.warp(T0 + 365 days);
        _noFreeze();
        vm.revertToState(snapshot);
        exits.markServed(_kept().claims[0]);
        vm.warp(T0 + 365 days);
        _noFreeze();
        vm.revertToState(snapshot);
        exits.markServedByRow(_proof(_kept(), USD_INDEX, sheet, 0));
        vm.warp(T0 + 365 days);
        _noFreeze();
    }

    /// @notice A served request stays spent when a new one is opened: the seven days run anew.
    function test_attack_oldClockForANewRequest() public {
        _force();
        vm.roll(1_010);
        _seal(2, Holder(alice, 100, 80, 80), 80, _payouts(Payout(address(usdc), alice, 80)));
        custody.distribute(_kept().claims);
        _seal(3, Holder(alice, 20, 20, 0), 80, _none());
        vm.warp(T0 + 7 days);
        _force();
        vm.expectRevert(abi.encodeWithSelector(ICustodyExits.CustodyExits_TooEarly.selector, T0 + 14 days));
        exits.freezeUnserved(address(usdc), alice);
    }

    /// @notice What was authorised before the request, and is paid or claimed after it, is no answer.
    function test_attack_oldPayoutAsTheAnswer() public {
        _seal(2, Holder(alice, 100, 90, 10), 10, _payouts(Payout(address(usdc), alice, 10)));
        LeafProof memory proof = _proof(_kept(), USD_INDEX, sheet, 0);
        vm.prank(alice);
        exits.forceWithdraw(proof, _kept().claims[0]);
        vm.expectRevert(abi.encodeWithSelector(ICustodyExits.CustodyExits_NotServed.selector, address(usdc), alice));
        exits.markServed(_kept().claims[0]);
        custody.claim(_kept().claims[0]);
        vm.warp(T0 + 7 days);
        exits.freezeUnserved(address(usdc), alice);
        assertTrue(exits.frozen());
    }

    /// @notice A row of a block before the request cannot answer it, though nothing in it is held back.
    function test_attack_rowFromBeforeTheRequest() public {
        // All that is withdrawable leaves, the rest is bound by positions: an exit may still be forced.
        _seal(2, Holder(alice, 100, 80, 80), 80, _payouts(Payout(address(usdc), alice, 80)));
        vm.roll(1_001);
        LeafProof memory proof = _proof(_kept(), USD_INDEX, sheet, 0);
        PayoutClaim memory authorised = _kept().claims[0];
        vm.prank(alice);
        exits.forceExit(proof, authorised);
        vm.expectRevert(abi.encodeWithSelector(ICustodyExits.CustodyExits_NotServed.selector, address(usdc), alice));
        exits.markServedByRow(proof);
    }

    /// @notice An exit is not answered by declaring that nothing may leave.
    function test_attack_exitAnsweredByNothing() public {
        LeafProof memory proof = _proof(_kept(), USD_INDEX, sheet, 0);
        vm.prank(alice);
        exits.forceExit(proof, _noClaim());
        vm.roll(1_010);
        _seal(2, Holder(alice, 100, 0, 0), 0, _none());
        proof = _proof(_kept(), USD_INDEX, sheet, 0);
        vm.expectRevert(abi.encodeWithSelector(ICustodyExits.CustodyExits_NotServed.selector, address(usdc), alice));
        exits.markServedByRow(proof);
        // With nothing owed any more, or something leaving, it is.
        uint256 snapshot = vm.snapshotState();
        delete sheet;
        sheet.push(Holder(alice, 0, 0, 0));
        sheet.push(Holder(bob, 150, 50, 0));
        _keep(_usdSheet(3, sheet, 0, _none()));
        _settle(custody, _kept());
        exits.markServedByRow(_proof(_kept(), USD_INDEX, sheet, 0));
        vm.revertToState(snapshot);
        _seal(3, Holder(alice, 100, 60, 60), 60, _payouts(Payout(address(usdc), alice, 60)));
        exits.markServedByRow(_proof(_kept(), USD_INDEX, sheet, 0));
    }

    /// @notice Another wallet's row or payout answers nothing of Alice's.
    function test_attack_anothersPayoutAsTheAnswer() public {
        _force();
        vm.roll(1_010);
        delete sheet;
        sheet.push(Holder(alice, 100, 80, 0));
        sheet.push(Holder(bob, 50, 50, 50));
        _keep(_usdSheet(2, sheet, 50, _payouts(Payout(address(usdc), bob, 50))));
        _settle(custody, _kept());
        vm.expectRevert(abi.encodeWithSelector(ICustodyExits.CustodyExits_NoOpenRequest.selector, address(usdc), bob));
        exits.markServed(_kept().claims[0]);
        LeafProof memory proof = _proof(_kept(), USD_INDEX, sheet, 1);
        vm.expectRevert(abi.encodeWithSelector(ICustodyExits.CustodyExits_NoOpenRequest.selector, address(usdc), bob));
        exits.markServedByRow(proof);
        proof.wallet = alice;
        vm.expectPartialRevert(ICustodyExits.CustodyExits_RowNotInTree.selector);
        exits.markServedByRow(proof);
        (, bool open) = exits.forcedRequest(address(usdc), alice);
        assertTrue(open);
    }

    /// @notice A stranger can neither open a request in a wallet's name nor restart its clock.
    function test_attack_requestInAnothersName() public {
        _force();
        LeafProof memory proof = _proof(_kept(), USD_INDEX, sheet, 0);
        vm.warp(T0 + 6 days);
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(ICustodyExits.CustodyExits_NotWallet.selector, stranger, alice));
        exits.forceWithdraw(proof, _noClaim());
        (ICustodyExits.ForcedRequest memory request,) = exits.forcedRequest(address(usdc), alice);
        assertEq(request.requestedAt, T0);
    }

    /// @notice No pause stops a request, its answer or its consequence.
    function test_attack_pauseAgainstARequest() public {
        vm.warp(T0 + 6 days);
        vm.prank(guardian);
        custody.pause(3, uint64(T0 + 9 days));
        _force();
        vm.warp(T0 + 13 days);
        exits.freezeUnserved(address(usdc), alice);
        assertTrue(exits.frozen());
    }
}
