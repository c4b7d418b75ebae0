// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Bn254Lib} from "../../src/libraries/Bn254Lib.sol";

/// @notice Signs rounds of a beacon whose secret the test knows.
library BeaconSigner {
    function sign(uint256 secret, uint64 round) internal view returns (bytes memory) {
        uint256[2] memory point = Bn254Lib.hashToG1(abi.encodePacked(keccak256(abi.encodePacked(round))));
        (bool ok, bytes memory product) = address(0x07).staticcall(abi.encodePacked(point[0], point[1], secret));
        require(ok, "BeaconSigner: ecMul");
        return product;
    }
}
