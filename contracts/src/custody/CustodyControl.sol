// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessControlUpgradeable} from "@openzeppelin/contracts-upgradeable/access/AccessControlUpgradeable.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts-upgradeable/proxy/utils/UUPSUpgradeable.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ICustody} from "../interfaces/ICustody.sol";
import {BucketLib} from "../libraries/BucketLib.sol";
import {RulesHashes} from "../libraries/RulesHashes.sol";
import {CustodyBase} from "./CustodyBase.sol";

/// @dev OpenZeppelin's {TimelockController}, as far as an upgrade asks.
interface ITimelock {
    function getMinDelay() external view returns (uint256 seconds_);
}

/// @title Roles, listing, limits, rules, pauses and upgrades of a custody; nothing here moves funds.
abstract contract CustodyControl is ICustody, CustodyBase, AccessControlUpgradeable, UUPSUpgradeable {
    using BucketLib for BucketLib.Bucket;
    using RulesHashes for RulesHashes.Hashes;

    /// @notice May pause for a while and kill a pending root, and nothing else.
    bytes32 public constant GUARDIAN_ROLE = keccak256("GUARDIAN");

    uint256 public constant PAUSE_MAX = 72 hours;
    uint256 public constant PAUSE_PERIOD = 30 days;
    uint256 public constant ASSETS_MAX = 32;
    /// @notice Seconds in which an empty outflow bucket is full again, at most.
    uint256 public constant REFILL_MAX = 1 days;

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
        if ($.head.frozen) revert Custody_Frozen();
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
        if (_frozen()) revert Custody_Frozen();
        if (rulesHash == bytes32(0)) revert Custody_ZeroRulesHash();
        _storage().rules.set(rulesHash);
        emit RulesHashSet(rulesHash);
    }

    /// @inheritdoc ICustody
    function setOutflowLimit(address token, uint64 capacity, uint64 refillPerSecond)
        external
        onlyRole(DEFAULT_ADMIN_ROLE)
    {
        CustodyStorage storage $ = _storage();
        if ($.head.frozen) revert Custody_Frozen();
        if ($.assets[token].lotSize == 0) revert Custody_NotListed(token);
        // A limit slows, it never stops: an empty bucket is full again within a day.
        if (uint256(refillPerSecond) * REFILL_MAX < capacity) {
            revert Custody_BadOutflowLimit(capacity, refillPerSecond);
        }
        BucketLib.Bucket storage bucket = $.buckets[token];
        bool wasLimited = bucket.capacity != 0;
        if (wasLimited && capacity == 0) --$.head.limitCount;
        if (!wasLimited && capacity != 0) ++$.head.limitCount;
        bucket.set(capacity, refillPerSecond);
        emit OutflowLimitSet(token, capacity, refillPerSecond);
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
    function activeDigest() external view returns (bytes32) {
        return _storage().digest;
    }

    /// @inheritdoc ICustody
    function pendingDigest() external view returns (bytes32) {
        return _pendingDigest();
    }

    /// @inheritdoc ICustody
    function rulesHashKnown(bytes32 rulesHash) external view returns (bool) {
        return _storage().rules.known(rulesHash);
    }

    /// @dev Never while frozen, and only through a timelock that leaves everybody time to go (PROTOCOL §7).
    function _authorizeUpgrade(address) internal view override onlyRole(DEFAULT_ADMIN_ROLE) {
        if (_frozen()) revert Custody_Frozen();
        if (UPGRADE_DELAY == 0) return;
        uint256 delay = msg.sender.code.length == 0 ? 0 : ITimelock(msg.sender).getMinDelay();
        if (delay < UPGRADE_DELAY) revert Custody_UpgradeTooFast(delay, UPGRADE_DELAY);
    }
}
