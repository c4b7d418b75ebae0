// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BLS} from "solady/src/utils/ext/ithaca/BLS.sol";
import {BlsLib} from "../libraries/BlsLib.sol";

/// @title The sum of all seated voting keys, kept in wire form: three slots.
library KeySum {
    struct Sum {
        bytes32[3] words;
    }

    /// @notice The sum, 96 bytes; zeros for nobody.
    function key(Sum storage sum) internal view returns (bytes memory) {
        return abi.encodePacked(sum.words[0], sum.words[1], sum.words[2]);
    }

    function add(Sum storage sum, bytes memory joining) internal {
        _store(sum, BlsLib.add(BlsLib.toG1(key(sum)), BlsLib.toG1(joining)));
    }

    function subtract(Sum storage sum, bytes memory leaving) internal {
        _store(sum, BlsLib.add(BlsLib.toG1(key(sum)), BlsLib.negate(BlsLib.toG1(leaving))));
    }

    /// @notice One member for another.
    function swap(Sum storage sum, bytes memory leaving, bytes memory joining) internal {
        BLS.G1Point memory point = BlsLib.add(BlsLib.toG1(key(sum)), BlsLib.negate(BlsLib.toG1(leaving)));
        _store(sum, BlsLib.add(point, BlsLib.toG1(joining)));
    }

    function _store(Sum storage sum, BLS.G1Point memory point) private {
        bytes memory wire = BlsLib.toKey(point);
        bytes32 first;
        bytes32 second;
        bytes32 third;
        assembly ("memory-safe") {
            first := mload(add(wire, 0x20))
            second := mload(add(wire, 0x40))
            third := mload(add(wire, 0x60))
        }
        (sum.words[0], sum.words[1], sum.words[2]) = (first, second, third);
    }
}
