// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {IBeacon} from "../../src/interfaces/IBeacon.sol";
import {Bn254Lib} from "../../src/libraries/Bn254Lib.sol";
import {DrandBeacon} from "../../src/rewards/DrandBeacon.sol";
import {BeaconSigner} from "../utils/BeaconSigner.sol";

/// @notice Whoever could choose a round's randomness would choose who is paid and which rows are opened.
contract BeaconAttacks is Test {
    DrandBeacon private beacon;
    uint256 private secret;

    function setUp() public {
        string memory vectors = vm.readFile("protocol/vectors/beacon.json");
        beacon = new DrandBeacon(vm.parseJsonBytes(vectors, ".local.publicKey"), 1_000, 3);
        secret = vm.parseJsonUint(vectors, ".local.secret");
    }

    function _refused(uint64 round, bytes memory signature) private {
        vm.expectRevert(abi.encodeWithSelector(IBeacon.Beacon_BadSignature.selector, round));
        beacon.submit(round, signature);
        assertEq(beacon.randomness(round), 0);
    }

    function test_attack_signatureOfAnotherRound() public {
        _refused(8, BeaconSigner.sign(secret, 7));
    }

    function test_attack_signatureOfAnotherKey() public {
        _refused(7, BeaconSigner.sign(secret + 1, 7));
    }

    function test_attack_infinityAsSignature() public {
        _refused(7, new bytes(64));
    }

    /// @dev (x, p - y) is the other signature with this x: it must not give a second randomness.
    function test_attack_mirroredPoint() public {
        (uint256 x, uint256 y) = abi.decode(BeaconSigner.sign(secret, 7), (uint256, uint256));
        _refused(7, abi.encode(x, Bn254Lib.P - y));
    }

    /// @dev The same point with coordinates beyond the field would hash to another randomness.
    function test_attack_coordinatesBeyondTheField() public {
        (uint256 x, uint256 y) = abi.decode(BeaconSigner.sign(secret, 7), (uint256, uint256));
        _refused(7, abi.encode(x + Bn254Lib.P, y));
        _refused(7, abi.encode(x, y + Bn254Lib.P));
    }

    function test_attack_pointOffTheCurve() public {
        (uint256 x, uint256 y) = abi.decode(BeaconSigner.sign(secret, 7), (uint256, uint256));
        _refused(7, abi.encode(x, y + 1));
    }

    /// @dev A signature over the bare round, or over the round as 32 bytes, is none.
    function test_attack_messageOfAnotherForm() public {
        uint256[2] memory point = Bn254Lib.hashToG1(abi.encodePacked(uint64(7)));
        (, bytes memory bare) = address(0x07).staticcall(abi.encodePacked(point[0], point[1], secret));
        _refused(7, bare);
        point = Bn254Lib.hashToG1(abi.encodePacked(keccak256(abi.encode(uint64(7)))));
        (, bytes memory wide) = address(0x07).staticcall(abi.encodePacked(point[0], point[1], secret));
        _refused(7, wide);
    }

    /// @dev A twist point outside the subgroup of prime order would let other signatures verify.
    function test_attack_keyOutsideTheSubgroup() public {
        bytes memory key = _pointOutsideTheSubgroup();
        vm.expectRevert(IBeacon.Beacon_BadKey.selector);
        new DrandBeacon(key, 1_000, 3);
    }

    /// @dev On the twist y² = x³ + 3/(9 + i), of an order the generator's does not divide.
    function _pointOutsideTheSubgroup() private pure returns (bytes memory) {
        return hex"000000000000000000000000000000000000000000000000000000000000000100000000000000000000000000000000000000000000000000000000000000022b76c179599bb92a963dac85546a005a777f7c13f6a7b75d5918b6b5808f5fde101f7278419308b95099eca02dcee0c5381f4d26d1d62313f057167f064101ce";
    }
}
