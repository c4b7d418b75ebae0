// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {GpmpLib} from "../libraries/GpmpLib.sol";
import {IFraudVerifier} from "./IFraudVerifier.sol";
import {Line, PayoutClaim, Summary} from "./PobsTypes.sol";

/// @title The evidence that {IFraudVerifier-check} takes: a summary contradicts itself or its ancestors, so that nobody
/// may have approved it (PROTOCOL §8).
/// @dev Evidence is the encoded call of one `prove…` function; each reverts unless it proves fraud. Everything shown is
/// bound by hashes to the summary's digest, and everything asserted about it holds for every sheet the rules allow: an
/// honest sheet cannot be proven fraudulent (invariant 9). Nothing here says that anybody signed the summary: that is
/// the caller's part. All return what `check` returns.
interface IFraudProofs is IFraudVerifier {
    /// @notice The accused summary and one of its lines.
    /// @param linePath Siblings of the line in the lines tree, bottom-up.
    struct Subject {
        Summary summary;
        Line line;
        uint256 lineIndex;
        bytes32[] linePath;
    }

    /// @notice One level up: the sibling, and the sums that the parent claims (in its own parent, or in the line).
    struct Step {
        GpmpLib.Node sibling;
        GpmpLib.Sums parent;
    }

    /// @notice Place of a node in the tree of one asset.
    /// @param index Position of the node in its level, from the left.
    /// @param sums What the tree claims for the node.
    /// @param steps Bottom-up to the top of the tree; the last parent's sums are the line's.
    struct Opening {
        uint256 index;
        GpmpLib.Sums sums;
        Step[] steps;
    }

    /// @notice What an asset root of a line is the hash of.
    struct RootPreimage {
        uint16 asset;
        address token;
        uint128 lotSize;
        bytes32 treeHash;
        GpmpLib.Sums sums;
    }

    error FraudVerifier_ZeroSalt();
    error FraudVerifier_UnknownEvidence(bytes4 selector);
    error FraudVerifier_BadEvidence();
    error FraudVerifier_LineNotInSummary(uint256 index);
    error FraudVerifier_NoSuchAsset(uint256 asset, uint256 assets);
    error FraudVerifier_BadLevel(uint256 level, uint256 steps);
    error FraudVerifier_BadIndex(uint256 index, uint256 steps);
    error FraudVerifier_NotUnderRoot(bytes32 root);
    error FraudVerifier_NotThePreimage(bytes32 root);
    error FraudVerifier_PayoutNotInRoot(uint256 index);
    error FraudVerifier_NotAnAncestor(uint256 at);
    error FraudVerifier_NotComparable();
    error FraudVerifier_NoFraud();

    /// @notice EIP-712 domain of the deployment; evidence from another one has other digests.
    function DOMAIN() external view returns (bytes32);

    /// @notice A node's children do not add up to what the tree claims for it, or an amount reaches 2^63, or its place
    /// holds another number of rows than a tree of the line's count has there.
    /// @dev A node's hash and its claimed sums both stand in its parent's preimage (at the top: hash in the root, sums
    /// in the line), its children's in its own: so the two children and the way up show the contradiction.
    /// @param level 1 for the parents of leaves.
    function proveNode(
        Subject calldata subject,
        uint16 asset,
        uint256 level,
        GpmpLib.Node calldata left,
        GpmpLib.Node calldata right,
        Opening calldata opening
    ) external view returns (uint64 epoch, bytes32 digest, uint64 chainId, address custody);

    /// @notice A row breaks `2^63 > total >= withdrawable >= withdrawal`, or is counted with other amounts than its own,
    /// or stands where a tree of the line's count has no row.
    function proveRow(Subject calldata subject, uint16 asset, GpmpLib.Row calldata row, Opening calldata opening)
        external
        view
        returns (uint64 epoch, bytes32 digest, uint64 chainId, address custody);

    /// @notice Of two rows the one further left has not the lower id: order broken, or an id counted twice.
    /// @dev Neighbours are enough to find either, and any two rows are enough to prove it.
    function proveOrder(
        Subject calldata subject,
        uint16 asset,
        GpmpLib.Row calldata first,
        Opening calldata firstOpening,
        GpmpLib.Row calldata second,
        Opening calldata secondOpening
    ) external view returns (uint64 epoch, bytes32 digest, uint64 chainId, address custody);

    /// @notice An asset root hashes other figures than the line states, or an empty tree with amounts.
    function proveRoot(Subject calldata subject, uint16 asset, RootPreimage calldata preimage)
        external
        view
        returns (uint64 epoch, bytes32 digest, uint64 chainId, address custody);

    /// @notice A line's own figures break V8, the order of sums, the bound of 2^63 or the order of tokens.
    function proveBooks(Subject calldata subject, uint16 asset)
        external
        view
        returns (uint64 epoch, bytes32 digest, uint64 chainId, address custody);

    /// @notice Two lines are not in ascending order of `(chainId, custody)`, such as two lines of one custody.
    /// @param second Index, line and path of a line right of the subject's.
    function proveLines(
        Subject calldata subject,
        uint256 secondIndex,
        Line calldata second,
        bytes32[] calldata secondPath
    ) external view returns (uint64 epoch, bytes32 digest, uint64 chainId, address custody);

    /// @notice A wallet's cumulative payout is lower than in an ancestor's line of the same custody at equal kills.
    /// @dev The older summary must be an ancestor by `parent`: a summary that was signed but died is no base (PROTOCOL
    /// §7), while whoever approves a summary states that its parent was Approved.
    /// @param between Summaries from the subject's parent down to the one above `older`; empty when `older` is the parent.
    function proveCumulative(
        Subject calldata subject,
        PayoutClaim calldata payout,
        Summary[] calldata between,
        Subject calldata older,
        PayoutClaim calldata olderPayout
    ) external view returns (uint64 epoch, bytes32 digest, uint64 chainId, address custody);

    /// @notice Two leaves of one payout tree name the same token and wallet.
    function provePayoutTwice(Subject calldata subject, PayoutClaim calldata first, PayoutClaim calldata second)
        external
        view
        returns (uint64 epoch, bytes32 digest, uint64 chainId, address custody);
}
