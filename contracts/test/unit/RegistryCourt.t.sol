// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IValidatorRegistry, Status} from "../../src/interfaces/IValidatorRegistry.sol";
import {Committee} from "../utils/Committee.sol";
import {RegistryTest} from "../utils/RegistryTest.sol";

/// @notice What the court may do to a validator, wherever it stands.
contract RegistryCourtTest is RegistryTest {
    address private reporter = makeAddr("reporter");

    function _slash(address validator, uint16 bps, uint16 bountyBps) private returns (uint128) {
        vm.prank(court);
        return registry.slash(validator, bps, bountyBps, reporter);
    }

    function _jail(address validator) private {
        vm.prank(court);
        registry.jail(validator);
    }

    function _without(uint256 gone) private returns (Committee expected) {
        expected = new Committee();
        for (uint256 i = 0; i < 4; ++i) {
            uint256 who = i == gone ? 3 : i;
            if (i != 3) expected.add(_validator(who), who + 1, STAKE);
        }
    }

    function test_slash_partOfASeat() public {
        vm.expectEmit(address(registry));
        emit IValidatorRegistry.MemberChanged(1, _validator(1), registry.validatorOf(_validator(1)).key, 90 ether);
        vm.expectEmit(address(registry));
        emit IValidatorRegistry.Slashed(_validator(1), 10 ether, 0.5 ether, reporter);
        assertEq(_slash(_validator(1), 1_000, 500), 10 ether);
        assertEq(registry.stakeOf(_validator(1)), 90 ether);
        assertEq(stake.balanceOf(reporter), 0.5 ether);
        assertEq(stake.balanceOf(sink), 9.5 ether);
        Committee expected = new Committee();
        for (uint256 i = 0; i < 4; ++i) {
            expected.add(_validator(i), i + 1, i == 1 ? 90 ether : STAKE);
        }
        _expectSet(expected);
    }

    function test_slash_allEmptiesTheSeat() public {
        assertEq(_slash(_validator(1), 10_000, 0), STAKE);
        _expectSet(_without(1));
        assertEq(uint8(_status(_validator(1))), uint8(Status.None));
        assertEq(stake.balanceOf(sink), STAKE);
        // The key stays banned, the address may come back with another.
        (bytes memory key, bytes memory possession) = _possession(_validator(1), _validator(1), 2);
        _fund(_validator(1), STAKE);
        _revertsAs(_validator(1), abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_KeyUsed.selector, key));
        registry.register(key, possession, bytes32("x"), STAKE);
        _register(_validator(1), 51, STAKE);
    }

    function test_slash_belowTheMinimumLeaves() public {
        vm.expectEmit(address(registry));
        emit IValidatorRegistry.ExitRequested(_validator(1), 9 ether, T0 + TERM + UNBONDING);
        assertEq(_slash(_validator(1), 9_100, 0), 91 ether);
        _expectSet(_without(1));
        assertEq(uint8(_status(_validator(1))), uint8(Status.Unbonding));
        assertEq(registry.stakeOf(_validator(1)), 9 ether);
        vm.warp(T0 + TERM + UNBONDING);
        vm.prank(_validator(1));
        registry.withdraw(_validator(1));
        assertEq(stake.balanceOf(_validator(1)), 9 ether);
    }

    function test_slash_strangerLosesNothing() public {
        assertEq(_slash(newcomer, 10_000, 500), 0);
        _slash(_validator(1), 10_000, 500);
        assertEq(_slash(_validator(1), 10_000, 500), 0);
    }

    function test_slash_withoutReporterAllGoesToTheSink() public {
        vm.prank(court);
        registry.slash(_validator(1), 1_000, 500, address(0));
        assertEq(stake.balanceOf(sink), 10 ether);
    }

    /// @notice All stake is somewhere at every time: validators, reporter, sink.
    function testFuzz_slash_conservesStake(uint16 first, uint16 second, uint16 bountyBps) public {
        bountyBps = uint16(bound(bountyBps, 0, 10_000));
        _slash(_validator(0), uint16(bound(first, 0, 10_000)), bountyBps);
        _slash(_validator(0), uint16(bound(second, 0, 10_000)), bountyBps);
        uint256 left = registry.stakeOf(_validator(0)) + 3 * STAKE;
        assertEq(stake.balanceOf(address(registry)), left);
        assertEq(left + stake.balanceOf(reporter) + stake.balanceOf(sink), 4 * STAKE);
    }

    function test_slash_everybody() public {
        for (uint256 i = 0; i < 4; ++i) {
            _slash(_validator(i), 10_000, 0);
        }
        (bytes32 root, bytes memory key, uint128 total, uint32 count) = registry.current();
        assertEq(root, bytes32(0));
        assertEq(key, new bytes(96));
        assertEq(total, 0);
        assertEq(count, 0);
        _register(newcomer, 9, STAKE);
        assertEq(_seatOf(newcomer), 0);
    }

    /* JAIL */

    function test_jail_untilTheLastFixedTermEnds() public {
        vm.expectEmit(address(registry));
        emit IValidatorRegistry.Jailed(_validator(1), T0 + TERM);
        _jail(_validator(1));
        _expectSet(_without(1));
        assertEq(registry.stakeOf(_validator(1)), STAKE);
        assertEq(registry.validatorOf(_validator(1)).coldKey, _validator(1));
        vm.warp(T0 + TERM - 1);
        _revertsAs(
            _validator(1),
            abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_StillJailed.selector, _validator(1), T0 + TERM)
        );
        registry.unjail(_validator(1));
        registry.fixTerm();
        vm.warp(T0 + TERM);
        vm.expectEmit(address(registry));
        emit IValidatorRegistry.Unjailed(_validator(1));
        vm.prank(_validator(1));
        registry.unjail(_validator(1));
        assertEq(_seatOf(_validator(1)), 3);
        Committee expected = _without(1);
        expected.add(_validator(1), 2, STAKE);
        _expectSet(expected);
    }

    function test_jail_thenExit() public {
        _jail(_validator(1));
        _exit(_validator(1));
        assertEq(uint8(_status(_validator(1))), uint8(Status.Unbonding));
        assertEq(registry.validatorOf(_validator(1)).until, T0 + TERM + UNBONDING);
    }

    function test_jail_doesNothingToStrangers() public {
        _jail(newcomer);
        assertEq(uint8(_status(newcomer)), uint8(Status.None));
        _exit(_validator(0));
        _jail(_validator(0));
        assertEq(uint8(_status(_validator(0))), uint8(Status.Unbonding));
        _jail(_validator(1));
        _jail(_validator(1));
        assertEq(uint8(_status(_validator(1))), uint8(Status.Jailed));
    }

    /// @notice A whole set in jail does not lock itself in: time releases it, not a term that nobody can fix.
    function test_jail_everybodyComesBack() public {
        for (uint256 i = 0; i < 4; ++i) {
            _jail(_validator(i));
        }
        vm.warp(T0 + TERM);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_TooFewValidators.selector, 0, 1));
        registry.fixTerm();
        for (uint256 i = 0; i < 4; ++i) {
            vm.prank(_validator(i));
            registry.unjail(_validator(i));
        }
        _expectSet(committee);
        registry.fixTerm();
    }

    function test_unjail_needsTheMinimum() public {
        _jail(_validator(1));
        _slash(_validator(1), 9_100, 0);
        assertEq(uint8(_status(_validator(1))), uint8(Status.Jailed));
        vm.warp(T0 + TERM);
        _revertsAs(
            _validator(1),
            abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_StakeTooSmall.selector, 9 ether, MINIMUM)
        );
        registry.unjail(_validator(1));
        _fund(newcomer, 1 ether);
        vm.prank(newcomer);
        registry.topUp(_validator(1), 1 ether);
        vm.prank(_validator(1));
        registry.unjail(_validator(1));
        assertEq(_seatOf(_validator(1)), 3);
    }

    function test_rotateKey_inJail() public {
        _jail(_validator(1));
        (bytes memory key, bytes memory possession) = _possession(_validator(1), _validator(1), 50);
        vm.prank(_validator(1));
        registry.rotateKey(_validator(1), key, possession);
        assertEq(registry.validatorOf(_validator(1)).key, key);
    }

    // Reverts

    function test_court_only() public {
        bytes32 role = registry.COURT_ROLE();
        bytes memory reason =
            abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, address(this), role);
        vm.expectRevert(reason);
        registry.slash(_validator(0), 1, 0, reporter);
        vm.expectRevert(reason);
        registry.jail(_validator(0));
        vm.expectRevert(reason);
        registry.slashBond(1, 0, reporter);
    }

    function test_slash_revertsForBadShares() public {
        bytes memory reason = abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_BadShare.selector, 10_001);
        _revertsAs(court, reason);
        registry.slash(_validator(0), 10_001, 0, reporter);
        _revertsAs(court, reason);
        registry.slash(_validator(0), 1, 10_001, reporter);
    }

    function test_unjail_revertsOutsideOfJail() public {
        _revertsAs(
            _validator(0),
            abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_NotJailed.selector, _validator(0))
        );
        registry.unjail(_validator(0));
    }
}
