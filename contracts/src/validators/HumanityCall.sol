// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IHumanity} from "../interfaces/IHumanity.sol";
import {IValidatorRegistry} from "../interfaces/IValidatorRegistry.sol";

/// @title Asks a foreign registry whether an address is a human's; whatever goes wrong there means no.
library HumanityCall {
    /// @dev All that the foreign registry may burn.
    uint256 internal constant GAS = 100_000;

    function isHuman(IHumanity humanity, address account) internal view returns (bool human) {
        if (address(humanity) == address(0)) return false;
        // A caller that starved the call could make a human look like none.
        if (gasleft() < GAS + GAS / 32) revert IValidatorRegistry.ValidatorRegistry_TooLittleGas(gasleft());
        bytes memory data = abi.encodeCall(IHumanity.isHuman, (account));
        assembly ("memory-safe") {
            let ok := staticcall(GAS, humanity, add(data, 0x20), mload(data), 0x00, 0x20)
            human := and(and(ok, gt(returndatasize(), 0x1f)), eq(mload(0x00), 1))
        }
    }
}
