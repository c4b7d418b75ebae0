// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AssetLine, Line} from "../interfaces/PobsTypes.sol";
import {GpmpLib} from "./GpmpLib.sol";
import {TreeLib} from "./TreeLib.sol";

/// @title Salted audit roots: a validator shows that it held an epoch's rows when it voted (PROTOCOL §6, lazy voting).
/// @dev ```
/// row leaf   = keccak256(0x30 ‖ validator:20 ‖ salt:32 ‖ gpmpLeaf:32)      row node   = keccak256(0x31 ‖ left ‖ right)
/// epoch leaf = keccak256(0x32 ‖ epoch:8 ‖ auditRoot:32)                    epoch node = keccak256(0x33 ‖ left ‖ right)
/// ```
/// Odd last nodes are paired with 32 zero bytes. An epoch's rows stand in the order of its lines, their assets, their files;
/// a term's epochs in their order, an epoch not audited as any leaf. The salt is the validator's own for each epoch (derive it:
/// `HMAC-SHA256(secret, epoch:8)`): nobody else can make, copy or check the root before it is opened. The address in the leaf
/// makes a copied root worthless even after that.
library AuditLib {
    uint8 internal constant ROW_LEAF = 0x30;
    uint8 internal constant ROW_NODE = 0x31;
    uint8 internal constant EPOCH_LEAF = 0x32;
    uint8 internal constant EPOCH_NODE = 0x33;

    /// @notice One drawn row: what the sheet says and where the validator's own tree holds it.
    /// @param siblings Path in the asset's GPMP, bottom-up.
    /// @param path Path in the epoch's audit tree, bottom-up.
    struct RowOpening {
        GpmpLib.Row row;
        GpmpLib.Node[] siblings;
        bytes32[] path;
    }

    /// @notice A validator's audit tree of one epoch.
    /// @param rows Its leaves: {rowCount} of the epoch's lines.
    struct Tree {
        address validator;
        bytes32 salt;
        bytes32 root;
        uint256 rows;
    }

    function rowLeaf(address validator, bytes32 salt, bytes32 gpmpLeaf) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(ROW_LEAF, validator, salt, gpmpLeaf));
    }

    function epochLeaf(uint64 epoch, bytes32 auditRoot) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(EPOCH_LEAF, epoch, auditRoot));
    }

    /// @notice Rows of all lines and assets of an epoch.
    function rowCount(Line[] calldata lines) internal pure returns (uint256 rows) {
        for (uint256 i = 0; i < lines.length; ++i) {
            for (uint256 j = 0; j < lines[i].assets.length; ++j) {
                rows += lines[i].assets[j].count;
            }
        }
    }

    /// @notice Line, asset and file position of the row at `position`, which is below {rowCount}.
    function locate(Line[] calldata lines, uint256 position)
        internal
        pure
        returns (uint256 line, uint256 asset, uint256 index)
    {
        index = position;
        while (true) {
            if (asset == lines[line].assets.length) {
                (line, asset) = (line + 1, 0);
                continue;
            }
            uint256 count = lines[line].assets[asset].count;
            if (index < count) return (line, asset, index);
            index -= count;
            ++asset;
        }
    }

    /// @notice True when the row at `position` is the sheet's own (its GPMP root says so) and the validator's audit tree holds
    /// that very row at that very place.
    function opens(Tree memory tree, RowOpening calldata opening, Line[] calldata lines, uint256 position)
        internal
        pure
        returns (bool)
    {
        (uint256 line, uint256 asset, uint256 index) = locate(lines, position);
        // forge-lint: disable-next-line(unsafe-typecast) -- a line of more than 65,536 assets would exceed any block
        uint16 assetIndex = uint16(asset);
        if (!_isInSheet(opening, lines[line].assets[asset], assetIndex, index)) return false;
        bytes32 leaf = rowLeaf(tree.validator, tree.salt, GpmpLib.leaf(assetIndex, opening.row));
        return TreeLib.verify(ROW_NODE, tree.root, leaf, position, tree.rows, opening.path);
    }

    function _isInSheet(RowOpening calldata opening, AssetLine calldata asset, uint16 assetIndex, uint256 index)
        private
        pure
        returns (bool)
    {
        GpmpLib.Sums memory sums = GpmpLib.Sums(asset.liabilities, asset.withdrawable, asset.withdrawals, asset.count);
        return
            GpmpLib.verify(
                asset.root, assetIndex, asset.token, asset.lotSize, opening.row, index, opening.siblings, sums
            );
    }
}
