// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {IBeacon} from "../../src/interfaces/IBeacon.sol";
import {Bn254Lib} from "../../src/libraries/Bn254Lib.sol";
import {DrandBeacon} from "../../src/rewards/DrandBeacon.sol";
import {BeaconSigner} from "../utils/BeaconSigner.sol";

/// @notice Rounds of drand's evmnet and of a local beacon, from `protocol/vectors/beacon.json`.
contract DrandBeaconTest is Test {
    string private vectors;
    DrandBeacon private evmnet;
    DrandBeacon private local;

    function setUp() public {
        vectors = vm.readFile("protocol/vectors/beacon.json");
        evmnet = new DrandBeacon(vm.parseJsonBytes(vectors, ".evmnet.publicKey"), 1_727_521_075, 3);
        local = new DrandBeacon(vm.parseJsonBytes(vectors, ".local.publicKey"), 1_000, 3);
    }

    function _at(string memory list, uint256 i, string memory field) private pure returns (string memory) {
        return string.concat(list, "[", vm.toString(i), "].", field);
    }

    function _submitAll(DrandBeacon beacon, string memory list, uint256 count) private {
        for (uint256 i = 0; i < count; ++i) {
            uint64 round = uint64(vm.parseUint(vm.parseJsonString(vectors, _at(list, i, "round"))));
            bytes memory signature = vm.parseJsonBytes(vectors, _at(list, i, "signature"));
            bytes32 randomness = vm.parseJsonBytes32(vectors, _at(list, i, "randomness"));
            vm.expectEmit(address(beacon));
            emit IBeacon.RoundVerified(round, randomness);
            assertEq(beacon.submit(round, signature), randomness);
            assertEq(beacon.randomness(round), randomness);
        }
    }

    /* SUBMIT */

    function test_submit_roundsOfEvmnet() public {
        _submitAll(evmnet, ".evmnet.rounds", 4);
    }

    function test_submit_roundsOfTheLocalBeacon() public {
        _submitAll(local, ".local.rounds", 5);
        uint256 secret = vm.parseJsonUint(vectors, ".local.secret");
        assertEq(BeaconSigner.sign(secret, 1), vm.parseJsonBytes(vectors, ".local.rounds[0].signature"));
        assertEq(local.publicKey(), vm.parseJsonBytes(vectors, ".local.publicKey"));
    }

    function test_submit_repeatedChangesNothing() public {
        bytes memory signature = vm.parseJsonBytes(vectors, ".local.rounds[0].signature");
        bytes32 randomness = local.submit(1, signature);
        vm.recordLogs();
        assertEq(local.submit(1, "anything"), randomness);
        assertEq(vm.getRecordedLogs().length, 0);
    }

    function test_submit_reverts() public {
        vm.expectRevert(IBeacon.Beacon_NoRoundZero.selector);
        local.submit(0, new bytes(64));
        vm.expectRevert(abi.encodeWithSelector(IBeacon.Beacon_BadSignatureLength.selector, 65));
        local.submit(1, new bytes(65));
        vm.expectRevert(abi.encodeWithSelector(IBeacon.Beacon_BadSignature.selector, 1));
        local.submit(1, abi.encode(1, 2));
    }

    /* TIME */

    function test_roundAt_isTheFirstAtOrAfter() public view {
        assertEq(local.roundAt(0), 1);
        assertEq(local.roundAt(1_000), 1);
        assertEq(local.roundAt(1_001), 2);
        assertEq(local.roundAt(1_003), 2);
        assertEq(local.roundAt(1_004), 3);
        assertEq(local.timeOf(1), 1_000);
        assertEq(local.timeOf(3), 1_006);
    }

    function testFuzz_roundAt_neverPublishedBefore(uint32 time) public view {
        uint64 round = local.roundAt(time);
        assertGe(local.timeOf(round), time);
        if (round > 1) assertLt(local.timeOf(round - 1), time);
    }

    /* CONSTRUCTOR */

    function test_constructor_refusesBadKeys() public {
        bytes memory key = vm.parseJsonBytes(vectors, ".local.publicKey");
        vm.expectRevert(abi.encodeWithSelector(IBeacon.Beacon_BadKeyLength.selector, 127));
        new DrandBeacon(new bytes(127), 1, 3);
        vm.expectRevert(IBeacon.Beacon_BadKey.selector);
        new DrandBeacon(new bytes(128), 1, 3);
        // Off the curve.
        key[127] ^= 0x01;
        vm.expectRevert(IBeacon.Beacon_BadKey.selector);
        new DrandBeacon(key, 1, 3);
    }

    function test_constructor_refusesBadTimes() public {
        bytes memory key = vm.parseJsonBytes(vectors, ".local.publicKey");
        vm.expectRevert(IBeacon.Beacon_BadParameters.selector);
        new DrandBeacon(key, 0, 3);
        vm.expectRevert(IBeacon.Beacon_BadParameters.selector);
        new DrandBeacon(key, 1, 0);
    }

    /* HASH TO CURVE */

    function test_mapToG1_vectors() public view {
        for (uint256 i = 0; i < 8; ++i) {
            uint256[2] memory point = Bn254Lib.mapToG1(vm.parseJsonUint(vectors, _at(".map", i, "u")));
            assertEq(abi.encode(point), vm.parseJsonBytes(vectors, _at(".map", i, "point")));
        }
    }

    function test_hashToG1_vectors() public view {
        bytes32 message = keccak256(abi.encodePacked(uint64(9_337_227)));
        uint256[2] memory point = Bn254Lib.hashToG1(abi.encodePacked(message));
        assertEq(abi.encode(point), vm.parseJsonBytes(vectors, ".evmnet.rounds[1].hashed"));
    }

    function hashToG1(bytes calldata message) external view returns (uint256[2] memory) {
        return Bn254Lib.hashToG1(message);
    }

    /// @dev Precompiles fail when a caller leaves them too little gas: no half-made point may pass.
    function test_hashToG1_revertsWhenAPrecompileFails() public {
        vm.mockCallRevert(address(0x05), bytes(""), "");
        vm.expectRevert(Bn254Lib.Bn254_ModexpFailed.selector);
        this.hashToG1("message");
        vm.clearMockedCalls();
        vm.mockCallRevert(address(0x06), bytes(""), "");
        vm.expectRevert(Bn254Lib.Bn254_AddFailed.selector);
        this.hashToG1("message");
    }

    function test_constants_areThoseOfTheMap() public pure {
        uint256 p = Bn254Lib.P;
        assertEq(mulmod(2, Bn254Lib.C2, p), p - 1, "C2 = -Z/2");
        assertEq(mulmod(Bn254Lib.C3, Bn254Lib.C3, p), p - 12, "C3^2 = -g(Z)*3*Z^2");
        assertEq(Bn254Lib.C3 & 1, 0, "sgn0(C3) = 0");
        assertEq(mulmod(3, Bn254Lib.C4, p), p - 16, "C4 = -4*g(Z)/(3*Z^2)");
    }

    function testFuzz_mapToG1_liesOnTheCurve(uint256 u) public view {
        uint256 p = Bn254Lib.P;
        uint256[2] memory point = Bn254Lib.mapToG1(u % p);
        uint256 cube = mulmod(mulmod(point[0], point[0], p), point[0], p);
        assertEq(mulmod(point[1], point[1], p), addmod(cube, 3, p));
        assertEq(point[1] & 1, (u % p) & 1);
    }
}
