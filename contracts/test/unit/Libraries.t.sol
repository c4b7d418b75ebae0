// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {BLS} from "solady/src/utils/ext/ithaca/BLS.sol";
import {ChainClock} from "../../src/arbitrum/ChainClock.sol";
import {BlsLib} from "../../src/libraries/BlsLib.sol";
import {GpmpLib} from "../../src/libraries/GpmpLib.sol";
import {MembersLib} from "../../src/libraries/MembersLib.sol";
import {TreeLib} from "../../src/libraries/TreeLib.sol";
import {CandidatePool} from "../../src/validators/CandidatePool.sol";
import {MemberTree} from "../../src/validators/MemberTree.sol";
import {BlsSigner} from "../utils/BlsSigner.sol";
import {TreeTwin} from "../utils/TreeTwin.sol";

contract TreeLibTest is Test {
    function verify(uint8 tag, bytes32 root, bytes32 leaf, uint256 index, uint256 count, bytes32[] calldata path)
        external
        pure
        returns (bool)
    {
        return TreeLib.verify(tag, root, leaf, index, count, path);
    }

    function testFuzz_node_equalsTwin(uint8 tag, bytes32 left, bytes32 right) public pure {
        assertEq(TreeLib.node(tag, left, right), TreeTwin.node(tag, left, right));
    }

    function test_depth() public pure {
        uint8[10] memory depths = [0, 0, 1, 2, 2, 3, 3, 3, 3, 4];
        for (uint256 count = 0; count < depths.length; ++count) {
            assertEq(TreeLib.depth(count), depths[count]);
        }
        assertEq(TreeLib.depth(1024), 10);
    }

    function testFuzz_verify(uint256 count, uint256 index, uint8 tag, bytes32 wrong) public view {
        count = bound(count, 1, 40);
        index = bound(index, 0, count - 1);
        bytes32[] memory leaves = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            leaves[i] = keccak256(abi.encode(i));
        }
        bytes32 root = TreeTwin.root(tag, leaves);
        bytes32[] memory path = TreeTwin.path(tag, leaves, index);
        assertTrue(this.verify(tag, root, leaves[index], index, count, path));
        assertFalse(this.verify(tag, root, wrong, index, count, path));
        assertFalse(this.verify(tag, root, leaves[index], count, count, path));
        assertFalse(this.verify(tag, bytes32(0), leaves[index], index, count, path));
        assertFalse(this.verify(tag, root, leaves[index], index, count * 2, path));
    }
}

contract MemberTreeTest is Test {
    using MemberTree for MemberTree.Tree;

    MemberTree.Tree private tree;
    bytes32[] private model;

    function _leafAt(uint256 at) private view returns (bytes32) {
        return model[at];
    }

    /// forge-config: default.fuzz.runs = 48
    /// @dev Pushes, replaces and pops at random; after each step the root equals a tree built anew.
    function testFuzz_tree_equalsRebuilt(uint256 seed) public {
        for (uint256 step = 0; step < 150; ++step) {
            seed = uint256(keccak256(abi.encode(seed)));
            bytes32 leaf = keccak256(abi.encode(seed, step));
            uint256 what = seed % 5;
            if (what < 3 || model.length == 0) {
                model.push(leaf);
                tree.refresh(model.length - 1, model.length, _leafAt);
            } else if (what == 3) {
                uint256 index = (seed >> 8) % model.length;
                model[index] = leaf;
                tree.refresh(index, model.length, _leafAt);
            } else {
                model.pop();
                if (model.length != 0) tree.refresh(model.length - 1, model.length, _leafAt);
            }
            bytes32 expected = model.length == 0 ? bytes32(0) : TreeTwin.root(MembersLib.NODE, model);
            assertEq(tree.root(model.length, _leafAt), expected);
        }
    }
}

