// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {Line} from "../../src/interfaces/PobsTypes.sol";
import {SummaryLib} from "../../src/libraries/SummaryLib.sol";
import {TreeTwin} from "../utils/TreeTwin.sol";

/// @notice The root over the lines of a summary, of none and of any number.
contract SummaryLinesTest is Test {
    function rootOf(Line[] calldata lines) external pure returns (bytes32) {
        return SummaryLib.linesRoot(lines);
    }

    function hashOf(Line calldata line) external pure returns (bytes32) {
        return SummaryLib.lineHash(line);
    }

    function test_linesRoot_ofNone() public view {
        assertEq(this.rootOf(new Line[](0)), bytes32(0));
    }

    function test_linesRoot_equalsTheTwin() public view {
        for (uint256 count = 1; count <= 9; ++count) {
            Line[] memory lines = new Line[](count);
            bytes32[] memory hashes = new bytes32[](count);
            for (uint256 i = 0; i < count; ++i) {
                lines[i].chainId = uint64(i);
                hashes[i] = this.hashOf(lines[i]);
            }
            assertEq(this.rootOf(lines), TreeTwin.root(SummaryLib.LINE_NODE, hashes));
        }
    }
}
