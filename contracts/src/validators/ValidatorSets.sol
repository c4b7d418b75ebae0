// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessControlUpgradeable} from "@openzeppelin/contracts-upgradeable/access/AccessControlUpgradeable.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts-upgradeable/proxy/utils/UUPSUpgradeable.sol";
import {IValidatorSets} from "../interfaces/IValidatorSets.sol";
import {SetHeader} from "../interfaces/PobsTypes.sol";
import {BlsLib} from "../libraries/BlsLib.sol";
import {MembersLib} from "../libraries/MembersLib.sol";
import {SetHeaders} from "./SetHeaders.sol";

/// @title One chain's copy of the validator-set headers.
/// @dev Headers are written once and never change: certificates of the previous term stay checkable.
contract ValidatorSets is IValidatorSets, AccessControlUpgradeable, UUPSUpgradeable {
    /// @custom:storage-location erc7201:pobs.storage.ValidatorSets
    struct SetsStorage {
        uint32 latest;
    }

    /// @dev keccak256(abi.encode(uint256(keccak256("pobs.storage.ValidatorSets")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE = 0xf2181b02e41967b9c272d35c2160f25e3c8033a42c2ba6b8abbcb9485840b600;

    /// @notice The registry on L1; on L2 its alias, as which its retryable tickets arrive.
    address public immutable WRITER;

    constructor(address writer) {
        if (writer == address(0)) revert ValidatorSets_ZeroAddress();
        WRITER = writer;
        _disableInitializers();
    }

    /// @param admin A timelock: it may upgrade.
    function initialize(address admin) external initializer {
        if (admin == address(0)) revert ValidatorSets_ZeroAddress();
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
    }

    /// @inheritdoc IValidatorSets
    function accept(SetHeader calldata given) external {
        if (msg.sender != WRITER) revert ValidatorSets_NotWriter(msg.sender);
        SetsStorage storage $ = _storage();
        // Repeated, late and disordered tickets change nothing and do not fail, so nobody need mind their order.
        if (given.setId <= $.latest) return;
        if (!_wellFormed(given)) revert ValidatorSets_BadHeader(given.setId);

        $.latest = given.setId;
        SetHeaders.write(given);
        emit SetAccepted(given.setId, given);
    }

    /// @inheritdoc IValidatorSets
    function header(uint32 setId) external view returns (SetHeader memory) {
        return SetHeaders.read(address(this), setId);
    }

    /// @inheritdoc IValidatorSets
    function latestSetId() external view returns (uint32) {
        return _storage().latest;
    }

    function _authorizeUpgrade(address) internal override onlyRole(DEFAULT_ADMIN_ROLE) {}

    /// @dev No empty, powerless or timeless set ever enters (a set that nobody can outvote is worse than none).
    function _wellFormed(SetHeader calldata given) private pure returns (bool) {
        return given.membersRoot != bytes32(0) && given.totalWeight != 0 && given.count != 0
            && given.count <= MembersLib.MEMBERS_MAX && given.aggregateKey.length == BlsLib.KEY_BYTES
            && !BlsLib.isInfinity(BlsLib.toG1(given.aggregateKey)) && given.activeFrom < given.activeUntil
            && given.activeUntil <= type(uint40).max;
    }

    function _storage() private pure returns (SetsStorage storage $) {
        assembly {
            $.slot := STORAGE
        }
    }
}
