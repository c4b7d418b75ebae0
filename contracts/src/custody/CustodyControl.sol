// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessControlUpgradeable} from "@openzeppelin/contracts-upgradeable/access/AccessControlUpgradeable.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts-upgradeable/proxy/utils/UUPSUpgradeable.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ICustody} from "../interfaces/ICustody.sol";
import {RulesHashes} from "../libraries/RulesHashes.sol";
import {CustodyBase} from "./CustodyBase.sol";

/// @title Roles, listing, limits, rules, pauses and upgrades of a custody; nothing here moves funds.
abstract contract CustodyControl is ICustody, CustodyBase, AccessControlUpgradeable, UUPSUpgradeable {
    using RulesHashes for RulesHashes.Hashes;

    /// @notice May pause, and nothing else.
    bytes32 public constant GUARDIAN_ROLE = keccak256("GUARDIAN");

    uint256 public constant PAUSE_SETTLE = 1;
    uint256 public constant PAUSE_PAY = 2;
    uint256 public constant PAUSE_MAX = 72 hours;
    uint256 public constant PAUSE_PERIOD = 30 days;
    uint256 public constant ASSETS_MAX = 32;

    /// @inheritdoc ICustody
    function pause(uint256 bits, uint64 until) external onlyRole(GUARDIAN_ROLE) {
        CustodyStorage storage $ = _storage();
        if (bits == 0 || bits > (PAUSE_SETTLE | PAUSE_PAY) || until <= block.timestamp) {
            revert Custody_BadPause(bits, until);
        }
        Head storage head = $.head;
        bool running = block.timestamp < head.pausedUntil;
        // The allowance is renewed only when a whole period has passed since the last pause ended, so no window of
        // that length ever holds more than one allowance.
        uint256 spent = block.timestamp >= head.pausedUntil + PAUSE_PERIOD ? 0 : $.pauseSpent;
        uint256 from = running ? head.pausedUntil : block.timestamp;
        if (until > from) spent += until - from;
        if (spent > PAUSE_MAX) revert Custody_PauseTooLong(spent);

        $.pauseSpent = uint32(spent);
        head.pauseBits = uint8(running ? head.pauseBits | bits : bits);
        if (until > head.pausedUntil) head.pausedUntil = SafeCast.toUint40(until);
        emit Paused(head.pauseBits, head.pausedUntil);
    }

    /// @inheritdoc ICustody
    function unpause() external onlyRole(GUARDIAN_ROLE) {
        CustodyStorage storage $ = _storage();
        Head storage head = $.head;
        if (block.timestamp >= head.pausedUntil) revert Custody_NotPaused();
        $.pauseSpent -= uint32(head.pausedUntil - block.timestamp);
        head.pausedUntil = uint40(block.timestamp);
        head.pauseBits = 0;
        emit Unpaused();
    }

    /// @inheritdoc ICustody
    function listAsset(address token, uint128 lotSize) external onlyRole(DEFAULT_ADMIN_ROLE) {
        CustodyStorage storage $ = _storage();
        if (lotSize == 0 || lotSize > type(uint64).max) revert Custody_BadLotSize(lotSize);
        if ($.assets[token].lotSize != 0) revert Custody_AlreadyListed(token);
        if ($.tokens.length == ASSETS_MAX) revert Custody_TooManyAssets(ASSETS_MAX);
        if (token != address(0) && token.code.length == 0) revert Custody_NotAContract(token);

        $.tokens.push(token);
        $.head.tokenCount = uint8($.tokens.length);
        $.assets[token].lotSize = uint64(lotSize);
        emit AssetListed(token, lotSize);
    }

    /// @inheritdoc ICustody
    function setRulesHash(bytes32 rulesHash) external onlyRole(DEFAULT_ADMIN_ROLE) {
        if (rulesHash == bytes32(0)) revert Custody_ZeroRulesHash();
        _storage().rules.set(rulesHash);
        emit RulesHashSet(rulesHash);
    }

    /// @inheritdoc ICustody
    function asset(address token) external view returns (AssetState memory) {
        Asset memory stored = _storage().assets[token];
        return AssetState(stored.lotSize != 0, stored.lotSize, stored.deposited, stored.authorisedOut, stored.paidOut);
    }

    /// @inheritdoc ICustody
    function tokens() external view returns (address[] memory) {
        return _storage().tokens;
    }

    /// @inheritdoc ICustody
    function paid(address token, address wallet) external view returns (uint64 lots) {
        return _storage().paid[token][wallet];
    }

    /// @inheritdoc ICustody
    function activeRoot() external view returns (ActiveRoot memory) {
        Head memory head = _storage().head;
        return ActiveRoot(head.epoch, head.snapshotTime, head.blockNumber, head.payoutCount, _storage().payoutRoot);
    }

    /// @inheritdoc ICustody
    function pendingRoot() external view returns (ActiveRoot memory root, uint64 activeAt) {
        Pending memory p = _storage().pending;
        return (ActiveRoot(p.epoch, p.snapshotTime, p.blockNumber, p.payoutCount, p.payoutRoot), p.activeAt);
    }

    /// @inheritdoc ICustody
    function kills() external view returns (uint32) {
        return _storage().head.kills;
    }

    /// @inheritdoc ICustody
    function rulesHashKnown(bytes32 rulesHash) external view returns (bool) {
        return _storage().rules.known(rulesHash);
    }

    function _authorizeUpgrade(address) internal override onlyRole(DEFAULT_ADMIN_ROLE) {}
}
