// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Plain-Solidity twin of the tagged trees: builds roots, paths and multiproofs from all leaves.
library TreeTwin {
    function node(uint8 tag, bytes32 left, bytes32 right) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(tag, left, right));
    }

    function root(uint8 tag, bytes32[] memory leaves) internal pure returns (bytes32) {
        bytes32[] memory level = leaves;
        while (level.length > 1) {
            level = parents(tag, level);
        }
        return level[0];
    }

    function path(uint8 tag, bytes32[] memory leaves, uint256 index) internal pure returns (bytes32[] memory) {
        uint256[] memory indices = new uint256[](1);
        indices[0] = index;
        bytes32[] memory siblings = new bytes32[](64);
        uint256 length;
        bytes32[] memory level = leaves;
        while (level.length > 1) {
            uint256 sibling = index ^ 1;
            siblings[length++] = sibling < level.length ? level[sibling] : bytes32(0);
            level = parents(tag, level);
            index >>= 1;
        }
        return cut(siblings, length);
    }

    /// @param indices Strictly ascending.
    function multiproof(uint8 tag, bytes32[] memory leaves, uint256[] memory indices)
        internal
        pure
        returns (bytes32[] memory)
    {
        bytes32[] memory siblings = new bytes32[](2048);
        uint256 length;
        bytes32[] memory level = leaves;
        bool[] memory known = new bool[](leaves.length);
        for (uint256 i = 0; i < indices.length; ++i) {
            known[indices[i]] = true;
        }
        while (level.length > 1) {
            bool[] memory above = new bool[]((level.length + 1) / 2);
            for (uint256 i = 0; i < level.length; ++i) {
                if (!known[i]) continue;
                above[i / 2] = true;
                uint256 sibling = i ^ 1;
                if (sibling < level.length && !known[sibling]) siblings[length++] = level[sibling];
            }
            level = parents(tag, level);
            known = above;
        }
        return cut(siblings, length);
    }

    function parents(uint8 tag, bytes32[] memory level) internal pure returns (bytes32[] memory above) {
        above = new bytes32[]((level.length + 1) / 2);
        for (uint256 i = 0; i < above.length; ++i) {
            above[i] = node(tag, level[2 * i], 2 * i + 1 < level.length ? level[2 * i + 1] : bytes32(0));
        }
    }

    function cut(bytes32[] memory values, uint256 length) internal pure returns (bytes32[] memory result) {
        result = new bytes32[](length);
        for (uint256 i = 0; i < length; ++i) {
            result[i] = values[i];
        }
    }
}
