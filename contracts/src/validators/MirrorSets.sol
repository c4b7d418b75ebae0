// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMirrorSets} from "../interfaces/IMirrorSets.sol";
import {IValidatorSets} from "../interfaces/IValidatorSets.sol";
import {Certificate, SetHeader} from "../interfaces/PobsTypes.sol";
import {CertificateLib} from "../libraries/CertificateLib.sol";
import {SummaryLib} from "../libraries/SummaryLib.sol";
import {SetsStore} from "./SetsStore.sol";

/// @title The set headers on a chain without a bridge from the registry.
contract MirrorSets is IMirrorSets, SetsStore {
    /// @notice EIP-712 domain of the deployment.
    bytes32 public immutable DOMAIN;
    /// @notice Seconds after its term in which a set may still hand over; within the unbonding of its members.
    uint64 public immutable GRACE;

    constructor(bytes32 salt, uint64 grace) {
        DOMAIN = SummaryLib.domainSeparator(salt);
        GRACE = grace;
        _disableInitializers();
    }

    /// @param admin A timelock: it may upgrade, and install a set when the mirror has expired.
    /// @param first A set of the registry, as its event on L1 shows it.
    function initialize(address admin, SetHeader calldata first) external initializer {
        _initializeStore(admin);
        if (first.setId == 0) revert IValidatorSets.ValidatorSets_BadHeader(0);
        _write(first);
    }

    /// @inheritdoc IMirrorSets
    function handover(SetHeader calldata next, Certificate calldata certificate) external {
        uint32 latest = _latest();
        if (next.setId <= latest) return;
        if (next.setId != latest + 1) revert MirrorSets_NotNext(latest + 1, next.setId);
        SetHeader memory previous = _header(latest);
        if (next.activeFrom != previous.activeUntil) revert MirrorSets_Gap(previous.activeUntil, next.activeFrom);
        if (_isExpired(previous)) revert MirrorSets_Expired(latest, previous.activeUntil + GRACE);
        bytes32 message = SummaryLib.handoverDigest(DOMAIN, keccak256(abi.encode(next)));
        uint256 signed = CertificateLib.messageWeight(previous, certificate, message);
        if (!CertificateLib.isQuorum(signed, previous.totalWeight)) {
            revert MirrorSets_NoQuorum(signed, previous.totalWeight);
        }
        _write(next);
    }

    /// @inheritdoc IMirrorSets
    function install(SetHeader calldata next) external onlyRole(DEFAULT_ADMIN_ROLE) {
        uint32 latest = _latest();
        SetHeader memory previous = _header(latest);
        if (!_isExpired(previous)) revert MirrorSets_NotExpired(latest, previous.activeUntil + GRACE);
        if (next.setId <= latest) revert MirrorSets_NotNext(latest + 1, next.setId);
        _write(next);
        emit SetInstalled(next.setId, latest);
    }

    /// @inheritdoc IMirrorSets
    function header(uint32 setId) external view returns (SetHeader memory) {
        return _header(setId);
    }

    /// @inheritdoc IMirrorSets
    function latestSetId() external view returns (uint32) {
        return _latest();
    }

    function _isExpired(SetHeader memory set) private view returns (bool) {
        return block.timestamp > set.activeUntil + GRACE;
    }
}
