// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICustody} from "../../src/interfaces/ICustody.sol";
import {ICustodyExits} from "../../src/interfaces/ICustodyExits.sol";
import {Certificate, PayoutClaim} from "../../src/interfaces/PobsTypes.sol";
import {ExitsTest} from "../utils/ExitsTest.sol";
import {RevertingPayee} from "../utils/Payees.sol";

/// @notice `setRecoveryRoot` and `recover`.
contract ExitsRecoveryTest is ExitsTest {
    Holder[] private sheet;

    /// @dev Alice's row of 100; Bob pushed 40 after the line's block, Alice recorded 5.
    function setUp() public override {
        super.setUp();
        _fund(100, 0);
        sheet.push(Holder(alice, 100, 100, 0));
        Epoch memory epoch = _usdSheet(1, sheet, 0, _none());
        _sealLying(epoch);
        _keep(epoch);
        _settle(custody, _kept());
        vm.roll(1_001);
        usdc.mint(bob, 40);
        vm.prank(bob);
        usdc.transfer(address(custody), 40);
        _deposit(alice, 5);
        vm.warp(T0 + 1 days);
    }

    /// @dev Freezes before the term runs out, which a freeze for silence would not.
    function _frozenInTerm() private {
        exits.reportFraud(_lyingEvidence(_kept()));
    }

    /// @dev Borrows the payout tree of an epoch that is never settled.
    function _tree(Payout[] memory payouts) private view returns (bytes32 root, uint32 count, PayoutClaim[] memory) {
        Epoch memory epoch = _usdSheet(9, sheet, 0, payouts);
        return (epoch.line.payoutRoot, epoch.line.payoutCount, epoch.claims);
    }

    function _certified(Payout[] memory payouts) private returns (PayoutClaim[] memory) {
        (bytes32 root, uint32 count, PayoutClaim[] memory claims) = _tree(payouts);
        Certificate memory certificate = _recoveryCertificate(custody, root, count, _list(2));
        exits.setRecoveryRoot(root, count, certificate);
        return claims;
    }

    /* ROOT */

    function test_setRecoveryRoot_byTwoThirdsOfALiveSet() public {
        _frozenInTerm();
        (bytes32 root, uint32 count,) = _tree(_payouts(Payout(address(usdc), bob, 40)));
        Certificate memory certificate = _recoveryCertificate(custody, root, count, _list(2));
        vm.expectEmit(address(custody));
        emit ICustodyExits.RecoveryRootSet(root, count, setId, 3 * STAKE);
        vm.prank(stranger);
        exits.setRecoveryRoot(root, count, certificate);
        (bytes32 stored, uint32 storedCount) = exits.recoveryRoot();
        assertEq(stored, root);
        assertEq(storedCount, count);
        vm.expectRevert(ICustodyExits.CustodyExits_RecoverySet.selector);
        exits.setRecoveryRoot(root, count, certificate);
    }

    function test_setRecoveryRoot_refusesLessThanTwoThirds() public {
        _frozenInTerm();
        bytes32 root = keccak256("root");
        Certificate memory certificate = _recoveryCertificate(custody, root, 1, _list(0, 1));
        vm.expectRevert(abi.encodeWithSelector(ICustodyExits.CustodyExits_NoQuorum.selector, 2 * STAKE, 4 * STAKE));
        exits.setRecoveryRoot(root, 1, certificate);
    }

    function test_setRecoveryRoot_refusesNoPayouts() public {
        _frozenInTerm();
        Certificate memory certificate = _recoveryCertificate(custody, bytes32(0), 1, _list(0));
        vm.expectRevert(ICustodyExits.CustodyExits_NoPayouts.selector);
        exits.setRecoveryRoot(bytes32(0), 1, certificate);
        certificate = _recoveryCertificate(custody, keccak256("root"), 0, _list(0));
        vm.expectRevert(ICustodyExits.CustodyExits_NoPayouts.selector);
        exits.setRecoveryRoot(keccak256("root"), 0, certificate);
    }

    function test_setRecoveryRoot_refusesASetPastItsTerm() public {
        _frozenInTerm();
        bytes32 root = keccak256("root");
        Certificate memory certificate = _recoveryCertificate(custody, root, 1, _list(0));
        vm.warp(sets.header(setId).activeUntil);
        vm.expectRevert(abi.encodeWithSelector(ICustodyExits.CustodyExits_SetNotLive.selector, setId));
        exits.setRecoveryRoot(root, 1, certificate);
    }

    function test_setRecoveryRoot_onlyWhileFrozen() public {
        Certificate memory certificate = _recoveryCertificate(custody, keccak256("root"), 1, _list(0));
        vm.expectRevert(ICustodyExits.CustodyExits_NotFrozen.selector);
        exits.setRecoveryRoot(keccak256("root"), 1, certificate);
        vm.expectRevert(ICustodyExits.CustodyExits_NotFrozen.selector);
        exits.recover(PayoutClaim(address(usdc), bob, 40, 0, new bytes32[](0)));
    }

    /* RECOVER */

    function test_recover_paysLateTransfers() public {
        _frozenInTerm();
        PayoutClaim[] memory claims = _certified(_payouts(Payout(address(usdc), bob, 40)));
        vm.expectEmit(address(custody));
        emit ICustodyExits.Recovered(address(usdc), bob, 40, 40);
        vm.prank(stranger);
        exits.recover(claims[0]);
        assertEq(usdc.balanceOf(bob), 40);
        assertEq(exits.recovered(address(usdc), bob), 40);
        vm.expectRevert(abi.encodeWithSelector(ICustodyExits.CustodyExits_NothingDue.selector, address(usdc), bob));
        exits.recover(claims[0]);
        // Nobody else has lost anything by it.
        exits.reclaim(address(usdc), alice, alice);
        exits.escape(_proof(_kept(), USD_INDEX, sheet, 0), alice);
        assertEq(usdc.balanceOf(alice), 105);
    }

    function test_recover_neverOutOfWhatOthersAreOwed() public {
        _frozenInTerm();
        PayoutClaim[] memory claims = _certified(_payouts(Payout(address(usdc), bob, 100)));
        vm.expectEmit(address(custody));
        emit ICustodyExits.Recovered(address(usdc), bob, 40, 40);
        exits.recover(claims[0]);
        vm.expectRevert(abi.encodeWithSelector(ICustodyExits.CustodyExits_ReservesShort.selector, address(usdc), 0));
        exits.recover(claims[0]);
        // The rest stays due and is paid once something free is there.
        usdc.mint(address(custody), 10);
        exits.recover(claims[0]);
        assertEq(exits.recovered(address(usdc), bob), 50);
    }

    function test_recover_refusesALeafOfAnotherRoot() public {
        _frozenInTerm();
        PayoutClaim memory claim = PayoutClaim(address(usdc), bob, 40, 0, new bytes32[](0));
        bytes memory reason =
            abi.encodeWithSelector(ICustodyExits.CustodyExits_PayoutNotInRoot.selector, address(usdc), bob, 40);
        vm.expectRevert(reason);
        exits.recover(claim);
        _certified(_payouts(Payout(address(usdc), bob, 39)));
        vm.expectRevert(reason);
        exits.recover(claim);
    }

    function test_recover_refusesUnlistedTokens() public {
        _frozenInTerm();
        PayoutClaim[] memory claims = _certified(_payouts(Payout(address(stake), bob, 40)));
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_NotListed.selector, address(stake)));
        exits.recover(claims[0]);
    }

    function test_recover_aFailedPaymentTakesNothing() public {
        _frozenInTerm();
        address payee = address(new RevertingPayee());
        vm.deal(address(custody), 1 gwei);
        PayoutClaim[] memory claims = _certified(_payouts(Payout(ETH, payee, 1)));
        vm.expectRevert(abi.encodeWithSelector(ICustodyExits.CustodyExits_PaymentFailed.selector, ETH, payee));
        exits.recover(claims[0]);
        vm.etch(payee, "");
        exits.recover(claims[0]);
        assertEq(payee.balance, 1 gwei);
    }
}
