// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {console} from "forge-std/console.sol";
import {IRewardPool} from "../../src/interfaces/IRewardPool.sol";
import {Certificate} from "../../src/interfaces/PobsTypes.sol";
import {BeaconSigner} from "../utils/BeaconSigner.sol";
import {ParticipationBase} from "../utils/ParticipationBase.sol";

/// @notice Gas of whole transactions on L2 (21000, calldata and cold state included), for a set of 1,000.
/// forge-config: default.isolate = true
contract EpochGasTest is ParticipationBase {
    uint256 private constant TALLY_MAX = 300_000;

    function _record(string memory name) private returns (uint256 gas) {
        gas = vm.lastCallGas().gasTotalUsed;
        vm.snapshotValue("epochs", name, gas);
        console.log(name, gas);
    }

    function _tally(uint256[] memory absent, string memory name) private returns (uint256) {
        bytes32[] memory leaves = _largeLeaves(absent);
        _installLarge(leaves);
        bytes32 digest = _proposeSheet(1);
        Certificate memory certificate = _largeCertificate(absent, leaves, _voteDigest(1, 1, digest, 0));
        manager.certify(1, certificate);
        return _record(name);
    }

    function test_gas_tallyFullParticipation() public {
        assertLe(_tally(new uint256[](0), "certify, N = 1,000, full participation"), TALLY_MAX);
        vm.warp(manager.voteDeadlineOf(1) + 1);
        _count(1, new uint256[](0));
        _record("count, N = 1,000, full participation");
    }

    function test_gas_tallyOneAbsent() public {
        _tally(_list(500), "certify, N = 1,000, one absent");
        vm.warp(manager.voteDeadlineOf(1) + 1);
        _count(1, _list(500));
        _record("count, N = 1,000, one absent");
    }

    function test_gas_tallySevenAbsent() public {
        _tally(_edges(), "certify, N = 1,000, seven absent");
        vm.warp(manager.voteDeadlineOf(1) + 1);
        _count(1, _edges());
        _record("count, N = 1,000, seven absent");
    }

    function test_gas_rewards() public {
        _fund(FUNDS);
        _runTerm(new uint256[](0));
        _commit(committee.member(0).validator);
        _record("commitAuditRoot");
        _commitAll();
        uint64 round = pool.seedRoundOf(setId);
        bytes memory signature = BeaconSigner.sign(beaconSecret, round);
        vm.warp(beacon.timeOf(round));
        beacon.submit(round, signature);
        _record("submit a beacon round");
        pool.draw(setId);
        _record("draw");
        uint32 ticket = _winning(0);
        IRewardPool.TicketClaim memory given = _claimOf(ticket);
        pool.claim(setId, ticket, given);
        _record("claim a ticket, three rows of ten");
    }
}
