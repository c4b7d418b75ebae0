// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFraudProofs} from "../../src/interfaces/IFraudProofs.sol";
import {Line} from "../../src/interfaces/PobsTypes.sol";
import {SummaryLib} from "../../src/libraries/SummaryLib.sol";
import {PobsTest} from "./PobsTest.sol";
import {TreeTwin} from "./TreeTwin.sol";

/// @notice Summaries that everybody signed and anybody can convict, whatever stands in the custody's own line: two more
/// lines follow it, in descending order. `settle` cannot see it, the real verifier can.
abstract contract LyingSummary is PobsTest {
    /// @dev The second line is `elsewhere`'s, and both lines after the first are out of order if its chain is 9 or more.
    function _sealLying(Epoch memory epoch, uint64 chainId, address elsewhere) internal view {
        bytes32[] memory hashes = new bytes32[](3);
        Line[] memory lines = _threeLines(epoch, chainId, elsewhere);
        for (uint256 i = 0; i < 3; ++i) {
            hashes[i] = this.lineHashOf(lines[i]);
        }
        epoch.linePath = TreeTwin.path(SummaryLib.LINE_NODE, hashes, 0);
        epoch.summary.linesRoot = TreeTwin.root(SummaryLib.LINE_NODE, hashes);
        epoch.summary.lineCount = 3;
        _sign(epoch);
    }

    /// @dev Evidence against the line at `accused`, 0 or 1: the next one should stand before it.
    function _lyingEvidence(Epoch memory epoch, uint64 chainId, address elsewhere, uint256 accused)
        internal
        view
        returns (bytes memory)
    {
        Line[] memory lines = _threeLines(epoch, chainId, elsewhere);
        bytes32[] memory hashes = new bytes32[](3);
        for (uint256 i = 0; i < 3; ++i) {
            hashes[i] = this.lineHashOf(lines[i]);
        }
        IFraudProofs.Subject memory subject = IFraudProofs.Subject(
            epoch.summary, lines[accused], accused, TreeTwin.path(SummaryLib.LINE_NODE, hashes, accused)
        );
        bytes32[] memory path = TreeTwin.path(SummaryLib.LINE_NODE, hashes, 2);
        return abi.encodeCall(IFraudProofs.proveLines, (subject, 2, lines[2], path));
    }

    /// @dev Another custody's line on chain 9 stands in the middle.
    function _sealLying(Epoch memory epoch) internal view {
        _sealLying(epoch, 9, address(0xE15E));
    }

    /// @dev Accuses the custody's own line of such a summary.
    function _lyingEvidence(Epoch memory epoch) internal view returns (bytes memory) {
        return _lyingEvidence(epoch, 9, address(0xE15E), 0);
    }

    function _threeLines(Epoch memory epoch, uint64 chainId, address elsewhere)
        private
        pure
        returns (Line[] memory lines)
    {
        lines = new Line[](3);
        lines[0] = epoch.line;
        (lines[1].chainId, lines[1].custody) = (chainId, elsewhere);
        (lines[2].chainId, lines[2].custody) = (8, elsewhere);
    }
}
