// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IInbox} from "../../src/arbitrum/IInbox.sol";
import {IValidatorRegistry} from "../../src/interfaces/IValidatorRegistry.sol";
import {IValidatorSets} from "../../src/interfaces/IValidatorSets.sol";
import {SetHeader} from "../../src/interfaces/PobsTypes.sol";
import {ValidatorRegistry} from "../../src/validators/ValidatorRegistry.sol";
import {BlsSigner} from "../utils/BlsSigner.sol";
import {Committee} from "../utils/Committee.sol";
import {PobsTest} from "../utils/PobsTest.sol";

/// @notice Remembers the last ticket, as Arbitrum's inbox would deliver it.
contract InboxProbe is IInbox {
    uint256 public tickets;
    address public to;
    address public refundTo;
    uint256 public value;
    bytes public data;

    function createRetryableTicket(
        address to_,
        uint256,
        uint256,
        address refundTo_,
        address,
        uint256,
        uint256,
        bytes calldata data_
    ) external payable returns (uint256) {
        (to, refundTo, value, data) = (to_, refundTo_, msg.value, data_);
        return ++tickets;
    }
}

contract ValidatorRegistryTest is PobsTest {
    address private newcomer = makeAddr("newcomer");

    function _validator(uint256 i) private returns (address) {
        return makeAddr(string.concat("validator", vm.toString(i)));
    }

    /// @dev The registry's current set equals the committee rebuilt from scratch.
    function _expectSet(Committee expected) private view {
        SetHeader memory header = expected.header(1, 0, 1);
        (bytes32 root, bytes memory key, uint128 total, uint32 count) = registry.current();
        assertEq(root, header.membersRoot);
        assertEq(key, header.aggregateKey);
        assertEq(total, header.totalWeight);
        assertEq(count, header.count);
    }

    function _approved(uint128 amount) private {
        stake.mint(newcomer, amount);
        vm.prank(newcomer);
        stake.approve(address(registry), amount);
    }

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
        (bytes memory key, bytes memory possession) = _possession(newcomer, 9);
        _approved(STAKE);
        vm.expectEmit(address(registry));
        emit IValidatorRegistry.ValidatorRegistered(4, newcomer, key, bytes32("x"), STAKE);
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
        registry.topUp(50 ether);
        registry.topUp(1_950 ether);
        vm.stopPrank();
        Committee expected = new Committee();
        for (uint256 i = 0; i < 4; ++i) {
            expected.add(_validator(i), i + 1, i == 1 ? 1_000 ether : STAKE);
        }
        _expectSet(expected);
        assertEq(registry.stakeOf(validator), STAKE + 2_000 ether);
    }

    function test_requestExit_lastMovesIntoTheSeat() public {
        vm.expectEmit(address(registry));
        emit IValidatorRegistry.MemberChanged(1, _validator(3), BlsSigner.publicKey(4), STAKE);
        vm.expectEmit(address(registry));
        emit IValidatorRegistry.MemberChanged(3, address(0), "", 0);
        vm.expectEmit(address(registry));
        emit IValidatorRegistry.ExitRequested(_validator(1), STAKE, T0 + TERM + 14 days);
        vm.prank(_validator(1));
        registry.requestExit();

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
            vm.prank(_validator(i));
            registry.requestExit();
        }
        (bytes32 root, bytes memory key, uint128 total, uint32 count) = registry.current();
        assertEq(root, bytes32(0));
        assertEq(key, new bytes(96));
        assertEq(total, 0);
        assertEq(count, 0);
    }

    function test_withdraw_afterTheTermAndUnbonding() public {
        address validator = _validator(1);
        vm.prank(validator);
        registry.requestExit();
        vm.warp(T0 + TERM + 14 days - 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IValidatorRegistry.ValidatorRegistry_StillUnbonding.selector, validator, T0 + TERM + 14 days
            )
        );
        vm.prank(validator);
        registry.withdraw();
        vm.warp(T0 + TERM + 14 days);
        vm.prank(validator);
        registry.withdraw();
        assertEq(stake.balanceOf(validator), STAKE);
        assertEq(registry.stakeOf(validator), 0);
        // A new seat needs a new key.
        _register(validator, 99, STAKE);
    }

    /// @notice Any order of registrations, top-ups and exits leaves the set that a rebuild gives.
    /// forge-config: default.fuzz.runs = 48
    function testFuzz_set_followsEveryChange(uint256 seed) public {
        address[] memory seats = new address[](32);
        uint256[] memory secrets = new uint256[](32);
        uint256 count = 4;
        for (uint256 i = 0; i < 4; ++i) {
            (seats[i], secrets[i]) = (_validator(i), i + 1);
        }
        for (uint256 step = 0; step < 12; ++step) {
            seed = uint256(keccak256(abi.encode(seed)));
            if (seed % 2 == 0 || count == 0) {
                (seats[count], secrets[count]) = (vm.addr(step + 1), 100 + step);
                _register(seats[count], secrets[count], STAKE);
                ++count;
            } else {
                uint256 index = (seed >> 8) % count;
                vm.prank(seats[index]);
                registry.requestExit();
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

    // Reverts

    function test_register_revertsTwice() public {
        (bytes memory key, bytes memory possession) = _possession(_validator(0), 50);
        _revertsAs(
            _validator(0),
            abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_AlreadyRegistered.selector, _validator(0))
        );
        registry.register(key, possession, bytes32("x"), STAKE);
    }

    function test_register_revertsWhileUnbonding() public {
        vm.prank(_validator(0));
        registry.requestExit();
        (bytes memory key, bytes memory possession) = _possession(_validator(0), 50);
        _revertsAs(
            _validator(0),
            abi.encodeWithSelector(
                IValidatorRegistry.ValidatorRegistry_StillUnbonding.selector, _validator(0), T0 + TERM + 14 days
            )
        );
        registry.register(key, possession, bytes32("x"), STAKE);
    }

    /// @notice Registrations by one owner under many names end at 1024 seats; nothing loops over them meanwhile.
    function test_register_revertsWhenTheSetIsFull() public {
        bytes32 slot = keccak256(abi.encode(uint256(keccak256("pobs.storage.ValidatorRegistry")) - 1));
        uint256 countSlot = (uint256(slot) & ~uint256(0xff)) + 8;
        assertEq(uint256(vm.load(address(registry), bytes32(countSlot))), 4);
        vm.store(address(registry), bytes32(countSlot), bytes32(uint256(1024)));
        (bytes memory key, bytes memory possession) = _possession(newcomer, 50);
        _revertsAs(newcomer, abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_SetFull.selector, 1024));
        registry.register(key, possession, bytes32("x"), STAKE);
    }

    function test_register_revertsForSmallStake() public {
        (bytes memory key, bytes memory possession) = _possession(newcomer, 50);
        _revertsAs(
            newcomer,
            abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_StakeTooSmall.selector, 10 ether - 1, 10 ether)
        );
        registry.register(key, possession, bytes32("x"), 10 ether - 1);
    }

    function test_register_revertsWithoutEncryptionKey() public {
        (bytes memory key, bytes memory possession) = _possession(newcomer, 50);
        _revertsAs(newcomer, abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_NoEncryptionKey.selector));
        registry.register(key, possession, bytes32(0), STAKE);
    }

    function test_register_revertsForLengths() public {
        (bytes memory key, bytes memory possession) = _possession(newcomer, 50);
        _revertsAs(newcomer, abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_BadKeyLength.selector, 95));
        registry.register(new bytes(95), possession, bytes32("x"), STAKE);
        _revertsAs(
            newcomer, abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_BadPossessionLength.selector, 191)
        );
        registry.register(key, new bytes(191), bytes32("x"), STAKE);
    }

    function test_register_revertsForInfinity() public {
        (, bytes memory possession) = _possession(newcomer, 50);
        _revertsAs(newcomer, abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_KeyIsInfinity.selector));
        registry.register(new bytes(96), possession, bytes32("x"), STAKE);
    }

    function test_register_revertsWhenTheTokenIsNotGiven() public {
        (bytes memory key, bytes memory possession) = _possession(newcomer, 50);
        vm.prank(newcomer);
        vm.expectRevert();
        registry.register(key, possession, bytes32("x"), STAKE);
    }

    function test_register_revertsForTokenThatFallsShort() public {
        (bytes memory key, bytes memory possession) = _possession(newcomer, 50);
        vm.mockCall(
            address(stake), abi.encodeCall(IERC20.transferFrom, (newcomer, address(registry), STAKE)), abi.encode(true)
        );
        _revertsAs(
            newcomer, abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_TokenFellShort.selector, STAKE, 0)
        );
        registry.register(key, possession, bytes32("x"), STAKE);
    }

    function test_seatless_reverts() public {
        bytes memory reason =
            abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_NotRegistered.selector, newcomer);
        _revertsAs(newcomer, reason);
        registry.topUp(1);
        _revertsAs(newcomer, reason);
        registry.requestExit();
        _revertsAs(
            newcomer, abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_NothingUnbonding.selector, newcomer)
        );
        registry.withdraw();
        _revertsAs(
            _validator(0),
            abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_NothingUnbonding.selector, _validator(0))
        );
        registry.withdraw();
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
            vm.prank(_validator(i));
            registry.requestExit();
        }
        vm.warp(T0 + TERM);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_TooFewValidators.selector, 0, 1));
        registry.fixTerm();
    }

    function test_fixTerm_revertsWhenKeysCancel() public {
        for (uint256 i = 0; i < 4; ++i) {
            vm.prank(_validator(i));
            registry.requestExit();
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
        ValidatorRegistry fresh = ValidatorRegistry(
            _proxy(address(new ValidatorRegistry(_parameters())), abi.encodeCall(ValidatorRegistry.initialize, (admin)))
        );
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

    function test_constructor_refusesBadParameters() public {
        ValidatorRegistry.Parameters memory p = _parameters();
        p.unbondingSeconds = 7 days + MAX_AGE - 1;
        vm.expectRevert(
            abi.encodeWithSelector(
                IValidatorRegistry.ValidatorRegistry_UnbondingTooShort.selector, 7 days + MAX_AGE - 1, 7 days + MAX_AGE
            )
        );
        new ValidatorRegistry(p);
        p = _parameters();
        p.termLead = TERM;
        vm.expectRevert(IValidatorRegistry.ValidatorRegistry_BadParameters.selector);
        new ValidatorRegistry(p);
        p = _parameters();
        p.minimumStake = 0;
        vm.expectRevert(IValidatorRegistry.ValidatorRegistry_BadParameters.selector);
        new ValidatorRegistry(p);
        p = _parameters();
        p.stakeToken = IERC20(address(0));
        vm.expectRevert(IValidatorRegistry.ValidatorRegistry_ZeroAddress.selector);
        new ValidatorRegistry(p);
    }

    function test_initialize_refusesZeroAdmin() public {
        address code = address(new ValidatorRegistry(_parameters()));
        vm.expectRevert(IValidatorRegistry.ValidatorRegistry_ZeroAddress.selector);
        _proxy(code, abi.encodeCall(ValidatorRegistry.initialize, (address(0))));
    }

    function _revertsAs(address who, bytes memory reason) private {
        vm.expectRevert(reason);
        vm.prank(who);
    }
}
