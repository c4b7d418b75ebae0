// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IValidatorRegistry} from "../../src/interfaces/IValidatorRegistry.sol";
import {BlsSigner} from "../utils/BlsSigner.sol";
import {Committee} from "../utils/Committee.sol";
import {RegistryTest} from "../utils/RegistryTest.sol";

/// @notice `requestExit` and `withdraw`, and a set that follows every change.
contract RegistryExitsTest is RegistryTest {
    function test_requestExit_lastMovesIntoTheSeat() public {
        vm.expectEmit(address(registry));
        emit IValidatorRegistry.MemberChanged(1, _validator(3), BlsSigner.publicKey(4), STAKE);
        vm.expectEmit(address(registry));
        emit IValidatorRegistry.MemberChanged(3, address(0), "", 0);
        vm.expectEmit(address(registry));
        emit IValidatorRegistry.ExitRequested(_validator(1), STAKE, T0 + TERM + 14 days);
        _exit(_validator(1));

        Committee expected = new Committee();
        expected.add(_validator(0), 1, STAKE);
        expected.add(_validator(3), 4, STAKE);
        expected.add(_validator(2), 3, STAKE);
        _expectSet(expected);
        (, bool registered) = registry.indexOf(_validator(1));
        assertFalse(registered);
        (uint32 moved,) = registry.indexOf(_validator(3));
        assertEq(moved, 1);
    }

    function test_requestExit_everybody() public {
        for (uint256 i = 0; i < 4; ++i) {
            _exit(_validator(i));
        }
        (bytes32 root, bytes memory key, uint128 total, uint32 count) = registry.current();
        assertEq(root, bytes32(0));
        assertEq(key, new bytes(96));
        assertEq(total, 0);
        assertEq(count, 0);
    }

    function test_withdraw_afterTheTermAndUnbonding() public {
        address validator = _validator(1);
        _exit(validator);
        vm.warp(T0 + TERM + 14 days - 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IValidatorRegistry.ValidatorRegistry_StillUnbonding.selector, validator, T0 + TERM + 14 days
            )
        );
        vm.prank(validator);
        registry.withdraw(validator);
        vm.warp(T0 + TERM + 14 days);
        vm.prank(validator);
        registry.withdraw(validator);
        assertEq(stake.balanceOf(validator), STAKE);
        assertEq(registry.stakeOf(validator), 0);
        // A new seat needs a new key.
        _register(validator, 99, STAKE);
    }

    /// @notice Any order of registrations, top-ups and exits leaves the set that a rebuild gives.
    /// forge-config: default.fuzz.runs = 48
    function testFuzz_set_followsEveryChange(uint256 seed) public {
        // Before its first term a registry limits nothing.
        _deploy();
        address[] memory seats = new address[](32);
        uint256[] memory secrets = new uint256[](32);
        uint256 count = 0;
        for (uint256 step = 0; step < 12; ++step) {
            seed = uint256(keccak256(abi.encode(seed)));
            if (seed % 2 == 0 || count == 0) {
                (seats[count], secrets[count]) = (vm.addr(step + 1), 100 + step);
                _register(seats[count], secrets[count], STAKE);
                ++count;
            } else {
                uint256 index = (seed >> 8) % count;
                _exit(seats[index]);
                --count;
                (seats[index], secrets[index]) = (seats[count], secrets[count]);
            }
        }
        if (count == 0) return;
        Committee expected = new Committee();
        for (uint256 i = 0; i < count; ++i) {
            expected.add(seats[i], secrets[i], STAKE);
        }
        _expectSet(expected);
    }

    /// @notice Unbonding stake takes no part any more: no top-up, no new key, no second exit.
    function test_unbonding_reverts() public {
        address leaver = _validator(0);
        _exit(leaver);
        bytes memory reason =
            abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_NotRegistered.selector, leaver);
        (bytes memory key, bytes memory possession) = _possession(leaver, leaver, 60);
        _revertsAs(leaver, reason);
        registry.topUp(leaver, 1);
        _revertsAs(leaver, reason);
        registry.rotateKey(leaver, key, possession);
        _revertsAs(leaver, reason);
        registry.requestExit(leaver);
        _revertsAs(leaver, reason);
        registry.refreshHumanity(leaver);
    }
}
