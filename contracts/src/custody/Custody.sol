// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ChainClock} from "../arbitrum/ChainClock.sol";
import {Ballot} from "../interfaces/ICertificateVerifier.sol";
import {ICustody} from "../interfaces/ICustody.sol";
import {AssetLine, Certificate, Line, PayoutClaim, Summary} from "../interfaces/PobsTypes.sol";
import {CertificateLib} from "../libraries/CertificateLib.sol";
import {GpmpLib} from "../libraries/GpmpLib.sol";
import {RulesHashes} from "../libraries/RulesHashes.sol";
import {SummaryLib} from "../libraries/SummaryLib.sol";
import {VerifierCall} from "../libraries/VerifierCall.sol";
import {CustodyBase} from "./CustodyBase.sol";
import {CustodyControl} from "./CustodyControl.sol";
import {CustodyPayments} from "./CustodyPayments.sol";
import {CustodyViews} from "./CustodyViews.sol";
import {PaymentLib} from "./PaymentLib.sol";

/// @title Custody of one chain: pooled funds that leave only by an epoch two thirds of the validators approved.
/// @dev Deposits are plain transfers: nothing here runs for them but {receive}.
contract Custody is CustodyViews, CustodyPayments {
    using RulesHashes for RulesHashes.Hashes;

    /// @notice Code of the exits, run on this custody's storage for every call that is not found here.
    address public immutable EXITS;
    /// @notice Code of the rare calls, created with this implementation and run on this custody's storage.
    address public immutable CONTROL;

    /// @param exits A {CustodyExits} of the same parameters.
    constructor(Parameters memory p, CustodyBase exits) CustodyBase(p) {
        if (exits.PARAMETERS_HASH() != PARAMETERS_HASH) revert Custody_WrongModule(address(exits));
        EXITS = address(exits);
        CONTROL = address(new CustodyControl(p));
        _disableInitializers();
    }

    /// @dev Forced withdrawals, freeze and escape live in {CustodyExits}; precedent: Compound's Comet and its extension.
    fallback() external payable {
        _delegate(EXITS);
    }

    /// @dev A plain push of ETH is a deposit (paper §3.3 Fig. 4).
    receive() external payable {
        emit EtherReceived(msg.sender, msg.value);
    }

    /// @param admin A timelock: it may upgrade, list assets and set rules.
    function initialize(address admin, address guardian) external initializer {
        if (admin == address(0) || guardian == address(0)) revert Custody_ZeroAddress();
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
        _grantRole(GUARDIAN_ROLE, guardian);
        // The freeze clock runs from the start, though nothing was ever settled.
        _storage().head.snapshotTime = SafeCast.toUint40(block.timestamp);
    }

    /// @inheritdoc ICustody
    function settle(
        Summary calldata summary,
        Line calldata line,
        uint256 lineIndex,
        bytes32[] calldata linePath,
        bytes32[] calldata treeHashes,
        Certificate calldata certificate
    ) external nonReentrant {
        Head memory head = _storage().head;
        if (head.frozen) revert Custody_Frozen();
        _requireNotPaused(head, PAUSE_SETTLE);
        if (head.hasPending) {
            _activateDue();
            head = _storage().head;
        }
        // Check
        _checkSummary(head, summary);
        _checkLine(head, line);
        if (!SummaryLib.verifyLine(summary, line, lineIndex, linePath)) revert Custody_LineNotInSummary(lineIndex);
        bytes32 digest = SummaryLib.digest(DOMAIN, summary);
        uint256 signed = _checkCertificate(summary, digest, certificate);

        // Effect
        _bookAssets(head.tokenCount, line.assets, treeHashes);
        emit Settled(summary.epoch, digest, line.payoutRoot, line.blockNumber, signed);
        _bookRoot(summary, line, digest);
    }

    /// @inheritdoc ICustody
    function activate() external nonReentrant {
        Head memory head = _storage().head;
        if (head.frozen) revert Custody_Frozen();
        _requireNotPaused(head, PAUSE_SETTLE);
        if (!head.hasPending) revert Custody_NothingPending();
        _activateDue();
    }

    /* RUN IN {CustodyControl} */

    /// @inheritdoc ICustody
    function pause(uint256, uint64) external {
        _delegate(CONTROL);
    }

    /// @inheritdoc ICustody
    function unpause() external {
        _delegate(CONTROL);
    }

    /// @inheritdoc ICustody
    function listAsset(address, uint128) external {
        _delegate(CONTROL);
    }

    /// @inheritdoc ICustody
    function setRulesHash(bytes32) external {
        _delegate(CONTROL);
    }

    /// @inheritdoc ICustody
    function setOutflowLimit(address, uint64, uint64) external {
        _delegate(CONTROL);
    }

    /// @inheritdoc ICustody
    function kill() external {
        _delegate(CONTROL);
    }

    /// @inheritdoc ICustody
    function killPending(Certificate calldata) external {
        _delegate(CONTROL);
    }

    /// @inheritdoc ICustody
    function claimTo(PayoutClaim calldata, address, uint256, bytes calldata) external {
        _delegate(CONTROL);
    }

    /// @dev Everything about the summary that needs no signature.
    function _checkSummary(Head memory head, Summary calldata summary) private view {
        if (summary.epoch <= head.epoch) revert Custody_EpochNotNewer(summary.epoch, head.epoch);
        if (block.timestamp > uint256(summary.snapshotTime) + MAX_AGE) {
            revert Custody_TooOld(summary.snapshotTime, block.timestamp);
        }
        if (!_storage().rules.known(summary.rulesHash)) revert Custody_UnknownRules(summary.rulesHash);
    }

    /// @dev The line is this custody's, of this many kills, and not of an earlier block than the active one.
    function _checkLine(Head memory head, Line calldata line) private view {
        if (line.chainId != block.chainid || line.custody != address(this)) {
            revert Custody_WrongCustody(line.chainId, line.custody);
        }
        if (line.kills != head.kills) revert Custody_WrongKills(line.kills, head.kills);
        if (line.payoutRoot == bytes32(0)) revert Custody_ZeroPayoutRoot();
        if (line.blockNumber < head.blockNumber) revert Custody_BlockFell(line.blockNumber, head.blockNumber);
        uint256 current = ChainClock.blockNumber(ARBITRUM);
        if (line.blockNumber > current) revert Custody_BlockInFuture(line.blockNumber, current);
    }

    /// @dev Two thirds of the summary's own set, in term at the snapshot, approved exactly this digest.
    function _checkCertificate(Summary calldata summary, bytes32 digest, Certificate calldata certificate)
        private
        view
        returns (uint256 signed)
    {
        if (certificate.kind != CertificateLib.APPROVE) revert Custody_NotAnApproval(certificate.kind);
        Ballot memory ballot = Ballot(DOMAIN, digest, summary.epoch, summary.snapshotTime, summary.setId);
        uint256 total;
        (signed, total) = VerifierCall.signedWeight(VERIFIER, ballot, certificate);
        if (!CertificateLib.isQuorum(signed, total)) revert Custody_NoQuorum(signed, total);
    }

    /// @dev Every listed asset, each once, sorted by token.
    function _bookAssets(uint256 count, AssetLine[] calldata lines, bytes32[] calldata treeHashes) private {
        if (lines.length != count) revert Custody_NotEveryAsset(lines.length, count);
        if (treeHashes.length != count) revert Custody_TreeHashCount(treeHashes.length, count);
        address previous;
        for (uint256 i = 0; i < count; ++i) {
            AssetLine memory line = lines[i];
            if (i != 0 && line.token <= previous) revert Custody_AssetsNotSorted(line.token);
            previous = line.token;
            _bookAsset(i, line, treeHashes[i]);
        }
    }

    function _bookAsset(uint256 index, AssetLine memory line, bytes32 treeHash) private {
        address token = line.token;
        Asset storage stored = _storage().assets[token];
        (uint64 lotSize, uint64 paidOut) = (stored.lotSize, stored.paidOut);
        // Check
        if (lotSize == 0) revert Custody_NotListed(token);
        if (line.lotSize != lotSize) revert Custody_WrongLotSize(token, line.lotSize, lotSize);
        (uint64 deposited, uint64 authorisedOut) = _checkFigures(line);
        if (deposited < stored.deposited || authorisedOut < stored.authorisedOut) revert Custody_FiguresFell(token);
        uint256 held = PaymentLib.balance(token) + uint256(paidOut) * lotSize;
        uint256 needed = uint256(deposited) * lotSize;
        if (held < needed) revert Custody_ReservesShort(token, held, needed);
        // forge-lint: disable-next-line(unsafe-typecast) -- below ASSETS_MAX
        bytes32 root = GpmpLib.lineRoot(uint16(index), line, treeHash);
        if (root != line.root || (treeHash == bytes32(0)) != (line.count == 0)) revert Custody_WrongAssetRoot(token);

        // Effect
        if (DISPUTE_WINDOW == 0) {
            (stored.deposited, stored.authorisedOut) = (deposited, authorisedOut);
        } else {
            _storage().pendingFigures[token] = Figures(deposited, authorisedOut);
        }
    }

    /// @dev Ranges, row order of the sums, and V8: what is owed is what came in and was not let out.
    function _checkFigures(AssetLine memory line) private pure returns (uint64 deposited, uint64 authorisedOut) {
        (deposited, authorisedOut) = (line.deposited, line.authorisedOut);
        (uint64 liabilities, uint64 withdrawable, uint64 withdrawals) =
            (line.liabilities, line.withdrawable, line.withdrawals);
        if ((deposited | authorisedOut | liabilities) >= GpmpLib.LOTS_LIMIT) {
            revert Custody_LotsOutOfRange(line.token);
        }
        if (liabilities < withdrawable || withdrawable < withdrawals) revert Custody_SumsOutOfOrder(line.token);
        // Below 2^63 each, so the sums do not wrap.
        unchecked {
            if (liabilities + authorisedOut != deposited + withdrawals) revert Custody_BooksUnequal(line.token);
        }
    }

    /// @dev Stores the root as active or, with a dispute window, as pending.
    function _bookRoot(Summary calldata summary, Line calldata line, bytes32 digest) private {
        if ((summary.epoch | summary.snapshotTime | line.blockNumber) >> FIGURE_BITS != 0) {
            revert Custody_FigureTooLarge();
        }
        Pending memory root = Pending({
            epoch: uint40(summary.epoch),
            snapshotTime: uint40(summary.snapshotTime),
            blockNumber: uint40(line.blockNumber),
            payoutCount: line.payoutCount,
            setId: summary.setId,
            activeAt: uint40(block.timestamp + DISPUTE_WINDOW),
            payoutRoot: line.payoutRoot,
            digest: digest
        });
        if (DISPUTE_WINDOW == 0) {
            _setActive(root);
            return;
        }
        _storage().pending = root;
        _storage().head.hasPending = true;
    }

    /// @dev Activates the pending root; reverts inside its window, where it is in everybody's way.
    function _activateDue() private {
        Pending storage pending = _storage().pending;
        if (block.timestamp < pending.activeAt) revert Custody_RootPending(pending.epoch, pending.activeAt);
        _activatePending();
    }

    /// @dev Runs the same call on this storage by a module's code; does not return.
    function _delegate(address module) private {
        assembly ("memory-safe") {
            let m := mload(0x40)
            calldatacopy(m, 0x00, calldatasize())
            let ok := delegatecall(gas(), module, m, calldatasize(), 0x00, 0x00)
            returndatacopy(m, 0x00, returndatasize())
            if iszero(ok) { revert(m, returndatasize()) }
            return(m, returndatasize())
        }
    }
}
