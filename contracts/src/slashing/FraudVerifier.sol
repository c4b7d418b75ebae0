// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFraudProofs} from "../interfaces/IFraudProofs.sol";
import {IFraudVerifier} from "../interfaces/IFraudVerifier.sol";
import {AssetLine, Line, PayoutClaim, Summary} from "../interfaces/PobsTypes.sol";
import {GpmpLib} from "../libraries/GpmpLib.sol";
import {PayoutLib} from "../libraries/PayoutLib.sol";
import {SummaryLib} from "../libraries/SummaryLib.sol";
import {TreeLib} from "../libraries/TreeLib.sol";
import {SheetLib} from "./SheetLib.sol";

/// @title Proves that a summary contradicts itself or its ancestors.
/// @dev Immutable and without state. Each proof first binds what it shows to the digest, then reverts with
/// `NoFraud` unless a rule of every honest sheet is broken.
contract FraudVerifier is IFraudProofs {
    /// @inheritdoc IFraudProofs
    bytes32 public immutable DOMAIN;

    /// @param salt Names the deployment: see {SummaryLib-saltOf}.
    constructor(bytes32 salt) {
        if (salt == bytes32(0)) revert FraudVerifier_ZeroSalt();
        DOMAIN = SummaryLib.domainSeparator(salt);
    }

    /// @inheritdoc IFraudVerifier
    function check(bytes calldata evidence)
        external
        view
        returns (uint64 epoch, bytes32 digest, uint64 chainId, address custody)
    {
        if (evidence.length < 4) revert FraudVerifier_BadEvidence();
        bytes4 selector = bytes4(evidence[:4]);
        if (!_isProof(selector)) revert FraudVerifier_UnknownEvidence(selector);
        (bool ok, bytes memory verdict) = address(this).staticcall(evidence);
        if (!ok) _bubble(verdict);
        return abi.decode(verdict, (uint64, bytes32, uint64, address));
    }

    /// @inheritdoc IFraudProofs
    function proveNode(
        Subject calldata subject,
        uint16 asset,
        uint256 level,
        GpmpLib.Node calldata left,
        GpmpLib.Node calldata right,
        Opening calldata opening
    ) external view returns (uint64, bytes32, uint64, address) {
        AssetLine memory line = _assetOf(subject, asset);
        // Checked before the cast: level 0 are leaves, which have no children.
        if (level == 0 || level > type(uint8).max) revert FraudVerifier_BadLevel(level, opening.steps.length);
        // forge-lint: disable-next-line(unsafe-typecast) -- just checked
        SheetLib.requireUnder(asset, line, level, GpmpLib.node(uint8(level), asset, left, right), opening);

        bool honest = SheetLib.addsUp(left.sums, right.sums, opening.sums) && SheetLib.inRange(left.sums)
            && SheetLib.inRange(right.sums) && SheetLib.inRange(opening.sums)
            && !SheetLib.misplaced(level, opening, line.count)
            && !SheetLib.childBroken(left, SheetLib.rowsAt(level - 1, opening.index * 2, line.count))
            && !SheetLib.childBroken(right, SheetLib.rowsAt(level - 1, opening.index * 2 + 1, line.count));
        if (honest) revert FraudVerifier_NoFraud();
        return _verdict(subject);
    }

    /// @inheritdoc IFraudProofs
    function proveRow(Subject calldata subject, uint16 asset, GpmpLib.Row calldata row, Opening calldata opening)
        external
        view
        returns (uint64, bytes32, uint64, address)
    {
        AssetLine memory line = _assetOf(subject, asset);
        SheetLib.requireUnder(asset, line, 0, GpmpLib.leaf(asset, row), opening);

        GpmpLib.Sums memory own = GpmpLib.Sums(row.total, row.withdrawable, row.withdrawal, 1);
        bool honest = SheetLib.inRange(own) && row.total >= row.withdrawable && row.withdrawable >= row.withdrawal
            && SheetLib.equal(own, opening.sums) && !SheetLib.misplaced(0, opening, line.count);
        if (honest) revert FraudVerifier_NoFraud();
        return _verdict(subject);
    }

    /// @inheritdoc IFraudProofs
    function proveOrder(
        Subject calldata subject,
        uint16 asset,
        GpmpLib.Row calldata first,
        Opening calldata firstOpening,
        GpmpLib.Row calldata second,
        Opening calldata secondOpening
    ) external view returns (uint64, bytes32, uint64, address) {
        AssetLine memory line = _assetOf(subject, asset);
        SheetLib.requireUnder(asset, line, 0, GpmpLib.leaf(asset, first), firstOpening);
        SheetLib.requireUnder(asset, line, 0, GpmpLib.leaf(asset, second), secondOpening);

        // One row shown twice is no pair. Both ways reach one root, so they are equally long and the indices compare.
        if (firstOpening.index >= secondOpening.index || first.id < second.id) revert FraudVerifier_NoFraud();
        return _verdict(subject);
    }

    /// @inheritdoc IFraudProofs
    function proveRoot(Subject calldata subject, uint16 asset, RootPreimage calldata preimage)
        external
        view
        returns (uint64, bytes32, uint64, address)
    {
        AssetLine memory line = _assetOf(subject, asset);
        GpmpLib.Sums memory sums = preimage.sums;
        bytes32 root = GpmpLib.root(preimage.asset, preimage.token, preimage.lotSize, preimage.treeHash, sums);
        if (root != line.root) revert FraudVerifier_NotThePreimage(line.root);

        bool honest = preimage.asset == asset && preimage.token == line.token && preimage.lotSize == line.lotSize
            && SheetLib.equal(sums, SheetLib.sumsOf(line))
            && !SheetLib.childBroken(GpmpLib.Node(preimage.treeHash, sums), sums.count);
        if (honest) revert FraudVerifier_NoFraud();
        return _verdict(subject);
    }

    /// @inheritdoc IFraudProofs
    function proveBooks(Subject calldata subject, uint16 asset)
        external
        view
        returns (uint64, bytes32, uint64, address)
    {
        AssetLine memory line = _assetOf(subject, asset);
        bool honest = (line.deposited | line.authorisedOut) < GpmpLib.LOTS_LIMIT
            && SheetLib.inRange(SheetLib.sumsOf(line)) && line.liabilities >= line.withdrawable
            && line.withdrawable >= line.withdrawals
            && uint256(line.liabilities) + line.authorisedOut == uint256(line.deposited) + line.withdrawals
            && (asset == 0 || subject.line.assets[asset - 1].token < line.token);
        if (honest) revert FraudVerifier_NoFraud();
        return _verdict(subject);
    }

    /// @inheritdoc IFraudProofs
    function proveLines(
        Subject calldata subject,
        uint256 secondIndex,
        Line calldata second,
        bytes32[] calldata secondPath
    ) external view returns (uint64, bytes32, uint64, address) {
        _requireLine(subject.summary, subject.line, subject.lineIndex, subject.linePath);
        _requireLine(subject.summary, second, secondIndex, secondPath);

        Line calldata first = subject.line;
        bool ascending =
            first.chainId < second.chainId || (first.chainId == second.chainId && first.custody < second.custody);
        if (subject.lineIndex >= secondIndex || ascending) revert FraudVerifier_NoFraud();
        return _verdict(subject);
    }

    /// @inheritdoc IFraudProofs
    function proveCumulative(
        Subject calldata subject,
        PayoutClaim calldata payout,
        Summary[] calldata between,
        Subject calldata older,
        PayoutClaim calldata olderPayout
    ) external view returns (uint64, bytes32, uint64, address) {
        _requireLine(subject.summary, subject.line, subject.lineIndex, subject.linePath);
        _requireAncestor(subject.summary.parent, between, older.summary);
        _requireLine(older.summary, older.line, older.lineIndex, older.linePath);
        _requirePayout(subject.line, payout);
        _requirePayout(older.line, olderPayout);

        // A kill returns the withdrawals of killed lines: only lines of equal kills share a base (PROTOCOL §7).
        if (
            older.line.chainId != subject.line.chainId || older.line.custody != subject.line.custody
                || older.line.kills != subject.line.kills || !_samePayee(payout, olderPayout)
        ) revert FraudVerifier_NotComparable();
        if (payout.cumulative >= olderPayout.cumulative) revert FraudVerifier_NoFraud();
        return _verdict(subject);
    }

    /// @inheritdoc IFraudProofs
    function provePayoutTwice(Subject calldata subject, PayoutClaim calldata first, PayoutClaim calldata second)
        external
        view
        returns (uint64, bytes32, uint64, address)
    {
        _requireLine(subject.summary, subject.line, subject.lineIndex, subject.linePath);
        _requirePayout(subject.line, first);
        _requirePayout(subject.line, second);
        if (!_samePayee(first, second)) revert FraudVerifier_NotComparable();
        if (first.index == second.index) revert FraudVerifier_NoFraud();
        return _verdict(subject);
    }

    function _isProof(bytes4 selector) private pure returns (bool) {
        return selector == this.proveNode.selector || selector == this.proveRow.selector
            || selector == this.proveOrder.selector || selector == this.proveRoot.selector
            || selector == this.proveBooks.selector || selector == this.proveLines.selector
            || selector == this.proveCumulative.selector || selector == this.provePayoutTwice.selector;
    }

    function _bubble(bytes memory reason) private pure {
        // The decoder of a malformed call reverts without a word.
        if (reason.length == 0) revert FraudVerifier_BadEvidence();
        assembly ("memory-safe") {
            revert(add(reason, 0x20), mload(reason))
        }
    }

    /// @dev Proves the subject's line and reads one of its assets.
    function _assetOf(Subject calldata subject, uint16 asset) private pure returns (AssetLine memory) {
        _requireLine(subject.summary, subject.line, subject.lineIndex, subject.linePath);
        uint256 assets = subject.line.assets.length;
        if (asset >= assets) revert FraudVerifier_NoSuchAsset(asset, assets);
        return subject.line.assets[asset];
    }

    function _requireLine(Summary calldata summary, Line calldata line, uint256 index, bytes32[] calldata path)
        private
        pure
    {
        if (!SummaryLib.verifyLine(summary, line, index, path)) revert FraudVerifier_LineNotInSummary(index);
    }

    /// @dev Each summary is the parent of the one before it, the first of the accused one.
    function _requireAncestor(bytes32 parent, Summary[] calldata between, Summary calldata older) private view {
        for (uint256 i = 0; i < between.length; ++i) {
            if (SummaryLib.digest(DOMAIN, between[i]) != parent) revert FraudVerifier_NotAnAncestor(i);
            parent = between[i].parent;
        }
        if (SummaryLib.digest(DOMAIN, older) != parent) revert FraudVerifier_NotAnAncestor(between.length);
    }

    function _requirePayout(Line calldata line, PayoutClaim calldata payout) private pure {
        bytes32 leaf = PayoutLib.leaf(line.chainId, line.custody, payout.token, payout.wallet, payout.cumulative);
        if (!TreeLib.verify(PayoutLib.NODE, line.payoutRoot, leaf, payout.index, line.payoutCount, payout.path)) {
            revert FraudVerifier_PayoutNotInRoot(payout.index);
        }
    }

    function _samePayee(PayoutClaim calldata a, PayoutClaim calldata b) private pure returns (bool) {
        return a.token == b.token && a.wallet == b.wallet;
    }

    function _verdict(Subject calldata subject) private view returns (uint64, bytes32, uint64, address) {
        Summary calldata summary = subject.summary;
        return (summary.epoch, SummaryLib.digest(DOMAIN, summary), subject.line.chainId, subject.line.custody);
    }
}
