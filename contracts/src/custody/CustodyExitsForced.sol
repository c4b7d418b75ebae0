// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ChainClock} from "../arbitrum/ChainClock.sol";
import {ICustodyExits, LeafProof} from "../interfaces/ICustodyExits.sol";
import {PayoutClaim} from "../interfaces/PobsTypes.sol";
import {PayoutLib} from "../libraries/PayoutLib.sol";
import {CustodyExitsFreeze} from "./CustodyExitsFreeze.sol";

/// @title Withdrawals that the operator cannot ignore (PROTOCOL §7).
abstract contract CustodyExitsForced is CustodyExitsFreeze {
    /// @notice Seconds an operator has to serve a request.
    uint256 public constant SERVE_WITHIN = 7 days;

    /// @inheritdoc ICustodyExits
    function forceWithdraw(LeafProof calldata proof, PayoutClaim calldata authorised) external nonReentrant whileLive {
        // The tree proves that neither exceeds the total, so nothing here wraps.
        _force(proof, authorised, proof.withdrawable, false);
    }

    /// @inheritdoc ICustodyExits
    function forceExit(LeafProof calldata proof, PayoutClaim calldata authorised) external nonReentrant whileLive {
        _force(proof, authorised, proof.total, true);
    }

    /// @inheritdoc ICustodyExits
    function markServed(PayoutClaim calldata payout) external nonReentrant {
        ForcedRequest storage request = _openRequest(payout.token, payout.wallet);
        _requireAuthorised(payout);
        if (payout.cumulative <= request.baseline) revert CustodyExits_NotServed(payout.token, payout.wallet);
        _close(request, payout.token, payout.wallet);
    }

    /// @inheritdoc ICustodyExits
    function markServedByRow(LeafProof calldata proof) external nonReentrant {
        (address token,) = _openActive(proof);
        ForcedRequest storage request = _openRequest(token, proof.wallet);
        // A line of an earlier block answers nothing: its engine could not know of the request. An exit has closed what
        // bound the row, so a row in which nothing leaves though something is owed does not answer it.
        bool stays =
            proof.withdrawal != proof.withdrawable || (request.exit && proof.withdrawal == 0 && proof.total != 0);
        if (stays || proof.line.blockNumber < request.blockNumber) revert CustodyExits_NotServed(token, proof.wallet);
        _close(request, token, proof.wallet);
    }

    /// @inheritdoc ICustodyExits
    function freezeUnserved(address token, address wallet) external nonReentrant whileLive {
        ForcedRequest storage request = _openRequest(token, wallet);
        uint256 allowedFrom = request.requestedAt + SERVE_WITHIN;
        if (block.timestamp < allowedFrom) revert CustodyExits_TooEarly(allowedFrom);
        request.answered = true;
        emit RequestUnserved(token, wallet, request.lots);
        _freezeFor(FreezeReason.Unserved);
    }

    /// @inheritdoc ICustodyExits
    function forcedRequest(address token, address wallet) external view returns (ForcedRequest memory, bool open) {
        ForcedRequest storage request = _exitsStorage().accounts[token][wallet].request;
        return (request, _isOpen(request, token, wallet));
    }

    function _force(LeafProof calldata proof, PayoutClaim calldata authorised, uint64 due, bool exit) private {
        // Check
        if (msg.sender != proof.wallet) revert CustodyExits_NotWallet(msg.sender, proof.wallet);
        (address token,) = _openActive(proof);
        if (due <= proof.withdrawal) revert CustodyExits_NothingToForce(token, msg.sender);
        ForcedRequest storage request = _exitsStorage().accounts[token][msg.sender].request;
        if (_isOpen(request, token, msg.sender)) revert CustodyExits_RequestOpen(token, msg.sender);

        // Effect
        request.lots = due - proof.withdrawal;
        request.baseline = _baseline(token, authorised);
        request.blockNumber = SafeCast.toUint48(ChainClock.blockNumber(ARBITRUM));
        request.requestedAt = SafeCast.toUint40(block.timestamp);
        (request.exit, request.answered) = (exit, false);
        emit WithdrawalForced(token, msg.sender, request.lots, request.baseline, exit, _storage().head.epoch);
    }

    /// @dev What the caller has been paid or, by the leaf it shows, authorised. What is already on its way is no answer.
    function _baseline(address token, PayoutClaim calldata authorised) private view returns (uint64 baseline) {
        baseline = _storage().paid[token][msg.sender];
        if (authorised.cumulative <= baseline) return baseline;
        if (authorised.wallet != msg.sender || authorised.token != token) {
            revert CustodyExits_PayoutNotInRoot(authorised.token, authorised.wallet, authorised.cumulative);
        }
        _requireAuthorised(authorised);
        return authorised.cumulative;
    }

    function _requireAuthorised(PayoutClaim calldata payout) private view {
        if (!PayoutLib.verify(payout, _storage().payoutRoot, _storage().head.payoutCount)) {
            revert CustodyExits_PayoutNotInRoot(payout.token, payout.wallet, payout.cumulative);
        }
    }

    function _openRequest(address token, address wallet) private view returns (ForcedRequest storage request) {
        request = _exitsStorage().accounts[token][wallet].request;
        if (!_isOpen(request, token, wallet)) revert CustodyExits_NoOpenRequest(token, wallet);
    }

    /// @dev A payment beyond the baseline answers a request without anybody saying so.
    function _isOpen(ForcedRequest storage request, address token, address wallet) private view returns (bool) {
        return request.requestedAt != 0 && !request.answered && _storage().paid[token][wallet] <= request.baseline;
    }

    function _close(ForcedRequest storage request, address token, address wallet) private {
        request.answered = true;
        emit RequestServed(token, wallet, _storage().head.epoch);
    }
}
