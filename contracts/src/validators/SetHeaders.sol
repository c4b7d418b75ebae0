// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SSTORE2} from "solady/src/utils/SSTORE2.sol";
import {SetHeader} from "../interfaces/PobsTypes.sol";

/// @title Set headers kept as contract code at an address that follows from the writer and the set id.
/// @dev Code can be written once: no upgrade of the writer changes a header that stands. Readers need no call.
library SetHeaders {
    /// @notice Writes the header of a new set; the caller has checked that it is well formed and its times below 2^40.
    function write(SetHeader calldata header) internal {
        uint256 packed = uint256(header.totalWeight) << 128 | uint256(header.activeFrom) << 88
            | uint256(header.activeUntil) << 48 | header.count;
        bytes memory data = bytes.concat(bytes32(packed), header.membersRoot, header.aggregateKey);
        SSTORE2.writeDeterministic(data, bytes32(uint256(header.setId)));
    }

    /// @notice Header that `sets` wrote; an unknown set has zero weight, root and times.
    function read(address sets, uint32 setId) internal view returns (SetHeader memory header) {
        header.setId = setId;
        address pointer = SSTORE2.predictDeterministicAddress(bytes32(uint256(setId)), sets);
        if (pointer.code.length == 0) return header;
        (uint256 packed, bytes32 root, bytes32 key0, bytes32 key1, bytes32 key2) =
            abi.decode(SSTORE2.read(pointer), (uint256, bytes32, bytes32, bytes32, bytes32));
        header.membersRoot = root;
        header.aggregateKey = bytes.concat(key0, key1, key2);
        header.totalWeight = uint128(packed >> 128);
        header.activeFrom = uint40(packed >> 88);
        header.activeUntil = uint40(packed >> 48);
        header.count = uint32(packed);
    }
}
