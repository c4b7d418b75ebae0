// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICustody} from "../interfaces/ICustody.sol";
import {CustodyBase} from "./CustodyBase.sol";

/// @title Ways out of a custody that need nobody's help; runs on the custody's storage, reached by its fallback.
contract CustodyExits is CustodyBase {
    constructor(ICustody.Parameters memory p) CustodyBase(p) {}

    /// @notice True once the custody is frozen; that never ends.
    function frozen() external view returns (bool) {
        return _frozen();
    }
}
