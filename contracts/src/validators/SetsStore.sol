// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessControlUpgradeable} from "@openzeppelin/contracts-upgradeable/access/AccessControlUpgradeable.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts-upgradeable/proxy/utils/UUPSUpgradeable.sol";
import {IValidatorSets} from "../interfaces/IValidatorSets.sol";
import {SetHeader} from "../interfaces/PobsTypes.sol";
import {BlsLib} from "../libraries/BlsLib.sol";
import {MembersLib} from "../libraries/MembersLib.sol";
import {SetHeaders} from "./SetHeaders.sol";

/// @title What every copy of the set headers shares, however they arrive.
/// @dev Headers are written once and never change: certificates of the previous term stay checkable.
abstract contract SetsStore is AccessControlUpgradeable, UUPSUpgradeable {
    /// @custom:storage-location erc7201:pobs.storage.ValidatorSets
    struct SetsStorage {
        uint32 latest;
    }

    /// @dev keccak256(abi.encode(uint256(keccak256("pobs.storage.ValidatorSets")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE = 0xf2181b02e41967b9c272d35c2160f25e3c8033a42c2ba6b8abbcb9485840b600;

    function _initializeStore(address admin) internal onlyInitializing {
        if (admin == address(0)) revert IValidatorSets.ValidatorSets_ZeroAddress();
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
    }

    function _header(uint32 setId) internal view returns (SetHeader memory) {
        return SetHeaders.read(address(this), setId);
    }

    function _latest() internal view returns (uint32) {
        return _store().latest;
    }

    /// @dev Writes a newer set. No empty, powerless or timeless set ever enters: a set that nobody can outvote is worse
    /// than none.
    function _write(SetHeader calldata given) internal {
        bool wellFormed = given.membersRoot != bytes32(0) && given.totalWeight != 0 && given.count != 0
            && given.count <= MembersLib.MEMBERS_MAX && given.aggregateKey.length == BlsLib.KEY_BYTES
            && !BlsLib.isInfinity(BlsLib.toG1(given.aggregateKey)) && given.activeFrom < given.activeUntil
            && given.activeUntil <= type(uint40).max;
        if (!wellFormed) revert IValidatorSets.ValidatorSets_BadHeader(given.setId);
        _store().latest = given.setId;
        SetHeaders.write(given);
        emit IValidatorSets.SetAccepted(given.setId, given);
    }

    function _authorizeUpgrade(address) internal override onlyRole(DEFAULT_ADMIN_ROLE) {}

    function _store() private pure returns (SetsStorage storage $) {
        assembly {
            $.slot := STORAGE
        }
    }
}
