// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IValidatorRegistry, BondView} from "../../src/interfaces/IValidatorRegistry.sol";
import {InboxProbe, RegistryTest} from "../utils/RegistryTest.sol";

/// @notice What L2's manager understands of the registry's tickets.
interface IPosterSink {
    function acceptPoster(address poster, uint64 nonce) external;
}

contract OperatorBondTest is RegistryTest {
    address private operator = makeAddr("operator");
    address private poster = makeAddr("poster");
    address private manager = makeAddr("manager");
    InboxProbe private inbox;

    function setUp() public override {
        super.setUp();
        inbox = new InboxProbe();
        vm.startPrank(admin);
        registry.setBridge(sets, inbox, address(0xB0B));
        registry.setOperator(operator, manager);
        vm.stopPrank();
        _fund(operator, 3 * BOND);
    }

    function _deposit(uint128 amount) private {
        vm.prank(operator);
        registry.depositBond(amount);
    }

    function _slashBond(uint16 bps) private returns (uint128) {
        vm.prank(court);
        return registry.slashBond(bps, 500, newcomer);
    }

    function test_depositBond_namesAPoster() public {
        vm.expectEmit(address(registry));
        emit IValidatorRegistry.BondDeposited(operator, BOND, BOND);
        _deposit(BOND);
        vm.expectEmit(address(registry));
        emit IValidatorRegistry.PosterSet(poster, 1);
        vm.prank(operator);
        registry.setPoster(poster);
        BondView memory bond = registry.bond();
        assertEq(bond.operator, operator);
        assertEq(bond.poster, poster);
        assertEq(bond.nonce, 1);
        assertEq(bond.amount, BOND);
    }

    function test_sendPoster_byAnybodyAgainAndAgain() public {
        _deposit(BOND);
        vm.prank(operator);
        registry.setPoster(poster);
        vm.deal(newcomer, 1 ether);
        vm.expectEmit(address(registry));
        emit IValidatorRegistry.PosterSent(poster, 1, 1);
        vm.prank(newcomer);
        registry.sendPoster{value: 1 ether}(1e15, 300_000, 1e9);
        assertEq(inbox.to(), manager);
        assertEq(inbox.refundTo(), newcomer);
        assertEq(inbox.value(), 1 ether);
        assertEq(inbox.data(), abi.encodeCall(IPosterSink.acceptPoster, (poster, 1)));
        registry.sendPoster(1e15, 300_000, 1e9);
        assertEq(inbox.tickets(), 2);
    }

    function test_requestBondExit_dropsThePosterAndUnbonds() public {
        _deposit(2 * BOND);
        vm.startPrank(operator);
        registry.setPoster(poster);
        registry.requestBondExit(BOND);
        assertEq(registry.bond().poster, poster);
        vm.warp(T0 + 1 days);
        vm.expectEmit(address(registry));
        emit IValidatorRegistry.PosterSet(address(0), 2);
        registry.requestBondExit(1);
        assertEq(registry.bond().leaving, BOND + 1);
        assertEq(registry.bond().leavingAt, T0 + 1 days + UNBONDING);
        vm.warp(T0 + 1 days + UNBONDING - 1);
        vm.expectRevert(
            abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_BondLeaving.selector, T0 + 1 days + UNBONDING)
        );
        registry.withdrawBond();
        vm.warp(T0 + 1 days + UNBONDING);
        vm.expectEmit(address(registry));
        emit IValidatorRegistry.BondWithdrawn(operator, BOND + 1);
        registry.withdrawBond();
        assertEq(stake.balanceOf(operator), 2 * BOND + 1);
        vm.expectRevert(
            abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_NothingUnbonding.selector, operator)
        );
        registry.withdrawBond();
        vm.stopPrank();
    }

    /// @notice The court reaches what unbonds, and takes that first.
    function test_slashBond_reachesUnbonding() public {
        _deposit(2 * BOND);
        vm.startPrank(operator);
        registry.setPoster(poster);
        registry.requestBondExit(BOND / 2);
        vm.stopPrank();
        vm.expectEmit(address(registry));
        emit IValidatorRegistry.BondSlashed(BOND, BOND / 20, newcomer);
        assertEq(_slashBond(5_000), BOND);
        BondView memory bond = registry.bond();
        assertEq(bond.leaving, 0);
        assertEq(bond.amount, BOND);
        assertEq(bond.poster, poster);
        assertEq(stake.balanceOf(newcomer), BOND / 20);
        assertEq(stake.balanceOf(sink), BOND - BOND / 20);
        assertEq(_slashBond(1), BOND / 10_000);
        // Below the minimum: anybody may tell L2 that nobody posts.
        assertEq(registry.bond().poster, address(0));
        registry.sendPoster(0, 0, 0);
        assertEq(inbox.data(), abi.encodeCall(IPosterSink.acceptPoster, (address(0), 2)));
        assertGt(_slashBond(10_000), 0);
        assertEq(_slashBond(10_000), 0);
    }

    // Reverts

    function test_setOperator_reverts() public {
        vm.expectPartialRevert(bytes4(keccak256("AccessControlUnauthorizedAccount(address,bytes32)")));
        registry.setOperator(operator, manager);
        _revertsAs(admin, abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_ZeroAddress.selector));
        registry.setOperator(address(0), manager);
        _revertsAs(admin, abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_ZeroAddress.selector));
        registry.setOperator(operator, address(0));
        _deposit(BOND);
        _revertsAs(admin, abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_BondNotEmpty.selector, BOND));
        registry.setOperator(newcomer, manager);
    }

    function test_operator_only() public {
        bytes memory reason =
            abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_NotOperator.selector, newcomer);
        _revertsAs(newcomer, reason);
        registry.setPoster(newcomer);
        _revertsAs(newcomer, reason);
        registry.requestBondExit(1);
        _revertsAs(newcomer, reason);
        registry.withdrawBond();
    }

    function test_depositBond_revertsWithoutOperator() public {
        _deploy();
        _revertsAs(
            newcomer, abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_NotOperator.selector, newcomer)
        );
        registry.depositBond(1);
    }

    function test_bondTooSmall() public {
        _deposit(BOND - 1);
        _revertsAs(
            operator, abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_BondTooSmall.selector, BOND - 1, BOND)
        );
        registry.setPoster(poster);
        _revertsAs(
            operator, abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_BondTooSmall.selector, BOND - 1, BOND)
        );
        registry.requestBondExit(BOND);
        _revertsAs(
            operator, abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_BondTooSmall.selector, BOND - 1, 0)
        );
        registry.requestBondExit(0);
    }

    function test_sendPoster_revertsWithoutBridge() public {
        _deploy();
        vm.expectRevert(IValidatorRegistry.ValidatorRegistry_BridgeNotSet.selector);
        registry.sendPoster(0, 0, 0);
    }
}
