// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IInbox} from "../../src/arbitrum/IInbox.sol";
import {IValidatorRegistry} from "../../src/interfaces/IValidatorRegistry.sol";
import {IValidatorSets} from "../../src/interfaces/IValidatorSets.sol";
import {SetHeader} from "../../src/interfaces/PobsTypes.sol";
import {BlsSigner} from "../utils/BlsSigner.sol";
import {InboxProbe, RegistryTest} from "../utils/RegistryTest.sol";

/// @notice `fixTerm`, `sendTerm` and the bridge they need.
contract RegistryTermsTest is RegistryTest {
    function test_fixTerm_headersChain() public {
        SetHeader memory first = registry.header(1);
        assertEq(keccak256(abi.encode(first)), keccak256(abi.encode(committee.header(1, T0, T0 + TERM))));
        _register(newcomer, 9, STAKE);
        committee.add(newcomer, 9, STAKE);
        vm.warp(T0 + TERM - 1 days);
        SetHeader memory second = committee.header(2, T0 + TERM, T0 + 2 * TERM);
        vm.expectEmit(address(registry));
        emit IValidatorRegistry.TermFixed(2, second);
        vm.expectEmit(address(sets));
        emit IValidatorSets.SetAccepted(2, second);
        registry.fixTerm();
        assertEq(registry.latestSetId(), 2);
        assertEq(sets.latestSetId(), 2);
        assertEq(keccak256(abi.encode(sets.header(2))), keccak256(abi.encode(second)));
        // The term before stays as it was.
        assertEq(keccak256(abi.encode(registry.header(1))), keccak256(abi.encode(first)));
    }

    function test_sendTerm_asRetryableTicket() public {
        InboxProbe inbox = new InboxProbe();
        vm.prank(admin);
        registry.setBridge(sets, inbox, address(0xB0B));
        vm.deal(newcomer, 1 ether);
        vm.expectEmit(address(registry));
        emit IValidatorRegistry.TermSent(1, 1);
        vm.prank(newcomer);
        assertEq(registry.sendTerm{value: 1 ether}(1, 1e15, 300_000, 1e9), 1);
        assertEq(inbox.to(), address(0xB0B));
        assertEq(inbox.refundTo(), newcomer);
        assertEq(inbox.value(), 1 ether);
        assertEq(inbox.data(), abi.encodeCall(IValidatorSets.accept, (registry.header(1))));
        // Anybody may send it again.
        assertEq(registry.sendTerm(1, 1e15, 300_000, 1e9), 2);
    }

    function test_fixTerm_revertsTooEarly() public {
        vm.warp(T0 + TERM - 1 days - 1);
        vm.expectRevert(
            abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_TermTooEarly.selector, T0 + TERM - 1 days)
        );
        registry.fixTerm();
    }

    function test_fixTerm_revertsWithoutValidators() public {
        for (uint256 i = 0; i < 4; ++i) {
            _exit(_validator(i));
        }
        vm.warp(T0 + TERM);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_TooFewValidators.selector, 0, 1));
        registry.fixTerm();
    }

    function test_fixTerm_revertsWhenKeysCancel() public {
        for (uint256 i = 0; i < 4; ++i) {
            _exit(_validator(i));
        }
        // Three keys whose sum is infinity: no pair cancels.
        _register(vm.addr(1), 7, STAKE);
        _register(vm.addr(2), 8, STAKE);
        _register(vm.addr(3), BlsSigner.R - 15, STAKE);
        vm.warp(T0 + TERM);
        vm.expectRevert(IValidatorRegistry.ValidatorRegistry_KeySumIsInfinity.selector);
        registry.fixTerm();
    }

    function test_bridge_revertsUntilSet() public {
        vm.expectRevert(IValidatorRegistry.ValidatorRegistry_BridgeNotSet.selector);
        registry.sendTerm(1, 0, 0, 0);
        IValidatorRegistry fresh = _newRegistry(_parameters());
        vm.expectRevert(IValidatorRegistry.ValidatorRegistry_BridgeNotSet.selector);
        fresh.fixTerm();
        assertEq(fresh.header(1).totalWeight, 0);
    }

    function test_sendTerm_revertsForUnknownTerm() public {
        InboxProbe inbox = new InboxProbe();
        vm.prank(admin);
        registry.setBridge(sets, inbox, address(0xB0B));
        for (uint32 id = 0; id < 4; id += 2) {
            vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_UnknownTerm.selector, id));
            registry.sendTerm(id, 0, 0, 0);
        }
    }

    function test_setBridge_isForTheAdmin() public {
        vm.expectRevert(
            abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, address(this), bytes32(0))
        );
        registry.setBridge(sets, IInbox(address(1)), address(1));
        vm.prank(admin);
        vm.expectRevert(IValidatorRegistry.ValidatorRegistry_ZeroAddress.selector);
        registry.setBridge(IValidatorSets(address(0)), IInbox(address(1)), address(1));
    }
}
