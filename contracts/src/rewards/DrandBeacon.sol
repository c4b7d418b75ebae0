// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBeacon} from "../interfaces/IBeacon.sol";
import {IRandomBeacon} from "../interfaces/IRandomBeacon.sol";
import {Bn254Lib} from "../libraries/Bn254Lib.sol";

/// @title Rounds of one drand network, verified by pairing.
/// @dev Immutable: nobody can change which group signs. Nothing here ever reads block data as randomness.
contract DrandBeacon is IBeacon {
    /// @notice Time of round 1, seconds.
    uint64 public immutable GENESIS;
    /// @notice Seconds between rounds.
    uint64 public immutable PERIOD;
    uint256 private immutable KEY_X1;
    uint256 private immutable KEY_X0;
    uint256 private immutable KEY_Y1;
    uint256 private immutable KEY_Y0;

    mapping(uint64 round => bytes32) private _randomness;

    /// @param groupKey G2 as drand's API serves it: x.c1‖x.c0‖y.c1‖y.c0, 32 bytes each.
    constructor(bytes memory groupKey, uint64 genesis, uint64 period) {
        if (groupKey.length != Bn254Lib.KEY_BYTES) revert Beacon_BadKeyLength(groupKey.length);
        if (genesis == 0 || period == 0) revert Beacon_BadParameters();
        uint256[4] memory key = abi.decode(groupKey, (uint256[4]));
        if (!Bn254Lib.isKey(key)) revert Beacon_BadKey();
        (KEY_X1, KEY_X0, KEY_Y1, KEY_Y0) = (key[0], key[1], key[2], key[3]);
        (GENESIS, PERIOD) = (genesis, period);
    }

    /// @inheritdoc IBeacon
    function submit(uint64 round, bytes calldata signature) external returns (bytes32 value) {
        value = _randomness[round];
        if (value != bytes32(0)) return value;
        if (round == 0) revert Beacon_NoRoundZero();
        if (signature.length != Bn254Lib.SIGNATURE_BYTES) revert Beacon_BadSignatureLength(signature.length);
        uint256[2] memory point = abi.decode(signature, (uint256[2]));
        bytes memory message = abi.encodePacked(keccak256(abi.encodePacked(round)));
        if (!Bn254Lib.verify([KEY_X1, KEY_X0, KEY_Y1, KEY_Y0], point, message)) revert Beacon_BadSignature(round);

        value = sha256(signature);
        _randomness[round] = value;
        emit RoundVerified(round, value);
    }

    /// @inheritdoc IRandomBeacon
    function randomness(uint64 round) external view returns (bytes32) {
        return _randomness[round];
    }

    /// @inheritdoc IRandomBeacon
    function roundAt(uint64 time) external view returns (uint64) {
        if (time <= GENESIS) return 1;
        return (time - GENESIS - 1) / PERIOD + 2;
    }

    /// @inheritdoc IBeacon
    function timeOf(uint64 round) external view returns (uint256) {
        return GENESIS + (uint256(round) - 1) * PERIOD;
    }

    /// @notice The group's key, as given at construction.
    function publicKey() external view returns (bytes memory) {
        return abi.encodePacked(KEY_X1, KEY_X0, KEY_Y1, KEY_Y0);
    }
}
