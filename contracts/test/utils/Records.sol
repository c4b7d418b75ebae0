// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Member} from "../../src/interfaces/PobsTypes.sol";

/// @notice Members as a certificate lists them.
library Records {
    function encode(Member memory member) internal pure returns (bytes memory) {
        return abi.encodePacked(member.index, member.validator, member.key, member.weight);
    }
}
