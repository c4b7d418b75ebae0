// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IForwarderFactory} from "../interfaces/IForwarder.sol";
import {Forwarder} from "./Forwarder.sol";

/// @title Deploys forwarders at addresses that follow from custody and wallet alone.
/// @dev Without owner or state, and never upgraded: an address that was shown once stays good for ever.
contract ForwarderFactory is IForwarderFactory {
    /// @inheritdoc IForwarderFactory
    function addressOf(address custody, address wallet) public view returns (address) {
        bytes32 codeHash = keccak256(abi.encodePacked(type(Forwarder).creationCode, abi.encode(custody)));
        bytes32 hash = keccak256(abi.encodePacked(bytes1(0xff), address(this), _salt(wallet), codeHash));
        return address(uint160(uint256(hash)));
    }

    /// @inheritdoc IForwarderFactory
    function deploy(address custody, address wallet) external returns (address forwarder) {
        forwarder = addressOf(custody, wallet);
        // Whoever comes first: a second deployment is no failure.
        if (forwarder.code.length == 0) new Forwarder{salt: _salt(wallet)}(custody);
    }

    function _salt(address wallet) private pure returns (bytes32) {
        return bytes32(uint256(uint160(wallet)));
    }
}
