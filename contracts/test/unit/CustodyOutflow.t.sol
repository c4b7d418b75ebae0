// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {ICustody} from "../../src/interfaces/ICustody.sol";
import {PobsTest} from "../utils/PobsTest.sol";
import {RevertingPayee} from "../utils/Payees.sol";

/// @notice The outflow limit: it slows payments, never settling, and what exceeds it waits.
contract CustodyOutflowTest is PobsTest {
    uint64 private constant USD = 1_000_000;
    uint64 private constant ETHER = 2e9;

    address private alice = makeAddr("alice");
    address private bob = makeAddr("bob");

    function setUp() public override {
        super.setUp();
        _fund(USD, 2 ether);
    }

    function _limit(address token, uint64 capacity, uint64 refill) private {
        vm.prank(admin);
        custody.setOutflowLimit(token, capacity, refill);
    }

    /// @dev Alice is owed 100 and Bob 60.
    function _settled() private returns (Epoch memory epoch) {
        epoch = _epoch(
            custody,
            1,
            _figures(Figures(ETHER, 0, 0), Figures(USD, 160, 160)),
            _payouts(Payout(address(usdc), alice, 100), Payout(address(usdc), bob, 60))
        );
        _settle(custody, epoch);
    }

    function _available() private view returns (uint64 available) {
        (,, available) = custody.outflow(address(usdc));
    }

    function test_outflow_startsFullAndRefills() public {
        assertEq(_available(), type(uint64).max);
        vm.expectEmit(address(custody));
        emit ICustody.OutflowLimitSet(address(usdc), 120, 2);
        _limit(address(usdc), 120, 2);
        assertEq(_available(), 120);
        Epoch memory epoch = _settled();
        custody.claim(epoch.claims[0]);
        assertEq(_available(), 20);
        vm.warp(T0 + 10);
        assertEq(_available(), 40);
        vm.warp(T0 + 365 days);
        assertEq(_available(), 120);
    }

    /// @notice ⟂ A batch pays what the bucket holds; the rest is deferred and flows as it refills.
    function test_outflow_restWaits() public {
        _limit(address(usdc), 120, 2);
        Epoch memory epoch = _settled();
        vm.expectEmit(address(custody));
        emit ICustody.Paid(address(usdc), alice, 100, 100, 1);
        vm.expectEmit(address(custody));
        emit ICustody.Paid(address(usdc), bob, 20, 20, 1);
        vm.expectEmit(address(custody));
        emit ICustody.PayoutDeferred(address(usdc), bob, 40, 1);
        custody.distribute(epoch.claims);
        assertEq(usdc.balanceOf(bob), 20);
        assertEq(custody.asset(address(usdc)).paidOut, 120);

        vm.expectEmit(address(custody));
        emit ICustody.PayoutDeferred(address(usdc), bob, 40, 1);
        custody.distribute(epoch.claims);
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_OutflowExceeded.selector, address(usdc), 40));
        custody.claim(epoch.claims[1]);
        vm.warp(T0 + 5);
        vm.expectEmit(address(custody));
        emit ICustody.Paid(address(usdc), bob, 10, 30, 1);
        custody.claim(epoch.claims[1]);
        vm.warp(T0 + 60);
        custody.distribute(epoch.claims);
        assertEq(usdc.balanceOf(bob), 60);
        assertEq(custody.paid(address(usdc), bob), 60);
    }

    /// @notice An amount larger than the bucket is paid in parts, so a limit holds nobody up for ever.
    function test_outflow_largerThanTheBucket() public {
        _limit(address(usdc), 30, 1);
        Epoch memory epoch = _settled();
        for (uint256 i = 0; i < 4; ++i) {
            custody.claim(epoch.claims[0]);
            vm.warp(block.timestamp + 30);
        }
        assertEq(usdc.balanceOf(alice), 100);
    }

    /// @notice ⟂ The limit acts on payment, never on settle.
    function test_outflow_neverStopsSettling() public {
        _limit(address(usdc), 1, 1);
        _settled();
        Figures[] memory figures = _figures(Figures(ETHER, 0, 0), Figures(USD, USD, USD - 160));
        _settle(custody, _epoch(custody, 2, figures, _none()));
        assertEq(custody.asset(address(usdc)).authorisedOut, USD);
    }

    /// @notice One asset's limit is no other's.
    function test_outflow_perAsset() public {
        _limit(address(usdc), 1, 1);
        Epoch memory epoch = _epoch(
            custody, 1, _figures(Figures(ETHER, 500, 500), Figures(USD, 0, 0)), _payouts(Payout(ETH, alice, 500))
        );
        _settle(custody, epoch);
        custody.claim(epoch.claims[0]);
        assertEq(alice.balance, 500 * ETH_LOT);
    }

    /// @notice What could not be paid goes back into the bucket.
    function test_outflow_failedPaymentIsGivenBack() public {
        _limit(ETH, 10, 1);
        address payee = address(new RevertingPayee());
        Epoch memory epoch = _epoch(
            custody,
            1,
            _figures(Figures(ETHER, 12, 12), Figures(USD, 0, 0)),
            _payouts(Payout(ETH, payee, 9), Payout(ETH, alice, 3))
        );
        _settle(custody, epoch);
        custody.distribute(epoch.claims);
        assertEq(alice.balance, 3 * ETH_LOT);
        (,, uint64 available) = custody.outflow(ETH);
        assertEq(available, 7);
        assertEq(custody.asset(ETH).paidOut, 3);
    }

    /// @notice Changing a limit neither refills nor empties the bucket; zero ends it.
    function test_setOutflowLimit_changes() public {
        _limit(address(usdc), 120, 2);
        custody.claim(_settled().claims[0]);
        _limit(address(usdc), 500, 2);
        assertEq(_available(), 20);
        _limit(address(usdc), 10, 2);
        assertEq(_available(), 10);
        _limit(address(usdc), 0, 0);
        assertEq(_available(), type(uint64).max);
        _limit(address(usdc), 0, 0);
        _limit(ETH, 5, 5);
        _limit(ETH, 0, 0);
        _limit(address(usdc), 7, 7);
        assertEq(_available(), 7);
    }

    /// @notice Never more than `capacity + refill * seconds` leaves, whatever order claims come in.
    function testFuzz_outflow_bound(uint256 seed, uint64 capacity, uint64 refill) public {
        capacity = uint64(bound(capacity, 1, 200));
        refill = uint64(bound(refill, 1, 20));
        _limit(address(usdc), capacity, refill);
        Epoch memory epoch = _settled();
        for (uint256 i = 0; i < 12; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            vm.warp(block.timestamp + seed % 4);
            try custody.claim(epoch.claims[(seed >> 8) % 2]) {} catch {}
            assertLe(custody.asset(address(usdc)).paidOut, capacity + refill * (block.timestamp - T0));
        }
    }

    // Reverts

    function test_setOutflowLimit_reverts() public {
        vm.expectPartialRevert(IAccessControl.AccessControlUnauthorizedAccount.selector);
        custody.setOutflowLimit(address(usdc), 1, 1);
        vm.startPrank(admin);
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_NotListed.selector, address(stake)));
        custody.setOutflowLimit(address(stake), 1, 1);
        // A limit slows, it never stops.
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_BadOutflowLimit.selector, 86_401, 1));
        custody.setOutflowLimit(address(usdc), 86_401, 1);
        custody.setOutflowLimit(address(usdc), 86_400, 1);
        vm.stopPrank();
    }
}
