// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICustody} from "../interfaces/ICustody.sol";
import {ICustodyExits, LeafProof} from "../interfaces/ICustodyExits.sol";
import {IForwarderFactory} from "../interfaces/IForwarder.sol";
import {IFraudVerifier} from "../interfaces/IFraudVerifier.sol";
import {Certificate, PayoutClaim} from "../interfaces/PobsTypes.sol";
import {CertificateLib} from "../libraries/CertificateLib.sol";
import {PayoutLib} from "../libraries/PayoutLib.sol";
import {CustodyBase} from "./CustodyBase.sol";
import {CustodyExitsDeposits} from "./CustodyExitsDeposits.sol";
import {CustodyExitsForced} from "./CustodyExitsForced.sol";
import {CustodyExitsFreeze} from "./CustodyExitsFreeze.sol";
import {EscapeLib} from "./EscapeLib.sol";

/// @title Ways out of a custody that need nobody's help; runs on the custody's storage, reached by its fallback.
/// @dev Order of claims while frozen: authorised payouts and uncovered records, then rows, then the recovery root.
/// Each takes only what the ones before it leave, so that none can eat another's, and no pause stops any of them.
contract CustodyExits is CustodyExitsDeposits, CustodyExitsForced {
    constructor(ICustody.Parameters memory p, IForwarderFactory forwarders, IFraudVerifier fraud)
        CustodyBase(p)
        CustodyExitsDeposits(forwarders)
        CustodyExitsFreeze(fraud)
    {}

    /// @inheritdoc ICustodyExits
    function frozen() external view returns (bool) {
        return _frozen();
    }

    /// @inheritdoc ICustodyExits
    function escape(LeafProof calldata proof, address to) external nonReentrant whileFrozen {
        // Check
        if (EscapeLib.isSystemWallet(proof.wallet)) revert CustodyExits_SystemRow(proof.wallet);
        _checkPayee(proof.wallet, to);
        (address token, bytes24 id) = _openActive(proof);
        Owed memory sums = owed(token);
        uint256 available = _lotsBeyond(token, sums.authorised + sums.recorded);
        uint256 escapable = _escapableLots(token);
        // Effect
        uint64 lots = _take(proof, token, id, available < escapable ? available : escapable);
        uint64 left = proof.total - proof.withdrawal - _exitsStorage().escaped[token][id];
        emit Escaped(token, proof.wallet, to, lots, left);
        // Interaction
        _sendLots(token, to, lots);
    }

    /// @inheritdoc ICustodyExits
    function releaseSystemRow(LeafProof calldata proof) external nonReentrant whileFrozen {
        if (!EscapeLib.isSystemWallet(proof.wallet)) revert CustodyExits_NotSystemRow(proof.wallet);
        (address token, bytes24 id) = _openActive(proof);
        uint64 lots = _take(proof, token, id, _escapableLots(token));
        emit SystemRowReleased(token, proof.wallet, lots);
    }

    /// @inheritdoc ICustodyExits
    function setRecoveryRoot(bytes32 payoutRoot, uint32 payoutCount, Certificate calldata certificate)
        external
        nonReentrant
        whileFrozen
    {
        ExitsStorage storage $ = _exitsStorage();
        // Check
        if ($.recoveryRoot != bytes32(0)) revert CustodyExits_RecoverySet();
        if (payoutRoot == bytes32(0) || payoutCount == 0) revert CustodyExits_NoPayouts();
        if (!VERIFIER.inTerm(certificate.setId, uint64(block.timestamp))) {
            revert CustodyExits_SetNotLive(certificate.setId);
        }
        bytes32 message = EscapeLib.recoveryDigest(DOMAIN, payoutRoot, payoutCount);
        (uint256 signed, uint256 total) = VERIFIER.messageWeight(certificate.setId, message, certificate);
        if (!CertificateLib.isQuorum(signed, total)) revert CustodyExits_NoQuorum(signed, total);
        // Effect
        ($.recoveryRoot, $.recoveryCount) = (payoutRoot, payoutCount);
        emit RecoveryRootSet(payoutRoot, payoutCount, certificate.setId, signed);
    }

    /// @inheritdoc ICustodyExits
    function recover(PayoutClaim calldata payout) external nonReentrant whileFrozen {
        ExitsStorage storage $ = _exitsStorage();
        (address token, address wallet) = (payout.token, payout.wallet);
        // Check
        if (!PayoutLib.verify(payout, $.recoveryRoot, $.recoveryCount)) {
            revert CustodyExits_PayoutNotInRoot(token, wallet, payout.cumulative);
        }
        _requireListed(token);
        uint64 before = $.accounts[token][wallet].recovered;
        if (payout.cumulative <= before) revert CustodyExits_NothingDue(token, wallet);
        Owed memory sums = owed(token);
        uint256 available = _lotsBeyond(token, sums.authorised + sums.recorded + sums.escapable);
        uint64 lots = _least(token, payout.cumulative - before, available);
        // Effect
        $.accounts[token][wallet].recovered = before + lots;
        emit Recovered(token, wallet, lots, before + lots);
        // Interaction
        _sendLots(token, wallet, lots);
    }

    /// @inheritdoc ICustodyExits
    function escaped(address token, bytes24 id) external view returns (uint64) {
        return _exitsStorage().escaped[token][id];
    }

    /// @inheritdoc ICustodyExits
    function escapedOut(address token) external view returns (uint64) {
        return _exitsStorage().exits[token].escapedOut;
    }

    /// @inheritdoc ICustodyExits
    function recoveryRoot() external view returns (bytes32 payoutRoot, uint32 payoutCount) {
        return (_exitsStorage().recoveryRoot, _exitsStorage().recoveryCount);
    }

    /// @inheritdoc ICustodyExits
    function recovered(address token, address wallet) external view returns (uint64) {
        return _exitsStorage().accounts[token][wallet].recovered;
    }

    /// @dev Books what a row still has due, at most `available` lots.
    function _take(LeafProof calldata proof, address token, bytes24 id, uint256 available)
        private
        returns (uint64 lots)
    {
        ExitsStorage storage $ = _exitsStorage();
        uint64 due = proof.total - proof.withdrawal - $.escaped[token][id];
        if (due == 0) revert CustodyExits_NothingDue(token, proof.wallet);
        lots = _least(token, due, available);
        $.escaped[token][id] += lots;
        $.exits[token].escapedOut += lots;
    }

    function _least(address token, uint64 due, uint256 available) private pure returns (uint64) {
        if (available == 0) revert CustodyExits_ReservesShort(token, available);
        // forge-lint: disable-next-line(unsafe-typecast) -- the lesser of both fits
        return available < due ? uint64(available) : due;
    }
}
