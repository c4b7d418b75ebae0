// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BLS} from "solady/src/utils/ext/ithaca/BLS.sol";

/// @title BLS12-381 in wire form: keys in G1 as x‖y, signatures in G2 as x.c0‖x.c1‖y.c0‖y.c1, 48 bytes each.
/// @dev Solady's EIP-2537 wrapper does the arithmetic. The precompiles refuse coordinates that are not canonical and
/// points off the curve; the pairing also refuses points outside the subgroups.
library BlsLib {
    uint256 internal constant KEY_BYTES = 96;
    uint256 internal constant SIGNATURE_BYTES = 192;

    /// @dev Field modulus, upper and lower word.
    uint256 private constant P_A = 0x1a0111ea397fe69a4b1ba7b6434bacd7;
    uint256 private constant P_B = 0x64774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab;

    /// @dev Minus the generator of G1.
    bytes32 private constant NEG_G1_X_A = 0x0000000000000000000000000000000017f1d3a73197d7942695638c4fa9ac0f;
    bytes32 private constant NEG_G1_X_B = 0xc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb;
    bytes32 private constant NEG_G1_Y_A = 0x00000000000000000000000000000000114d1d6855d545a8aa7d76c8cf2e21f2;
    bytes32 private constant NEG_G1_Y_B = 0x67816aef1db507c96655b9d5caac42364e6f38ba0ecb751bad54dcd6b939c2ca;

    /// @notice Reads a key of {KEY_BYTES} bytes; the caller has checked the length.
    function toG1(bytes memory key) internal pure returns (BLS.G1Point memory point) {
        assembly ("memory-safe") {
            mstore(point, shr(128, mload(add(key, 0x20))))
            mstore(add(point, 0x20), mload(add(key, 0x30)))
            mstore(add(point, 0x40), shr(128, mload(add(key, 0x50))))
            mstore(add(point, 0x60), mload(add(key, 0x60)))
        }
    }

    /// @notice Writes a key in wire form.
    function toKey(BLS.G1Point memory point) internal pure returns (bytes memory) {
        return abi.encodePacked(
            bytes16(uint128(uint256(point.x_a))), point.x_b, bytes16(uint128(uint256(point.y_a))), point.y_b
        );
    }

    /// @notice Reads a signature of {SIGNATURE_BYTES} bytes; the caller has checked the length.
    function toG2(bytes calldata signature) internal pure returns (BLS.G2Point memory point) {
        assembly ("memory-safe") {
            let from := signature.offset
            mstore(point, shr(128, calldataload(from)))
            mstore(add(point, 0x20), calldataload(add(from, 0x10)))
            mstore(add(point, 0x40), shr(128, calldataload(add(from, 0x30))))
            mstore(add(point, 0x60), calldataload(add(from, 0x40)))
            mstore(add(point, 0x80), shr(128, calldataload(add(from, 0x60))))
            mstore(add(point, 0xa0), calldataload(add(from, 0x70)))
            mstore(add(point, 0xc0), shr(128, calldataload(add(from, 0x90))))
            mstore(add(point, 0xe0), calldataload(add(from, 0xa0)))
        }
    }

    function isInfinity(BLS.G1Point memory point) internal pure returns (bool) {
        return point.x_a | point.x_b | point.y_a | point.y_b == bytes32(0);
    }

    function isInfinity(BLS.G2Point memory point) internal pure returns (bool) {
        return point.x_c0_a | point.x_c0_b | point.x_c1_a | point.x_c1_b | point.y_c0_a | point.y_c0_b | point.y_c1_a
                | point.y_c1_b == bytes32(0);
    }

    /// @notice `-point`; infinity stays infinity.
    function negate(BLS.G1Point memory point) internal pure returns (BLS.G1Point memory negated) {
        negated = BLS.G1Point(point.x_a, point.x_b, point.y_a, point.y_b);
        flip(negated);
    }

    /// @notice Negates a point in place; infinity stays infinity.
    function flip(BLS.G1Point memory point) internal pure {
        if (isInfinity(point)) return;
        uint256 a = uint256(point.y_a);
        uint256 b = uint256(point.y_b);
        // y < p, so p - y borrows at most once from the upper word.
        unchecked {
            point.y_a = bytes32(P_A - a - (b > P_B ? 1 : 0));
            point.y_b = bytes32(P_B - b);
        }
    }

    /// @notice Adds a key in calldata to `sum`, in place; the caller has checked its length.
    /// @dev Certificates add many keys: no point per key on the heap.
    function accumulate(BLS.G1Point memory sum, bytes calldata key) internal view {
        assembly ("memory-safe") {
            let m := mload(0x40)
            let from := key.offset
            mcopy(m, sum, 0x80)
            mstore(add(m, 0x80), shr(128, calldataload(from)))
            mstore(add(m, 0xa0), calldataload(add(from, 0x10)))
            mstore(add(m, 0xc0), shr(128, calldataload(add(from, 0x30))))
            mstore(add(m, 0xe0), calldataload(add(from, 0x40)))
            if iszero(staticcall(gas(), 0x0b, m, 0x100, sum, 0x80)) {
                mstore(0x00, 0xd6cc76eb) // `BLS.G1AddFailed()`
                revert(0x1c, 0x04)
            }
        }
    }

    function add(BLS.G1Point memory a, BLS.G1Point memory b) internal view returns (BLS.G1Point memory) {
        return BLS.add(a, b);
    }

    /// @notice `e(-G1, signature) · e(key, H(message)) = 1`; false for malformed points. Infinities are the caller's to
    /// refuse.
    function verify(BLS.G1Point memory key, BLS.G2Point memory signature, bytes32 message)
        internal
        view
        returns (bool ok)
    {
        BLS.G2Point memory hashed = BLS.hashToG2(abi.encodePacked(message));
        bytes32[4] memory negG1 = [NEG_G1_X_A, NEG_G1_X_B, NEG_G1_Y_A, NEG_G1_Y_B];
        assembly ("memory-safe") {
            let m := mload(0x40)
            mcopy(m, negG1, 0x80)
            mcopy(add(m, 0x80), signature, 0x100)
            mcopy(add(m, 0x180), key, 0x80)
            mcopy(add(m, 0x200), hashed, 0x100)
            mstore(0x00, 0)
            ok := staticcall(gas(), 0x0f, m, 0x300, 0x00, 0x20)
            ok := and(ok, eq(mload(0x00), 1))
        }
    }
}
