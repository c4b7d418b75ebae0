// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {MulticallUpgradeable} from "@openzeppelin/contracts-upgradeable/utils/MulticallUpgradeable.sol";
import {IValidatorRegistry, Status, ValidatorView} from "../../src/interfaces/IValidatorRegistry.sol";
import {SetHeader} from "../../src/interfaces/PobsTypes.sol";
import {BlsSigner} from "../utils/BlsSigner.sol";
import {Committee} from "../utils/Committee.sol";
import {RegistryTest} from "../utils/RegistryTest.sol";

/// @notice Cold and hot keys: `registerFor`, `rotateKey`, `setEncryptionKey`, `permitStake`, and who may call what.
contract RegistryKeysTest is RegistryTest {
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
}
