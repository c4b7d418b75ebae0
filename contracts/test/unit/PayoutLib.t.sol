// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {PayoutLeaf} from "../../src/interfaces/PobsTypes.sol";
import {BucketLib} from "../../src/libraries/BucketLib.sol";
import {PayoutLib} from "../../src/libraries/PayoutLib.sol";
import {TreeLib} from "../../src/libraries/TreeLib.sol";
import {TreeTwin} from "../utils/TreeTwin.sol";

/// @notice The assembly of payout leaves and trees against its plain-Solidity twin.
contract PayoutLibTest is Test {
    function climb(uint8 tag, bytes32 leaf, uint256 index, bytes32[] calldata path) external pure returns (bytes32) {
        bytes memory before = "free memory stays";
        bytes32 hash = TreeLib.climb(tag, leaf, index, path);
        assertEq(string(before), "free memory stays");
        assertEq(abi.encodePacked(hash).length, 32);
        return hash;
    }

    function climbRange(uint8 tag, bytes32[] memory hashes, uint256 first, uint256 count, bytes32[] calldata siblings)
        external
        pure
        returns (bytes32)
    {
        return TreeLib.climbRange(tag, hashes, first, count, siblings);
    }

    function verifyRange(
        uint256 first,
        PayoutLeaf[] calldata leaves,
        bytes32[] calldata siblings,
        bytes32 root,
        uint256 count
    ) external view returns (bool) {
        return PayoutLib.verifyRange(first, leaves, siblings, root, count);
    }

    function testFuzz_leaf_equalsTwin(uint64 chainId, address custody, address token, address wallet, uint64 cumulative)
        public
        pure
    {
        assertEq(
            PayoutLib.leaf(chainId, custody, token, wallet, cumulative),
            keccak256(abi.encodePacked(uint8(0x03), chainId, custody, token, wallet, cumulative))
        );
    }

    function testFuzz_climb_equalsTwin(uint8 tag, bytes32 leaf, uint256 index, bytes32[] memory path) public view {
        bytes32 expected = leaf;
        for (uint256 i = 0; i < path.length; ++i) {
            bool isRight = i < 256 && (index >> i) & 1 == 1;
            expected = isRight ? TreeTwin.node(tag, path[i], expected) : TreeTwin.node(tag, expected, path[i]);
        }
        assertEq(this.climb(tag, leaf, index, path), expected);
    }

    function testFuzz_isDepth_equalsDepth(uint256 count, uint256 levels) public pure {
        count = bound(count, 1, type(uint64).max);
        levels = bound(levels, 0, 66);
        assertEq(TreeLib.isDepth(levels, count), levels == TreeLib.depth(count));
        assertTrue(TreeLib.isDepth(TreeLib.depth(count), count));
        assertFalse(TreeLib.isDepth(type(uint256).max, count));
    }

    function _leaves(uint256 count) private pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            leaves[i] = keccak256(abi.encode(i));
        }
    }

    function _slice(bytes32[] memory from, uint256 first, uint256 size) private pure returns (bytes32[] memory part) {
        part = new bytes32[](size);
        for (uint256 i = 0; i < size; ++i) {
            part[i] = from[first + i];
        }
    }

    function _indices(uint256 first, uint256 size) private pure returns (uint256[] memory indices) {
        indices = new uint256[](size);
        for (uint256 i = 0; i < size; ++i) {
            indices[i] = first + i;
        }
    }

    /// @notice A range proof is the multiproof of consecutive leaves, and bends to nothing else.
    function testFuzz_climbRange_equalsMultiproof(uint256 count, uint256 first, uint256 size, bytes32 wrong)
        public
        view
    {
        count = bound(count, 1, 70);
        first = bound(first, 0, count - 1);
        size = bound(size, 1, count - first);
        bytes32[] memory leaves = _leaves(count);
        bytes32 root = TreeTwin.root(0x06, leaves);
        bytes32[] memory siblings = TreeTwin.multiproof(0x06, leaves, _indices(first, size));
        bytes32[] memory part = _slice(leaves, first, size);
        assertEq(this.climbRange(0x06, part, first, count, siblings), root);
        assertNotEq(this.climbRange(0x07, part, first, count, siblings), count == 1 ? bytes32(0) : root);
        part[wrong == 0 ? 0 : uint256(wrong) % size] = wrong;
        assertNotEq(this.climbRange(0x06, part, first, count, siblings), root);
        part = _slice(leaves, first, size);
        assertEq(this.climbRange(0x06, part, first, count, _slice(_leaves(99), 0, siblings.length + 1)), bytes32(0));
        if (siblings.length == 0) return;
        bytes32[] memory short = TreeTwin.cut(siblings, siblings.length - 1);
        assertEq(this.climbRange(0x06, part, first, count, short), bytes32(0));
        siblings[uint256(wrong) % siblings.length] = wrong;
        assertNotEq(this.climbRange(0x06, part, first, count, siblings), root);
    }

    function test_verifyRange_falseOutsideTheTree() public view {
        PayoutLeaf[] memory leaves = new PayoutLeaf[](1);
        leaves[0] = PayoutLeaf(address(1), address(2), 3);
        bytes32[] memory none = new bytes32[](0);
        bytes32 root = PayoutLib.leaf(uint64(block.chainid), address(this), address(1), address(2), 3);
        assertTrue(this.verifyRange(0, leaves, none, root, 1));
        assertFalse(this.verifyRange(1, leaves, none, root, 1));
        assertFalse(this.verifyRange(0, leaves, none, root, 0));
        assertFalse(this.verifyRange(0, leaves, none, bytes32(0), 1));
        assertFalse(this.verifyRange(0, new PayoutLeaf[](0), none, root, 1));
        assertFalse(this.verifyRange(0, new PayoutLeaf[](0), none, bytes32(0), 1));
    }
}

contract BucketLibTest is Test {
    using BucketLib for BucketLib.Bucket;

    BucketLib.Bucket private bucket;

    /// @notice Extreme figures neither wrap nor overflow.
    function testFuzz_available_neverAboveCapacity(uint64 capacity, uint64 refill, uint40 later, uint64 lots) public {
        capacity = uint64(bound(capacity, 1, type(uint64).max));
        vm.warp(1);
        bucket.set(capacity, refill);
        uint64 taken = bucket.take(lots);
        assertEq(taken, lots < capacity ? lots : capacity);
        vm.warp(uint256(later) + 1);
        uint256 expected = uint256(capacity - taken) + uint256(refill) * later;
        assertEq(bucket.available(), expected < capacity ? expected : capacity);
        vm.warp(1);
        bucket.giveBack(taken);
        assertEq(bucket.available(), capacity);
    }

    function test_bucket_withoutLimit() public {
        assertEq(bucket.take(5), 5);
        bucket.giveBack(5);
        assertEq(bucket.level, 0);
        assertEq(bucket.available(), type(uint64).max);
    }
}
