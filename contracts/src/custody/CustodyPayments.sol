// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {ICustody} from "../interfaces/ICustody.sol";
import {PayoutClaim, PayoutLeaf} from "../interfaces/PobsTypes.sol";
import {BucketLib} from "../libraries/BucketLib.sol";
import {PayoutLib} from "../libraries/PayoutLib.sol";
import {CustodyBase} from "./CustodyBase.sol";
import {PaymentLib} from "./PaymentLib.sol";

/// @title Payments of a custody: leaves of the active root, each to its wallet, each lot once. Open while frozen.
abstract contract CustodyPayments is ICustody, CustodyBase {
    using BucketLib for BucketLib.Bucket;

    /// @notice Gas a payee may use in {distribute}; enough for any listed token, too little to hold up a batch.
    uint256 public constant PAYEE_GAS = 100_000;
    /// @dev What must be left besides, for the 1/64 rule and for booking the failure.
    uint256 private constant PAYEE_GAS_RESERVE = 30_000;

    /// @inheritdoc ICustody
    function distribute(PayoutClaim[] calldata claims) external nonReentrant {
        (Head memory head, bytes32 root) = _startPaying();
        for (uint256 i = 0; i < claims.length; ++i) {
            PayoutClaim calldata payout = claims[i];
            (address token, address wallet, uint64 cumulative) = _verified(payout, head, root);
            _payOrDefer(i, token, wallet, cumulative, head);
        }
    }

    /// @inheritdoc ICustody
    function distributeRange(uint32 first, PayoutLeaf[] calldata leaves, bytes32[] calldata siblings)
        external
        nonReentrant
    {
        (Head memory head, bytes32 root) = _startPaying();
        if (!PayoutLib.verifyRange(first, leaves, siblings, root, head.payoutCount)) {
            revert Custody_RangeNotInRoot(first, leaves.length);
        }
        for (uint256 i = 0; i < leaves.length; ++i) {
            PayoutLeaf calldata row = leaves[i];
            _payOrDefer(i, row.token, row.wallet, row.cumulative, head);
        }
    }

    /// @inheritdoc ICustody
    function claim(PayoutClaim calldata payout) external nonReentrant {
        (Head memory head, bytes32 root) = _startPaying();
        (address token, address wallet, uint64 cumulative) = _verified(payout, head, root);
        (uint64 lots, uint64 paidAfter, uint256 amount) = _bookOrRevert(token, wallet, cumulative, head);
        if (!PaymentLib.send(token, wallet, amount, gasleft())) revert Custody_PaymentFailed(token, wallet);
        emit Paid(token, wallet, lots, paidAfter, head.epoch);
    }

    /// @inheritdoc ICustody
    function claimTo(PayoutClaim calldata payout, address to, uint256 deadline, bytes calldata signature)
        external
        nonReentrant
    {
        // Check
        if (block.timestamp > deadline) revert Custody_SignatureExpired(deadline);
        if (to == address(0) || to == address(this) || to == payout.token) revert Custody_BadRecipient(to);
        bytes32 digest = PayoutLib.claimToDigest(payout, to, deadline);
        if (!SignatureChecker.isValidSignatureNowCalldata(payout.wallet, digest, signature)) {
            revert Custody_BadSignature(payout.wallet);
        }

        // Effect
        (Head memory head, bytes32 root) = _startPaying();
        (address token, address wallet, uint64 cumulative) = _verified(payout, head, root);
        (uint64 lots, uint64 paidAfter, uint256 amount) = _bookOrRevert(token, wallet, cumulative, head);
        if (gasleft() < 2 * PAYEE_GAS + PAYEE_GAS_RESERVE) revert Custody_GasTooLow(0);

        // Interaction: only what the wallet cannot take goes elsewhere.
        bool redirected = !PaymentLib.send(token, wallet, amount, PAYEE_GAS);
        if (redirected && !PaymentLib.send(token, to, amount, gasleft())) revert Custody_PaymentFailed(token, to);
        emit Paid(token, wallet, lots, paidAfter, head.epoch);
        if (redirected) emit PayoutRedirected(token, wallet, to, lots);
    }

    /// @inheritdoc ICustody
    function outflow(address token) external view returns (uint64 capacity, uint64 refillPerSecond, uint64 available) {
        BucketLib.Bucket memory bucket = _storage().buckets[token];
        return (bucket.capacity, bucket.refillPerSecond, bucket.available());
    }

    /// @dev Payments run from the newest root whose window has passed, unless settling is paused.
    function _startPaying() private returns (Head memory head, bytes32 root) {
        CustodyStorage storage $ = _storage();
        head = $.head;
        _requireNotPaused(head, PAUSE_PAY);
        if (head.hasPending && !_isPaused(head, PAUSE_SETTLE) && _isPendingDue()) {
            _activatePending();
            head = $.head;
        }
        root = $.payoutRoot;
    }

    function _verified(PayoutClaim calldata payout, Head memory head, bytes32 root)
        private
        view
        returns (address token, address wallet, uint64 cumulative)
    {
        (token, wallet, cumulative) = (payout.token, payout.wallet, payout.cumulative);
        if (!PayoutLib.verify(payout, root, head.payoutCount)) {
            revert Custody_PayoutNotInRoot(token, wallet, cumulative);
        }
    }

    /// @dev One proven leaf of a batch: whatever its payee does, the batch goes on.
    function _payOrDefer(uint256 index, address token, address wallet, uint64 cumulative, Head memory head) private {
        (uint64 due, uint64 lots, uint256 amount) = _book(token, wallet, cumulative, head);
        if (due == 0) return;
        if (gasleft() < PAYEE_GAS + PAYEE_GAS_RESERVE) revert Custody_GasTooLow(index);
        if (lots != 0) {
            if (PaymentLib.send(token, wallet, amount, PAYEE_GAS)) {
                emit Paid(token, wallet, lots, cumulative - due + lots, head.epoch);
                if (lots == due) return;
            } else {
                _unbook(token, wallet, lots);
                lots = 0;
            }
        }
        emit PayoutDeferred(token, wallet, due - lots, head.epoch);
    }

    function _bookOrRevert(address token, address wallet, uint64 cumulative, Head memory head)
        private
        returns (uint64 lots, uint64 paidAfter, uint256 amount)
    {
        uint64 due;
        (due, lots, amount) = _book(token, wallet, cumulative, head);
        if (due == 0) revert Custody_NothingDue(token, wallet);
        if (lots != 0) return (lots, cumulative - due + lots, amount);
        Asset memory stored = _storage().assets[token];
        if (uint256(stored.paidOut) + due > stored.authorisedOut) {
            revert Custody_BeyondAuthorised(token, stored.paidOut + due, stored.authorisedOut);
        }
        revert Custody_OutflowExceeded(token, due);
    }

    /// @dev Books a proven leaf as paid, before any payee code runs.
    /// @return due Lots that the leaf has beyond what was paid.
    /// @return lots Booked now: all that is due, what the outflow limit lets out of it, or nothing when `due` exceeds
    /// what was ever authorised.
    /// @return amount The same in base units.
    function _book(address token, address wallet, uint64 cumulative, Head memory head)
        private
        returns (uint64 due, uint64 lots, uint256 amount)
    {
        Asset storage stored = _storage().assets[token];
        (uint64 lotSize, uint64 authorisedOut, uint64 paidOut) = (stored.lotSize, stored.authorisedOut, stored.paidOut);
        // Check
        if (lotSize == 0) revert Custody_NotListed(token);
        mapping(address => uint64) storage paidTo = _storage().paid[token];
        uint64 before = paidTo[wallet];
        if (cumulative <= before) return (0, 0, 0);
        due = cumulative - before;
        if (uint256(paidOut) + due > authorisedOut) return (due, 0, 0);

        // Effect
        lots = _letOut(token, due, head);
        if (lots == 0) return (due, 0, 0);
        paidTo[wallet] = before + lots;
        stored.paidOut = paidOut + lots;
        amount = uint256(lots) * lotSize;
    }

    /// @dev What the outflow limit lets out of `lots`.
    function _letOut(address token, uint64 lots, Head memory head) private returns (uint64) {
        return head.limitCount == 0 ? lots : _storage().buckets[token].take(lots);
    }

    /// @dev Takes a booking back; the guard kept everybody else out meanwhile. The leaf stays claimable.
    function _unbook(address token, address wallet, uint64 lots) private {
        CustodyStorage storage $ = _storage();
        $.paid[token][wallet] -= lots;
        $.assets[token].paidOut -= lots;
        $.buckets[token].giveBack(lots);
    }
}
