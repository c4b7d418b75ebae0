// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";
import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts-upgradeable/proxy/utils/UUPSUpgradeable.sol";
import {IValidatorRegistry, Parameters, QueueView} from "../../src/interfaces/IValidatorRegistry.sol";
import {RegistryTerms} from "../../src/validators/RegistryTerms.sol";
import {ValidatorRegistry} from "../../src/validators/ValidatorRegistry.sol";
import {RegistryTest} from "../utils/RegistryTest.sol";

/// @notice What the registry shows before its first term, who may upgrade it, and changes that change nothing.
contract RegistryReadsTest is RegistryTest {
    function test_queues_beforeTheFirstTerm() public {
        QueueView memory before = _newRegistry(_parameters()).queues();
        assertEq(before.drawOpensAt, 0);
        assertEq(before.fixOpensAt, 0);
        assertEq(before.waiting, 0);
        assertEq(registry.queues().fixOpensAt, T0 + TERM - LEAD);
    }

    function test_domainSeparator_isTheDeployments() public view {
        assertEq(registry.domainSeparator(), domain);
    }

    function test_upgrade_isForTheAdmin() public {
        Parameters memory p = _parameters();
        address code = address(new ValidatorRegistry(p, address(new RegistryTerms(p))));
        _revertsAs(
            newcomer,
            abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, newcomer, bytes32(0))
        );
        UUPSUpgradeable(address(registry)).upgradeToAndCall(code, "");
        vm.prank(admin);
        UUPSUpgradeable(address(registry)).upgradeToAndCall(code, "");
        _expectSet(committee);
    }

    /// @notice Stake beyond the cap is held and has no weight: the set stays as it is, and says nothing.
    function test_topUp_beyondTheCapChangesNoMember() public {
        address validator = _validator(1);
        _fund(validator, 1_000 ether);
        vm.startPrank(validator);
        registry.topUp(validator, 900 ether);
        (bytes32 root,,,) = registry.current();
        vm.recordLogs();
        registry.topUp(validator, 100 ether);
        vm.stopPrank();
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            assertTrue(logs[i].topics[0] != IValidatorRegistry.MemberChanged.selector);
        }
        (bytes32 after_,,,) = registry.current();
        assertEq(after_, root);
        assertEq(registry.stakeOf(validator), STAKE + 1_000 ether);
    }

    /// @notice A human is the same validator's however often one asks.
    function test_humanity_askedTwiceStays() public {
        humanity.add(_validator(0), true);
        registry.refreshHumanity(_validator(0));
        registry.refreshHumanity(_validator(0));
        assertTrue(registry.validatorOf(_validator(0)).human);
    }
}
