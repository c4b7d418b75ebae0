// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IValidatorRegistry, Parameters} from "../../src/interfaces/IValidatorRegistry.sol";
import {RegistryTerms} from "../../src/validators/RegistryTerms.sol";
import {ValidatorRegistry} from "../../src/validators/ValidatorRegistry.sol";
import {RegistryTest} from "../utils/RegistryTest.sol";

/// @notice Constructor and `initialize`.
contract RegistryCreationTest is RegistryTest {
    /// @notice Unbonding covers the lead, MAX_AGE, the fraud window and the margin, to the second.
    function test_constructor_refusesShortUnbonding() public {
        Parameters memory p = _parameters();
        uint64 needed = LEAD + MAX_AGE + 7 days + 3 days;
        p.unbondingSeconds = needed;
        new RegistryTerms(p);
        p.unbondingSeconds = needed - 1;
        vm.expectRevert(
            abi.encodeWithSelector(IValidatorRegistry.ValidatorRegistry_UnbondingTooShort.selector, needed - 1, needed)
        );
        new RegistryTerms(p);
    }

    function test_constructor_refusesBadParameters() public {
        for (uint256 i = 0; i < 11; ++i) {
            Parameters memory p = _parameters();
            if (i == 0) p.minimumStake = 0;
            if (i == 1) p.weightCap = MINIMUM - 1;
            if (i == 2) p.weightCap = 1 << 96;
            if (i == 3) p.drawSeconds = 5 minutes;
            if (i == 4) p.termLead = TERM - DRAW;
            if (i == 5) p.bootstrapValidators = 0;
            if (i == 6) p.seats = 0;
            if (i == 7) p.seats = 1_025;
            if (i == 8) p.churnFloor = 0;
            if (i == 9) p.bootstrapValidators = 1_025;
            if (i == 10) p.drawSeconds = TERM;
            vm.expectRevert(IValidatorRegistry.ValidatorRegistry_BadParameters.selector);
            new RegistryTerms(p);
        }
    }

    /// @notice Two halves with different parameters would disagree about the same stake.
    function test_constructor_refusesAnotherHalf() public {
        Parameters memory p = _parameters();
        address terms = address(new RegistryTerms(p));
        p.unbondingSeconds += 1;
        vm.expectRevert(IValidatorRegistry.ValidatorRegistry_BadParameters.selector);
        new ValidatorRegistry(p, terms);
    }

    function test_constructor_refusesZeroAddresses() public {
        Parameters memory p = _parameters();
        p.stakeToken = IERC20(address(0));
        vm.expectRevert(IValidatorRegistry.ValidatorRegistry_ZeroAddress.selector);
        new RegistryTerms(p);
        p = _parameters();
        p.sink = address(0);
        vm.expectRevert(IValidatorRegistry.ValidatorRegistry_ZeroAddress.selector);
        new RegistryTerms(p);
        vm.expectRevert(IValidatorRegistry.ValidatorRegistry_ZeroAddress.selector);
        new ValidatorRegistry(_parameters(), address(0));
    }

    function test_initialize_refusesZeroAdmin() public {
        address code = address(new ValidatorRegistry(_parameters(), address(new RegistryTerms(_parameters()))));
        vm.expectRevert(IValidatorRegistry.ValidatorRegistry_ZeroAddress.selector);
        _proxy(code, abi.encodeCall(ValidatorRegistry.initialize, (address(0))));
    }
}
