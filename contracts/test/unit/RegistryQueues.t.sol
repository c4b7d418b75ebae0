// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IValidatorRegistry, QueueView, Status, ValidatorView} from "../../src/interfaces/IValidatorRegistry.sol";
import {BlsSigner} from "../utils/BlsSigner.sol";
import {Committee} from "../utils/Committee.sol";
import {HumanityProbe, RegistryTest} from "../utils/RegistryTest.sol";

/// @notice Entry and exit queues: four entries and four exits per term here, first in first out, humans first.
contract RegistryQueuesTest is RegistryTest {
    function _newcomers(uint256 from, uint256 to) private {
        for (uint256 i = from; i < to; ++i) {
            _register(_validator(i), 100 + i, STAKE);
        }
    }

    function _human(uint256 i) private {
        humanity.add(_validator(i), true);
    }

    function _nextTerm() private {
        vm.warp(registry.queues().fixOpensAt);
        registry.fixTerm();
    }

    function test_register_queuesBeyondTheLimit() public {
        _newcomers(4, 8);
        (bytes memory key, bytes memory possession) = _possession(newcomer, newcomer, 90);
        _fund(newcomer, STAKE);
        vm.expectEmit(address(registry));
        emit IValidatorRegistry.ValidatorQueued(newcomer, false, 0);
        vm.prank(newcomer);
        registry.register(key, possession, bytes32("x"), STAKE);
        for (uint256 i = 4; i < 8; ++i) {
            assertEq(_seatOf(_validator(i)), i);
        }
        ValidatorView memory v = registry.validatorOf(newcomer);
        assertEq(uint8(v.status), uint8(Status.Queued));
        assertEq(v.place, 0);
        assertEq(v.key, BlsSigner.publicKey(90));
        QueueView memory q = registry.queues();
        assertEq(q.entries, 4);
        assertEq(q.churn, 4);
        assertEq(q.othersTail - q.othersHead, 1);
        assertEq(q.fixOpensAt, T0 + TERM - LEAD);
        assertEq(q.drawOpensAt, T0 + TERM - LEAD - DRAW);
    }

    function test_advance_firstInFirstOut() public {
        _newcomers(4, 14);
        vm.expectRevert(IValidatorRegistry.ValidatorRegistry_NothingToAdvance.selector);
        registry.advance(10);
        _nextTerm();
        assertEq(registry.advance(3), 3);
        assertEq(registry.advance(100), 1);
        for (uint256 i = 8; i < 12; ++i) {
            assertEq(_seatOf(_validator(i)), i);
        }
        assertEq(uint8(_status(_validator(12))), uint8(Status.Queued));
        assertEq(uint8(_status(_validator(13))), uint8(Status.Queued));
        _nextTerm();
        // Who registers now stands behind those who wait, limit or not.
        _newcomers(14, 15);
        assertEq(uint8(_status(_validator(14))), uint8(Status.Queued));
        assertEq(registry.advance(100), 3);
        assertEq(_seatOf(_validator(14)), 14);
    }

    function test_advance_humansFirst() public {
        _newcomers(4, 10);
        _human(10);
        _newcomers(10, 11);
        assertTrue(registry.validatorOf(_validator(10)).human);
        _nextTerm();
        registry.advance(1);
        assertEq(_seatOf(_validator(10)), 8);
        registry.advance(1);
        assertEq(_seatOf(_validator(8)), 9);
    }

    /// @notice Whoever leaves the queue leaves a hole that costs one step and no entry.
    function test_advance_stepsOverHoles() public {
        _newcomers(4, 10);
        _exit(_validator(8));
        assertEq(uint8(_status(_validator(8))), uint8(Status.Unbonding));
        _nextTerm();
        assertEq(registry.advance(1), 1);
        assertEq(registry.queues().entries, 0);
        assertEq(registry.advance(5), 1);
        assertEq(_seatOf(_validator(9)), 8);
    }

    function test_requestExit_queuesBeyondTheLimit() public {
        _newcomers(4, 8);
        for (uint256 i = 0; i < 4; ++i) {
            _exit(_validator(i));
        }
        vm.expectEmit(address(registry));
        emit IValidatorRegistry.ExitQueued(_validator(4), 0);
        _exit(_validator(4));
        _exit(_validator(5));
        assertTrue(registry.validatorOf(_validator(4)).leaving);
        // Still seated, still liable.
        assertEq(uint8(_status(_validator(4))), uint8(Status.Seated));
        _revertsAs(
            _validator(4),
            abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_AlreadyLeaving.selector, _validator(4))
        );
        registry.requestExit(_validator(4));
        _nextTerm();
        // Unbonding counts from the end of the term that was just fixed with both in it.
        vm.expectEmit(address(registry));
        emit IValidatorRegistry.ExitRequested(_validator(4), STAKE, T0 + 2 * TERM + UNBONDING);
        assertEq(registry.advance(1), 1);
        assertEq(uint8(_status(_validator(4))), uint8(Status.Unbonding));
        // Who asks now stands behind.
        _exit(_validator(6));
        assertEq(uint8(_status(_validator(6))), uint8(Status.Seated));
        assertEq(registry.advance(9), 2);
        assertEq(registry.queues().exits, 3);
        Committee expected = new Committee();
        expected.add(_validator(7), 107, STAKE);
        _expectSet(expected);
    }

    function test_advance_exitsStopAtTheLimit() public {
        _newcomers(4, 8);
        _nextTerm();
        _newcomers(8, 12);
        for (uint256 i = 0; i < 9; ++i) {
            _exit(_validator(i));
        }
        vm.expectRevert(IValidatorRegistry.ValidatorRegistry_NothingToAdvance.selector);
        registry.advance(9);
        _nextTerm();
        assertEq(registry.advance(9), 4);
        assertEq(uint8(_status(_validator(8))), uint8(Status.Seated));
    }

    /// @notice A tenth of the set is the limit once that is more than the floor.
    function test_churn_growsWithTheSet() public {
        _deploy();
        _newcomers(4, 54);
        registry.fixTerm();
        assertEq(registry.queues().churn, 5);
    }

    /* HUMANS */

    /// @notice Whatever a foreign registry does wrong means no, and nothing else breaks.
    function test_humanity_failuresMeanNo() public {
        _human(4);
        for (uint256 mode = 1; mode < 5; ++mode) {
            humanity.set(HumanityProbe.Mode(mode));
            registry.refreshHumanity(_validator(0));
            assertFalse(registry.validatorOf(_validator(0)).human);
        }
        humanity.set(HumanityProbe.Mode.BurnsGas);
        _newcomers(4, 5);
        assertFalse(registry.validatorOf(_validator(4)).human);
        humanity.set(HumanityProbe.Mode.Plain);
        vm.expectEmit(address(registry));
        emit IValidatorRegistry.HumanityChanged(_validator(4), true);
        registry.refreshHumanity(_validator(4));
        assertTrue(registry.validatorOf(_validator(4)).human);
        humanity.add(_validator(4), false);
        registry.refreshHumanity(_validator(4));
        assertFalse(registry.validatorOf(_validator(4)).human);
    }

    function test_humanity_starvedCallReverts() public {
        vm.expectPartialRevert(IValidatorRegistry.ValidatorRegistry_TooLittleGas.selector);
        registry.refreshHumanity{gas: 110_000}(_validator(0));
    }

    function test_humanity_keepsItsQueue() public {
        _newcomers(4, 9);
        _human(8);
        vm.expectRevert(
            abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_QueuedAs.selector, _validator(8), false)
        );
        registry.refreshHumanity(_validator(8));
    }

    function test_humanity_withoutRegistryNobodyIs() public {
        _human(0);
        vm.prank(admin);
        registry.setSources(beacon, HumanityProbe(address(0)));
        registry.refreshHumanity(_validator(0));
        assertFalse(registry.validatorOf(_validator(0)).human);
    }
}
