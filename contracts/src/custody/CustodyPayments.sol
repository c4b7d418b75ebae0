// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {ICustody} from "../interfaces/ICustody.sol";
import {PayoutClaim} from "../interfaces/PobsTypes.sol";
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

    /// @dev What is paid now of one leaf. `due` beyond `lots` waits: for the outflow limit, or for an authorisation.
    struct Payment {
        uint64 due;
        uint64 lots;
        uint64 paidAfter;
        uint256 amount;
    }

    /// @inheritdoc ICustody
    function distribute(PayoutClaim[] calldata claims) external nonReentrant {
        (Head memory head, bytes32 root) = _startPaying();
        for (uint256 i = 0; i < claims.length; ++i) {
            PayoutClaim calldata payout = claims[i];
            Payment memory payment = _book(payout, head, root);
            if (payment.due == 0) continue;
            if (gasleft() < PAYEE_GAS + PAYEE_GAS_RESERVE) revert Custody_GasTooLow(i);
            if (payment.lots != 0 && !_pay(payout, payment, payout.wallet, PAYEE_GAS, head.epoch)) {
                _unbook(payout, payment);
            }
            if (payment.lots != payment.due) {
                emit PayoutDeferred(payout.token, payout.wallet, payment.due - payment.lots, head.epoch);
            }
        }
    }

    /// @inheritdoc ICustody
    function claim(PayoutClaim calldata payout) external nonReentrant {
        (Head memory head, bytes32 root) = _startPaying();
        Payment memory payment = _bookOrRevert(payout, head, root);
        if (!_pay(payout, payment, payout.wallet, gasleft(), head.epoch)) {
            revert Custody_PaymentFailed(payout.token, payout.wallet);
        }
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
        Payment memory payment = _bookOrRevert(payout, head, root);
        if (gasleft() < 2 * PAYEE_GAS + PAYEE_GAS_RESERVE) revert Custody_GasTooLow(0);

        // Interaction: only what the wallet cannot take goes elsewhere.
        if (_pay(payout, payment, payout.wallet, PAYEE_GAS, head.epoch)) return;
        if (!_pay(payout, payment, to, gasleft(), head.epoch)) revert Custody_PaymentFailed(payout.token, to);
        emit PayoutRedirected(payout.token, payout.wallet, to, payment.lots);
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

    function _bookOrRevert(PayoutClaim calldata payout, Head memory head, bytes32 root)
        private
        returns (Payment memory payment)
    {
        payment = _book(payout, head, root);
        if (payment.due == 0) revert Custody_NothingDue(payout.token, payout.wallet);
        if (payment.lots != 0) return payment;
        Asset memory stored = _storage().assets[payout.token];
        if (uint256(stored.paidOut) + payment.due > stored.authorisedOut) {
            revert Custody_BeyondAuthorised(payout.token, stored.paidOut + payment.due, stored.authorisedOut);
        }
        revert Custody_OutflowExceeded(payout.token, payment.due);
    }

    /// @dev Books a leaf of the active root as paid, before any payee code runs.
    function _book(PayoutClaim calldata payout, Head memory head, bytes32 root)
        private
        returns (Payment memory payment)
    {
        CustodyStorage storage $ = _storage();
        (address token, address wallet, uint64 cumulative) = (payout.token, payout.wallet, payout.cumulative);
        // Check
        if (!PayoutLib.verify(payout, root, head.payoutCount)) {
            revert Custody_PayoutNotInRoot(token, wallet, cumulative);
        }
        Asset storage stored = $.assets[token];
        Asset memory asset_ = stored;
        if (asset_.lotSize == 0) revert Custody_NotListed(token);
        mapping(address => uint64) storage paid_ = $.paid[token];
        uint64 before = paid_[wallet];
        if (cumulative <= before) return payment;
        uint64 lots = cumulative - before;
        payment.due = lots;
        if (uint256(asset_.paidOut) + lots > asset_.authorisedOut) return payment;

        // Effect
        if (head.limitCount != 0) lots = $.buckets[token].take(lots);
        if (lots == 0) return payment;
        payment.lots = lots;
        payment.paidAfter = before + lots;
        payment.amount = uint256(lots) * asset_.lotSize;
        paid_[wallet] = before + lots;
        stored.paidOut = asset_.paidOut + lots;
    }

    /// @dev Takes a booking back; the guard kept everybody else out meanwhile. The leaf stays claimable.
    function _unbook(PayoutClaim calldata payout, Payment memory payment) private {
        CustodyStorage storage $ = _storage();
        $.paid[payout.token][payout.wallet] = payment.paidAfter - payment.lots;
        $.assets[payout.token].paidOut -= payment.lots;
        $.buckets[payout.token].giveBack(payment.lots);
        payment.lots = 0;
    }

    function _pay(PayoutClaim calldata payout, Payment memory payment, address to, uint256 gasAllowance, uint64 epoch)
        private
        returns (bool ok)
    {
        ok = PaymentLib.send(payout.token, to, payment.amount, gasAllowance);
        if (ok) emit Paid(payout.token, payout.wallet, payment.lots, payment.paidAfter, epoch);
    }
}
