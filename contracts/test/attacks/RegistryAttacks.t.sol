// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IValidatorRegistry, Status} from "../../src/interfaces/IValidatorRegistry.sol";
import {IValidatorSets} from "../../src/interfaces/IValidatorSets.sol";
import {SetHeader} from "../../src/interfaces/PobsTypes.sol";
import {CertificateVerifier} from "../../src/validators/CertificateVerifier.sol";
import {ValidatorSets} from "../../src/validators/ValidatorSets.sol";
import {BlsSigner} from "../utils/BlsSigner.sol";
import {RegistryTest} from "../utils/RegistryTest.sol";

/// @notice Attacks on stake, queues and sets. Each test fails when the guard it names is removed.
contract RegistryAttacksTest is RegistryTest {
    address private attacker = makeAddr("attacker");

    /// @notice ⟂ Exit to escape slashing: in the exit queue, unbonding, and to the last second before withdrawal the stake
    /// is within reach.
    function test_attack_exitEscapesSlashing() public {
        _exit(_validator(0));
        vm.warp(T0 + TERM + UNBONDING - 1);
        vm.prank(court);
        assertEq(registry.slash(_validator(0), 10_000, 0, address(0)), STAKE);
        vm.warp(T0 + TERM + UNBONDING);
        _revertsAs(
            _validator(0),
            abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_NothingUnbonding.selector, _validator(0))
        );
        registry.withdraw(_validator(0));
    }

    /// @notice ⟂ Leaving right after a term was fixed: unbonding starts only when that term has ended.
    function test_attack_exitAfterTheTermIsFixed() public {
        vm.warp(registry.queues().fixOpensAt);
        registry.fixTerm();
        _exit(_validator(0));
        assertEq(registry.validatorOf(_validator(0)).until, T0 + 2 * TERM + UNBONDING);
    }

    /// @notice ⟂ A seated validator that stands in the exit queue is slashed there and the queue goes on.
    function test_attack_slashedInTheExitQueueBricksIt() public {
        for (uint256 i = 4; i < 8; ++i) {
            _register(_validator(i), 100 + i, STAKE);
        }
        for (uint256 i = 0; i < 7; ++i) {
            _exit(_validator(i));
        }
        vm.prank(court);
        registry.slash(_validator(5), 10_000, 0, address(0));
        vm.prank(court);
        registry.jail(_validator(4));
        vm.warp(registry.queues().fixOpensAt);
        registry.fixTerm();
        // Validators 4 and 5 are holes; 6 leaves; one of the term's exits was used.
        assertEq(registry.advance(10), 3);
        assertEq(registry.queues().exits, 1);
        assertEq(uint8(_status(_validator(6))), uint8(Status.Unbonding));
        assertEq(uint8(_status(_validator(4))), uint8(Status.Jailed));
        assertEq(uint8(_status(_validator(5))), uint8(Status.None));
        (,,, uint32 count) = registry.current();
        assertEq(count, 1);
    }

    /// @notice ⟂ A full slash in the entry queue leaves a hole, not a ghost.
    function test_attack_slashedInTheEntryQueueBricksIt() public {
        for (uint256 i = 4; i < 11; ++i) {
            _register(_validator(i), 100 + i, STAKE);
        }
        vm.startPrank(court);
        registry.slash(_validator(8), 10_000, 0, address(0));
        registry.slash(_validator(9), 9_500, 0, address(0));
        vm.stopPrank();
        vm.warp(registry.queues().fixOpensAt);
        registry.fixTerm();
        assertEq(registry.advance(10), 3);
        assertEq(_seatOf(_validator(10)), 8);
        assertEq(registry.stakeOf(_validator(9)), 5 ether);
    }

    /// @notice ⟂ Repeated tiny slashes round against the offender: each takes at least one unit.
    function test_attack_tinySlashesRoundToZero() public {
        vm.startPrank(court);
        registry.slash(_validator(0), 9_500, 0, address(0));
        uint128 before = registry.stakeOf(_validator(0));
        for (uint256 i = 0; i < 5; ++i) {
            registry.slash(_validator(0), 1, 0, address(0));
        }
        assertLt(registry.stakeOf(_validator(0)), before);
        // Down to the last unit, which one basis point still takes.
        while (registry.stakeOf(_validator(0)) > 1) {
            registry.slash(_validator(0), 5_000, 0, address(0));
        }
        assertEq(registry.slash(_validator(0), 1, 0, address(0)), 1);
        assertEq(registry.stakeOf(_validator(0)), 0);
        vm.stopPrank();
    }

    /// @notice ⟂ Stake beyond the cap gives no weight; splitting it costs one key and one seat each.
    function test_attack_capSplit() public {
        _register(attacker, 60, 5_000 ether);
        (,, uint128 total,) = registry.current();
        assertEq(total, 4 * STAKE + 1_000 ether);
        address second = makeAddr("second");
        (bytes memory key, bytes memory possession) = _possession(second, second, 60);
        _fund(second, STAKE);
        _revertsAs(second, abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_KeyUsed.selector, key));
        registry.register(key, possession, bytes32("x"), STAKE);
    }

    /// @notice ⟂ A possession proof seen in the mempool is worth nothing to another validator or cold key.
    function test_attack_stolenPossession() public {
        (bytes memory key, bytes memory possession) = _possession(newcomer, newcomer, 60);
        _fund(attacker, STAKE);
        _revertsAs(
            attacker, abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_BadPossession.selector, attacker)
        );
        registry.register(key, possession, bytes32("x"), STAKE);
    }

    /// @notice ⟂ Rotation to a negated or an infinite key is refused as in registration.
    function test_attack_rotateToNegatedKey() public {
        (bytes memory key, bytes memory possession) = _possession(_validator(0), _validator(0), BlsSigner.R - 2);
        _revertsAs(_validator(0), abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_KeyUsed.selector, key));
        registry.rotateKey(_validator(0), key, possession);
        _revertsAs(_validator(0), abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_KeyIsInfinity.selector));
        registry.rotateKey(_validator(0), new bytes(96), possession);
    }

    /// @notice ⟂ Spam of the queue costs the minimum stake per place, and no call gets longer by it.
    function test_attack_queueSpam() public {
        for (uint256 i = 0; i < 40; ++i) {
            _register(vm.addr(1_000 + i), 1_000 + i, MINIMUM);
        }
        assertEq(registry.queues().othersTail, 36);
        for (uint256 i = 4; i < 40; ++i) {
            _exit(vm.addr(1_000 + i));
            assertGe(registry.validatorOf(vm.addr(1_000 + i)).until, T0 + UNBONDING);
        }
        vm.warp(registry.queues().fixOpensAt);
        registry.fixTerm();
        _register(newcomer, 60, STAKE);
        // One call does as much as its caller pays for.
        uint256 before = gasleft();
        assertEq(registry.advance(10), 10);
        assertLt(before - gasleft(), 150_000);
        assertEq(registry.advance(26), 26);
        assertEq(registry.advance(1), 1);
        assertEq(uint8(_status(newcomer)), uint8(Status.Seated));
    }

    /// @notice ⟂ One human is one validator: a second one of the same cold key gets no priority.
    function test_attack_oneHumanManyValidators() public {
        humanity.add(attacker, true);
        for (uint256 i = 0; i < 2; ++i) {
            uint256 hotKey = 500 + i;
            address hot = vm.addr(hotKey);
            (bytes memory key, bytes memory possession) = _possession(hot, attacker, 60 + i);
            bytes32 structHash =
                keccak256(abi.encode(keccak256("Operate(address validator,address coldKey)"), hot, attacker));
            (uint8 v, bytes32 r, bytes32 s) =
                vm.sign(hotKey, keccak256(abi.encodePacked(hex"1901", domain, structHash)));
            _fund(attacker, STAKE);
            vm.prank(attacker);
            registry.registerFor(hot, abi.encodePacked(r, s, v), key, possession, bytes32("x"), STAKE);
            assertEq(registry.validatorOf(hot).human, i == 0);
        }
        // When the first has left, the second may count.
        vm.prank(attacker);
        registry.requestExit(vm.addr(500));
        registry.refreshHumanity(vm.addr(501));
        assertTrue(registry.validatorOf(vm.addr(501)).human);
    }

    /* SETS */

    /// @notice ⟂ The registry itself, a stranger or another alias cannot write on L2: only the registry's alias can.
    function test_attack_wrongAlias() public {
        address alias_ = address(uint160(address(registry)) + uint160(0x1111000000000000000000000000000000001111));
        ValidatorSets l2 = ValidatorSets(
            _proxy(address(new ValidatorSets(alias_)), abi.encodeCall(ValidatorSets.initialize, (admin)))
        );
        SetHeader memory header = registry.header(1);
        address[3] memory wrong = [address(registry), attacker, address(uint160(alias_) + 1)];
        for (uint256 i = 0; i < 3; ++i) {
            _revertsAs(wrong[i], abi.encodeWithSelector(IValidatorSets.ValidatorSets_NotWriter.selector, wrong[i]));
            l2.accept(header);
        }
        vm.prank(alias_);
        l2.accept(header);
        // An expired ticket is sent again; the repeat of one that worked changes nothing.
        vm.prank(alias_);
        l2.accept(header);
        assertEq(l2.latestSetId(), 1);
    }

    /// @notice ⟂ A late ticket stops proposals of its term: the term before has ended, no other set steps in.
    function test_attack_lateTicketSplitsTerms() public {
        ValidatorSets l2 = ValidatorSets(
            _proxy(address(new ValidatorSets(address(this))), abi.encodeCall(ValidatorSets.initialize, (admin)))
        );
        CertificateVerifier verifier = new CertificateVerifier(address(l2));
        l2.accept(registry.header(1));
        vm.warp(registry.queues().fixOpensAt);
        registry.fixTerm();
        SetHeader memory second = registry.header(2);
        assertEq(second.activeFrom, registry.header(1).activeUntil);
        vm.warp(T0 + TERM + 1 hours);
        // The ticket is late: neither set is in term.
        assertFalse(verifier.inTerm(1, uint64(block.timestamp)));
        assertFalse(verifier.inTerm(2, uint64(block.timestamp)));
        l2.accept(second);
        assertTrue(verifier.inTerm(2, uint64(block.timestamp)));
        assertFalse(verifier.inTerm(1, uint64(block.timestamp)));
        assertTrue(verifier.inTerm(1, T0 + TERM - 1));
    }

    /// @notice ⟂ A term fixed late still starts where the last one ended: no gap, no overlap.
    function test_attack_lateFixingLeavesAGap() public {
        vm.warp(T0 + 3 * TERM);
        registry.fixTerm();
        assertEq(registry.header(2).activeFrom, T0 + TERM);
        registry.fixTerm();
        assertEq(registry.header(3).activeFrom, T0 + 2 * TERM);
    }
}
