// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessControlUpgradeable} from "@openzeppelin/contracts-upgradeable/access/AccessControlUpgradeable.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Ballot} from "../interfaces/ICertificateVerifier.sol";
import {ICustody} from "../interfaces/ICustody.sol";
import {Certificate, PayoutClaim} from "../interfaces/PobsTypes.sol";
import {BucketLib} from "../libraries/BucketLib.sol";
import {CertificateLib} from "../libraries/CertificateLib.sol";
import {PayoutLib} from "../libraries/PayoutLib.sol";
import {RulesHashes} from "../libraries/RulesHashes.sol";
import {VerifierCall} from "../libraries/VerifierCall.sol";
import {CustodyBase} from "./CustodyBase.sol";
import {CustodyPaying} from "./CustodyPaying.sol";
import {PaymentLib} from "./PaymentLib.sol";

/// @title The rare calls of a custody: listing, limits, rules, pauses, kills, and payments to another address.
/// @dev {Custody} creates it and runs it on its own storage; by itself it has no roles and holds nothing.
contract CustodyControl is CustodyPaying, AccessControlUpgradeable {
    using BucketLib for BucketLib.Bucket;
    using RulesHashes for RulesHashes.Hashes;

    /// @notice May pause for a while and kill a pending root, and nothing else.
    bytes32 public constant GUARDIAN_ROLE = keccak256("GUARDIAN");
    uint256 public constant PAUSE_MAX = 72 hours;
    uint256 public constant PAUSE_PERIOD = 30 days;
    uint256 public constant ASSETS_MAX = 32;
    /// @notice Seconds in which an empty outflow bucket is full again, at most.
    uint256 public constant REFILL_MAX = 1 days;

    constructor(ICustody.Parameters memory p) CustodyBase(p) {}

    /// @dev See {ICustody}.
    function pause(uint256 bits, uint64 until) external onlyRole(GUARDIAN_ROLE) {
        CustodyStorage storage $ = _storage();
        if (bits == 0 || bits > (PAUSE_SETTLE | PAUSE_PAY) || until <= block.timestamp) {
            revert ICustody.Custody_BadPause(bits, until);
        }
        Head storage head = $.head;
        bool running = block.timestamp < head.pausedUntil;
        // The allowance is renewed only when a whole period has passed since the last pause ended, so no window of
        // that length ever holds more than one allowance.
        uint256 spent = block.timestamp >= head.pausedUntil + PAUSE_PERIOD ? 0 : $.pauseSpent;
        uint256 from = running ? head.pausedUntil : block.timestamp;
        if (until > from) spent += until - from;
        if (spent > PAUSE_MAX) revert ICustody.Custody_PauseTooLong(spent);

        $.pauseSpent = uint32(spent);
        head.pauseBits = uint8(running ? head.pauseBits | bits : bits);
        if (until > head.pausedUntil) head.pausedUntil = SafeCast.toUint40(until);
        emit ICustody.Paused(head.pauseBits, head.pausedUntil);
    }

    /// @dev See {ICustody}.
    function unpause() external onlyRole(GUARDIAN_ROLE) {
        CustodyStorage storage $ = _storage();
        Head storage head = $.head;
        if (block.timestamp >= head.pausedUntil) revert ICustody.Custody_NotPaused();
        $.pauseSpent -= uint32(head.pausedUntil - block.timestamp);
        head.pausedUntil = uint40(block.timestamp);
        head.pauseBits = 0;
        emit ICustody.Unpaused();
    }

    /// @dev See {ICustody}.
    function listAsset(address token, uint128 lotSize) external onlyRole(DEFAULT_ADMIN_ROLE) {
        CustodyStorage storage $ = _storage();
        if ($.head.frozen) revert ICustody.Custody_Frozen();
        if (lotSize == 0 || lotSize > type(uint64).max) revert ICustody.Custody_BadLotSize(lotSize);
        if ($.assets[token].lotSize != 0) revert ICustody.Custody_AlreadyListed(token);
        if ($.tokens.length == ASSETS_MAX) revert ICustody.Custody_TooManyAssets(ASSETS_MAX);
        if (token != address(0) && token.code.length == 0) revert ICustody.Custody_NotAContract(token);

        $.tokens.push(token);
        $.head.tokenCount = uint8($.tokens.length);
        $.assets[token].lotSize = uint64(lotSize);
        emit ICustody.AssetListed(token, lotSize);
    }

    /// @dev See {ICustody}.
    function setRulesHash(bytes32 rulesHash) external onlyRole(DEFAULT_ADMIN_ROLE) {
        if (_frozen()) revert ICustody.Custody_Frozen();
        if (rulesHash == bytes32(0)) revert ICustody.Custody_ZeroRulesHash();
        _storage().rules.set(rulesHash);
        emit ICustody.RulesHashSet(rulesHash);
    }

    /// @dev See {ICustody}.
    function setOutflowLimit(address token, uint64 capacity, uint64 refillPerSecond)
        external
        onlyRole(DEFAULT_ADMIN_ROLE)
    {
        CustodyStorage storage $ = _storage();
        if ($.head.frozen) revert ICustody.Custody_Frozen();
        if ($.assets[token].lotSize == 0) revert ICustody.Custody_NotListed(token);
        // A limit slows, it never stops: an empty bucket is full again within a day.
        if (uint256(refillPerSecond) * REFILL_MAX < capacity) {
            revert ICustody.Custody_BadOutflowLimit(capacity, refillPerSecond);
        }
        BucketLib.Bucket storage bucket = $.buckets[token];
        bool wasLimited = bucket.capacity != 0;
        if (wasLimited && capacity == 0) --$.head.limitCount;
        if (!wasLimited && capacity != 0) ++$.head.limitCount;
        bucket.set(capacity, refillPerSecond);
        emit ICustody.OutflowLimitSet(token, capacity, refillPerSecond);
    }

    /// @dev See {ICustody}.
    function kill() external onlyRole(GUARDIAN_ROLE) {
        _killPending(ICustody.KillReason.Guardian);
    }

    /// @dev See {ICustody}.
    function killPending(Certificate calldata dispute) external nonReentrant {
        Pending memory root = _storage().pending;
        if (root.digest == bytes32(0)) revert ICustody.Custody_NothingPending();
        if (dispute.kind != CertificateLib.DISPUTE) revert ICustody.Custody_NotADispute(dispute.kind);
        Ballot memory ballot = Ballot(DOMAIN, root.digest, root.epoch, root.snapshotTime, root.setId);
        (uint256 signed, uint256 total) = VerifierCall.signedWeight(VERIFIER, ballot, dispute);
        if (!CertificateLib.isBlocking(signed, total)) revert ICustody.Custody_NotBlocking(signed, total);
        _killPending(ICustody.KillReason.Dispute);
    }

    /// @dev See {ICustody}.
    function claimTo(PayoutClaim calldata payout, address to, uint256 deadline, bytes calldata signature)
        external
        nonReentrant
    {
        // Check
        if (block.timestamp > deadline) revert ICustody.Custody_SignatureExpired(deadline);
        if (to == address(0) || to == address(this) || to == payout.token) revert ICustody.Custody_BadRecipient(to);
        bytes32 digest = PayoutLib.claimToDigest(payout, to, deadline);
        if (!SignatureChecker.isValidSignatureNowCalldata(payout.wallet, digest, signature)) {
            revert ICustody.Custody_BadSignature(payout.wallet);
        }

        // Effect
        (Head memory head, bytes32 root) = _startPaying();
        (address token, address wallet, uint64 cumulative) = _verified(payout, head, root);
        (uint64 lots, uint64 paidAfter, uint256 amount) = _bookOrRevert(token, wallet, cumulative, head);
        if (gasleft() < 2 * PAYEE_GAS + PAYEE_GAS_RESERVE) revert ICustody.Custody_GasTooLow(0);

        // Interaction: only what the wallet cannot take goes elsewhere.
        bool redirected = !PaymentLib.send(token, wallet, amount, PAYEE_GAS);
        if (redirected && !PaymentLib.send(token, to, amount, gasleft())) {
            revert ICustody.Custody_PaymentFailed(token, to);
        }
        emit ICustody.Paid(token, wallet, lots, paidAfter, head.epoch);
        if (redirected) emit ICustody.PayoutRedirected(token, wallet, to, lots);
    }
}
