// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {GpmpLib} from "../../src/libraries/GpmpLib.sol";

/// @notice `GpmpLib.rowId` against `protocol/vectors/ids.json`.
contract ExitsRowIdTest is Test {
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
}
