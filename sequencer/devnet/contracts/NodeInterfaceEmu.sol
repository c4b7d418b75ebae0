// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

interface IArbSysEmu {
    function emuSends(uint256 count) external view returns (bytes32[] memory);
}

/// @notice Emulation of the virtual contract NodeInterface (0xc8): what EVM state alone can answer.
/// @dev Gas estimates, batches and L1 block ranges need the node's state; the RPC shim answers those.
contract NodeInterfaceEmu {
    function nitroGenesisBlock() external pure returns (uint256) {
        return 0;
    }

    /// @notice Proof that send `leaf` belongs to the tree of the first `size` sends.
    function constructOutboxProof(uint64 size, uint64 leaf)
        external
        view
        returns (bytes32 send, bytes32 root, bytes32[] memory proof)
    {
        require(leaf < size, "leaf does not exist");
        bytes32[] memory nodes = IArbSysEmu(address(0x64)).emuSends(size);
        send = nodes[leaf];
        for (uint256 i; i < size; i++) {
            nodes[i] = keccak256(abi.encodePacked(nodes[i]));
        }
        uint256 depth;
        while ((uint256(1) << depth) < size) depth++;
        proof = new bytes32[](depth);
        uint256 width = size;
        uint256 position = leaf;
        for (uint256 level; level < depth; level++) {
            // An absent subtree counts as zero on every level.
            uint256 sibling = position ^ 1;
            proof[level] = sibling < width ? nodes[sibling] : bytes32(0);
            uint256 half = (width + 1) / 2;
            for (uint256 i; i < half; i++) {
                bytes32 right = 2 * i + 1 < width ? nodes[2 * i + 1] : bytes32(0);
                nodes[i] = keccak256(abi.encodePacked(nodes[2 * i], right));
            }
            width = half;
            position >>= 1;
        }
        root = nodes[0];
    }
}