contract CandidatePoolTest is Test {
    using CandidatePool for CandidatePool.Pool;

    CandidatePool.Pool private pool;
    address[] private records;
    uint128[] private weights;

    /// @dev Pushes, changes and removes at random; every ticket then falls on whom a plain walk over the weights finds.
    function testFuzz_pool_equalsPlainWalk(uint256 seed) public {
        for (uint256 step = 0; step < 40; ++step) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint128 weight = uint128(uint96(seed >> 16)) + 1;
            uint256 count = records.length;
            uint256 what = seed % 6;
            if (what < 3 || count == 0) {
                address record = vm.addr(step + 1);
                assertEq(pool.push(record, weight), count);
                records.push(record);
                weights.push(weight);
            } else if (what == 3) {
                pool.setWeight(uint32((seed >> 8) % count), weight);
                weights[(seed >> 8) % count] = weight;
            } else {
                uint256 at = (seed >> 8) % count;
                address moved = pool.remove(uint32(at));
                assertEq(moved, at == count - 1 ? address(0) : records[count - 1]);
                (records[at], weights[at]) = (records[count - 1], weights[count - 1]);
                records.pop();
                weights.pop();
            }
            _compare(seed);
        }
    }

    function _compare(uint256 seed) private view {
        assertEq(pool.count, records.length);
        uint256 total = 0;
        for (uint256 i = 0; i < records.length; ++i) {
            assertEq(pool.weightAt(uint32(i)), weights[i]);
            assertEq(pool.records[i], records[i]);
            total += weights[i];
        }
        assertEq(pool.total(), total);
        if (total == 0) return;
        uint256 ticket = uint256(keccak256(abi.encode(seed, "ticket"))) % total;
        uint256 at = 0;
        for (uint256 rest = ticket; rest >= weights[at]; ++at) {
            rest -= weights[at];
        }
        assertEq(pool.find(ticket), at);
        assertEq(pool.find(0), 0);
        assertEq(pool.find(total - 1), records.length - 1);
    }
}

contract BlsLibTest is Test {
    function testFuzz_key_roundTripAndNegation(uint256 secret) public view {
        secret = bound(secret, 1, BlsSigner.R - 1);
        bytes memory key = BlsSigner.publicKey(secret);
        assertEq(BlsLib.toKey(BlsLib.toG1(key)), key);
        BLS.G1Point memory point = BlsLib.toG1(key);
        assertEq(BlsLib.toKey(BlsLib.negate(point)), BlsSigner.publicKey(BlsSigner.R - secret));
        assertTrue(BlsLib.isInfinity(BlsLib.add(point, BlsLib.negate(point))));
    }

    function test_negate_infinityStays() public pure {
        BLS.G1Point memory zero;
        assertTrue(BlsLib.isInfinity(BlsLib.negate(zero)));
    }

    function test_verify_falseOffTheCurve() public view {
        BLS.G1Point memory point = BlsLib.toG1(BlsSigner.publicKey(5));
        point.y_b = bytes32(uint256(point.y_b) ^ 1);
        BLS.G2Point memory signature;
        assertFalse(BlsLib.verify(point, signature, bytes32("message")));
    }
}

