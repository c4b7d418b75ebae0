// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ChainClock} from "../arbitrum/ChainClock.sol";
import {ICertificateVerifier} from "../interfaces/ICertificateVerifier.sol";
import {ICustody} from "../interfaces/ICustody.sol";
import {BucketLib} from "../libraries/BucketLib.sol";
import {RulesHashes} from "../libraries/RulesHashes.sol";
import {SummaryLib} from "../libraries/SummaryLib.sol";

/// @title What every module of one custody shares: parameters, storage, and the life of a root.
/// @dev Modules run on the storage of one proxy (the custody calls its exits by delegatecall), so both derive from here.
abstract contract CustodyBase is ReentrancyGuardTransient {
    /// @dev One word, so that settling and paying touch one slot per asset. A lot is below 2^64 base units.
    struct Asset {
        uint64 lotSize;
        uint64 deposited;
        uint64 authorisedOut;
        uint64 paidOut;
    }

    /// @dev What every settlement and payment reads, in one word: the active root's figures, the pause, and whether a
    /// root is pending. Epochs and blocks are below 2^40, as are seconds.
    struct Head {
        uint40 epoch;
        uint40 snapshotTime;
        uint40 blockNumber;
        uint32 payoutCount;
        uint16 kills;
        uint40 pausedUntil;
        uint8 pauseBits;
        uint8 tokenCount;
        /// @dev How many assets have an outflow limit; at zero no payment looks for one.
        uint8 limitCount;
        bool hasPending;
        bool frozen;
    }

    struct Pending {
        uint40 epoch;
        uint40 snapshotTime;
        uint40 blockNumber;
        uint32 payoutCount;
        uint32 setId;
        uint40 activeAt;
        bytes32 payoutRoot;
        bytes32 digest;
    }

    /// @dev Cumulative figures that a pending root brings when it is activated.
    struct Figures {
        uint64 deposited;
        uint64 authorisedOut;
    }

    /// @custom:storage-location erc7201:pobs.storage.Custody
    struct CustodyStorage {
        Head head;
        bytes32 payoutRoot;
        /// @dev EIP-712 digest of the active root's summary; zero before the first.
        bytes32 digest;
        /// @dev Seconds of pause counted against the guardian's allowance.
        uint32 pauseSpent;
        Pending pending;
        RulesHashes.Hashes rules;
        address[] tokens;
        mapping(address token => Asset) assets;
        mapping(address token => Figures) pendingFigures;
        mapping(address token => mapping(address wallet => uint64)) paid;
        mapping(address token => BucketLib.Bucket) buckets;
    }

    /// @dev keccak256(abi.encode(uint256(keccak256("pobs.storage.Custody")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE = 0xf8e2416086dec83057915a3433cbb81ba8b9ad9d06eaa9e32ee798510cffd400;

    uint256 public constant PAUSE_SETTLE = 1;
    uint256 public constant PAUSE_PAY = 2;
    uint256 internal constant FIGURE_BITS = 40;

    ICertificateVerifier public immutable VERIFIER;
    /// @notice EIP-712 domain of the deployment, equal on every chain.
    bytes32 public immutable DOMAIN;
    /// @notice MAX_AGE: seconds after its snapshot in which an epoch may settle.
    uint64 public immutable MAX_AGE;
    /// @notice Seconds a settled root waits before it pays.
    uint64 public immutable DISPUTE_WINDOW;
    /// @notice Least delay, in seconds, of the timelock that may upgrade; zero: no timelock is asked for.
    uint64 public immutable UPGRADE_DELAY;
    /// @notice True on an Arbitrum chain: block numbers come from ArbSys.
    bool public immutable ARBITRUM;
    /// @notice Hash of all parameters; the modules of one custody have it in common.
    bytes32 public immutable PARAMETERS_HASH;

    constructor(ICustody.Parameters memory p) {
        if (address(p.verifier) == address(0)) revert ICustody.Custody_ZeroAddress();
        if (p.salt == bytes32(0) || p.maxAge == 0) revert ICustody.Custody_BadParameters();
        ChainClock.check(p.arbitrum);
        VERIFIER = p.verifier;
        DOMAIN = SummaryLib.domainSeparator(p.salt);
        MAX_AGE = p.maxAge;
        DISPUTE_WINDOW = p.disputeWindow;
        UPGRADE_DELAY = p.upgradeDelay;
        ARBITRUM = p.arbitrum;
        PARAMETERS_HASH = keccak256(abi.encode(p));
    }

    /// @dev True for the summary whose root pays now; never for zero.
    function _isActive(bytes32 digest) internal view returns (bool) {
        return digest != bytes32(0) && digest == _storage().digest;
    }

    /// @dev Zero when no root is pending.
    function _pendingDigest() internal view returns (bytes32) {
        return _storage().pending.digest;
    }

    function _frozen() internal view returns (bool) {
        return _storage().head.frozen;
    }

    /// @dev A pending root whose dispute window has passed; pauses are the caller's to ask for.
    function _isPendingDue() internal view returns (bool) {
        CustodyStorage storage $ = _storage();
        return $.head.hasPending && block.timestamp >= $.pending.activeAt;
    }

    /// @dev The caller has checked that a root is pending and due.
    function _activatePending() internal {
        CustodyStorage storage $ = _storage();
        Pending memory root = $.pending;
        _dropPending();
        _setActive(root);
        uint256 count = $.head.tokenCount;
        for (uint256 i = 0; i < count; ++i) {
            address token = $.tokens[i];
            // Zeros for an asset that was listed while the root was pending.
            Figures memory figures = $.pendingFigures[token];
            $.assets[token].deposited = figures.deposited;
            $.assets[token].authorisedOut = figures.authorisedOut;
        }
    }

    function _setActive(Pending memory root) internal {
        CustodyStorage storage $ = _storage();
        Head storage head = $.head;
        head.epoch = root.epoch;
        head.snapshotTime = root.snapshotTime;
        head.blockNumber = root.blockNumber;
        head.payoutCount = root.payoutCount;
        $.payoutRoot = root.payoutRoot;
        $.digest = root.digest;
        emit ICustody.RootActivated(root.epoch, root.payoutRoot);
    }

    /// @dev Ends the pending root for good: lines sealed before name another count of kills, so none of them settles.
    function _killPending(ICustody.KillReason reason) internal {
        CustodyStorage storage $ = _storage();
        if (!$.head.hasPending) revert ICustody.Custody_NothingPending();
        (uint64 epoch, bytes32 digest) = ($.pending.epoch, $.pending.digest);
        _dropPending();
        uint16 kills = ++$.head.kills;
        emit ICustody.RootKilled(epoch, digest, kills, reason);
    }

    /// @dev Terminal. A pending root whose window has passed is activated first, else dropped (PROTOCOL §7).
    function _freeze() internal {
        CustodyStorage storage $ = _storage();
        if ($.head.frozen) revert ICustody.Custody_Frozen();
        if (_isPendingDue()) {
            _activatePending();
        } else if ($.head.hasPending) {
            emit ICustody.RootDropped($.pending.epoch, $.pending.digest);
            _dropPending();
        }
        $.head.frozen = true;
    }

    function _dropPending() private {
        CustodyStorage storage $ = _storage();
        delete $.pending;
        $.head.hasPending = false;
    }

    function _isPaused(Head memory head, uint256 bit) internal view returns (bool) {
        return head.pauseBits & bit != 0 && block.timestamp < head.pausedUntil;
    }

    function _requireNotPaused(Head memory head, uint256 bit) internal view {
        if (_isPaused(head, bit)) revert ICustody.Custody_Paused(head.pauseBits, head.pausedUntil);
    }

    function _storage() internal pure returns (CustodyStorage storage $) {
        assembly {
            $.slot := STORAGE
        }
    }
}
