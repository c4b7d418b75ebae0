// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {ICustody} from "../interfaces/ICustody.sol";
import {ICustodyExits, LeafProof} from "../interfaces/ICustodyExits.sol";
import {SummaryLib} from "../libraries/SummaryLib.sol";
import {CustodyBase} from "./CustodyBase.sol";
import {EscapeLib} from "./EscapeLib.sol";
import {PaymentLib} from "./PaymentLib.sol";

/// @title Storage of the exits, the opening of rows, and what is owed before what while frozen.
abstract contract CustodyExitsBase is ICustodyExits, CustodyBase {
    using Checkpoints for Checkpoints.Trace208;

    /// @dev Announced for the root of this epoch; void once another is active.
    struct Announcement {
        uint40 epoch;
        uint40 freezeFrom;
    }

    /// @dev Per token. `escapedOut` is lots, the rest base units; `records` is the sum over all wallets by block.
    struct Exits {
        uint64 escapedOut;
        uint256 reclaimedOut;
        Checkpoints.Trace208 records;
    }

    /// @dev Per token and wallet: recorded deposits by block and what was reclaimed of them, base units.
    struct Account {
        Checkpoints.Trace208 records;
        uint256 reclaimed;
        ForcedRequest request;
        uint64 recovered;
    }

    /// @custom:storage-location erc7201:pobs.storage.CustodyExits
    struct ExitsStorage {
        Announcement announcement;
        uint32 recoveryCount;
        bytes32 recoveryRoot;
        mapping(address token => Exits) exits;
        mapping(address token => mapping(address wallet => Account)) accounts;
        mapping(address token => mapping(bytes24 id => uint64 lots)) escaped;
    }

    /// @dev keccak256(abi.encode(uint256(keccak256("pobs.storage.CustodyExits")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant EXITS_STORAGE = 0xd85529408df11e1faa0993941d8d6bc9abd67cc8f44e6d339372ec9430e42400;

    modifier whileLive() {
        _requireLive();
        _;
    }

    modifier whileFrozen() {
        _requireFrozen();
        _;
    }

    /// @inheritdoc ICustodyExits
    function owed(address token) public view returns (Owed memory sums) {
        Asset storage stored = _storage().assets[token];
        Exits storage exits = _exitsStorage().exits[token];
        uint256 lotSize = stored.lotSize;
        sums.authorised = (stored.authorisedOut - stored.paidOut) * lotSize;
        sums.escapable = _escapableLots(token) * lotSize;
        sums.recorded = _uncovered(exits.records) - exits.reclaimedOut;
    }

    /// @dev Opens a row of the active epoch.
    function _openActive(LeafProof calldata proof) internal view returns (address token, bytes24 id) {
        bytes32 digest = SummaryLib.digest(DOMAIN, proof.summary);
        if (!_isActive(digest)) revert CustodyExits_NotActive(digest);
        return EscapeLib.open(proof);
    }

    /// @dev Lots of rows not yet escaped. By V8, which settle checked, the rows less their withdrawals add up to what
    /// came in and was not let out; a signed tree that lies about its sums cannot pay beyond that.
    function _escapableLots(address token) internal view returns (uint256) {
        Asset storage stored = _storage().assets[token];
        return stored.deposited - stored.authorisedOut - _exitsStorage().exits[token].escapedOut;
    }

    /// @dev Base units recorded in blocks after the active line's.
    function _uncovered(Checkpoints.Trace208 storage records) internal view returns (uint256) {
        return records.latest() - records.upperLookup(_storage().head.blockNumber);
    }

    /// @dev Whole lots of a token that are there beyond `reserved` base units.
    function _lotsBeyond(address token, uint256 reserved) internal view returns (uint256) {
        uint256 balance = PaymentLib.balance(token);
        return balance <= reserved ? 0 : (balance - reserved) / _storage().assets[token].lotSize;
    }

    /// @dev The whole payment or none; the caller's bookings fall with it.
    function _send(address token, address to, uint256 amount) internal {
        if (!PaymentLib.send(token, to, amount, gasleft())) revert CustodyExits_PaymentFailed(token, to);
    }

    function _sendLots(address token, address to, uint256 lots) internal {
        _send(token, to, lots * _storage().assets[token].lotSize);
    }

    /// @dev Anybody may have a wallet paid; only the wallet itself may have somebody else paid for it.
    function _checkPayee(address wallet, address to) internal view {
        if (to != wallet && msg.sender != wallet) revert CustodyExits_NotWallet(msg.sender, wallet);
        if (to == address(0)) revert CustodyExits_ZeroAddress();
    }

    function _requireLive() private view {
        if (_frozen()) revert ICustody.Custody_Frozen();
    }

    function _requireFrozen() private view {
        if (!_frozen()) revert CustodyExits_NotFrozen();
    }

    function _requireListed(address token) internal view {
        if (_storage().assets[token].lotSize == 0) revert ICustody.Custody_NotListed(token);
    }

    function _exitsStorage() internal pure returns (ExitsStorage storage $) {
        assembly {
            $.slot := EXITS_STORAGE
        }
    }
}
