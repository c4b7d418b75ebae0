// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IValidatorSets} from "../../src/interfaces/IValidatorSets.sol";
import {SetHeader} from "../../src/interfaces/PobsTypes.sol";
import {ValidatorSets} from "../../src/validators/ValidatorSets.sol";
import {PobsTest} from "../utils/PobsTest.sol";

contract ValidatorSetsTest is PobsTest {
    SetHeader private next;

    function setUp() public override {
        super.setUp();
        next = committee.header(2, T0 + TERM, T0 + 2 * TERM);
    }

    function test_accept_newerSetsOnly() public {
        vm.startPrank(address(registry));
        next.setId = 5;
        sets.accept(next);
        assertEq(sets.latestSetId(), 5);
        assertEq(keccak256(abi.encode(sets.header(5))), keccak256(abi.encode(next)));
        // Repeated, late and disordered headers change nothing.
        SetHeader memory late = next;
        late.totalWeight = 1;
        sets.accept(late);
        late.setId = 4;
        sets.accept(late);
        assertEq(sets.latestSetId(), 5);
        assertEq(sets.header(5).totalWeight, 4 * STAKE);
        assertEq(sets.header(4).totalWeight, 0);
    }

    function test_header_unknownIsEmpty() public view {
        SetHeader memory header = sets.header(77);
        assertEq(header.setId, 77);
        assertEq(header.totalWeight, 0);
        assertEq(header.activeUntil, 0);
        assertEq(header.membersRoot, bytes32(0));
    }

    function testFuzz_header_roundTrip(uint128 weight, uint40 from, uint40 until, uint32 count, bytes32 root) public {
        next.totalWeight = uint128(bound(weight, 1, type(uint128).max));
        next.activeFrom = uint64(bound(from, 0, type(uint40).max - 1));
        next.activeUntil = uint64(bound(until, next.activeFrom + 1, type(uint40).max));
        next.count = uint32(bound(count, 1, 1024));
        next.membersRoot = root == 0 ? bytes32(uint256(1)) : root;
        vm.prank(address(registry));
        sets.accept(next);
        assertEq(keccak256(abi.encode(sets.header(2))), keccak256(abi.encode(next)));
    }

    // Reverts

    function test_accept_revertsForStranger() public {
        vm.expectRevert(abi.encodeWithSelector(IValidatorSets.ValidatorSets_NotWriter.selector, admin));
        vm.prank(admin);
        sets.accept(next);
    }

    function test_accept_revertsForBadHeaders() public {
        SetHeader memory good = next;
        next.membersRoot = 0;
        _refused();
        next = good;
        next.totalWeight = 0;
        _refused();
        next = good;
        next.count = 0;
        _refused();
        next = good;
        next.count = 1025;
        _refused();
        next = good;
        next.aggregateKey = new bytes(95);
        _refused();
        next = good;
        next.aggregateKey = new bytes(96);
        _refused();
        next = good;
        next.activeUntil = next.activeFrom;
        _refused();
        next = good;
        next.activeUntil = 1 << 40;
        _refused();
    }

    function test_constructor_refusesZeroWriter() public {
        vm.expectRevert(IValidatorSets.ValidatorSets_ZeroAddress.selector);
        new ValidatorSets(address(0));
    }

    function test_initialize_onceAndNotZero() public {
        address code = address(new ValidatorSets(address(1)));
        vm.expectRevert(IValidatorSets.ValidatorSets_ZeroAddress.selector);
        _proxy(code, abi.encodeCall(ValidatorSets.initialize, (address(0))));
        vm.expectRevert(bytes4(keccak256("InvalidInitialization()")));
        sets.initialize(address(this));
        vm.expectRevert(bytes4(keccak256("InvalidInitialization()")));
        ValidatorSets(code).initialize(address(this));
    }

    function test_upgrade_isForTheAdmin() public {
        ValidatorSets code = new ValidatorSets(address(registry));
        vm.expectRevert(
            abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, address(this), bytes32(0))
        );
        sets.upgradeToAndCall(address(code), "");
        vm.prank(admin);
        sets.upgradeToAndCall(address(code), "");
        // What was written stays.
        assertEq(sets.latestSetId(), 1);
        assertEq(sets.header(1).totalWeight, 4 * STAKE);
    }

    function _refused() private {
        vm.expectRevert(abi.encodeWithSelector(IValidatorSets.ValidatorSets_BadHeader.selector, 2));
        vm.prank(address(registry));
        sets.accept(next);
    }
}
