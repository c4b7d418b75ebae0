// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BLS} from "solady/src/utils/ext/ithaca/BLS.sol";
import {BlsLib} from "../../src/libraries/BlsLib.sol";

/// @notice Real BLS12-381 keys and signatures, made with the same precompiles that verify them.
library BlsSigner {
    /// @dev Order of the groups.
    uint256 internal constant R = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001;

    function publicKey(uint256 secret) internal view returns (bytes memory) {
        BLS.G1Point[] memory points = new BLS.G1Point[](1);
        points[0] = BLS.G1Point(
            0x0000000000000000000000000000000017f1d3a73197d7942695638c4fa9ac0f,
            0xc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb,
            0x0000000000000000000000000000000008b3f481e3aaa0f1a09e30ed741d8ae4,
            0xfcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1
        );
        bytes32[] memory scalars = new bytes32[](1);
        scalars[0] = bytes32(secret);
        return BlsLib.toKey(BLS.msm(points, scalars));
    }

    /// @dev The sum of several members' secrets signs their aggregate.
    function sign(uint256 secret, bytes32 message) internal view returns (bytes memory) {
        BLS.G2Point[] memory points = new BLS.G2Point[](1);
        points[0] = BLS.hashToG2(abi.encodePacked(message));
        bytes32[] memory scalars = new bytes32[](1);
        scalars[0] = bytes32(secret);
        return toWire(BLS.msm(points, scalars));
    }

    function toWire(BLS.G2Point memory point) internal pure returns (bytes memory) {
        return abi.encodePacked(
            _coordinate(point.x_c0_a, point.x_c0_b),
            _coordinate(point.x_c1_a, point.x_c1_b),
            _coordinate(point.y_c0_a, point.y_c0_b),
            _coordinate(point.y_c1_a, point.y_c1_b)
        );
    }

    function _coordinate(bytes32 upper, bytes32 lower) private pure returns (bytes memory) {
        return abi.encodePacked(bytes16(uint128(uint256(upper))), lower);
    }
}
