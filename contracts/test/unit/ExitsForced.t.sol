// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICustody} from "../../src/interfaces/ICustody.sol";
import {ICustodyExits, LeafProof} from "../../src/interfaces/ICustodyExits.sol";
import {PayoutClaim} from "../../src/interfaces/PobsTypes.sol";
import {ExitsTest} from "../utils/ExitsTest.sol";

/// @notice `forceWithdraw`, `forceExit`, `markServed`, `markServedByRow` and `freezeUnserved`.
contract ExitsForcedTest is ExitsTest {
    Holder[] private sheet;

    function setUp() public override {
        super.setUp();
        _fund(1_000, 0);
        _use(Holder(alice, 100, 80, 0), Holder(bob, 50, 50, 0));
        _keep(_usdSheet(1, sheet, 0, _none()));
        _settle(custody, _kept());
    }

    function _use(Holder memory a, Holder memory b) private {
        delete sheet;
        sheet.push(a);
        sheet.push(b);
    }

    function _aliceProof(Epoch memory epoch) private view returns (LeafProof memory) {
        return _proof(epoch, USD_INDEX, sheet, 0);
    }

    function _force() private {
        LeafProof memory proof = _aliceProof(_kept());
        vm.prank(alice);
        exits.forceWithdraw(proof, _noClaim());
    }

    /// @dev Alice's whole withdrawable is sealed; authorised to her 80 in all.
    function _serving() private returns (Epoch memory epoch) {
        vm.roll(block.number + 10);
        _use(Holder(alice, 100, 80, 80), Holder(bob, 50, 50, 0));
        epoch = _usdSheet(2, sheet, 80, _payouts(Payout(address(usdc), alice, 80)));
        _settle(custody, epoch);
    }

    function _refuse(bytes memory reason, LeafProof memory proof, PayoutClaim memory claim) private {
        vm.prank(alice);
        vm.expectRevert(reason);
        exits.forceWithdraw(proof, claim);
    }

    /* FORCE */

    function test_forceWithdraw_opensARequest() public {
        vm.warp(T0 + 60);
        vm.roll(1_007);
        LeafProof memory proof = _aliceProof(_kept());
        vm.expectEmit(address(custody));
        emit ICustodyExits.WithdrawalForced(address(usdc), alice, 80, 0, false, 1);
        vm.prank(alice);
        exits.forceWithdraw(proof, _noClaim());
        (ICustodyExits.ForcedRequest memory request, bool open) = exits.forcedRequest(address(usdc), alice);
        assertTrue(open);
        assertEq(
            abi.encode(request), abi.encode(ICustodyExits.ForcedRequest(80, 0, 1_007, uint40(T0 + 60), false, false))
        );
        (, open) = exits.forcedRequest(address(usdc), bob);
        assertFalse(open);
    }

    function test_forceExit_asksForTheWholeRow() public {
        LeafProof memory proof = _aliceProof(_kept());
        vm.expectEmit(address(custody));
        emit ICustodyExits.WithdrawalForced(address(usdc), alice, 100, 0, true, 1);
        vm.prank(alice);
        exits.forceExit(proof, _noClaim());
        (ICustodyExits.ForcedRequest memory request,) = exits.forcedRequest(address(usdc), alice);
        assertTrue(request.exit);
        assertEq(request.lots, 100);
    }

    /// @notice What is already authorised, paid or not, belongs to the baseline.
    function test_forceWithdraw_countsWhatIsOnItsWay() public {
        Epoch memory epoch = _serving();
        _use(Holder(alice, 100, 90, 80), Holder(bob, 50, 50, 0));
        epoch = _usdSheet(3, sheet, 80, _payouts(Payout(address(usdc), alice, 80)));
        _settle(custody, epoch);
        LeafProof memory proof = _aliceProof(epoch);
        vm.prank(alice);
        exits.forceWithdraw(proof, epoch.claims[0]);
        (ICustodyExits.ForcedRequest memory request, bool open) = exits.forcedRequest(address(usdc), alice);
        assertEq(request.baseline, 80);
        assertEq(request.lots, 10);
        custody.claim(epoch.claims[0]);
        (, open) = exits.forcedRequest(address(usdc), alice);
        assertTrue(open);
    }

    function test_forceWithdraw_baselineIsAtLeastWhatWasPaid() public {
        custody.distribute(_serving().claims);
        _use(Holder(alice, 20, 20, 0), Holder(bob, 50, 50, 0));
        Epoch memory epoch = _usdSheet(3, sheet, 80, _payouts(Payout(address(usdc), alice, 80)));
        _settle(custody, epoch);
        LeafProof memory proof = _aliceProof(epoch);
        vm.prank(alice);
        exits.forceWithdraw(proof, _noClaim());
        (ICustodyExits.ForcedRequest memory request,) = exits.forcedRequest(address(usdc), alice);
        assertEq(request.baseline, 80);
    }

    function test_force_refusesAnybodyElse() public {
        LeafProof memory proof = _aliceProof(_kept());
        vm.startPrank(bob);
        vm.expectRevert(abi.encodeWithSelector(ICustodyExits.CustodyExits_NotWallet.selector, bob, alice));
        exits.forceWithdraw(proof, _noClaim());
        vm.expectRevert(abi.encodeWithSelector(ICustodyExits.CustodyExits_NotWallet.selector, bob, alice));
        exits.forceExit(proof, _noClaim());
    }

    function test_force_refusesARowOfAnotherEpoch() public {
        LeafProof memory proof = _aliceProof(_kept());
        _serving();
        _refuse(
            abi.encodeWithSelector(ICustodyExits.CustodyExits_NotActive.selector, _kept().digest), proof, _noClaim()
        );
    }

    function test_force_refusesABrokenProof() public {
        LeafProof memory proof = _aliceProof(_kept());
        proof.line.blockNumber += 1;
        _refuse(abi.encodeWithSelector(ICustodyExits.CustodyExits_LineNotInSummary.selector, 0), proof, _noClaim());
        proof = _aliceProof(_kept());
        proof.line.chainId = 5;
        bytes memory wrong =
            abi.encodeWithSelector(ICustodyExits.CustodyExits_WrongCustody.selector, 5, address(custody));
        _refuse(wrong, proof, _noClaim());
        proof = _aliceProof(_kept());
        proof.assetIndex = 2;
        _refuse(abi.encodeWithSelector(ICustodyExits.CustodyExits_NoSuchAsset.selector, 2), proof, _noClaim());
        proof = _aliceProof(_kept());
        proof.withdrawable = 81;
        bytes memory noRow =
            abi.encodeWithSelector(ICustodyExits.CustodyExits_RowNotInTree.selector, address(usdc), alice);
        _refuse(noRow, proof, _noClaim());
        proof = _aliceProof(_kept());
        proof.blinding = 0;
        _refuse(noRow, proof, _noClaim());
    }

    function test_force_refusesWhatIsSealedAnyway() public {
        Epoch memory epoch = _serving();
        bytes memory nothing =
            abi.encodeWithSelector(ICustodyExits.CustodyExits_NothingToForce.selector, address(usdc), alice);
        _refuse(nothing, _aliceProof(epoch), epoch.claims[0]);
    }

    function test_force_oneOpenRequestPerWalletAndAsset() public {
        _force();
        LeafProof memory proof = _aliceProof(_kept());
        bytes memory open =
            abi.encodeWithSelector(ICustodyExits.CustodyExits_RequestOpen.selector, address(usdc), alice);
        _refuse(open, proof, _noClaim());
        vm.prank(alice);
        vm.expectRevert(open);
        exits.forceExit(proof, _noClaim());
    }

    function test_force_refusesAPayoutThatIsNotTheWalletsOwn() public {
        PayoutClaim memory claim = PayoutClaim(address(usdc), alice, 5, 0, new bytes32[](0));
        bytes memory forged =
            abi.encodeWithSelector(ICustodyExits.CustodyExits_PayoutNotInRoot.selector, address(usdc), alice, 5);
        _refuse(forged, _aliceProof(_kept()), claim);
        claim.wallet = bob;
        bytes memory anothers =
            abi.encodeWithSelector(ICustodyExits.CustodyExits_PayoutNotInRoot.selector, address(usdc), bob, 5);
        _refuse(anothers, _aliceProof(_kept()), claim);
        (claim.wallet, claim.token) = (alice, ETH);
        bytes memory otherToken =
            abi.encodeWithSelector(ICustodyExits.CustodyExits_PayoutNotInRoot.selector, ETH, alice, 5);
        _refuse(otherToken, _aliceProof(_kept()), claim);
    }

    function test_force_refusesWhileFrozen() public {
        LeafProof memory proof = _aliceProof(_kept());
        _freeze(custody);
        _refuse(abi.encodeWithSelector(ICustody.Custody_Frozen.selector), proof, _noClaim());
        vm.prank(alice);
        vm.expectRevert(ICustody.Custody_Frozen.selector);
        exits.forceExit(proof, _noClaim());
    }

    /* SERVED BY CUMULATIVE */

    function test_markServed_closesByTheCumulative() public {
        _force();
        Epoch memory epoch = _serving();
        vm.expectEmit(address(custody));
        emit ICustodyExits.RequestServed(address(usdc), alice, 2);
        vm.prank(stranger);
        exits.markServed(epoch.claims[0]);
        (, bool open) = exits.forcedRequest(address(usdc), alice);
        assertFalse(open);
        bytes memory none =
            abi.encodeWithSelector(ICustodyExits.CustodyExits_NoOpenRequest.selector, address(usdc), alice);
        vm.expectRevert(none);
        exits.markServed(epoch.claims[0]);
    }

    function test_payment_closesByItself() public {
        _force();
        custody.distribute(_serving().claims);
        (, bool open) = exits.forcedRequest(address(usdc), alice);
        assertFalse(open);
        _use(Holder(alice, 20, 20, 0), Holder(bob, 50, 50, 0));
        Epoch memory epoch = _usdSheet(3, sheet, 80, _none());
        _settle(custody, epoch);
        LeafProof memory proof = _aliceProof(epoch);
        vm.prank(alice);
        exits.forceWithdraw(proof, _noClaim());
        (, open) = exits.forcedRequest(address(usdc), alice);
        assertTrue(open);
    }

    function test_markServed_refusesAForgedOrOldCumulative() public {
        custody.distribute(_serving().claims);
        _use(Holder(alice, 20, 20, 0), Holder(bob, 50, 50, 0));
        Epoch memory epoch = _usdSheet(3, sheet, 80, _payouts(Payout(address(usdc), alice, 80)));
        _settle(custody, epoch);
        LeafProof memory proof = _aliceProof(epoch);
        vm.prank(alice);
        exits.forceWithdraw(proof, _noClaim());
        vm.expectRevert(abi.encodeWithSelector(ICustodyExits.CustodyExits_NotServed.selector, address(usdc), alice));
        exits.markServed(epoch.claims[0]);
        epoch.claims[0].cumulative = 81;
        vm.expectRevert(
            abi.encodeWithSelector(ICustodyExits.CustodyExits_PayoutNotInRoot.selector, address(usdc), alice, 81)
        );
        exits.markServed(epoch.claims[0]);
    }

    /* SERVED BY ROW */

    function test_markServedByRow_closesByARowWithEverythingInWithdrawal() public {
        _force();
        LeafProof memory proof = _aliceProof(_serving());
        vm.expectEmit(address(custody));
        emit ICustodyExits.RequestServed(address(usdc), alice, 2);
        exits.markServedByRow(proof);
        vm.expectRevert(abi.encodeWithSelector(ICustodyExits.CustodyExits_NoOpenRequest.selector, address(usdc), alice));
        exits.markServedByRow(proof);
    }

    function test_markServedByRow_evenOfZero() public {
        _force();
        vm.roll(1_000);
        _use(Holder(alice, 0, 0, 0), Holder(bob, 150, 150, 0));
        Epoch memory epoch = _usdSheet(2, sheet, 0, _none());
        _settle(custody, epoch);
        exits.markServedByRow(_aliceProof(epoch));
        (, bool open) = exits.forcedRequest(address(usdc), alice);
        assertFalse(open);
    }

    function test_markServedByRow_refusesARowThatHoldsSomethingBack() public {
        _force();
        vm.roll(1_010);
        _use(Holder(alice, 100, 80, 79), Holder(bob, 50, 50, 0));
        Epoch memory epoch = _usdSheet(2, sheet, 79, _none());
        _settle(custody, epoch);
        bytes memory notServed =
            abi.encodeWithSelector(ICustodyExits.CustodyExits_NotServed.selector, address(usdc), alice);
        LeafProof memory proof = _aliceProof(epoch);
        vm.expectRevert(notServed);
        exits.markServedByRow(proof);
        proof = _aliceProof(_kept());
        vm.expectRevert(abi.encodeWithSelector(ICustodyExits.CustodyExits_NotActive.selector, _kept().digest));
        exits.markServedByRow(proof);
    }

    /* FREEZE */

    function test_freezeUnserved_afterSevenDays() public {
        _force();
        vm.warp(T0 + 7 days - 1);
        vm.expectRevert(abi.encodeWithSelector(ICustodyExits.CustodyExits_TooEarly.selector, T0 + 7 days));
        exits.freezeUnserved(address(usdc), alice);
        vm.warp(T0 + 7 days);
        vm.expectEmit(address(custody));
        emit ICustodyExits.Frozen(1, 1_000, ICustodyExits.FreezeReason.Unserved);
        vm.prank(stranger);
        exits.freezeUnserved(address(usdc), alice);
        assertTrue(exits.frozen());
        vm.expectRevert(ICustody.Custody_Frozen.selector);
        exits.freezeUnserved(address(usdc), alice);
    }

    function test_freezeUnserved_needsARequest() public {
        vm.expectRevert(abi.encodeWithSelector(ICustodyExits.CustodyExits_NoOpenRequest.selector, address(usdc), alice));
        exits.freezeUnserved(address(usdc), alice);
    }
}
