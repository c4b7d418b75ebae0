// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Tagged binary Merkle trees: an odd last node is paired with 32 zero bytes, the depth is fixed by the count.
/// @dev Line, payout and member trees share this shape and differ in their tags (PROTOCOL §§4, 6).
library TreeLib {
    /// @notice `keccak256(tag ‖ left ‖ right)`.
    function node(uint8 tag, bytes32 left, bytes32 right) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let m := mload(0x40)
            mstore8(m, tag)
            mstore(add(m, 0x01), left)
            mstore(add(m, 0x21), right)
            hash := keccak256(m, 0x41)
        }
    }

    /// @notice Levels above the leaves: `⌈log2 count⌉`.
    function depth(uint256 count) internal pure returns (uint256 levels) {
        if (count == 0) return 0;
        for (uint256 rest = count - 1; rest != 0; rest >>= 1) {
            ++levels;
        }
    }

    /// @notice True when `leaf` stands at `index` of the tree of `count` leaves under `root`.
    /// @param path Siblings, bottom-up; its length must be exactly the tree's depth.
    function verify(uint8 tag, bytes32 root, bytes32 leaf, uint256 index, uint256 count, bytes32[] calldata path)
        internal
        pure
        returns (bool)
    {
        if (root == bytes32(0) || index >= count || path.length != depth(count)) return false;
        bytes32 hash = leaf;
        uint256 position = index;
        for (uint256 i = 0; i < path.length; ++i) {
            hash = position & 1 == 0 ? node(tag, hash, path[i]) : node(tag, path[i], hash);
            position >>= 1;
        }
        return hash == root;
    }
}
