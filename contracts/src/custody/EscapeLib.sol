// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {ICustodyExits, LeafProof} from "../interfaces/ICustodyExits.sol";
import {AssetLine} from "../interfaces/PobsTypes.sol";
import {GpmpLib} from "../libraries/GpmpLib.sol";
import {SummaryLib} from "../libraries/SummaryLib.sol";

/// @title Opens one row of a summary, and names the message behind a recovery root.
library EscapeLib {
    bytes32 internal constant RECOVERY_TYPEHASH =
        keccak256("Recovery(uint64 chainId,address custody,bytes32 payoutRoot,uint32 payoutCount)");

    /// @notice True for the wallets of fees, Liquidation Fund, rounding and unmatched.
    function isSystemWallet(address wallet) internal pure returns (bool) {
        return wallet != address(0) && uint160(wallet) <= 4;
    }

    /// @notice Checks that the row stands in this custody's line of the proof's summary; the caller checks the digest.
    /// @return token The row's custody asset.
    /// @return id The row's public id.
    function open(LeafProof calldata proof) internal view returns (address token, bytes24 id) {
        if (proof.line.chainId != block.chainid || proof.line.custody != address(this)) {
            revert ICustodyExits.CustodyExits_WrongCustody(proof.line.chainId, proof.line.custody);
        }
        if (!SummaryLib.verifyLine(proof.summary, proof.line, proof.lineIndex, proof.linePath)) {
            revert ICustodyExits.CustodyExits_LineNotInSummary(proof.lineIndex);
        }
        if (proof.assetIndex >= proof.line.assets.length) {
            revert ICustodyExits.CustodyExits_NoSuchAsset(proof.assetIndex);
        }
        AssetLine calldata line = proof.line.assets[proof.assetIndex];
        (token, id) = (line.token, GpmpLib.rowId(proof.wallet, proof.blinding));
        GpmpLib.Row memory row = GpmpLib.Row(id, proof.total, proof.withdrawable, proof.withdrawal);
        if (!_verify(proof, line, row)) revert ICustodyExits.CustodyExits_RowNotInTree(token, proof.wallet);
    }

    /// @notice What a live set signs for a recovery root.
    function recoveryDigest(bytes32 domain, bytes32 payoutRoot, uint32 payoutCount) internal view returns (bytes32) {
        bytes32 structHash =
            keccak256(abi.encode(RECOVERY_TYPEHASH, block.chainid, address(this), payoutRoot, payoutCount));
        return MessageHashUtils.toTypedDataHash(domain, structHash);
    }

    function _verify(LeafProof calldata proof, AssetLine calldata line, GpmpLib.Row memory row)
        private
        pure
        returns (bool)
    {
        return GpmpLib.verify(
            line.root,
            proof.assetIndex,
            line.token,
            line.lotSize,
            row,
            proof.index,
            proof.siblings,
            GpmpLib.Sums(line.liabilities, line.withdrawable, line.withdrawals, line.count)
        );
    }
}
