// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";
import {console} from "forge-std/console.sol";
import {IInbox} from "../../src/arbitrum/IInbox.sol";
import {Parameters, Status} from "../../src/interfaces/IValidatorRegistry.sol";
import {BlsLib} from "../../src/libraries/BlsLib.sol";
import {KeyRecord} from "../../src/validators/KeyRecord.sol";
import {RegistryTerms} from "../../src/validators/RegistryTerms.sol";
import {ValidatorRegistry} from "../../src/validators/ValidatorRegistry.sol";
import {BlsSigner} from "../utils/BlsSigner.sol";
import {RegistryTest} from "../utils/RegistryTest.sol";

/// @notice The registry with a door for tests: members without registrations.
contract SeededRegistry is ValidatorRegistry {
    constructor(Parameters memory p, address terms) ValidatorRegistry(p, terms) {}

    /// @dev Seats that no test touches carry one key with sum and tree to match.
    function seed(bytes calldata key, uint256 from, uint256 to, uint128 weight) external {
        for (uint256 i = from; i < to; ++i) {
            address validator = address(uint160(0xABC000 + i));
            RegistryStorage storage $ = _registry();
            $.validators[validator].stake = weight;
            address pointer = KeyRecord.write(key, validator, validator);
            _takeSeat($, KeyRecord.read(pointer), pointer);
        }
    }
}

/// @notice Gas of whole transactions with 1,000 members, written to `contracts/snapshots/gas.json`.
/// forge-config: default.isolate = true
contract RegistryGasTest is RegistryTest {
    uint256 private constant MEMBERS = 1_000;
    uint256 private constant CHANGE_MAX = 450_000;

    function setUp() public override {
        super.setUp();
        vm.warp(registry.queues().fixOpensAt);
        registry.fixTerm();
        SeededRegistry code = new SeededRegistry(_parameters(), address(new RegistryTerms(_parameters())));
        vm.prank(admin);
        ValidatorRegistry(payable(address(registry))).upgradeToAndCall(address(code), "");
        bytes memory key = BlsSigner.publicKey(424_242);
        for (uint256 i = 4; i < MEMBERS; i += 83) {
            SeededRegistry(payable(address(registry))).seed(key, i, i + 83 < MEMBERS ? i + 83 : MEMBERS, STAKE);
        }
        (,,, uint32 count) = registry.current();
        assertEq(count, MEMBERS);
    }

    function _record(string memory name, uint256 most) private {
        uint256 gas = vm.lastCallGas().gasTotalUsed;
        vm.snapshotValue("gas", name, gas);
        console.log(name, gas);
        assertLe(gas, most, name);
    }

    function test_gas_join() public {
        (bytes memory key, bytes memory possession) = _possession(newcomer, newcomer, 77);
        _fund(newcomer, STAKE);
        vm.prank(newcomer);
        registry.register(key, possession, keccak256("x25519"), STAKE);
        _record("register, with 1,000 members", CHANGE_MAX);
        assertEq(uint8(_status(newcomer)), uint8(Status.Seated));
        // The dearest seat reads three neighbours' leaves.
        for (uint256 i = 1; i < 4; ++i) {
            address next = makeAddr(string.concat("next", vm.toString(i)));
            (key, possession) = _possession(next, next, 77 + i);
            _fund(next, STAKE);
            vm.prank(next);
            registry.register(key, possession, keccak256("x25519"), STAKE);
        }
        _record("register, with 1,003 members", CHANGE_MAX);
    }

    /// @dev Consent of another address and one more in the record: a signature dearer than {CHANGE_MAX}.
    function test_gas_joinWithColdKey() public {
        uint256 hotKey = 0xB0B;
        address hot = vm.addr(hotKey);
        (bytes memory key, bytes memory possession) = _possession(hot, newcomer, 77);
        bytes32 structHash =
            keccak256(abi.encode(keccak256("Operate(address validator,address coldKey)"), hot, newcomer));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(hotKey, keccak256(abi.encodePacked(hex"1901", domain, structHash)));
        _fund(newcomer, STAKE);
        vm.prank(newcomer);
        registry.registerFor(hot, abi.encodePacked(r, s, v), key, possession, keccak256("x25519"), STAKE);
        _record("registerFor, with 1,000 members", CHANGE_MAX + 15_000);
    }

    function test_gas_exit() public {
        address leaver = _validator(1);
        vm.prank(leaver);
        registry.requestExit(leaver);
        _record("requestExit, of 1,000 members", CHANGE_MAX);
        (bytes memory key, bytes memory possession) = _possession(_validator(2), _validator(2), 78);
        vm.prank(_validator(2));
        registry.rotateKey(_validator(2), key, possession);
        _record("rotateKey, with 999 members", CHANGE_MAX);
        vm.warp(registry.queues().fixOpensAt);
        registry.fixTerm();
        _record("fixTerm, 999 members", 300_000);
    }

    function test_gas_queuedJoin() public {
        for (uint256 i = 0; i < 101; ++i) {
            if (registry.queues().entries == registry.queues().churn) break;
            _register(vm.addr(1_000 + i), 1_000 + i, STAKE);
        }
        (bytes memory key, bytes memory possession) = _possession(newcomer, newcomer, 77);
        _fund(newcomer, STAKE);
        vm.prank(newcomer);
        registry.register(key, possession, keccak256("x25519"), STAKE);
        _record("register, into the queue", CHANGE_MAX);
        vm.warp(registry.queues().fixOpensAt);
        registry.fixTerm();
        registry.advance(1);
        _record("advance, one entry", CHANGE_MAX);
    }
}
