// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {IFraudProofs} from "../../src/interfaces/IFraudProofs.sol";
import {AssetLine, Line, PayoutClaim, Summary} from "../../src/interfaces/PobsTypes.sol";
import {GpmpLib} from "../../src/libraries/GpmpLib.sol";
import {PayoutLib} from "../../src/libraries/PayoutLib.sol";
import {SummaryLib} from "../../src/libraries/SummaryLib.sol";
import {FraudVerifier} from "../../src/slashing/FraudVerifier.sol";
import {SheetTwin} from "./SheetTwin.sol";
import {TreeTwin} from "./TreeTwin.sol";

/// @notice Builds whole sheets of any size: rows, tree, payouts, three lines and the summary over them.
abstract contract FraudTest is Test {
    /// @dev The accused line is the second of three, the sheet its second asset: nothing sits at index zero.
    uint16 internal constant ASSET = 1;
    uint256 internal constant LINE = 1;
    address internal constant TOKEN = address(0x7070);
    address internal constant CUSTODY = address(0xC057);
    uint64 internal constant CHAIN = 42_161;
    bytes32 internal constant SALT = keccak256("deployment");

    struct Sheet {
        GpmpLib.Row[] rows;
        GpmpLib.Node[][] levels;
        PayoutClaim[] claims;
        Line[] lines;
        IFraudProofs.Subject subject;
    }

    FraudVerifier internal fraud;

    function setUp() public virtual {
        fraud = new FraudVerifier(SALT);
    }

    function digestOf(Summary calldata summary) external view returns (bytes32) {
        return SummaryLib.digest(fraud.DOMAIN(), summary);
    }

    function lineHashOf(Line calldata line) external pure returns (bytes32) {
        return SummaryLib.lineHash(line);
    }

    /* SHEETS */

    /// @dev Honest rows: ascending ids, ordered amounts.
    function _rows(uint256 seed, uint256 count) internal pure returns (GpmpLib.Row[] memory rows) {
        rows = new GpmpLib.Row[](count);
        for (uint256 i = 0; i < count; ++i) {
            uint256 word = uint256(keccak256(abi.encode(seed, i)));
            uint64 withdrawal = uint64(word % 1e6);
            uint64 withdrawable = withdrawal + uint64((word >> 64) % 1e6);
            uint64 total = withdrawable + uint64((word >> 128) % 1e6);
            rows[i] = GpmpLib.Row(bytes24(uint192((i + 1) << 96 | word >> 192)), total, withdrawable, withdrawal);
        }
    }

    function _honest(uint256 seed, uint256 count) internal view returns (Sheet memory) {
        return _sheet(_rows(seed, count));
    }

    function _sheet(GpmpLib.Row[] memory rows) internal view returns (Sheet memory) {
        return _lying(rows, SheetTwin.Lie(false, 0, 0, GpmpLib.Sums(0, 0, 0, 0)));
    }

    function _lying(GpmpLib.Row[] memory rows, SheetTwin.Lie memory lie) internal view returns (Sheet memory sheet) {
        sheet = _grown(SheetTwin.build(ASSET, SheetTwin.leaves(ASSET, rows), 0, lie));
        sheet.rows = rows;
    }

    /// @dev A sheet around any tree.
    function _grown(GpmpLib.Node[][] memory levels) internal view returns (Sheet memory sheet) {
        sheet.levels = levels;
        GpmpLib.Node[] memory top = levels[levels.length - 1];
        GpmpLib.Node memory root;
        if (top.length != 0) root = top[0];
        sheet.lines = new Line[](3);
        for (uint256 i = 0; i < 3; ++i) {
            sheet.lines[i] = _line(CHAIN - 1 + uint64(i), root);
        }
        sheet.subject.summary = _summary(7, keccak256("parent"));
        _setPayouts(sheet, _payees(3));
    }

    function _line(uint64 chainId, GpmpLib.Node memory root) private pure returns (Line memory line) {
        line.chainId = chainId;
        line.custody = CUSTODY;
        line.blockNumber = 1_000;
        line.blockHash = keccak256("block");
        line.kills = 2;
        line.payoutRoot = PayoutLib.EMPTY_ROOT;
        line.assets = new AssetLine[](2);
        line.assets[0].token = address(0x1111);
        line.assets[0].lotSize = 1;
        line.assets[0].root = _rootOf(0, line.assets[0], bytes32(0));
        AssetLine memory asset = line.assets[ASSET];
        (asset.token, asset.lotSize) = (TOKEN, 1e9);
        (asset.liabilities, asset.withdrawable, asset.withdrawals, asset.count) =
        (root.sums.total, root.sums.withdrawable, root.sums.withdrawal, root.sums.count);
        asset.authorisedOut = 100;
        // A wrapped total has no books; it is shown by its tree.
        if (asset.liabilities < 1 << 62) {
            asset.authorisedOut += asset.withdrawals;
            asset.deposited = asset.liabilities + asset.authorisedOut - asset.withdrawals;
        }
        asset.root = _rootOf(ASSET, asset, root.hash);
    }

    function _rootOf(uint16 index, AssetLine memory asset, bytes32 treeHash) internal pure returns (bytes32) {
        return keccak256(
            abi.encodePacked(
                uint8(4),
                index,
                asset.token,
                asset.lotSize,
                treeHash,
                asset.liabilities,
                asset.withdrawable,
                asset.withdrawals,
                asset.count
            )
        );
    }

    function _summary(uint64 epoch, bytes32 parent) internal pure returns (Summary memory) {
        return Summary({
            epoch: epoch,
            snapshotTime: 1_800_000_000 + epoch,
            setId: 3,
            parent: parent,
            linesRoot: bytes32(0),
            lineCount: 3,
            snapshotCid: keccak256("cid"),
            mappingHash: keccak256("mapping"),
            logRoot: keccak256("log"),
            journalHead: keccak256("journal"),
            rulesHash: keccak256("rules")
        });
    }

    function _payees(uint256 count) internal pure returns (PayoutClaim[] memory payees) {
        payees = new PayoutClaim[](count);
        for (uint256 i = 0; i < count; ++i) {
            payees[i].token = TOKEN;
            payees[i].wallet = address(uint160(0xA000 + i));
            payees[i].cumulative = uint64(1_000 + i);
        }
    }

    /// @dev Payout leaves of the accused line, in the given order, and everything above them.
    function _setPayouts(Sheet memory sheet, PayoutClaim[] memory claims) internal view {
        Line memory line = sheet.lines[LINE];
        bytes32[] memory hashes = new bytes32[](claims.length);
        for (uint256 i = 0; i < claims.length; ++i) {
            PayoutClaim memory claim = claims[i];
            hashes[i] = PayoutLib.leaf(line.chainId, line.custody, claim.token, claim.wallet, claim.cumulative);
        }
        for (uint256 i = 0; i < claims.length; ++i) {
            claims[i].index = uint32(i);
            claims[i].path = TreeTwin.path(PayoutLib.NODE, hashes, i);
        }
        line.payoutCount = uint32(claims.length);
        line.payoutRoot = claims.length == 0 ? PayoutLib.EMPTY_ROOT : TreeTwin.root(PayoutLib.NODE, hashes);
        sheet.claims = claims;
        _seal(sheet);
    }

    /// @dev Recomputes lines root and path after any change of a line.
    function _seal(Sheet memory sheet) internal view {
        bytes32[] memory hashes = _lineHashes(sheet);
        sheet.subject.line = sheet.lines[LINE];
        sheet.subject.lineIndex = LINE;
        sheet.subject.linePath = TreeTwin.path(SummaryLib.LINE_NODE, hashes, LINE);
        sheet.subject.summary.linesRoot = TreeTwin.root(SummaryLib.LINE_NODE, hashes);
    }

    function _linePath(Sheet memory sheet, uint256 index) internal view returns (bytes32[] memory) {
        return TreeTwin.path(SummaryLib.LINE_NODE, _lineHashes(sheet), index);
    }

    function _lineHashes(Sheet memory sheet) private view returns (bytes32[] memory hashes) {
        hashes = new bytes32[](sheet.lines.length);
        for (uint256 i = 0; i < hashes.length; ++i) {
            hashes[i] = this.lineHashOf(sheet.lines[i]);
        }
    }

    /* EVIDENCE */

    function _nodeEvidence(Sheet memory sheet, uint256 level, uint256 index) internal pure returns (bytes memory) {
        GpmpLib.Node[] memory below = sheet.levels[level - 1];
        GpmpLib.Node memory right;
        if (2 * index + 1 < below.length) right = below[2 * index + 1];
        return abi.encodeCall(
            IFraudProofs.proveNode,
            (sheet.subject, ASSET, level, below[2 * index], right, SheetTwin.open(sheet.levels, level, index))
        );
    }

    function _rowEvidence(Sheet memory sheet, uint256 index) internal pure returns (bytes memory) {
        return abi.encodeCall(
            IFraudProofs.proveRow, (sheet.subject, ASSET, sheet.rows[index], SheetTwin.open(sheet.levels, 0, index))
        );
    }

    function _orderEvidence(Sheet memory sheet, uint256 first, uint256 second) internal pure returns (bytes memory) {
        return abi.encodeCall(
            IFraudProofs.proveOrder,
            (
                sheet.subject,
                ASSET,
                sheet.rows[first],
                SheetTwin.open(sheet.levels, 0, first),
                sheet.rows[second],
                SheetTwin.open(sheet.levels, 0, second)
            )
        );
    }

    function _rootEvidence(Sheet memory sheet) internal pure returns (bytes memory) {
        return abi.encodeCall(IFraudProofs.proveRoot, (sheet.subject, ASSET, _preimage(sheet)));
    }

    function _preimage(Sheet memory sheet) internal pure returns (IFraudProofs.RootPreimage memory preimage) {
        AssetLine memory asset = sheet.lines[LINE].assets[ASSET];
        GpmpLib.Node[] memory top = sheet.levels[sheet.levels.length - 1];
        preimage.asset = ASSET;
        preimage.token = asset.token;
        preimage.lotSize = asset.lotSize;
        if (top.length != 0) (preimage.treeHash, preimage.sums) = (top[0].hash, top[0].sums);
    }

    function _booksEvidence(Sheet memory sheet, uint16 asset) internal pure returns (bytes memory) {
        return abi.encodeCall(IFraudProofs.proveBooks, (sheet.subject, asset));
    }

    function _linesEvidence(Sheet memory sheet, uint256 second) internal view returns (bytes memory) {
        return
            abi.encodeCall(
                IFraudProofs.proveLines, (sheet.subject, second, sheet.lines[second], _linePath(sheet, second))
            );
    }

    function _twiceEvidence(Sheet memory sheet, uint256 first, uint256 second) internal pure returns (bytes memory) {
        return abi.encodeCall(IFraudProofs.provePayoutTwice, (sheet.subject, sheet.claims[first], sheet.claims[second]));
    }

    /// @dev `newer` must name `older`, or the last of `between`, as its ancestor.
    function _fellEvidence(Sheet memory newer, uint256 payee, Summary[] memory between, Sheet memory older)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodeCall(
            IFraudProofs.proveCumulative,
            (newer.subject, newer.claims[payee], between, older.subject, older.claims[payee])
        );
    }

    /* VERDICTS */

    function _proves(Sheet memory sheet, bytes memory evidence) internal view {
        (uint64 epoch, bytes32 digest, uint64 chainId, address custody) = fraud.check(evidence);
        assertEq(epoch, sheet.subject.summary.epoch);
        assertEq(digest, this.digestOf(sheet.subject.summary));
        assertEq(chainId, sheet.subject.line.chainId);
        assertEq(custody, sheet.subject.line.custody);
    }

    function _refused(bytes memory evidence, bytes memory reason) internal {
        vm.expectRevert(reason);
        fraud.check(evidence);
    }

    function _noFraud(bytes memory evidence) internal {
        _refused(evidence, abi.encodeWithSelector(IFraudProofs.FraudVerifier_NoFraud.selector));
    }
}
