// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Member} from "../interfaces/PobsTypes.sol";
import {TreeLib} from "./TreeLib.sol";

/// @title The member tree of a validator set (PROTOCOL §6).
library MembersLib {
    uint256 internal constant MEMBERS_MAX = 1024;
    uint8 internal constant LEAF = 0x10;
    uint8 internal constant NODE = 0x11;
    /// @dev Bytes of a listed member.
    uint256 internal constant RECORD_BYTES = 136;

    error Members_BadListLength(uint256 length);
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

    /// @notice Members listed by a group, {RECORD_BYTES} each.
    function listed(bytes calldata members) internal pure returns (uint256) {
        if (members.length % RECORD_BYTES != 0) revert Members_BadListLength(members.length);
        return members.length / RECORD_BYTES;
    }

    /// @notice Index of the `at`-th listed member; `at` is below {listed}.
    function indexAt(bytes calldata members, uint256 at) internal pure returns (uint32 index) {
        assembly ("memory-safe") {
            index := shr(224, calldataload(add(members.offset, mul(at, 136))))
        }
    }

    /// @notice Reads the `at`-th listed member; `at` is below {listed}.
    /// @return hash Its leaf, as {leaf} gives it: a record is what stands behind the leaf's tag.
    function readAt(bytes calldata members, uint256 at)
        internal
        pure
        returns (bytes32 hash, uint256 index, uint256 weight, bytes calldata key)
    {
        assembly ("memory-safe") {
            let from := add(members.offset, mul(at, 136))
            index := shr(224, calldataload(from))
            key.offset := add(from, 0x18)
            key.length := 0x60
            weight := shr(128, calldataload(add(from, 0x78)))
            let m := mload(0x40)
            mstore8(m, 0x10)
            calldatacopy(add(m, 0x01), from, 136)
            hash := keccak256(m, 0x89)
        }
    }

    /// @notice Root over several members at once.
    /// @dev Entries must be strictly ascending by index and below `count`, at least one; the caller checks it. They are
    /// overwritten level by level.
    /// @param entries Hash and index of each member, two words each.
    /// @param siblings The missing nodes, bottom-up, left to right.
    function multiproofRoot(uint256[] memory entries, bytes32[] calldata siblings, uint256 count)
        internal
        pure
        returns (bytes32 result)
    {
        uint256 size = entries.length >> 1;
        uint256 used = 0;
        for (uint256 width = count; width > 1; width = (width + 1) >> 1) {
            (size, used) = _climb(entries, size, siblings, used, width);
        }
        if (used > siblings.length) revert Members_ProofTooShort(siblings.length);
        if (used != siblings.length) revert Members_ProofTooLong(siblings.length, used);
        assembly ("memory-safe") {
            result := mload(add(entries, 0x20))
        }
    }

    /// @dev Replaces the first `size` entries of one level of `width` nodes by their parents, in place. A sibling beyond
    /// the proof reads whatever calldata holds there; the caller compares `used` with what was given.
    function _climb(uint256[] memory entries, uint256 size, bytes32[] calldata siblings, uint256 used, uint256 width)
        private
        pure
        returns (uint256 parents, uint256 usedAfter)
    {
        assembly ("memory-safe") {
            let m := mload(0x40)
            mstore8(m, 0x11)
            let left := add(m, 0x01)
            let right := add(m, 0x21)
            let from := add(entries, 0x20)
            let end := add(from, shl(6, size))
            let to := from
            let sibling := add(siblings.offset, shl(5, used))
            for {} lt(from, end) { from := add(from, 0x40) } {
                let position := mload(add(from, 0x20))
                switch and(position, 1)
                case 1 {
                    mstore(left, calldataload(sibling))
                    mstore(right, mload(from))
                    sibling := add(sibling, 0x20)
                }
                default {
                    mstore(left, mload(from))
                    let next := add(from, 0x40)
                    let paired := and(lt(next, end), eq(mload(add(next, 0x20)), add(position, 1)))
                    switch or(paired, eq(add(position, 1), width))
                    case 0 {
                        mstore(right, calldataload(sibling))
                        sibling := add(sibling, 0x20)
                    }
                    default {
                        // The neighbour when it is known; zero beside an odd last node.
                        mstore(right, mul(paired, mload(next)))
                        if paired { from := next }
                    }
                }
                mstore(to, keccak256(m, 0x41))
                mstore(add(to, 0x20), shr(1, position))
                to := add(to, 0x40)
            }
            parents := shr(6, sub(to, add(entries, 0x20)))
            usedAfter := shr(5, sub(sibling, siblings.offset))
        }
    }
}
