// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {MulticallUpgradeable} from "@openzeppelin/contracts-upgradeable/utils/MulticallUpgradeable.sol";
import {IInbox} from "../../src/arbitrum/IInbox.sol";
import {IValidatorRegistry, Parameters, Status, ValidatorView} from "../../src/interfaces/IValidatorRegistry.sol";
import {IValidatorSets} from "../../src/interfaces/IValidatorSets.sol";
import {SetHeader} from "../../src/interfaces/PobsTypes.sol";
import {SummaryLib} from "../../src/libraries/SummaryLib.sol";
import {RegistryTerms} from "../../src/validators/RegistryTerms.sol";
import {ValidatorRegistry} from "../../src/validators/ValidatorRegistry.sol";
import {BlsSigner} from "../utils/BlsSigner.sol";
import {Committee} from "../utils/Committee.sol";
import {InboxProbe, RegistryTest} from "../utils/RegistryTest.sol";

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

    /* COLD AND HOT KEYS */

    function _consent(uint256 hotKey, address validator, address coldKey) private view returns (bytes memory) {
        bytes32 structHash =
            keccak256(abi.encode(keccak256("Operate(address validator,address coldKey)"), validator, coldKey));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(hotKey, MessageHashUtils.toTypedDataHash(domain, structHash));
        return abi.encodePacked(r, s, v);
    }

    /// @dev A validator `vm.addr(hotKey)` of the newcomer's cold key.
    function _registerCold(uint256 hotKey, uint256 secret) private returns (address validator) {
        validator = vm.addr(hotKey);
        (bytes memory key, bytes memory possession) = _possession(validator, newcomer, secret);
        bytes memory consent = _consent(hotKey, validator, newcomer);
        _fund(newcomer, STAKE);
        vm.prank(newcomer);
        registry.registerFor(validator, consent, key, possession, bytes32("x"), STAKE);
    }

    function test_registerFor_coldKeyOwnsTheStake() public {
        address validator = _registerCold(77, 9);
        ValidatorView memory v = registry.validatorOf(validator);
        assertEq(uint8(v.status), uint8(Status.Seated));
        assertEq(v.coldKey, newcomer);
        assertEq(v.key, BlsSigner.publicKey(9));
        assertEq(v.stake, STAKE);
        committee.add(validator, 9, STAKE);
        _expectSet(committee);
        // The hot key may do nothing with stake or keys.
        (bytes memory key, bytes memory possession) = _possession(validator, newcomer, 10);
        bytes memory reason =
            abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_NotColdKey.selector, validator, validator);
        _revertsAs(validator, reason);
        registry.requestExit(validator);
        _revertsAs(validator, reason);
        registry.rotateKey(validator, key, possession);
        _revertsAs(validator, reason);
        registry.setEncryptionKey(validator, bytes32("y"));
        _revertsAs(validator, reason);
        registry.unjail(validator);
        vm.prank(newcomer);
        registry.requestExit(validator);
        vm.warp(T0 + TERM + UNBONDING);
        _revertsAs(validator, reason);
        registry.withdraw(validator);
        vm.prank(newcomer);
        registry.withdraw(validator);
        assertEq(stake.balanceOf(newcomer), STAKE);
    }

    function test_setEncryptionKey_byTheColdKey() public {
        address validator = _registerCold(77, 9);
        vm.expectEmit(address(registry));
        emit IValidatorRegistry.EncryptionKeyChanged(validator, bytes32("y"));
        vm.prank(newcomer);
        registry.setEncryptionKey(validator, bytes32("y"));
        _revertsAs(newcomer, abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_NoEncryptionKey.selector));
        registry.setEncryptionKey(validator, bytes32(0));
    }

    /// @notice The fixed term keeps the old key, the next one has the new; the old one is spent.
    function test_rotateKey_countsInTheNextTerm() public {
        address validator = _validator(1);
        SetHeader memory first = registry.header(1);
        (bytes memory key, bytes memory possession) = _possession(validator, validator, 50);
        vm.expectEmit(address(registry));
        emit IValidatorRegistry.KeyRotated(validator, key);
        vm.expectEmit(address(registry));
        emit IValidatorRegistry.MemberChanged(1, validator, key, STAKE);
        vm.prank(validator);
        registry.rotateKey(validator, key, possession);
        Committee expected = new Committee();
        for (uint256 i = 0; i < 4; ++i) {
            expected.add(_validator(i), i == 1 ? 50 : i + 1, STAKE);
        }
        _expectSet(expected);
        assertEq(keccak256(abi.encode(registry.header(1))), keccak256(abi.encode(first)));
        (key, possession) = _possession(validator, validator, 2);
        _revertsAs(validator, abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_KeyUsed.selector, key));
        registry.rotateKey(validator, key, possession);
        // What the old key signs is slashed from the same stake.
        vm.prank(court);
        assertEq(registry.slash(validator, 10_000, 0, address(0)), STAKE);
    }

    function test_permitStake_joinsInOneTransaction() public {
        uint256 ownerKey = 0xB0B;
        address owner = vm.addr(ownerKey);
        stake.mint(owner, STAKE);
        bytes[] memory calls = _permitAndRegister(ownerKey, owner);
        vm.prank(owner);
        MulticallUpgradeable(address(registry)).multicall(calls);
        assertEq(uint8(_status(owner)), uint8(Status.Seated));
    }

    /// @notice ⟂ Sending somebody's permit first changes nothing for them.
    function test_permitStake_frontRunIsHarmless() public {
        uint256 ownerKey = 0xB0B;
        address owner = vm.addr(ownerKey);
        stake.mint(owner, STAKE);
        bytes[] memory calls = _permitAndRegister(ownerKey, owner);
        (uint8 v, bytes32 r, bytes32 s) = _permit(ownerKey, owner);
        vm.prank(makeAddr("front-runner"));
        stake.permit(owner, address(registry), STAKE, T0 + 1, v, r, s);
        vm.prank(owner);
        MulticallUpgradeable(address(registry)).multicall(calls);
        assertEq(uint8(_status(owner)), uint8(Status.Seated));
    }

    function _permit(uint256 ownerKey, address owner) private view returns (uint8 v, bytes32 r, bytes32 s) {
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"),
                owner,
                address(registry),
                STAKE,
                0,
                T0 + 1
            )
        );
        return vm.sign(ownerKey, MessageHashUtils.toTypedDataHash(stake.DOMAIN_SEPARATOR(), structHash));
    }

    function _permitAndRegister(uint256 ownerKey, address owner) private view returns (bytes[] memory calls) {
        (uint8 v, bytes32 r, bytes32 s) = _permit(ownerKey, owner);
        (bytes memory key, bytes memory possession) = _possession(owner, owner, 9);
        calls = new bytes[](2);
        calls[0] = abi.encodeCall(IValidatorRegistry.permitStake, (STAKE, T0 + 1, v, r, s));
        calls[1] = abi.encodeCall(IValidatorRegistry.register, (key, possession, bytes32("x"), STAKE));
    }

    function test_registerFor_revertsWithoutConsent() public {
        address validator = vm.addr(77);
        (bytes memory key, bytes memory possession) = _possession(validator, newcomer, 9);
        bytes memory consent = _consent(78, validator, newcomer);
        _fund(newcomer, STAKE);
        _revertsAs(
            newcomer,
            abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_BadConsent.selector, validator, newcomer)
        );
        registry.registerFor(validator, consent, key, possession, bytes32("x"), STAKE);
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

    function test_strangers_revert() public {
        bytes memory reason =
            abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_NotRegistered.selector, newcomer);
        _revertsAs(newcomer, reason);
        registry.topUp(newcomer, 1);
        _revertsAs(newcomer, reason);
        registry.requestExit(newcomer);
        _revertsAs(newcomer, reason);
        registry.setEncryptionKey(newcomer, bytes32("x"));
        _revertsAs(newcomer, reason);
        registry.refreshHumanity(newcomer);
        _revertsAs(newcomer, reason);
        registry.unjail(newcomer);
        _revertsAs(
            newcomer, abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_NothingUnbonding.selector, newcomer)
        );
        registry.withdraw(newcomer);
        _revertsAs(
            _validator(0),
            abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_NothingUnbonding.selector, _validator(0))
        );
        registry.withdraw(_validator(0));
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

    /// @notice Unbonding covers the lead, MAX_AGE, the fraud window and the margin, to the second.
    function test_constructor_refusesShortUnbonding() public {
        Parameters memory p = _parameters();
        uint64 needed = LEAD + MAX_AGE + 7 days + 3 days;
        p.unbondingSeconds = needed;
        new RegistryTerms(p);
        p.unbondingSeconds = needed - 1;
        vm.expectRevert(
            abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_UnbondingTooShort.selector, needed - 1, needed)
        );
        new RegistryTerms(p);
    }

    function test_constructor_refusesBadParameters() public {
        for (uint256 i = 0; i < 11; ++i) {
            Parameters memory p = _parameters();
            if (i == 0) p.minimumStake = 0;
            if (i == 1) p.weightCap = MINIMUM - 1;
            if (i == 2) p.weightCap = 1 << 96;
            if (i == 3) p.drawSeconds = 5 minutes;
            if (i == 4) p.termLead = TERM - DRAW;
            if (i == 5) p.bootstrapValidators = 0;
            if (i == 6) p.seats = 0;
            if (i == 7) p.seats = 1_025;
            if (i == 8) p.churnFloor = 0;
            if (i == 9) p.bootstrapValidators = 1_025;
            if (i == 10) p.drawSeconds = TERM;
            vm.expectRevert(IValidatorRegistry.ValidatorRegistry_BadParameters.selector);
            new RegistryTerms(p);
        }
    }

    /// @notice Two halves with different parameters would disagree about the same stake.
    function test_constructor_refusesAnotherHalf() public {
        Parameters memory p = _parameters();
        address terms = address(new RegistryTerms(p));
        p.unbondingSeconds += 1;
        vm.expectRevert(IValidatorRegistry.ValidatorRegistry_BadParameters.selector);
        new ValidatorRegistry(p, terms);
    }

    function test_constructor_refusesZeroAddresses() public {
        Parameters memory p = _parameters();
        p.stakeToken = IERC20(address(0));
        vm.expectRevert(IValidatorRegistry.ValidatorRegistry_ZeroAddress.selector);
        new RegistryTerms(p);
        p = _parameters();
        p.sink = address(0);
        vm.expectRevert(IValidatorRegistry.ValidatorRegistry_ZeroAddress.selector);
        new RegistryTerms(p);
        vm.expectRevert(IValidatorRegistry.ValidatorRegistry_ZeroAddress.selector);
        new ValidatorRegistry(_parameters(), address(0));
    }

    function test_initialize_refusesZeroAdmin() public {
        address code = address(new ValidatorRegistry(_parameters(), address(new RegistryTerms(_parameters()))));
        vm.expectRevert(IValidatorRegistry.ValidatorRegistry_ZeroAddress.selector);
        _proxy(code, abi.encodeCall(ValidatorRegistry.initialize, (address(0))));
    }
}
