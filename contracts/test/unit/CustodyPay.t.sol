// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICustody} from "../../src/interfaces/ICustody.sol";
import {PayoutClaim, PayoutLeaf} from "../../src/interfaces/PobsTypes.sol";
import {PayoutLib} from "../../src/libraries/PayoutLib.sol";
import {PobsTest} from "../utils/PobsTest.sol";
import {TreeTwin} from "../utils/TreeTwin.sol";

/// @notice `Custody.distribute` and `Custody.claim`.
contract CustodyPayTest is PobsTest {
    uint64 private constant USD = 1_000_000;
    uint64 private constant ETHER = 2e9;

    address private alice = makeAddr("alice");
    address private bob = makeAddr("bob");

    function setUp() public override {
        super.setUp();
        _fund(USD, 2 ether);
    }

    /// @dev Alice has 100 USDC lots authorised, Bob 3 ETH lots.
    function _settled(uint64 number) private returns (Epoch memory epoch) {
        epoch = _epoch(
            custody,
            number,
            _figures(Figures(ETHER, 3, 3), Figures(USD, 100, 100)),
            _payouts(Payout(ETH, bob, 3), Payout(address(usdc), alice, 100))
        );
        _settle(custody, epoch);
    }

    function test_distribute_paysEverybody() public {
        Epoch memory epoch = _settled(1);
        vm.expectEmit(address(custody));
        emit ICustody.Paid(ETH, bob, 3, 3, 1);
        vm.expectEmit(address(custody));
        emit ICustody.Paid(address(usdc), alice, 100, 100, 1);
        custody.distribute(epoch.claims);
        assertEq(bob.balance, 3 * ETH_LOT);
        assertEq(usdc.balanceOf(alice), 100);
        assertEq(custody.paid(address(usdc), alice), 100);
        assertEq(custody.asset(address(usdc)).paidOut, 100);
        assertEq(custody.asset(ETH).paidOut, 3);
    }

    function test_distribute_repeatedPaysNothing() public {
        Epoch memory epoch = _settled(1);
        custody.distribute(epoch.claims);
        custody.distribute(epoch.claims);
        assertEq(usdc.balanceOf(alice), 100);
        assertEq(custody.asset(address(usdc)).paidOut, 100);
    }

    function test_distribute_paysOnlyWhatCumulativesAdd() public {
        custody.distribute(_settled(1).claims);
        Epoch memory epoch = _epoch(
            custody,
            2,
            _figures(Figures(ETHER, 3, 0), Figures(USD, 130, 30)),
            _payouts(Payout(ETH, bob, 3), Payout(address(usdc), alice, 130))
        );
        _settle(custody, epoch);
        custody.distribute(epoch.claims);
        assertEq(usdc.balanceOf(alice), 130);
        assertEq(bob.balance, 3 * ETH_LOT);
    }

    function testFuzz_distribute_orderDoesNotMatter(bool swap) public {
        Epoch memory epoch = _settled(1);
        if (swap) (epoch.claims[0], epoch.claims[1]) = (epoch.claims[1], epoch.claims[0]);
        custody.distribute(epoch.claims);
        assertEq(usdc.balanceOf(alice), 100);
        assertEq(bob.balance, 3 * ETH_LOT);
    }

    function test_claim_byAnybodyPaysOnlyTheWallet() public {
        Epoch memory epoch = _settled(1);
        vm.prank(makeAddr("stranger"));
        custody.claim(epoch.claims[1]);
        assertEq(usdc.balanceOf(alice), 100);
    }

    /// @dev Five USDC payees of 10, 20, ... lots.
    function _five() private returns (Epoch memory epoch) {
        Payout[] memory payouts = new Payout[](5);
        for (uint256 i = 0; i < 5; ++i) {
            payouts[i] = Payout(address(usdc), address(uint160(0xA000 + i)), uint64(10 * (i + 1)));
        }
        epoch = _epoch(custody, 1, _figures(Figures(ETHER, 0, 0), Figures(USD, 150, 150)), payouts);
        _settle(custody, epoch);
    }

    function _range(Epoch memory epoch, uint256 first, uint256 size)
        private
        pure
        returns (PayoutLeaf[] memory leaves, bytes32[] memory siblings)
    {
        leaves = new PayoutLeaf[](size);
        uint256[] memory indices = new uint256[](size);
        for (uint256 i = 0; i < size; ++i) {
            PayoutClaim memory claim = epoch.claims[first + i];
            leaves[i] = PayoutLeaf(claim.token, claim.wallet, claim.cumulative);
            indices[i] = first + i;
        }
        bytes32[] memory all = new bytes32[](epoch.claims.length);
        for (uint256 i = 0; i < all.length; ++i) {
            PayoutClaim memory claim = epoch.claims[i];
            all[i] = PayoutLib.leaf(epoch.line.chainId, epoch.line.custody, claim.token, claim.wallet, claim.cumulative);
        }
        siblings = TreeTwin.multiproof(PayoutLib.NODE, all, indices);
    }

    function test_distributeRange_paysExactlyTheRange() public {
        Epoch memory epoch = _five();
        (PayoutLeaf[] memory leaves, bytes32[] memory siblings) = _range(epoch, 1, 3);
        for (uint256 i = 1; i < 4; ++i) {
            vm.expectEmit(address(custody));
            emit ICustody.Paid(
                address(usdc), epoch.claims[i].wallet, epoch.claims[i].cumulative, epoch.claims[i].cumulative, 1
            );
        }
        custody.distributeRange(1, leaves, siblings);
        assertEq(custody.asset(address(usdc)).paidOut, 90);
        // What is paid already is skipped.
        (leaves, siblings) = _range(epoch, 0, 5);
        custody.distributeRange(0, leaves, siblings);
        assertEq(custody.asset(address(usdc)).paidOut, 150);
        assertEq(usdc.balanceOf(epoch.claims[2].wallet), 30);
        assertEq(usdc.balanceOf(epoch.claims[4].wallet), 50);
    }

    /// @notice ⟂ A heartbeat: nothing happened, the epoch settles all the same and renews the freeze clock.
    function test_settle_heartbeat() public {
        assertEq(custody.activeRoot().snapshotTime, T0);
        for (uint64 number = 1; number < 4; ++number) {
            vm.warp(T0 + number * 1 hours);
            _settle(custody, _epoch(custody, number, new Figures[](2), _none()));
            assertEq(custody.activeRoot().snapshotTime, T0 + number * 1 hours);
            assertEq(custody.activeRoot().epoch, number);
        }
    }

    function test_receive_emits() public {
        vm.deal(alice, 1 ether);
        vm.expectEmit(address(custody));
        emit ICustody.EtherReceived(alice, 1 ether);
        vm.prank(alice);
        (bool ok,) = address(custody).call{value: 1 ether}("");
        assertTrue(ok);
    }

    // Reverts

    function test_distribute_revertsWhenPaused() public {
        Epoch memory epoch = _settled(1);
        vm.prank(guardian);
        custody.pause(2, T0 + 1 hours);
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_Paused.selector, 2, T0 + 1 hours));
        custody.distribute(epoch.claims);
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_Paused.selector, 2, T0 + 1 hours));
        custody.claim(epoch.claims[0]);
    }

    function test_claim_revertsForLeafNotInRoot() public {
        Epoch memory epoch = _settled(1);
        PayoutClaim memory forged = epoch.claims[1];
        forged.cumulative = 101;
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_PayoutNotInRoot.selector, address(usdc), alice, 101));
        custody.claim(forged);
    }

    function test_claim_revertsBeforeAnyRoot() public {
        PayoutClaim memory nothing = PayoutClaim(address(usdc), alice, 0, 0, new bytes32[](0));
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_PayoutNotInRoot.selector, address(usdc), alice, 0));
        custody.claim(nothing);
    }

    function test_claim_revertsWhenNothingIsDue() public {
        Epoch memory epoch = _settled(1);
        custody.claim(epoch.claims[1]);
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_NothingDue.selector, address(usdc), alice));
        custody.claim(epoch.claims[1]);
    }

    function test_claim_revertsForUnlistedToken() public {
        address token = makeAddr("token");
        Epoch memory epoch =
            _epoch(custody, 1, _figures(Figures(ETHER, 0, 0), Figures(USD, 0, 0)), _payouts(Payout(token, alice, 1)));
        _settle(custody, epoch);
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_NotListed.selector, token));
        custody.claim(epoch.claims[0]);
    }

    function test_claim_revertsBeyondAuthorised() public {
        Epoch memory epoch = _epoch(
            custody,
            1,
            _figures(Figures(ETHER, 0, 0), Figures(USD, 10, 10)),
            _payouts(Payout(address(usdc), alice, 11), Payout(address(usdc), bob, 10))
        );
        _settle(custody, epoch);
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_BeyondAuthorised.selector, address(usdc), 11, 10));
        custody.claim(epoch.claims[0]);
        // In a batch the excess is deferred and the honest leaf is paid.
        vm.expectEmit(address(custody));
        emit ICustody.PayoutDeferred(address(usdc), alice, 11, 1);
        custody.distribute(epoch.claims);
        assertEq(usdc.balanceOf(alice), 0);
        assertEq(usdc.balanceOf(bob), 10);
    }

    function test_distribute_revertsWhenGasCouldFakeAFailure() public {
        Epoch memory epoch = _settled(1);
        vm.expectPartialRevert(ICustody.Custody_GasTooLow.selector);
        custody.distribute{gas: 150_000}(epoch.claims);
    }

    function test_distributeRange_revertsOutsideTheRoot() public {
        Epoch memory epoch = _five();
        (PayoutLeaf[] memory leaves, bytes32[] memory siblings) = _range(epoch, 1, 3);
        _expectRange(2, leaves, siblings);
        _expectRange(3, leaves, siblings);
        _expectRange(1, leaves, TreeTwin.cut(siblings, siblings.length - 1));
        _expectRange(1, new PayoutLeaf[](0), siblings);
        leaves[1].cumulative += 1;
        _expectRange(1, leaves, siblings);
        leaves[1].cumulative -= 1;
        (leaves[0], leaves[1]) = (leaves[1], leaves[0]);
        _expectRange(1, leaves, siblings);
    }

    function test_distributeRange_revertsWhenPausedOrStarved() public {
        Epoch memory epoch = _five();
        (PayoutLeaf[] memory leaves, bytes32[] memory siblings) = _range(epoch, 0, 5);
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_GasTooLow.selector, 0));
        custody.distributeRange{gas: 140_000}(0, leaves, siblings);
        vm.prank(guardian);
        custody.pause(2, T0 + 1 hours);
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_Paused.selector, 2, T0 + 1 hours));
        custody.distributeRange(0, leaves, siblings);
    }

    function _expectRange(uint32 first, PayoutLeaf[] memory leaves, bytes32[] memory siblings) private {
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_RangeNotInRoot.selector, first, leaves.length));
        custody.distributeRange(first, leaves, siblings);
    }
}
