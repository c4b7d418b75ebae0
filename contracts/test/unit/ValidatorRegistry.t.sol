// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IValidatorRegistry} from "../../src/interfaces/IValidatorRegistry.sol";
import {BlsSigner} from "../utils/BlsSigner.sol";
import {Committee} from "../utils/Committee.sol";
import {RegistryTest} from "../utils/RegistryTest.sol";

/// @notice `register` and `topUp`: who joins, with what, and which set follows.
contract ValidatorRegistryTest is RegistryTest {
    function test_register_buildsTheSet() public {
        _expectSet(committee);
        (uint32 index, bool registered) = registry.indexOf(_validator(2));
        assertTrue(registered);
        assertEq(index, 2);
        assertEq(registry.stakeOf(_validator(2)), STAKE);
        assertEq(stake.balanceOf(address(registry)), 4 * STAKE);
        assertEq(registry.stakeToken(), address(stake));
        assertEq(registry.minimumStake(), 10 ether);
    }

    function test_register_emits() public {
        (bytes memory key, bytes memory possession) = _possession(newcomer, newcomer, 9);
        _fund(newcomer, STAKE);
        vm.expectEmit(address(registry));
        emit IValidatorRegistry.ValidatorRegistered(newcomer, newcomer, key, bytes32("x"), STAKE);
        vm.expectEmit(address(registry));
        emit IValidatorRegistry.MemberChanged(4, newcomer, key, STAKE);
        vm.prank(newcomer);
        registry.register(key, possession, bytes32("x"), STAKE);
    }

    function test_register_weightIsCapped() public {
        _register(newcomer, 9, 5_000 ether);
        committee.add(newcomer, 9, 1_000 ether);
        _expectSet(committee);
        assertEq(registry.stakeOf(newcomer), 5_000 ether);
    }

    function test_topUp_raisesWeightUpToTheCap() public {
        address validator = _validator(1);
        stake.mint(validator, 2_000 ether);
        vm.startPrank(validator);
        stake.approve(address(registry), 2_000 ether);
        vm.expectEmit(address(registry));
        emit IValidatorRegistry.MemberChanged(1, validator, BlsSigner.publicKey(2), STAKE + 50 ether);
        registry.topUp(validator, 50 ether);
        registry.topUp(validator, 1_950 ether);
        vm.stopPrank();
        Committee expected = new Committee();
        for (uint256 i = 0; i < 4; ++i) {
            expected.add(_validator(i), i + 1, i == 1 ? 1_000 ether : STAKE);
        }
        _expectSet(expected);
        assertEq(registry.stakeOf(validator), STAKE + 2_000 ether);
    }

    // Reverts

    function test_register_revertsTwice() public {
        (bytes memory key, bytes memory possession) = _possession(_validator(0), _validator(0), 50);
        _revertsAs(
            _validator(0),
            abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_AlreadyRegistered.selector, _validator(0))
        );
        registry.register(key, possession, bytes32("x"), STAKE);
    }

    function test_register_revertsWhileUnbonding() public {
        _exit(_validator(0));
        (bytes memory key, bytes memory possession) = _possession(_validator(0), _validator(0), 50);
        _revertsAs(
            _validator(0),
            abi.encodeWithSelector(
                IValidatorRegistry.ValidatorRegistry_StillUnbonding.selector, _validator(0), T0 + TERM + 14 days
            )
        );
        registry.register(key, possession, bytes32("x"), STAKE);
    }

    function test_register_revertsForSmallStake() public {
        (bytes memory key, bytes memory possession) = _possession(newcomer, newcomer, 50);
        _revertsAs(
            newcomer,
            abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_StakeTooSmall.selector, 10 ether - 1, 10 ether)
        );
        registry.register(key, possession, bytes32("x"), 10 ether - 1);
    }

    function test_register_revertsWithoutEncryptionKey() public {
        (bytes memory key, bytes memory possession) = _possession(newcomer, newcomer, 50);
        _revertsAs(newcomer, abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_NoEncryptionKey.selector));
        registry.register(key, possession, bytes32(0), STAKE);
    }

    function test_register_revertsForLengths() public {
        (bytes memory key, bytes memory possession) = _possession(newcomer, newcomer, 50);
        _revertsAs(newcomer, abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_BadKeyLength.selector, 95));
        registry.register(new bytes(95), possession, bytes32("x"), STAKE);
        _revertsAs(
            newcomer, abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_BadPossessionLength.selector, 191)
        );
        registry.register(key, new bytes(191), bytes32("x"), STAKE);
    }

    function test_register_revertsForInfinity() public {
        (, bytes memory possession) = _possession(newcomer, newcomer, 50);
        _revertsAs(newcomer, abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_KeyIsInfinity.selector));
        registry.register(new bytes(96), possession, bytes32("x"), STAKE);
    }

    function test_register_revertsWhenTheTokenIsNotGiven() public {
        (bytes memory key, bytes memory possession) = _possession(newcomer, newcomer, 50);
        vm.prank(newcomer);
        vm.expectRevert();
        registry.register(key, possession, bytes32("x"), STAKE);
    }

    function test_register_revertsForTokenThatFallsShort() public {
        (bytes memory key, bytes memory possession) = _possession(newcomer, newcomer, 50);
        vm.mockCall(
            address(stake), abi.encodeCall(IERC20.transferFrom, (newcomer, address(registry), STAKE)), abi.encode(true)
        );
        _revertsAs(
            newcomer, abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_TokenFellShort.selector, STAKE, 0)
        );
        registry.register(key, possession, bytes32("x"), STAKE);
    }
}
