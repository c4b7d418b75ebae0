// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IValidatorSets} from "../interfaces/IValidatorSets.sol";
import {SetHeader} from "../interfaces/PobsTypes.sol";
import {SetsStore} from "./SetsStore.sol";

/// @title The set headers on L1 and L2, written by the registry.
contract ValidatorSets is IValidatorSets, SetsStore {
    /// @notice The registry on L1; on L2 its alias, as which its retryable tickets arrive.
    address public immutable WRITER;

    constructor(address writer) {
        if (writer == address(0)) revert ValidatorSets_ZeroAddress();
        WRITER = writer;
        _disableInitializers();
    }

    /// @param admin A timelock: it may upgrade.
    function initialize(address admin) external initializer {
        _initializeStore(admin);
    }

    /// @inheritdoc IValidatorSets
    function accept(SetHeader calldata given) external {
        if (msg.sender != WRITER) revert ValidatorSets_NotWriter(msg.sender);
        // Repeated, late and disordered tickets change nothing and do not fail, so nobody need mind their order.
        if (given.setId <= _latest()) return;
        _write(given);
    }

    /// @inheritdoc IValidatorSets
    function header(uint32 setId) external view returns (SetHeader memory) {
        return _header(setId);
    }

    /// @inheritdoc IValidatorSets
    function latestSetId() external view returns (uint32) {
        return _latest();
    }
}
