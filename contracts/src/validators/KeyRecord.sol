// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SSTORE2} from "solady/src/utils/SSTORE2.sol";
import {BlsLib} from "../libraries/BlsLib.sol";

/// @title Voting key, validator and cold key kept as contract code: a third cheaper than six slots, and never changed.
library KeyRecord {
    struct Record {
        bytes key;
        address validator;
        address coldKey;
    }

    /// @notice Writes a record; the caller has checked the key's length. A validator that is its own cold key is named once.
    function write(bytes calldata key, address validator, address coldKey) internal returns (address pointer) {
        if (validator == coldKey) return SSTORE2.write(abi.encodePacked(key, validator));
        return SSTORE2.write(abi.encodePacked(key, validator, coldKey));
    }

    function read(address pointer) internal view returns (Record memory record) {
        bytes memory data = SSTORE2.read(pointer);
        record.validator = address(bytes20(_word(data, BlsLib.KEY_BYTES)));
        bool alone = data.length == BlsLib.KEY_BYTES + 20;
        record.coldKey = alone ? record.validator : address(bytes20(_word(data, BlsLib.KEY_BYTES + 20)));
        record.key = data;
        assembly ("memory-safe") {
            mstore(data, 96)
        }
    }

    function _word(bytes memory data, uint256 at) private pure returns (bytes32 word) {
        assembly ("memory-safe") {
            word := mload(add(add(data, 0x20), at))
        }
    }
}
