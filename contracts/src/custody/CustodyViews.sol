// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessControlUpgradeable} from "@openzeppelin/contracts-upgradeable/access/AccessControlUpgradeable.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts-upgradeable/proxy/utils/UUPSUpgradeable.sol";
import {ICustody} from "../interfaces/ICustody.sol";
import {BucketLib} from "../libraries/BucketLib.sol";
import {RulesHashes} from "../libraries/RulesHashes.sol";
import {CustodyBase} from "./CustodyBase.sol";

/// @dev OpenZeppelin's {TimelockController}, as far as an upgrade asks.
interface ITimelock {
    function getMinDelay() external view returns (uint256 seconds_);
}

/// @title What a custody shows, and its upgrade rule.
abstract contract CustodyViews is ICustody, CustodyBase, AccessControlUpgradeable, UUPSUpgradeable {
    using BucketLib for BucketLib.Bucket;
    using RulesHashes for RulesHashes.Hashes;

    /// @notice May pause for a while and kill a pending root, and nothing else.
    bytes32 public constant GUARDIAN_ROLE = keccak256("GUARDIAN");

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

    /// @inheritdoc ICustody
    function outflow(address token) external view returns (uint64 capacity, uint64 refillPerSecond, uint64 available) {
        BucketLib.Bucket memory bucket = _storage().buckets[token];
        return (bucket.capacity, bucket.refillPerSecond, bucket.available());
    }

    /// @dev Never while frozen, and only through a timelock that leaves everybody time to go (PROTOCOL §7).
    function _authorizeUpgrade(address) internal view override onlyRole(DEFAULT_ADMIN_ROLE) {
        if (_frozen()) revert Custody_Frozen();
        if (UPGRADE_DELAY == 0) return;
        uint256 delay = msg.sender.code.length == 0 ? 0 : ITimelock(msg.sender).getMinDelay();
        if (delay < UPGRADE_DELAY) revert Custody_UpgradeTooFast(delay, UPGRADE_DELAY);
    }
}
