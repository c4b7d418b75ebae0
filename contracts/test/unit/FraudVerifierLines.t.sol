// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFraudProofs} from "../../src/interfaces/IFraudProofs.sol";
import {AssetLine, PayoutClaim, Summary} from "../../src/interfaces/PobsTypes.sol";
import {GpmpLib} from "../../src/libraries/GpmpLib.sol";
import {FraudTest} from "../utils/FraudTest.sol";

/// @notice Fraud in a line, between lines, and in payouts.
contract FraudVerifierLineTest is FraudTest {
    /* proveRoot */

    function test_proveRoot_otherFigures() public view {
        Sheet memory sheet = _honest(6, 5);
        AssetLine memory asset = sheet.lines[LINE].assets[ASSET];
        asset.liabilities -= 1;
        asset.deposited -= 1;
        _seal(sheet);
        _proves(sheet, _rootEvidence(sheet));
        asset.liabilities += 1;
        asset.lotSize = 1;
        _seal(sheet);
        IFraudProofs.RootPreimage memory preimage = _preimage(sheet);
        preimage.lotSize = 1e9;
        _proves(sheet, abi.encodeCall(IFraudProofs.proveRoot, (sheet.subject, ASSET, preimage)));
        (asset.lotSize, asset.token) = (1e9, address(0x8080));
        _seal(sheet);
        preimage.token = TOKEN;
        _proves(sheet, abi.encodeCall(IFraudProofs.proveRoot, (sheet.subject, ASSET, preimage)));
    }

    /// @dev The root of another asset of the same line, copied.
    function test_proveRoot_otherAsset() public view {
        Sheet memory sheet = _honest(6, 5);
        AssetLine memory asset = sheet.lines[LINE].assets[ASSET];
        asset.root = _rootOf(0, asset, sheet.levels[sheet.levels.length - 1][0].hash);
        _seal(sheet);
        IFraudProofs.RootPreimage memory preimage = _preimage(sheet);
        preimage.asset = 0;
        _proves(sheet, abi.encodeCall(IFraudProofs.proveRoot, (sheet.subject, ASSET, preimage)));
    }

    function test_proveRoot_emptyWithAmounts() public view {
        Sheet memory sheet = _honest(6, 5);
        AssetLine memory asset = sheet.lines[LINE].assets[ASSET];
        asset.root = _rootOf(ASSET, asset, bytes32(0));
        _seal(sheet);
        IFraudProofs.RootPreimage memory preimage = _preimage(sheet);
        preimage.treeHash = bytes32(0);
        _proves(sheet, abi.encodeCall(IFraudProofs.proveRoot, (sheet.subject, ASSET, preimage)));
        asset.count = 0;
        preimage.sums.count = 0;
        asset.root = _rootOf(ASSET, asset, bytes32(0));
        _seal(sheet);
        _proves(sheet, abi.encodeCall(IFraudProofs.proveRoot, (sheet.subject, ASSET, preimage)));
    }

    function test_proveRoot_noFraud() public {
        _noFraud(_rootEvidence(_honest(6, 5)));
        _noFraud(_rootEvidence(_honest(6, 1)));
        _noFraud(_rootEvidence(_honest(6, 0)));
    }

    function test_proveRoot_notThePreimage() public {
        Sheet memory sheet = _honest(6, 5);
        IFraudProofs.RootPreimage memory preimage = _preimage(sheet);
        preimage.sums.total -= 1;
        _refused(
            abi.encodeCall(IFraudProofs.proveRoot, (sheet.subject, ASSET, preimage)),
            abi.encodeWithSelector(
                IFraudProofs.FraudVerifier_NotThePreimage.selector, sheet.lines[LINE].assets[ASSET].root
            )
        );
    }

    /* proveBooks */

    function _broken(uint256 what) private view returns (Sheet memory sheet) {
        sheet = _honest(6, 5);
        AssetLine memory asset = sheet.lines[LINE].assets[ASSET];
        if (what == 0) asset.deposited += 1;
        if (what == 1) asset.authorisedOut += 1;
        if (what == 2) asset.withdrawable = asset.liabilities + 1;
        if (what == 3) (asset.withdrawals, asset.deposited) = (asset.withdrawable + 1, 0);
        if (what == 3) asset.deposited = asset.liabilities + asset.authorisedOut - asset.withdrawals;
        if (what == 4) asset.deposited = asset.authorisedOut = GpmpLib.LOTS_LIMIT;
        if (what == 4) asset.liabilities = asset.withdrawable = asset.withdrawals;
        if (what == 5) asset.liabilities = GpmpLib.LOTS_LIMIT;
        if (what == 5) asset.deposited = asset.liabilities + asset.authorisedOut - asset.withdrawals;
        if (what == 6) sheet.lines[LINE].assets[0].token = TOKEN;
        _seal(sheet);
    }

    function test_proveBooks() public view {
        for (uint256 what = 0; what < 7; ++what) {
            Sheet memory sheet = _broken(what);
            _proves(sheet, _booksEvidence(sheet, ASSET));
        }
    }

    function test_proveBooks_noFraud() public {
        _noFraud(_booksEvidence(_honest(6, 5), ASSET));
        _noFraud(_booksEvidence(_honest(6, 5), 0));
        _noFraud(_booksEvidence(_honest(6, 0), ASSET));
    }

    /* proveLines */

    function test_proveLines_twoOfOneCustody() public view {
        Sheet memory sheet = _honest(6, 5);
        sheet.lines[2].chainId = CHAIN;
        _seal(sheet);
        _proves(sheet, _linesEvidence(sheet, 2));
    }

    function test_proveLines_disorder() public view {
        Sheet memory sheet = _honest(6, 5);
        sheet.lines[2].chainId = CHAIN - 5;
        _seal(sheet);
        _proves(sheet, _linesEvidence(sheet, 2));
        (sheet.lines[2].chainId, sheet.lines[2].custody) = (CHAIN, address(uint160(CUSTODY) - 1));
        _seal(sheet);
        _proves(sheet, _linesEvidence(sheet, 2));
    }

    function test_proveLines_noFraud() public {
        Sheet memory sheet = _honest(6, 5);
        _noFraud(_linesEvidence(sheet, 2));
        _noFraud(_linesEvidence(sheet, 1));
        _noFraud(_linesEvidence(sheet, 0));
        (sheet.lines[2].chainId, sheet.lines[2].custody) = (CHAIN, address(uint160(CUSTODY) + 1));
        _seal(sheet);
        _noFraud(_linesEvidence(sheet, 2));
    }

    function test_proveLines_secondNotInSummary() public {
        Sheet memory sheet = _honest(6, 5);
        bytes memory evidence =
            abi.encodeCall(IFraudProofs.proveLines, (sheet.subject, 2, sheet.lines[1], _linePath(sheet, 2)));
        _refused(evidence, abi.encodeWithSelector(IFraudProofs.FraudVerifier_LineNotInSummary.selector, 2));
    }

    /* proveCumulative */

    function _descend(Sheet memory newer, Sheet memory older, uint256 generations)
        private
        view
        returns (Summary[] memory between)
    {
        between = new Summary[](generations);
        older.subject.summary.epoch = 3;
        bytes32 parent = this.digestOf(older.subject.summary);
        for (uint256 i = generations; i > 0; --i) {
            between[i - 1] = _summary(uint64(10 - i), parent);
            parent = this.digestOf(between[i - 1]);
        }
        newer.subject.summary.epoch = 12;
        newer.subject.summary.parent = parent;
    }

    function _fallen() private view returns (Sheet memory newer, Sheet memory older) {
        (newer, older) = (_honest(8, 4), _honest(7, 4));
        PayoutClaim[] memory payees = _payees(3);
        payees[1].cumulative -= 1;
        _setPayouts(newer, payees);
    }

    function test_proveCumulative() public view {
        for (uint256 generations = 0; generations < 4; ++generations) {
            (Sheet memory newer, Sheet memory older) = _fallen();
            Summary[] memory between = _descend(newer, older, generations);
            _proves(newer, _fellEvidence(newer, 1, between, older));
        }
    }

    function test_proveCumulative_noFraud() public {
        (Sheet memory newer, Sheet memory older) = _fallen();
        Summary[] memory between = _descend(newer, older, 1);
        _noFraud(_fellEvidence(newer, 0, between, older));
        PayoutClaim[] memory payees = _payees(3);
        payees[1].cumulative += 1;
        _setPayouts(newer, payees);
        _noFraud(_fellEvidence(newer, 1, between, older));
    }

    /// @dev A signed summary that died is no base: what it authorised went back to `requested`.
    function test_proveCumulative_notAnAncestor() public {
        (Sheet memory newer, Sheet memory older) = _fallen();
        Summary[] memory between = _descend(newer, older, 2);
        bytes4 selector = IFraudProofs.FraudVerifier_NotAnAncestor.selector;
        older.subject.summary.epoch = 4;
        _refused(_fellEvidence(newer, 1, between, older), abi.encodeWithSelector(selector, 2));
        older.subject.summary.epoch = 3;
        _refused(_fellEvidence(newer, 1, new Summary[](0), older), abi.encodeWithSelector(selector, 0));
        between[1].epoch = 1;
        _refused(_fellEvidence(newer, 1, between, older), abi.encodeWithSelector(selector, 1));
    }

    /// @dev A kill between the two returned the withdrawals; other custodies, chains and payees have other figures.
    function test_proveCumulative_notComparable() public {
        bytes memory reason = abi.encodeWithSelector(IFraudProofs.FraudVerifier_NotComparable.selector);
        for (uint256 what = 0; what < 3; ++what) {
            (Sheet memory newer, Sheet memory older) = _fallen();
            if (what == 0) older.lines[LINE].kills = 1;
            if (what == 1) older.lines[LINE].chainId -= 1;
            if (what == 2) older.lines[LINE].custody = address(uint160(CUSTODY) - 1);
            _setPayouts(older, _payees(3));
            Summary[] memory between = _descend(newer, older, 0);
            _refused(_fellEvidence(newer, 1, between, older), reason);
        }
        (Sheet memory a, Sheet memory b) = _fallen();
        Summary[] memory none = _descend(a, b, 0);
        b.claims[1] = b.claims[2];
        _refused(_fellEvidence(a, 1, none, b), reason);
    }

    function test_proveCumulative_payoutNotInRoot() public {
        (Sheet memory newer, Sheet memory older) = _fallen();
        Summary[] memory between = _descend(newer, older, 0);
        newer.claims[0].cumulative -= 1;
        bytes memory reason = abi.encodeWithSelector(IFraudProofs.FraudVerifier_PayoutNotInRoot.selector, 0);
        _refused(_fellEvidence(newer, 0, between, older), reason);
        newer.claims[0].cumulative += 1;
        older.claims[0].cumulative += 1;
        _refused(_fellEvidence(newer, 0, between, older), reason);
    }

    function test_proveCumulative_lineNotInSummary() public {
        (Sheet memory newer, Sheet memory older) = _fallen();
        Summary[] memory between = _descend(newer, older, 0);
        bytes4 selector = IFraudProofs.FraudVerifier_LineNotInSummary.selector;
        older.subject.line.blockNumber += 1;
        _refused(_fellEvidence(newer, 1, between, older), abi.encodeWithSelector(selector, LINE));
        older.subject.line.blockNumber -= 1;
        newer.subject.line.blockNumber += 1;
        _refused(_fellEvidence(newer, 1, between, older), abi.encodeWithSelector(selector, LINE));
    }

    /* provePayoutTwice */

    function test_provePayoutTwice() public view {
        Sheet memory sheet = _honest(9, 4);
        PayoutClaim[] memory payees = _payees(5);
        payees[4].wallet = payees[1].wallet;
        _setPayouts(sheet, payees);
        _proves(sheet, _twiceEvidence(sheet, 1, 4));
        _proves(sheet, _twiceEvidence(sheet, 4, 1));
    }

    function test_provePayoutTwice_notComparable() public {
        bytes memory reason = abi.encodeWithSelector(IFraudProofs.FraudVerifier_NotComparable.selector);
        Sheet memory sheet = _honest(9, 4);
        _refused(_twiceEvidence(sheet, 0, 1), reason);
        PayoutClaim[] memory payees = _payees(2);
        payees[1].wallet = payees[0].wallet;
        payees[1].token = address(0x1111);
        _setPayouts(sheet, payees);
        _refused(_twiceEvidence(sheet, 0, 1), reason);
    }

    function test_provePayoutTwice_noFraud() public {
        _noFraud(_twiceEvidence(_honest(9, 4), 2, 2));
    }

    function test_provePayoutTwice_payoutNotInRoot() public {
        Sheet memory sheet = _honest(9, 4);
        sheet.claims[1] = sheet.claims[0];
        sheet.claims[1].index = 2;
        _refused(
            _twiceEvidence(sheet, 0, 1), abi.encodeWithSelector(IFraudProofs.FraudVerifier_PayoutNotInRoot.selector, 2)
        );
    }
}
