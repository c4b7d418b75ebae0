// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICustody} from "../interfaces/ICustody.sol";
import {PayoutClaim, PayoutLeaf} from "../interfaces/PobsTypes.sol";
import {BucketLib} from "../libraries/BucketLib.sol";
import {PayoutLib} from "../libraries/PayoutLib.sol";
import {CustodyPaying} from "./CustodyPaying.sol";
import {PaymentLib} from "./PaymentLib.sol";

/// @title Payments of a custody: leaves of the active root, each to its wallet, each lot once. Open while frozen.
abstract contract CustodyPayments is ICustody, CustodyPaying {
    using BucketLib for BucketLib.Bucket;

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

    /// @dev Takes a booking back; the guard kept everybody else out meanwhile. The leaf stays claimable.
    function _unbook(address token, address wallet, uint64 lots) private {
        CustodyStorage storage $ = _storage();
        $.paid[token][wallet] -= lots;
        $.assets[token].paidOut -= lots;
        $.buckets[token].giveBack(lots);
    }
}
