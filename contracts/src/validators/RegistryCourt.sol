// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IValidatorRegistry, Status} from "../interfaces/IValidatorRegistry.sol";
import {RegistryPlaces} from "./RegistryPlaces.sol";

/// @title What the slashing court may do to a validator.
abstract contract RegistryCourt is RegistryPlaces {
    /* COURT: see IValidatorRegistry */

    function slash(address validator, uint16 bps, uint16 bountyBps, address reporter)
        external
        nonReentrant
        onlyRole(COURT_ROLE)
        returns (uint128 slashed)
    {
        RegistryStorage storage $ = _registry();
        Validator storage v = $.validators[validator];
        slashed = _share(v.stake, bps);
        if (slashed == 0) return 0;

        uint128 rest = v.stake - slashed;
        bool placed = v.status == Status.Queued || v.status == Status.Waiting || v.status == Status.Seated;
        if (rest == 0) {
            _remove($, validator);
            delete $.validators[validator];
        } else if (placed && rest < MINIMUM_STAKE) {
            _leave($, validator, rest);
        } else {
            _setStake($, validator, rest);
        }

        uint128 bounty = _dispose(slashed, bountyBps, reporter);
        emit IValidatorRegistry.Slashed(validator, slashed, bounty, reporter);
    }

    function jail(address validator) external onlyRole(COURT_ROLE) {
        RegistryStorage storage $ = _registry();
        Validator storage v = $.validators[validator];
        if (v.status != Status.Queued && v.status != Status.Waiting && v.status != Status.Seated) return;
        $.parked[validator] = _remove($, validator);
        v.leaving = false;
        uint64 until = _uncountedFrom($);
        v.status = Status.Jailed;
        v.until = uint40(until);
        emit IValidatorRegistry.Jailed(validator, until);
    }
}
