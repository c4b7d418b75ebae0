// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICustody} from "../interfaces/ICustody.sol";
import {PayoutClaim} from "../interfaces/PobsTypes.sol";
import {BucketLib} from "../libraries/BucketLib.sol";
import {PayoutLib} from "../libraries/PayoutLib.sol";
import {CustodyBase} from "./CustodyBase.sol";

/// @title How a leaf of the active root is proven and booked, before any payee code runs.
abstract contract CustodyPaying is CustodyBase {
    using BucketLib for BucketLib.Bucket;

    /// @notice Gas a payee may use in {ICustody-distribute}; enough for any listed token, too little to hold up a batch.
    uint256 public constant PAYEE_GAS = 100_000;
    /// @dev What must be left besides, for the 1/64 rule and for booking the failure.
    uint256 internal constant PAYEE_GAS_RESERVE = 30_000;

    /// @dev Payments run from the newest root whose window has passed, unless settling is paused.
    function _startPaying() internal returns (Head memory head, bytes32 root) {
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
        internal
        view
        returns (address token, address wallet, uint64 cumulative)
    {
        (token, wallet, cumulative) = (payout.token, payout.wallet, payout.cumulative);
        if (!PayoutLib.verify(payout, root, head.payoutCount)) {
            revert ICustody.Custody_PayoutNotInRoot(token, wallet, cumulative);
        }
    }

    function _bookOrRevert(address token, address wallet, uint64 cumulative, Head memory head)
        internal
        returns (uint64 lots, uint64 paidAfter, uint256 amount)
    {
        uint64 due;
        (due, lots, amount) = _book(token, wallet, cumulative, head);
        if (due == 0) revert ICustody.Custody_NothingDue(token, wallet);
        if (lots != 0) return (lots, cumulative - due + lots, amount);
        Asset memory stored = _storage().assets[token];
        if (uint256(stored.paidOut) + due > stored.authorisedOut) {
            revert ICustody.Custody_BeyondAuthorised(token, stored.paidOut + due, stored.authorisedOut);
        }
        revert ICustody.Custody_OutflowExceeded(token, due);
    }

    /// @dev Books a proven leaf as paid, before any payee code runs.
    /// @return due Lots that the leaf has beyond what was paid.
    /// @return lots Booked now: all that is due, what the outflow limit lets out of it, or nothing when `due` exceeds
    /// what was ever authorised.
    /// @return amount The same in base units.
    function _book(address token, address wallet, uint64 cumulative, Head memory head)
        internal
        returns (uint64 due, uint64 lots, uint256 amount)
    {
        Asset storage stored = _storage().assets[token];
        (uint64 lotSize, uint64 authorisedOut, uint64 paidOut) = (stored.lotSize, stored.authorisedOut, stored.paidOut);
        // Check
        if (lotSize == 0) revert ICustody.Custody_NotListed(token);
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
    function _letOut(address token, uint64 lots, Head memory head) internal returns (uint64) {
        return head.limitCount == 0 ? lots : _storage().buckets[token].take(lots);
    }
}
