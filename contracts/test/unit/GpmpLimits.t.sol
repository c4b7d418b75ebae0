// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {GpmpLib} from "../../src/libraries/GpmpLib.sol";

/// @notice Balance trees at the bound of amounts, sums and counts: a root over figures that wrap proves nothing.
contract GpmpLimitsTest is Test {
    uint64 private constant LIMIT = 1 << 63;

    /// @dev A row, and the nodes beside its path.
    function _holds(GpmpLib.Row memory row, uint256 index, GpmpLib.Sums[] memory beside) private pure returns (bool) {
        GpmpLib.Node[] memory siblings = new GpmpLib.Node[](beside.length);
        GpmpLib.Node memory top =
            GpmpLib.Node(GpmpLib.leaf(0, row), GpmpLib.Sums(row.total, row.withdrawable, row.withdrawal, 1));
        for (uint256 i = 0; i < beside.length; ++i) {
            siblings[i] = GpmpLib.Node(keccak256(abi.encode(i)), beside[i]);
            bool isLeft = index >> i & 1 == 0;
            bytes32 hash = isLeft
                ? GpmpLib.node(uint8(i + 1), 0, top, siblings[i])
                : GpmpLib.node(uint8(i + 1), 0, siblings[i], top);
            top = GpmpLib.Node(hash, _add(top.sums, beside[i]));
        }
        bytes32 root = GpmpLib.root(0, address(7), 9, top.hash, top.sums);
        return GpmpLib.verify(root, 0, address(7), 9, row, index, siblings, top.sums);
    }

    function _add(GpmpLib.Sums memory a, GpmpLib.Sums memory b) private pure returns (GpmpLib.Sums memory) {
        unchecked {
            return GpmpLib.Sums(
                a.total + b.total, a.withdrawable + b.withdrawable, a.withdrawal + b.withdrawal, a.count + b.count
            );
        }
    }

    function _one(GpmpLib.Sums memory a) private pure returns (GpmpLib.Sums[] memory list) {
        list = new GpmpLib.Sums[](1);
        list[0] = a;
    }

    function _two(GpmpLib.Sums memory a, GpmpLib.Sums memory b) private pure returns (GpmpLib.Sums[] memory list) {
        list = new GpmpLib.Sums[](2);
        (list[0], list[1]) = (a, b);
    }

    function _row(uint64 total) private pure returns (GpmpLib.Row memory) {
        return GpmpLib.Row(bytes24("row"), total, 0, 0);
    }

    function test_verify_rowBelowTheLimit() public pure {
        GpmpLib.Sums[] memory none = new GpmpLib.Sums[](0);
        assertTrue(_holds(_row(LIMIT - 1), 0, none));
        assertFalse(_holds(_row(LIMIT), 0, none));
    }

    function test_verify_siblingBelowTheLimit() public pure {
        assertTrue(_holds(_row(0), 0, _one(GpmpLib.Sums(LIMIT - 1, 0, 0, 1))));
        assertFalse(_holds(_row(0), 0, _one(GpmpLib.Sums(LIMIT, 0, 0, 1))));
        assertFalse(_holds(_row(0), 0, _one(GpmpLib.Sums(0, LIMIT, 0, 1))));
        assertFalse(_holds(_row(0), 0, _one(GpmpLib.Sums(0, 0, LIMIT, 1))));
    }

    /// @notice A sibling near 2^64 would make the whole less than its part.
    function test_verify_refusesSumThatWraps() public pure {
        assertFalse(_holds(_row(10), 0, _one(GpmpLib.Sums(type(uint64).max - 3, 0, 0, 1))));
        assertFalse(_holds(_row(10), 1, _one(GpmpLib.Sums(type(uint64).max - 3, 0, 0, 1))));
    }

    function test_verify_sumBelowTheLimit() public pure {
        assertTrue(_holds(_row(1), 0, _one(GpmpLib.Sums(LIMIT - 2, 0, 0, 1))));
        assertFalse(_holds(_row(1), 0, _one(GpmpLib.Sums(LIMIT - 1, 0, 0, 1))));
        assertFalse(_holds(_row(LIMIT - 1), 0, _one(GpmpLib.Sums(LIMIT - 1, 0, 0, 1))));
    }

    /// @notice Counts that wrap would hide rows: 2^32 of them look like none.
    function test_verify_refusesCountThatWraps() public pure {
        GpmpLib.Sums memory most = GpmpLib.Sums(0, 0, 0, type(uint32).max);
        assertFalse(_holds(_row(1), 0, _two(most, GpmpLib.Sums(0, 0, 0, 3))));
        assertFalse(_holds(_row(1), 1, _two(most, GpmpLib.Sums(0, 0, 0, 3))));
    }
}
