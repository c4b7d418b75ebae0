// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice Emulation of ArbSys (0x64) for a plain EVM node.
/// @dev Its runtime code is placed at 0x64, so it has no constructor and no immutables. The relay writes slots 0, 1, 4.
contract ArbSysEmu {
    event L2ToL1Tx(
        address caller,
        address indexed destination,
        uint256 indexed hash,
        uint256 indexed position,
        uint256 arbBlockNum,
        uint256 ethBlockNum,
        uint256 timestamp,
        uint256 callvalue,
        bytes data
    );
    event SendMerkleUpdate(uint256 indexed reserved, bytes32 indexed hash, uint256 indexed position);

    error InvalidBlockNumber(uint256 requested, uint256 current);

    uint160 private constant ALIAS_OFFSET = uint160(0x1111000000000000000000000000000000001111);

    /// @dev Slot 0: newest L1 block number the relay has seen.
    uint256 public l1BlockNumber;
    /// @dev Slot 1: 1 while the relay executes a transaction whose sender is an alias.
    uint256 private topTxAliased;
    /// @dev Slot 2: send hashes, the preimages of the leaves.
    bytes32[] private sends;
    /// @dev Slot 3: `partials[level]` is the root of a full subtree of 2^level leaves, or zero.
    mapping(uint256 level => bytes32 root) private partials;
    /// @dev Slot 4: index of the next message of the L1 bridge to deliver; rolls back with the chain.
    uint256 public emuNextMessage;

    function arbBlockNumber() external view returns (uint256) {
        return block.number;
    }

    function arbBlockHash(uint256 number) external view returns (bytes32) {
        if (number >= block.number || number + 256 < block.number) {
            revert InvalidBlockNumber(number, block.number);
        }
        return blockhash(number);
    }

    function arbChainID() external view returns (uint256) {
        return block.chainid;
    }

    /// @dev Nitro adds 55 to the ArbOS version; 51 is what the rollup's chain configuration names.
    function arbOSVersion() external pure returns (uint256) {
        return 55 + 51;
    }

    function getStorageGasAvailable() external pure returns (uint256) {
        return 0;
    }

    function isTopLevelCall() external view returns (bool) {
        return msg.sender == tx.origin;
    }

    function mapL1SenderContractAddressToL2Alias(address sender, address) external pure returns (address) {
        unchecked {
            return address(uint160(sender) + ALIAS_OFFSET);
        }
    }

    /// @dev Right only when the asking contract was called by `tx.origin` itself.
    function wasMyCallersAddressAliased() public view returns (bool) {
        return topTxAliased == 1;
    }

    function myCallersAddressWithoutAliasing() external view returns (address) {
        if (!wasMyCallersAddressAliased()) return tx.origin;
        unchecked {
            return address(uint160(tx.origin) - ALIAS_OFFSET);
        }
    }

    function withdrawEth(address destination) external payable returns (uint256) {
        return _send(destination, "");
    }

    function sendTxToL1(address destination, bytes calldata data) external payable returns (uint256) {
        return _send(destination, data);
    }

    function sendMerkleTreeState() external view returns (uint256 size, bytes32 root, bytes32[] memory parts) {
        require(msg.sender == address(0), "method can only be called by address zero");
        size = sends.length;
        uint256 levels;
        while ((size >> levels) != 0) levels++;
        parts = new bytes32[](levels);
        uint256 capacity;
        for (uint256 level; level < levels; level++) {
            bytes32 part = partials[level];
            parts[level] = part;
            if (part == 0) continue;
            uint256 partCapacity = 1 << level;
            if (capacity == 0) {
                root = part;
                capacity = partCapacity;
                continue;
            }
            while (capacity < partCapacity) {
                root = keccak256(abi.encodePacked(root, bytes32(0)));
                capacity *= 2;
            }
            root = keccak256(abi.encodePacked(part, root));
            capacity = 2 * partCapacity;
        }
    }

    /// @notice The first `count` send hashes, for the emulated NodeInterface.
    function emuSends(uint256 count) external view returns (bytes32[] memory out) {
        require(count <= sends.length, "leaf does not exist");
        out = new bytes32[](count);
        for (uint256 i; i < count; i++) {
            out[i] = sends[i];
        }
    }

    function _send(address destination, bytes memory data) private returns (uint256 leaf) {
        bytes32 sendHash = keccak256(
            abi.encodePacked(
                msg.sender, destination, block.number, l1BlockNumber, block.timestamp, msg.value, data
            )
        );
        leaf = sends.length;
        // The leaf is the hash of the send hash: a proof cannot pass an inner node off as a send.
        bytes32 node = keccak256(abi.encodePacked(sendHash));
        uint256 level;
        while (partials[level] != 0) {
            node = keccak256(abi.encodePacked(partials[level], node));
            partials[level] = 0;
            level++;
            emit SendMerkleUpdate(0, node, (level << 192) | leaf);
        }
        partials[level] = node;
        sends.push(sendHash);
        emit L2ToL1Tx(
            msg.sender,
            destination,
            uint256(sendHash),
            leaf,
            block.number,
            l1BlockNumber,
            block.timestamp,
            msg.value,
            data
        );
    }
}
