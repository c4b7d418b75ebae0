// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {GpmpLib} from "../../src/libraries/GpmpLib.sol";
import {GpmpTwin} from "../utils/GpmpTwin.sol";

/// @notice What the exits need of `GpmpLib`: row ids as in `protocol/vectors/ids.json`, whole paths, lone nodes.
contract ExitsGpmpTest is Test {
    function test_vectors_rowId() public view {
        string memory json = vm.readFile(string.concat(vm.projectRoot(), "/protocol/vectors/ids.json"));
        address[] memory wallets = vm.parseJsonAddressArray(json, ".wallets");
        bytes32[] memory blindings = vm.parseJsonBytes32Array(json, ".blindings");
        bytes[] memory ids = vm.parseJsonBytesArray(json, ".ids");
        assertGt(ids.length, 1);
        for (uint256 i = 0; i < ids.length; ++i) {
            assertEq(abi.encodePacked(GpmpLib.rowId(wallets[i], blindings[i])), ids[i]);
        }
    }

    function testFuzz_verify_everyRowOfEverySize(uint256 seed, uint256 count) public pure {
        GpmpLib.Row[] memory rows = _rows(seed, bound(count, 1, 9));
        GpmpLib.Node memory top = GpmpTwin.top(3, rows);
        bytes32 root = GpmpLib.root(3, address(7), 9, top.hash, top.sums);
        for (uint256 i = 0; i < rows.length; ++i) {
            GpmpLib.Node[] memory siblings = GpmpTwin.siblings(3, rows, i);
            assertTrue(GpmpLib.verify(root, 3, address(7), 9, rows[i], i, siblings, top.sums));
            assertFalse(GpmpLib.verify(root, 3, address(7), 9, rows[i], i ^ 1, siblings, top.sums));
            rows[i].withdrawal ^= 1;
            assertFalse(GpmpLib.verify(root, 3, address(7), 9, rows[i], i, siblings, top.sums));
            rows[i].withdrawal ^= 1;
        }
    }

    /// @notice A root over something beside the last, lone node is no root of a tree of that many rows.
    function test_verify_refusesCompanyOfALoneNode() public pure {
        GpmpLib.Row[] memory rows = _rows(1, 3);
        GpmpLib.Node[] memory level = GpmpTwin.leaves(3, rows);
        GpmpLib.Node[] memory four = new GpmpLib.Node[](4);
        (four[0], four[1], four[2], four[3].hash) = (level[0], level[1], level[2], bytes32("company"));
        GpmpLib.Node[] memory above = GpmpTwin.parents(1, 3, four);
        GpmpLib.Node memory top = GpmpTwin.parents(2, 3, above)[0];
        GpmpLib.Node[] memory siblings = new GpmpLib.Node[](2);
        (siblings[0], siblings[1]) = (four[3], above[0]);
        bytes32 root = GpmpLib.root(3, address(7), 9, top.hash, top.sums);
        assertFalse(GpmpLib.verify(root, 3, address(7), 9, rows[2], 2, siblings, top.sums));
    }

    function _rows(uint256 seed, uint256 count) private pure returns (GpmpLib.Row[] memory rows) {
        rows = new GpmpLib.Row[](count);
        for (uint256 i = 0; i < count; ++i) {
            bytes32 word = keccak256(abi.encode(seed, i));
            uint64 total = uint64(uint256(word)) >> 8 | 8;
            rows[i] = GpmpLib.Row(bytes24(word), total, total / 2, total / 4);
        }
    }
}
