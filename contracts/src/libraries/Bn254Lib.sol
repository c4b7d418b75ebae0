// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title BLS over BN254 with signatures in G1 and keys in G2: drand's scheme `bls-bn254-unchained-on-g1`.
/// @dev Messages are hashed by RFC 9380 (expand_message_xmd with keccak256, hash_to_field, Shallue-van de Woestijne map,
/// suite `BN254G1_XMD:KECCAK-256_SVDW_RO_`). G1 has cofactor 1, so no clearing; the pairing refuses keys off the subgroup.
library Bn254Lib {
    uint256 internal constant SIGNATURE_BYTES = 64;
    uint256 internal constant KEY_BYTES = 128;

    /// @dev Domain separation tag followed by its length, 43.
    bytes internal constant DST_PRIME = "BLS_SIG_BN254G1_XMD:KECCAK-256_SVDW_RO_NUL_\x2b";

    /// @dev Field modulus.
    uint256 internal constant P = 0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47;
    uint256 private constant INVERSE_EXPONENT = P - 2;
    /// @dev p = 3 mod 4: `a^((p+1)/4)` is a root of `a` if there is one.
    uint256 private constant ROOT_EXPONENT = (P + 1) / 4;

    /// @dev Constants of RFC 9380 §6.6.1 for y² = x³ + 3 and Z = 1: g(Z), -Z/2, the even root of -g(Z)·3Z², -4g(Z)/3Z².
    uint256 internal constant C1 = 4;
    uint256 internal constant C2 = 0x183227397098d014dc2822db40c0ac2ecbc0b548b438e5469e10460b6c3e7ea3;
    uint256 internal constant C3 = 0x16789af3a83522eb353c98fc6b36d713d5d8d1cc5dffffffa;
    uint256 internal constant C4 = 0x10216f7ba065e00de81ac1e7808072c9dd2b2385cd7b438469602eb24829a9bd;

    /// @dev Minus the generator of G2, imaginary parts first.
    uint256 private constant NEG_G2_X1 = 0x198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2;
    uint256 private constant NEG_G2_X0 = 0x1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed;
    uint256 private constant NEG_G2_Y1 = 0x275dc4a288d1afb3cbb1ac09187524c7db36395df7be3b99e673b13a075a65ec;
    uint256 private constant NEG_G2_Y0 = 0x1d9befcd05a5323e6da4d435f3b617cdb3af83285c2df711ef39c01571827f9d;

    error Bn254_ModexpFailed();
    error Bn254_AddFailed();

    /// @notice `e(signature, -G2) · e(H(message), key) = 1`; false for malformed points and for infinities.
    /// @param key Four words, imaginary parts first: x.c1, x.c0, y.c1, y.c0.
    function verify(uint256[4] memory key, uint256[2] memory signature, bytes memory message)
        internal
        view
        returns (bool)
    {
        if (!isOnCurve(signature) || isInfinity(key)) return false;
        uint256[2] memory hashed = hashToG1(message);
        return _pairingIsOne(
            [
                signature[0],
                signature[1],
                NEG_G2_X1,
                NEG_G2_X0,
                NEG_G2_Y1,
                NEG_G2_Y0,
                hashed[0],
                hashed[1],
                key[0],
                key[1],
                key[2],
                key[3]
            ]
        );
    }

    /// @notice True for a point of the right subgroup of G2 other than infinity.
    function isKey(uint256[4] memory key) internal view returns (bool) {
        if (isInfinity(key)) return false;
        // Pairing infinities of G1 with points of G2 gives 1 exactly when the precompile accepts the points.
        return _pairingIsOne([0, 0, NEG_G2_X1, NEG_G2_X0, NEG_G2_Y1, NEG_G2_Y0, 0, 0, key[0], key[1], key[2], key[3]]);
    }

    /// @notice True for a point of G1 other than infinity, in canonical coordinates.
    /// @dev The precompile would refuse the others as well, and burn all the gas it was given.
    function isOnCurve(uint256[2] memory point) internal pure returns (bool) {
        if (point[0] >= P || point[1] >= P) return false;
        return mulmod(point[1], point[1], P) == _curve(point[0]);
    }

    function isInfinity(uint256[4] memory point) internal pure returns (bool) {
        return point[0] | point[1] | point[2] | point[3] == 0;
    }

    /// @notice RFC 9380 hash_to_curve.
    function hashToG1(bytes memory message) internal view returns (uint256[2] memory point) {
        (uint256 u0, uint256 u1) = hashToField(message);
        uint256[2] memory a = mapToG1(u0);
        uint256[2] memory b = mapToG1(u1);
        uint256[4] memory input = [a[0], a[1], b[0], b[1]];
        bool ok;
        assembly ("memory-safe") {
            ok := staticcall(gas(), 0x06, input, 0x80, point, 0x40)
        }
        if (!ok) revert Bn254_AddFailed();
    }

    /// @notice RFC 9380 hash_to_field: two elements of 48 bytes each, reduced.
    function hashToField(bytes memory message) internal pure returns (uint256 u0, uint256 u1) {
        (uint256 b1, uint256 b2, uint256 b3) = expandMessage(message);
        u0 = _reduce(b1, b2 >> 128);
        u1 = _reduce(b2 << 128 | b3 >> 128, uint128(b3));
    }

    /// @notice RFC 9380 expand_message_xmd with keccak256 (block of 136 bytes) to 96 bytes.
    function expandMessage(bytes memory message) internal pure returns (uint256 b1, uint256 b2, uint256 b3) {
        bytes32 b0 = keccak256(abi.encodePacked(new bytes(136), message, uint16(96), uint8(0), DST_PRIME));
        b1 = uint256(keccak256(abi.encodePacked(b0, uint8(1), DST_PRIME)));
        b2 = uint256(keccak256(abi.encodePacked(uint256(b0) ^ b1, uint8(2), DST_PRIME)));
        b3 = uint256(keccak256(abi.encodePacked(uint256(b0) ^ b2, uint8(3), DST_PRIME)));
    }

    /// @notice RFC 9380 map_to_curve_svdw (appendix F.1); `u` is below {P}.
    function mapToG1(uint256 u) internal view returns (uint256[2] memory point) {
        uint256 tv1 = mulmod(mulmod(u, u, P), C1, P);
        uint256 tv2 = addmod(1, tv1, P);
        tv1 = addmod(1, P - tv1, P);
        // inv0: zero stays zero.
        uint256 tv3 = _modexp(mulmod(tv1, tv2, P), INVERSE_EXPONENT);
        uint256 tv4 = mulmod(mulmod(mulmod(u, tv1, P), tv3, P), C3, P);
        uint256 x = addmod(C2, P - tv4, P);
        (uint256 y, bool isSquare) = _root(x);
        if (!isSquare) {
            x = addmod(C2, tv4, P);
            (y, isSquare) = _root(x);
        }
        if (!isSquare) {
            x = mulmod(mulmod(tv2, tv2, P), tv3, P);
            x = addmod(mulmod(mulmod(x, x, P), C4, P), 1, P);
            // One of the three is always on the curve.
            (y,) = _root(x);
        }
        // The group's order is odd, so no point has y = 0 and P - y stays below P.
        return [x, (u ^ y) & 1 == 0 ? y : P - y];
    }

    /// @dev 48 bytes, of which `high` are the first 32 and `low` the last 16.
    function _reduce(uint256 high, uint256 low) private pure returns (uint256) {
        return addmod(mulmod(high, 1 << 128, P), low, P);
    }

    /// @dev A root of `x³ + 3`, if it has one.
    function _root(uint256 x) private view returns (uint256 y, bool isSquare) {
        uint256 square = _curve(x);
        y = _modexp(square, ROOT_EXPONENT);
        isSquare = mulmod(y, y, P) == square;
    }

    function _curve(uint256 x) private pure returns (uint256) {
        return addmod(mulmod(mulmod(x, x, P), x, P), 3, P);
    }

    function _modexp(uint256 base, uint256 exponent) private view returns (uint256 result) {
        uint256[6] memory input = [32, 32, 32, base, exponent, P];
        bool ok;
        assembly ("memory-safe") {
            ok := staticcall(gas(), 0x05, input, 0xc0, 0x00, 0x20)
            result := mload(0x00)
        }
        if (!ok) revert Bn254_ModexpFailed();
    }

    function _pairingIsOne(uint256[12] memory input) private view returns (bool ok) {
        assembly ("memory-safe") {
            mstore(0x00, 0)
            ok := staticcall(gas(), 0x08, input, 0x180, 0x00, 0x20)
            ok := and(ok, eq(mload(0x00), 1))
        }
    }
}