contract GpmpLibTest is Test {
    function testFuzz_verify_twoRows(uint64 a, uint64 b, bytes24 id) public pure {
        a = uint64(bound(a, 0, (1 << 62) - 1));
        b = uint64(bound(b, 0, (1 << 62) - 1));
        GpmpLib.Row memory left = GpmpLib.Row(id, a, a, 0);
        GpmpLib.Row memory right = GpmpLib.Row(bytes24(keccak256(abi.encode(id))), b, 0, 0);
        (GpmpLib.Node memory l, GpmpLib.Node memory r) = (_node(left), _node(right));
        GpmpLib.Sums memory sums = GpmpLib.Sums(a + b, a, 0, 2);
        bytes32 root = GpmpLib.root(1, address(7), 9, GpmpLib.node(1, 1, l, r), sums);
        assertTrue(GpmpLib.verify(root, 1, address(7), 9, left, 0, _one(r), sums));
        assertTrue(GpmpLib.verify(root, 1, address(7), 9, right, 1, _one(l), sums));
        assertFalse(GpmpLib.verify(root, 1, address(7), 9, left, 1, _one(r), sums));
        assertFalse(GpmpLib.verify(root, 2, address(7), 9, left, 0, _one(r), sums));
        assertFalse(GpmpLib.verify(root, 1, address(8), 9, left, 0, _one(r), sums));
        assertFalse(GpmpLib.verify(root, 1, address(7), 8, left, 0, _one(r), sums));
        sums.total += 1;
        assertFalse(GpmpLib.verify(root, 1, address(7), 9, left, 0, _one(r), sums));
    }

    /// @notice Sums that pass 2^63 are refused even where the hashes fit.
    function test_verify_refusesOverflow() public pure {
        uint64 big = (1 << 63) - 1;
        GpmpLib.Row memory left = GpmpLib.Row(bytes24("a"), big, 0, 0);
        GpmpLib.Node memory r = _node(GpmpLib.Row(bytes24("b"), big, 0, 0));
        GpmpLib.Sums memory sums = GpmpLib.Sums(2 * big, 0, 0, 2);
        bytes32 root = GpmpLib.root(0, address(0), 1, GpmpLib.node(1, 0, _node(left), r), sums);
        assertFalse(GpmpLib.verify(root, 0, address(0), 1, left, 0, _one(r), sums));
        r.sums.total = 1 << 63;
        assertFalse(GpmpLib.verify(root, 0, address(0), 1, left, 0, _one(r), sums));
    }

    /// @notice A count that wraps cannot hide rows.
    function test_verify_refusesWrappedCount() public pure {
        GpmpLib.Row memory left = GpmpLib.Row(bytes24("a"), 1, 0, 0);
        GpmpLib.Node memory r = _node(GpmpLib.Row(bytes24("b"), 1, 0, 0));
        r.sums.count = type(uint32).max;
        GpmpLib.Sums memory sums = GpmpLib.Sums(2, 0, 0, 0);
        bytes32 root = GpmpLib.root(0, address(0), 1, GpmpLib.node(1, 0, _node(left), r), sums);
        assertFalse(GpmpLib.verify(root, 0, address(0), 1, left, 0, _one(r), sums));
    }

    function test_verify_refusesBrokenRow() public pure {
        GpmpLib.Row memory row = GpmpLib.Row(bytes24("a"), 1, 2, 0);
        GpmpLib.Sums memory sums = GpmpLib.Sums(1, 2, 0, 1);
        bytes32 root = GpmpLib.root(0, address(0), 1, GpmpLib.leaf(0, row), sums);
        assertFalse(GpmpLib.verify(root, 0, address(0), 1, row, 0, new GpmpLib.Node[](0), sums));
    }

    function _node(GpmpLib.Row memory row) private pure returns (GpmpLib.Node memory) {
        return GpmpLib.Node(GpmpLib.leaf(1, row), GpmpLib.Sums(row.total, row.withdrawable, row.withdrawal, 1));
    }

    function _one(GpmpLib.Node memory node) private pure returns (GpmpLib.Node[] memory nodes) {
        nodes = new GpmpLib.Node[](1);
        nodes[0] = node;
    }
}

/// @notice Answers like ArbSys.
contract FakeArbSys {
    function arbBlockNumber() external pure returns (uint256) {
        return 777;
    }
}

contract ChainClockTest is Test {
    function check(bool arbitrum) external view {
        ChainClock.check(arbitrum);
    }

    function test_plainChain() public {
        this.check(false);
        vm.roll(55);
        assertEq(ChainClock.blockNumber(false), 55);
        vm.expectRevert(abi.encodeWithSelector(ChainClock.ChainClock_WrongChain.selector, true, false));
        this.check(true);
    }

    function test_arbitrum() public {
        vm.etch(address(0x64), address(new FakeArbSys()).code);
        this.check(true);
        assertEq(ChainClock.blockNumber(true), 777);
        vm.expectRevert(abi.encodeWithSelector(ChainClock.ChainClock_WrongChain.selector, false, true));
        this.check(false);
    }
}
