// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFraudProofs} from "../../src/interfaces/IFraudProofs.sol";
import {GpmpLib} from "../../src/libraries/GpmpLib.sol";
import {SummaryLib} from "../../src/libraries/SummaryLib.sol";
import {FraudVerifier} from "../../src/slashing/FraudVerifier.sol";
import {FraudTest} from "../utils/FraudTest.sol";
import {SheetTwin} from "../utils/SheetTwin.sol";

/// @notice Fraud inside the tree of one asset.
contract FraudVerifierTreeTest is FraudTest {
    function _lie(uint256 level, uint256 index, GpmpLib.Sums memory sums) private pure returns (SheetTwin.Lie memory) {
        return SheetTwin.Lie(true, level, index, sums);
    }

    /* constructor */

    function test_constructor() public view {
        assertEq(fraud.DOMAIN(), SummaryLib.domainSeparator(SALT));
    }

    function test_constructor_zeroSalt() public {
        vm.expectRevert(IFraudProofs.FraudVerifier_ZeroSalt.selector);
        new FraudVerifier(bytes32(0));
    }

    /* check */

    function test_check_unknownEvidence() public {
        bytes4 selector = fraud.DOMAIN.selector;
        _refused(
            abi.encodeWithSelector(selector),
            abi.encodeWithSelector(IFraudProofs.FraudVerifier_UnknownEvidence.selector, selector)
        );
        selector = fraud.check.selector;
        _refused(
            abi.encodeWithSelector(selector, ""),
            abi.encodeWithSelector(IFraudProofs.FraudVerifier_UnknownEvidence.selector, selector)
        );
    }

    function test_check_badEvidence() public {
        bytes memory reason = abi.encodeWithSelector(IFraudProofs.FraudVerifier_BadEvidence.selector);
        _refused("", reason);
        _refused(hex"010203", reason);
        _refused(abi.encodeWithSelector(fraud.proveNode.selector), reason);
    }

    function test_check_lineNotInSummary() public {
        Sheet memory sheet = _honest(1, 5);
        sheet.subject.lineIndex = 0;
        bytes memory reason = abi.encodeWithSelector(IFraudProofs.FraudVerifier_LineNotInSummary.selector, 0);
        _refused(_nodeEvidence(sheet, 1, 0), reason);
        _refused(_booksEvidence(sheet, ASSET), reason);
        _refused(_twiceEvidence(sheet, 0, 1), reason);
        _refused(_linesEvidence(sheet, 2), reason);
    }

    function test_check_noSuchAsset() public {
        Sheet memory sheet = _honest(1, 5);
        _refused(
            _booksEvidence(sheet, 2), abi.encodeWithSelector(IFraudProofs.FraudVerifier_NoSuchAsset.selector, 2, 2)
        );
    }

    /* proveNode */

    /// @dev Fewer liabilities than the children have: the classic lie of a Merkle-sum tree.
    function test_proveNode_sumsUnequal() public view {
        GpmpLib.Row[] memory rows = _rows(2, 6);
        GpmpLib.Sums memory sums = _honest(2, 6).levels[2][0].sums;
        sums.total -= 1;
        Sheet memory sheet = _lying(rows, _lie(2, 0, sums));
        _proves(sheet, _nodeEvidence(sheet, 2, 0));
    }

    /// @dev The same at the top, where the line itself carries the false sums.
    function test_proveNode_topUnequal() public view {
        GpmpLib.Sums memory sums = _honest(2, 6).levels[3][0].sums;
        sums.total -= 1;
        Sheet memory sheet = _lying(_rows(2, 6), _lie(3, 0, sums));
        _proves(sheet, _nodeEvidence(sheet, 3, 0));
    }

    function test_proveNode_countUnequal() public view {
        GpmpLib.Sums memory sums = _honest(2, 6).levels[1][1].sums;
        sums.count = 1;
        Sheet memory sheet = _lying(_rows(2, 6), _lie(1, 1, sums));
        _proves(sheet, _nodeEvidence(sheet, 1, 1));
    }

    /// @dev Two amounts of 2^63 - 1 and 2^63 - 1 and more: the sum leaves the range, or wraps to little.
    function test_proveNode_overflow() public view {
        GpmpLib.Row[] memory rows = _rows(2, 4);
        (rows[0].total, rows[1].total) = (GpmpLib.LOTS_LIMIT - 1, 1);
        (rows[1].withdrawable, rows[1].withdrawal) = (0, 0);
        Sheet memory sheet = _sheet(rows);
        assertGe(sheet.levels[1][0].sums.total, GpmpLib.LOTS_LIMIT);
        _proves(sheet, _nodeEvidence(sheet, 1, 0));
    }

    function test_proveNode_wrapped() public view {
        GpmpLib.Row[] memory rows = _rows(2, 2);
        (rows[0].total, rows[1].total) = (type(uint64).max, 10);
        Sheet memory sheet = _sheet(rows);
        assertEq(sheet.levels[1][0].sums.total, 9);
        _proves(sheet, _nodeEvidence(sheet, 1, 0));
    }

    /// @dev A hole among the leaves, so that rows can stand where no proof of the right height reaches.
    function test_proveNode_hole() public view {
        GpmpLib.Node[] memory bottom = SheetTwin.leaves(ASSET, _rows(3, 4));
        bottom[1] = GpmpLib.Node(bytes32(0), GpmpLib.Sums(0, 0, 0, 0));
        Sheet memory sheet = _grown(SheetTwin.build(ASSET, bottom, 0, SheetTwin.Lie(false, 0, 0, bottom[1].sums)));
        _proves(sheet, _nodeEvidence(sheet, 1, 0));
        _proves(sheet, _nodeEvidence(sheet, 2, 0));
    }

    /// @dev Padding that carries amounts: liabilities of nobody.
    function test_proveNode_paddingWithAmounts() public view {
        GpmpLib.Node[] memory bottom = new GpmpLib.Node[](4);
        GpmpLib.Node[] memory rows = SheetTwin.leaves(ASSET, _rows(3, 3));
        (bottom[0], bottom[1], bottom[2]) = (rows[0], rows[1], rows[2]);
        bottom[3].sums.total = 5;
        Sheet memory sheet = _grown(SheetTwin.build(ASSET, bottom, 0, SheetTwin.Lie(false, 0, 0, bottom[3].sums)));
        _proves(sheet, _nodeEvidence(sheet, 1, 1));
    }

    /// @dev A counted child without a hash: nobody can open it.
    function test_proveNode_hashless() public view {
        GpmpLib.Node[] memory bottom = SheetTwin.leaves(ASSET, _rows(3, 2));
        bottom[1].hash = bytes32(0);
        Sheet memory sheet = _grown(SheetTwin.build(ASSET, bottom, 0, SheetTwin.Lie(false, 0, 0, bottom[1].sums)));
        _proves(sheet, _nodeEvidence(sheet, 1, 0));
    }

    /// @dev One level too many: every proof of the right length fails.
    function test_proveNode_tooHigh() public view {
        GpmpLib.Node[] memory bottom = SheetTwin.leaves(ASSET, _rows(3, 4));
        Sheet memory sheet = _grown(SheetTwin.build(ASSET, bottom, 3, SheetTwin.Lie(false, 0, 0, bottom[0].sums)));
        _proves(sheet, _nodeEvidence(sheet, 3, 0));
        _proves(sheet, _nodeEvidence(sheet, 1, 1));
    }

    function test_proveNode_noFraud() public {
        for (uint256 count = 2; count < 10; ++count) {
            Sheet memory sheet = _honest(count, count);
            for (uint256 level = 1; level < sheet.levels.length; ++level) {
                for (uint256 index = 0; index < sheet.levels[level].length; ++index) {
                    _noFraud(_nodeEvidence(sheet, level, index));
                }
            }
        }
    }

    function test_proveNode_badLevel() public {
        Sheet memory sheet = _honest(1, 3);
        IFraudProofs.Opening memory opening = SheetTwin.open(sheet.levels, 1, 0);
        GpmpLib.Node[] memory below = sheet.levels[0];
        uint256[3] memory levels = [uint256(0), 256, 255];
        for (uint256 i = 0; i < 3; ++i) {
            _refused(
                abi.encodeCall(IFraudProofs.proveNode, (sheet.subject, ASSET, levels[i], below[0], below[1], opening)),
                abi.encodeWithSelector(IFraudProofs.FraudVerifier_BadLevel.selector, levels[i], 1)
            );
        }
    }

    function test_proveNode_badIndex() public {
        Sheet memory sheet = _honest(1, 4);
        IFraudProofs.Opening memory opening = SheetTwin.open(sheet.levels, 1, 0);
        opening.index = 2;
        GpmpLib.Node[] memory below = sheet.levels[0];
        _refused(
            abi.encodeCall(IFraudProofs.proveNode, (sheet.subject, ASSET, 1, below[0], below[1], opening)),
            abi.encodeWithSelector(IFraudProofs.FraudVerifier_BadIndex.selector, 2, 1)
        );
    }

    /// @dev Sums that the tree never claimed are no evidence, at the node or anywhere above it.
    function test_proveNode_notUnderRoot() public {
        Sheet memory sheet = _honest(1, 6);
        bytes memory reason = abi.encodeWithSelector(
            IFraudProofs.FraudVerifier_NotUnderRoot.selector, sheet.lines[LINE].assets[ASSET].root
        );
        sheet.levels[1][0].sums.total -= 1;
        _refused(_nodeEvidence(sheet, 1, 0), reason);
        sheet = _honest(1, 6);
        sheet.levels[2][0].sums.total -= 1;
        _refused(_nodeEvidence(sheet, 1, 0), reason);
        sheet = _honest(1, 6);
        sheet.levels[3][0].sums.total -= 1;
        _refused(_nodeEvidence(sheet, 3, 0), reason);
        sheet = _honest(1, 6);
        sheet.levels[0][1].sums.total -= 1;
        _refused(_nodeEvidence(sheet, 1, 0), reason);
    }

    /* proveRow */

    function test_proveRow_ruleBroken() public view {
        GpmpLib.Row[] memory rows = _rows(4, 5);
        rows[2].withdrawable = rows[2].total + 1;
        Sheet memory sheet = _sheet(rows);
        _proves(sheet, _rowEvidence(sheet, 2));
        rows = _rows(4, 5);
        rows[4].withdrawal = rows[4].withdrawable + 1;
        sheet = _sheet(rows);
        _proves(sheet, _rowEvidence(sheet, 4));
        rows = _rows(4, 1);
        rows[0].total = GpmpLib.LOTS_LIMIT;
        sheet = _sheet(rows);
        _proves(sheet, _rowEvidence(sheet, 0));
    }

    /// @dev A leaf that the tree counts with less than it says itself.
    function test_proveRow_countedWithLess() public view {
        GpmpLib.Row[] memory rows = _rows(4, 5);
        Sheet memory sheet = _lying(rows, _lie(0, 3, GpmpLib.Sums(0, 0, 0, 1)));
        _proves(sheet, _rowEvidence(sheet, 3));
        sheet = _lying(_rows(4, 1), _lie(0, 0, GpmpLib.Sums(0, 0, 0, 1)));
        _proves(sheet, _rowEvidence(sheet, 0));
    }

    /// @dev A row to the right of a hole.
    function test_proveRow_misplaced() public view {
        GpmpLib.Row[] memory rows = _rows(4, 4);
        GpmpLib.Node[] memory bottom = SheetTwin.leaves(ASSET, rows);
        bottom[2] = GpmpLib.Node(bytes32(0), GpmpLib.Sums(0, 0, 0, 0));
        Sheet memory sheet = _grown(SheetTwin.build(ASSET, bottom, 0, SheetTwin.Lie(false, 0, 0, bottom[2].sums)));
        sheet.rows = rows;
        _proves(sheet, _rowEvidence(sheet, 3));
    }

    function test_proveRow_noFraud() public {
        for (uint256 count = 1; count < 10; ++count) {
            Sheet memory sheet = _honest(count, count);
            for (uint256 index = 0; index < count; ++index) {
                _noFraud(_rowEvidence(sheet, index));
            }
        }
    }

    function test_proveRow_notUnderRoot() public {
        Sheet memory sheet = _honest(1, 6);
        sheet.rows[1].withdrawable = sheet.rows[1].total + 1;
        _refused(
            _rowEvidence(sheet, 1),
            abi.encodeWithSelector(
                IFraudProofs.FraudVerifier_NotUnderRoot.selector, sheet.lines[LINE].assets[ASSET].root
            )
        );
    }

    /* proveOrder */

    function test_proveOrder_duplicate() public view {
        GpmpLib.Row[] memory rows = _rows(5, 7);
        rows[3].id = rows[2].id;
        Sheet memory sheet = _sheet(rows);
        _proves(sheet, _orderEvidence(sheet, 2, 3));
    }

    function test_proveOrder_disorder() public view {
        GpmpLib.Row[] memory rows = _rows(5, 7);
        (rows[5].id, rows[6].id) = (rows[6].id, rows[5].id);
        Sheet memory sheet = _sheet(rows);
        _proves(sheet, _orderEvidence(sheet, 5, 6));
    }

    function test_proveOrder_noFraud() public {
        Sheet memory sheet = _honest(5, 7);
        _noFraud(_orderEvidence(sheet, 0, 1));
        // The same row twice, and a lawful pair the wrong way round.
        _noFraud(_orderEvidence(sheet, 3, 3));
        _noFraud(_orderEvidence(sheet, 4, 3));
    }
}
