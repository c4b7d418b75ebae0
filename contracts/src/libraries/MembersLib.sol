// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Member} from "../interfaces/PobsTypes.sol";
import {TreeLib} from "./TreeLib.sol";

/// @title The member tree of a validator set (PROTOCOL §6).
library MembersLib {
    uint256 internal constant MEMBERS_MAX = 1024;
    uint8 internal constant LEAF = 0x10;
    uint8 internal constant NODE = 0x11;

    error Members_ProofTooShort(uint256 siblings);
    error Members_ProofTooLong(uint256 siblings, uint256 used);

    /// @notice `keccak256(0x10 ‖ index:4 ‖ validator:20 ‖ key:96 ‖ weight:16)`; the caller has checked the key's length.
    function leaf(uint32 index, address validator, bytes memory key, uint128 weight) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(LEAF, index, validator, key, weight));
    }

    function leaf(Member calldata member) internal pure returns (bytes32) {
        return leaf(member.index, member.validator, member.key, member.weight);
    }

    function node(bytes32 left, bytes32 right) internal pure returns (bytes32) {
        return TreeLib.node(NODE, left, right);
    }

    /// @notice True when the member sits at its index of the set of `count` members.
    function verify(Member calldata member, bytes32 root, uint256 count, bytes32[] calldata path)
        internal
        pure
        returns (bool)
    {
        return TreeLib.verify(NODE, root, leaf(member), member.index, count, path);
    }

    /// @notice Root over several members at once.
    /// @dev Members must be strictly ascending by index and below `count`, at least one; the caller checks it.
    /// @param siblings The missing nodes, bottom-up, left to right.
    function multiproofRoot(Member[] calldata members, bytes32[] calldata siblings, uint256 count)
        internal
        pure
        returns (bytes32)
    {
        uint256 size = members.length;
        bytes32[] memory hashes = new bytes32[](size);
        uint256[] memory indices = new uint256[](size);
        for (uint256 i = 0; i < size; ++i) {
            hashes[i] = leaf(members[i]);
            indices[i] = members[i].index;
        }
        uint256 used = 0;
        for (uint256 width = count; width > 1; width = (width + 1) >> 1) {
            (size, used) = _climb(hashes, indices, size, siblings, used, width);
        }
        if (used != siblings.length) revert Members_ProofTooLong(siblings.length, used);
        return hashes[0];
    }

    /// @dev Replaces the first `size` known nodes of one level of `width` nodes by their parents, in place.
    function _climb(
        bytes32[] memory hashes,
        uint256[] memory indices,
        uint256 size,
        bytes32[] calldata siblings,
        uint256 used,
        uint256 width
    ) private pure returns (uint256 parents, uint256 usedAfter) {
        for (uint256 i = 0; i < size; ++i) {
            uint256 position = indices[i];
            bytes32 hash = hashes[i];
            if (position & 1 == 0 && i + 1 < size && indices[i + 1] == position + 1) {
                hash = node(hash, hashes[++i]);
            } else if (position & 1 == 0 && position + 1 == width) {
                hash = node(hash, bytes32(0));
            } else {
                if (used == siblings.length) revert Members_ProofTooShort(siblings.length);
                bytes32 sibling = siblings[used++];
                hash = position & 1 == 0 ? node(hash, sibling) : node(sibling, hash);
            }
            hashes[parents] = hash;
            indices[parents++] = position >> 1;
        }
        usedAfter = used;
    }
}
