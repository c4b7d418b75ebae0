// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

/// @notice Modules that answer at one address: what the front contract has must not hide what stands behind its
/// fallback, and whatever the interfaces promise must be reached.
/// @dev Reads forge's own selector tables of the compiled contracts.
contract ModuleSelectorsTest is Test {
    /// @dev In both halves by one declaration, with one answer: constants, immutables of equal parameters, and roles,
    /// which live in the shared storage. The front contract answers.
    string[] private _shared;

    function _signatures(string memory name) private view returns (string[] memory) {
        string memory json = vm.readFile(string.concat(vm.projectRoot(), "/out/", name, ".sol/", name, ".json"));
        return vm.parseJsonKeys(json, ".methodIdentifiers");
    }

    function _selector(string memory signature) private pure returns (bytes4) {
        return bytes4(keccak256(bytes(signature)));
    }

    function _isShared(string memory signature) private view returns (bool) {
        for (uint256 i = 0; i < _shared.length; ++i) {
            if (keccak256(bytes(_shared[i])) == keccak256(bytes(signature))) return true;
        }
        return false;
    }

    /// @dev Every function of `behind` is reached through `front`, or is one of the shared ones.
    function _checkPair(string memory front, string memory behind) private view returns (uint256 shadowed) {
        string[] memory ours = _signatures(front);
        string[] memory theirs = _signatures(behind);
        for (uint256 i = 0; i < theirs.length; ++i) {
            for (uint256 j = 0; j < ours.length; ++j) {
                if (_selector(ours[j]) != _selector(theirs[i])) continue;
                assertEq(ours[j], theirs[i], "two functions, one selector");
                assertTrue(_isShared(theirs[i]), string.concat(behind, " hidden by ", front, ": ", theirs[i]));
                ++shadowed;
            }
        }
        assertEq(shadowed, _shared.length, "shared functions that are not shared");
    }

    /// @dev The modules are the same base with other code: parameters and the pause bits, nothing that acts.
    function test_selectors_custodyAndExits() public {
        _shared = [
            "ARBITRUM()",
            "DISPUTE_WINDOW()",
            "DOMAIN()",
            "MAX_AGE()",
            "PARAMETERS_HASH()",
            "PAUSE_PAY()",
            "PAUSE_SETTLE()",
            "UPGRADE_DELAY()",
            "VERIFIER()"
        ];
        _checkPair("Custody", "CustodyExits");
    }

    /// @dev Here the front forwards by name: each call of the module that acts has its entry, and roles are the front's.
    function test_selectors_custodyForwardsAllOfControl() public view {
        string[] memory theirs = _signatures("CustodyControl");
        string[] memory ours = _signatures("Custody");
        uint256 missing;
        for (uint256 i = 0; i < theirs.length; ++i) {
            bool found = false;
            for (uint256 j = 0; j < ours.length; ++j) {
                if (keccak256(bytes(ours[j])) == keccak256(bytes(theirs[i]))) found = true;
            }
            if (found) continue;
            // Limits that can be read from the code alone.
            bytes32 constant_ = keccak256(bytes(theirs[i]));
            assertTrue(
                constant_ == keccak256("PAUSE_MAX()") || constant_ == keccak256("PAUSE_PERIOD()")
                    || constant_ == keccak256("ASSETS_MAX()") || constant_ == keccak256("REFILL_MAX()"),
                theirs[i]
            );
            ++missing;
        }
        assertEq(missing, 4);
    }

    function test_selectors_registryAndTerms() public {
        _shared = [
            "BOOTSTRAP_VALIDATORS()",
            "CHURN_DIVISOR()",
            "CHURN_FLOOR()",
            "COURT_ROLE()",
            "DEFAULT_ADMIN_ROLE()",
            "DRAW_SECONDS()",
            "PARAMETERS_HASH()",
            "SEATS()",
            "SINK()",
            "TERM_LEAD()",
            "TERM_SECONDS()",
            "UNBONDING_SECONDS()",
            "WEIGHT_CAP()",
            "getRoleAdmin(bytes32)",
            "grantRole(bytes32,address)",
            "hasRole(bytes32,address)",
            "renounceRole(bytes32,address)",
            "revokeRole(bytes32,address)",
            "supportsInterface(bytes4)"
        ];
        _checkPair("ValidatorRegistry", "RegistryTerms");
    }

    /// @dev Every function an interface names is answered by the contract or by what stands behind it.
    function _checkAnswered(string memory interfaceName, string memory front, string memory behind) private view {
        string[] memory promised = _signatures(interfaceName);
        string[] memory ours = _signatures(front);
        string[] memory theirs = _signatures(behind);
        assertGt(promised.length, 0);
        for (uint256 i = 0; i < promised.length; ++i) {
            uint256 answers;
            for (uint256 j = 0; j < ours.length; ++j) {
                if (keccak256(bytes(ours[j])) == keccak256(bytes(promised[i]))) ++answers;
            }
            for (uint256 j = 0; j < theirs.length; ++j) {
                if (keccak256(bytes(theirs[j])) == keccak256(bytes(promised[i]))) ++answers;
            }
            assertGe(answers, 1, string.concat("nobody answers ", promised[i]));
        }
    }

    function test_selectors_everyInterfaceIsAnswered() public view {
        _checkAnswered("ICustody", "Custody", "CustodyExits");
        _checkAnswered("ICustodyExits", "Custody", "CustodyExits");
        _checkAnswered("IValidatorRegistry", "ValidatorRegistry", "RegistryTerms");
    }

    /// @dev What everybody builds on: neither interface of a custody may claim a selector of the other.
    function test_selectors_interfacesDoNotMeet() public view {
        string[] memory ours = _signatures("ICustody");
        string[] memory theirs = _signatures("ICustodyExits");
        for (uint256 i = 0; i < ours.length; ++i) {
            for (uint256 j = 0; j < theirs.length; ++j) {
                assertTrue(_selector(ours[i]) != _selector(theirs[j]), ours[i]);
            }
        }
    }
}
