// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ICustody} from "../interfaces/ICustody.sol";
import {ICustodyExits} from "../interfaces/ICustodyExits.sol";
import {IFraudVerifier} from "../interfaces/IFraudVerifier.sol";
import {CustodyExitsBase} from "./CustodyExitsBase.sol";

/// @title The end of a custody's ordinary life: for silence, for an ignored request, for proven fraud (PROTOCOL §7).
abstract contract CustodyExitsFreeze is CustodyExitsBase {
    /// @notice Age of the active snapshot, in seconds, from which a freeze may be announced.
    uint256 public constant SILENCE = 7 days;
    /// @notice Seconds between announcement and freeze.
    uint256 public constant FREEZE_NOTICE = 24 hours;

    /// @notice Judges evidence of fraud on this chain.
    IFraudVerifier public immutable FRAUD;

    constructor(IFraudVerifier fraud) {
        if (address(fraud) == address(0)) revert CustodyExits_ZeroAddress();
        FRAUD = fraud;
    }

    /// @inheritdoc ICustodyExits
    function announceFreeze() external nonReentrant whileLive {
        // A root that only waits to be activated is no silence; if it is old itself, it is the last that was said.
        if (_isPendingDue()) _activatePending();
        Head storage head = _storage().head;
        uint256 allowedFrom = head.snapshotTime + SILENCE;
        if (block.timestamp < allowedFrom) revert CustodyExits_TooEarly(allowedFrom);
        Announcement storage announcement = _exitsStorage().announcement;
        // Announcing again must not start the notice again.
        if (_isAnnounced(head.epoch)) revert CustodyExits_AlreadyAnnounced(announcement.freezeFrom);

        announcement.epoch = head.epoch;
        announcement.freezeFrom = SafeCast.toUint40(block.timestamp + FREEZE_NOTICE);
        emit FreezeAnnounced(head.epoch, announcement.freezeFrom);
    }

    /// @inheritdoc ICustodyExits
    function freeze() external nonReentrant whileLive {
        CustodyStorage storage $ = _storage();
        Announcement storage announcement = _exitsStorage().announcement;
        if (announcement.freezeFrom == 0) revert CustodyExits_NotAnnounced();
        if (!_isAnnounced($.head.epoch)) revert CustodyExits_RootSince($.head.epoch);
        if (_isPendingDue()) revert CustodyExits_RootSince($.pending.epoch);
        if (block.timestamp < announcement.freezeFrom) revert CustodyExits_TooEarly(announcement.freezeFrom);
        _freezeFor(FreezeReason.Silence);
    }

    /// @inheritdoc ICustodyExits
    function reportFraud(bytes calldata evidence) external nonReentrant whileLive {
        (uint64 epoch, bytes32 digest, uint64 chainId, address custody) = FRAUD.check(evidence);
        bool ours = chainId == block.chainid && custody == address(this);
        bool pending = _storage().head.hasPending && digest == _pendingDigest();
        if (!pending && !(ours && _isActive(digest))) revert CustodyExits_FraudElsewhere(epoch, digest);

        emit FraudReported(epoch, digest, msg.sender);
        if (pending) _killPending(ICustody.KillReason.Fraud);
        else _freezeFor(FreezeReason.Fraud);
    }

    /// @inheritdoc ICustodyExits
    function freezeFrom() external view returns (uint64) {
        return _isAnnounced(_storage().head.epoch) ? _exitsStorage().announcement.freezeFrom : 0;
    }

    /// @dev Activates a pending root whose window has passed, else drops it; then nothing settles here any more.
    function _freezeFor(FreezeReason reason) internal {
        _freeze();
        Head storage head = _storage().head;
        emit Frozen(head.epoch, head.blockNumber, reason);
    }

    function _isAnnounced(uint256 epoch) private view returns (bool) {
        Announcement storage announcement = _exitsStorage().announcement;
        return announcement.freezeFrom != 0 && announcement.epoch == epoch;
    }
}
