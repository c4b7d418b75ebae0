// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MembersLib} from "../libraries/MembersLib.sol";

/// @title A member tree of which every second level above the leaves is kept, so that a change costs one path and never
/// a loop over the set. Above the last {TOP} nodes nothing is kept: changes are frequent, and a root is wanted per term.
/// @dev Leaves are computed from what the members' places hold: reading three siblings costs less than keeping a slot
/// per leaf and per level. Nodes beyond a level's width may be stale; they are never read.
library MemberTree {
    struct Tree {
        /// @dev By level, counted in twos from the leaves' grandparents at 1.
        mapping(uint256 level => mapping(uint256 at => bytes32)) nodes;
    }

    /// @dev A power of four.
    uint256 internal constant TOP = 16;

    /// @notice Recomputes what is kept above the leaf at `index` of `count`; after the last leaf was dropped, above the
    /// new last one.
    /// @dev Every surviving ancestor of a dropped leaf is an ancestor of the new last one, so one path is enough.
    function refresh(Tree storage tree, uint256 index, uint256 count, function(uint256) view returns (bytes32) leafAt)
        internal
    {
        uint256 level = 0;
        for (uint256 width = count; width > TOP; width = (width + 3) >> 2) {
            index >>= 2;
            // Up to {TOP} nodes no parents are kept; they must stand when one more appears beside them.
            if (width == TOP + 1 && index == TOP >> 2) {
                for (uint256 i = 0; i < index; ++i) {
                    tree.nodes[level + 1][i] = _ancestor(tree, level, i << 2, width, leafAt);
                }
            }
            bytes32 parent = _ancestor(tree, level, index << 2, width, leafAt);
            tree.nodes[++level][index] = parent;
        }
    }

    /// @notice Root over `count` leaves; zero for none.
    function root(Tree storage tree, uint256 count, function(uint256) view returns (bytes32) leafAt)
        internal
        view
        returns (bytes32)
    {
        if (count == 0) return bytes32(0);
        uint256 level = 0;
        for (; count > TOP; count = (count + 3) >> 2) {
            ++level;
        }
        // One more than needed: an odd last node is paired with the zero beside it.
        bytes32[] memory hashes = new bytes32[](count + 1);
        for (uint256 i = 0; i < count; ++i) {
            hashes[i] = _node(tree, level, i, leafAt);
        }
        for (; count > 1; count = (count + 1) >> 1) {
            hashes[count] = bytes32(0);
            for (uint256 i = 0; i < count; i += 2) {
                hashes[i >> 1] = MembersLib.node(hashes[i], hashes[i + 1]);
            }
        }
        return hashes[0];
    }

    /// @dev Node two levels above the four that start at `first`; what lies beyond `width` is 32 zero bytes.
    function _ancestor(
        Tree storage tree,
        uint256 level,
        uint256 first,
        uint256 width,
        function(uint256) view returns (bytes32) leafAt
    ) private view returns (bytes32) {
        bytes32 left = _pair(tree, level, first, width, leafAt);
        bytes32 right = first + 2 < width ? _pair(tree, level, first + 2, width, leafAt) : bytes32(0);
        return MembersLib.node(left, right);
    }

    function _pair(
        Tree storage tree,
        uint256 level,
        uint256 first,
        uint256 width,
        function(uint256) view returns (bytes32) leafAt
    ) private view returns (bytes32) {
        bytes32 right = first + 1 < width ? _node(tree, level, first + 1, leafAt) : bytes32(0);
        return MembersLib.node(_node(tree, level, first, leafAt), right);
    }

    function _node(Tree storage tree, uint256 level, uint256 at, function(uint256) view returns (bytes32) leafAt)
        private
        view
        returns (bytes32)
    {
        return level == 0 ? leafAt(at) : tree.nodes[level][at];
    }
}
