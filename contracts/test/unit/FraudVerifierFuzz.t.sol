// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFraudProofs} from "../../src/interfaces/IFraudProofs.sol";
import {PayoutClaim, Summary} from "../../src/interfaces/PobsTypes.sol";
import {GpmpLib} from "../../src/libraries/GpmpLib.sol";
import {FraudTest} from "../utils/FraudTest.sol";
import {SheetTwin} from "../utils/SheetTwin.sol";

/// @notice I-9: an honest sheet of any size is never proven fraudulent, and each planted fraud is.
contract FraudVerifierFuzzTest is FraudTest {
    uint256 private constant ROWS_MAX = 40;
    uint256 private constant MUTATIONS = 24;

    /* HONEST */

    /// @dev The trees accused here are the ones that the SDK builds.
    function test_sheets_equalTheSdks() public view {
        string memory json = vm.readFile(string.concat(vm.projectRoot(), "/protocol/vectors/gpmp.json"));
        uint256 cases = vm.parseJsonUintArray(json, ".counts").length;
        for (uint256 i = 1; i < cases; ++i) {
            string memory path = string.concat(".cases[", vm.toString(i), "].");
            bytes[] memory ids = vm.parseJsonBytesArray(json, string.concat(path, "ids"));
            uint256[] memory totals = vm.parseJsonUintArray(json, string.concat(path, "totals"));
            uint256[] memory withdrawables = vm.parseJsonUintArray(json, string.concat(path, "withdrawables"));
            uint256[] memory withdrawals = vm.parseJsonUintArray(json, string.concat(path, "withdrawals"));
            GpmpLib.Row[] memory rows = new GpmpLib.Row[](ids.length);
            for (uint256 k = 0; k < rows.length; ++k) {
                rows[k] =
                    GpmpLib.Row(bytes24(ids[k]), uint64(totals[k]), uint64(withdrawables[k]), uint64(withdrawals[k]));
            }
            uint16 asset = uint16(vm.parseJsonUint(json, string.concat(path, "asset")));
            GpmpLib.Node[][] memory levels = SheetTwin.build(
                asset, SheetTwin.leaves(asset, rows), 0, SheetTwin.Lie(false, 0, 0, GpmpLib.Sums(0, 0, 0, 0))
            );
            assertEq(levels[levels.length - 1][0].hash, vm.parseJsonBytes32(json, string.concat(path, "treeHash")));
        }
    }

    /// @dev Evidence of every kind about an honest sheet, as it is and with bytes of it changed.
    function testFuzz_honest_neverFraud(uint256 seed, uint256 count, uint256 kind) public view {
        Sheet memory sheet = _honest(seed, bound(count, 0, ROWS_MAX));
        bytes32 digest = this.digestOf(sheet.subject.summary);
        bytes memory evidence = _evidence(sheet, seed, bound(kind, 0, 7));
        _notProven(evidence, digest);
        for (uint256 i = 0; i < MUTATIONS; ++i) {
            _notProven(_mutated(evidence, uint256(keccak256(abi.encode(seed, kind, i)))), digest);
        }
    }

    /// @dev Every node and every row of one honest sheet, opened truly and at every false index of its level.
    function testFuzz_honest_noFalsePlace(uint256 seed, uint256 count) public view {
        count = bound(count, 1, 12);
        Sheet memory sheet = _honest(seed, count);
        bytes32 digest = this.digestOf(sheet.subject.summary);
        for (uint256 row = 0; row < count; ++row) {
            IFraudProofs.Opening memory opening = SheetTwin.open(sheet.levels, 0, row);
            for (uint256 index = 0; index < 1 << opening.steps.length; ++index) {
                opening.index = index;
                _notProven(
                    abi.encodeCall(IFraudProofs.proveRow, (sheet.subject, ASSET, sheet.rows[row], opening)), digest
                );
            }
        }
    }

    /// @dev An inner node shown as a row, and the other way round, with all four words chosen from the real preimages.
    function testFuzz_honest_noFalseLevel(uint256 seed, uint256 count, uint256 level) public view {
        Sheet memory sheet = _honest(seed, bound(count, 3, ROWS_MAX));
        bytes32 digest = this.digestOf(sheet.subject.summary);
        level = bound(level, 1, sheet.levels.length - 1);
        IFraudProofs.Opening memory opening = SheetTwin.open(sheet.levels, level, 0);
        GpmpLib.Node memory node = sheet.levels[level][0];
        GpmpLib.Row memory row =
            GpmpLib.Row(bytes24(node.hash), node.sums.total, node.sums.withdrawable, node.sums.withdrawal);
        _notProven(abi.encodeCall(IFraudProofs.proveRow, (sheet.subject, ASSET, row, opening)), digest);
        GpmpLib.Node memory left = sheet.levels[0][0];
        GpmpLib.Node memory right = sheet.levels[0][1];
        for (uint256 claimed = 1; claimed < 8; ++claimed) {
            if (claimed == level) continue;
            _notProven(
                abi.encodeCall(IFraudProofs.proveNode, (sheet.subject, ASSET, claimed, left, right, opening)), digest
            );
        }
    }

    /* PLANTED */

    /// @dev One false sum anywhere: at a leaf, an inner node or the top.
    function testFuzz_planted_sums(uint256 seed, uint256 count, uint256 level, uint256 index, uint64 delta)
        public
        view
    {
        count = bound(count, 1, ROWS_MAX);
        GpmpLib.Node[][] memory levels = _honest(seed, count).levels;
        level = bound(level, 0, levels.length - 1);
        index = bound(index, 0, levels[level].length - 1);
        GpmpLib.Sums memory sums = levels[level][index].sums;
        delta = uint64(bound(delta, 1, 1e6));
        if (seed % 4 == 0) sums.total += delta;
        if (seed % 4 == 1) sums.withdrawable += delta;
        if (seed % 4 == 2) sums.withdrawal += delta;
        if (seed % 4 == 3) sums.count += uint32(delta);
        Sheet memory sheet = _lying(_rows(seed, count), SheetTwin.Lie(true, level, index, sums));
        _proves(sheet, level == 0 ? _rowEvidence(sheet, index) : _nodeEvidence(sheet, level, index));
    }

    function testFuzz_planted_row(uint256 seed, uint256 count, uint256 index) public view {
        count = bound(count, 1, ROWS_MAX);
        index = bound(index, 0, count - 1);
        GpmpLib.Row[] memory rows = _rows(seed, count);
        if (seed % 3 == 0) rows[index].withdrawable = rows[index].total + 1;
        if (seed % 3 == 1) rows[index].withdrawal = rows[index].withdrawable + 1;
        if (seed % 3 == 2) rows[index].total += GpmpLib.LOTS_LIMIT;
        Sheet memory sheet = _sheet(rows);
        _proves(sheet, _rowEvidence(sheet, index));
    }

    function testFuzz_planted_order(uint256 seed, uint256 count, uint256 index) public view {
        count = bound(count, 2, ROWS_MAX);
        index = bound(index, 0, count - 2);
        GpmpLib.Row[] memory rows = _rows(seed, count);
        if (seed % 2 == 0) rows[index + 1].id = rows[index].id;
        else (rows[index].id, rows[index + 1].id) = (rows[index + 1].id, rows[index].id);
        Sheet memory sheet = _sheet(rows);
        _proves(sheet, _orderEvidence(sheet, index, index + 1));
    }

    function testFuzz_planted_payouts(uint256 seed, uint256 count, uint256 index) public view {
        count = bound(count, 2, ROWS_MAX);
        index = bound(index, 0, count - 2);
        PayoutClaim[] memory payees = _payees(count);
        Sheet memory older = _honest(seed, 3);
        _setPayouts(older, _payees(count));
        Sheet memory newer = _honest(seed ^ 1, 3);
        payees[index].cumulative -= uint64(1 + seed % 1_000);
        newer.subject.summary.parent = this.digestOf(older.subject.summary);
        _setPayouts(newer, payees);
        _proves(newer, _fellEvidence(newer, index, new Summary[](0), older));
        payees[index].wallet = payees[index + 1].wallet;
        _setPayouts(newer, payees);
        _proves(newer, _twiceEvidence(newer, index, index + 1));
    }

    /* HELPERS */

    function _evidence(Sheet memory sheet, uint256 seed, uint256 kind) private view returns (bytes memory) {
        uint256 count = sheet.rows.length;
        if (kind == 0 || count < 2) return _rootEvidence(sheet);
        if (kind == 1) return _rowEvidence(sheet, seed % count);
        if (kind == 2) return _orderEvidence(sheet, seed % (count - 1), seed % (count - 1) + 1);
        if (kind == 3) return _booksEvidence(sheet, uint16(seed % 2));
        if (kind == 4) return _linesEvidence(sheet, 2);
        if (kind == 5) return _twiceEvidence(sheet, seed % 3, (seed % 3 + 1) % 3);
        if (kind == 6) {
            Sheet memory older = _honest(seed ^ 1, count);
            sheet.subject.summary.parent = this.digestOf(older.subject.summary);
            return _fellEvidence(sheet, seed % 3, new Summary[](0), older);
        }
        uint256 level = 1 + seed % (sheet.levels.length - 1);
        return _nodeEvidence(sheet, level, (seed >> 8) % sheet.levels[level].length);
    }

    /// @dev A bit flipped, a word stepped by one, or a word copied over another.
    function _mutated(bytes memory evidence, uint256 seed) private pure returns (bytes memory mutated) {
        mutated = bytes.concat(evidence);
        uint256 words = (evidence.length - 4) / 32;
        uint256 at = 0x24 + 32 * ((seed >> 16) % words);
        uint256 from = 0x24 + 32 * ((seed >> 48) % words);
        uint256 how = seed % 4;
        assembly ("memory-safe") {
            let word := mload(add(mutated, at))
            if eq(how, 0) { word := xor(word, shl(and(shr(80, seed), 0xff), 1)) }
            if eq(how, 1) { word := add(word, 1) }
            if eq(how, 2) { word := sub(word, 1) }
            if eq(how, 3) { word := mload(add(mutated, from)) }
            mstore(add(mutated, at), word)
        }
    }

    /// @dev A changed summary is another summary; what counts is that this one never falls.
    function _notProven(bytes memory evidence, bytes32 digest) private view {
        try fraud.check{gas: 30_000_000}(evidence) returns (uint64, bytes32 accused, uint64, address) {
            assertNotEq(accused, digest, "an honest sheet was proven fraudulent");
        } catch (bytes memory reason) {
            assertGe(reason.length, 4, "refused without a reason");
        }
    }
}
