// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICustody} from "../../src/interfaces/ICustody.sol";
import {PayoutClaim} from "../../src/interfaces/PobsTypes.sol";
import {PobsTest} from "../utils/PobsTest.sol";

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
}
