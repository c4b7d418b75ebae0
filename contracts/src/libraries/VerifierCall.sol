// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ballot, ICertificateVerifier} from "../interfaces/ICertificateVerifier.sol";
import {Certificate} from "../interfaces/PobsTypes.sol";

/// @title `verifier.signedWeight(ballot, certificate)` with the certificate's bytes handed on as they came.
/// @dev Encoding a certificate anew costs more than everything else around its signature. ABI offsets inside it are
/// relative, so its calldata tail is a valid argument; the verifier decodes and bounds-checks it by itself.
library VerifierCall {
    function signedWeight(ICertificateVerifier verifier, Ballot memory ballot, Certificate calldata certificate)
        internal
        view
        returns (uint256 signed, uint256 total)
    {
        bytes4 selector = ICertificateVerifier.signedWeight.selector;
        assembly ("memory-safe") {
            let m := mload(0x40)
            mstore(m, selector)
            mcopy(add(m, 0x04), ballot, 0xa0)
            mstore(add(m, 0xa4), 0xc0)
            let length := sub(calldatasize(), certificate)
            calldatacopy(add(m, 0xc4), certificate, length)
            if iszero(staticcall(gas(), verifier, m, add(length, 0xc4), m, 0x40)) {
                returndatacopy(m, 0x00, returndatasize())
                revert(m, returndatasize())
            }
            if lt(returndatasize(), 0x40) { revert(0x00, 0x00) }
            signed := mload(m)
            total := mload(add(m, 0x20))
        }
    }
}
