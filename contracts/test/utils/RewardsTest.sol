// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TestToken} from "../../script/TestToken.sol";
import {IEpochManager} from "../../src/interfaces/IEpochManager.sol";
import {IRewardPool} from "../../src/interfaces/IRewardPool.sol";
import {AssetLine, Line, Member, Summary} from "../../src/interfaces/PobsTypes.sol";
import {AuditLib} from "../../src/libraries/AuditLib.sol";
import {GpmpLib} from "../../src/libraries/GpmpLib.sol";
import {PayoutLib} from "../../src/libraries/PayoutLib.sol";
import {SummaryLib} from "../../src/libraries/SummaryLib.sol";
import {DrandBeacon} from "../../src/rewards/DrandBeacon.sol";
import {RewardPool} from "../../src/rewards/RewardPool.sol";
import {BeaconSigner} from "./BeaconSigner.sol";
import {GpmpTwin} from "./GpmpTwin.sol";
import {PobsTest} from "./PobsTest.sol";
import {TreeTwin} from "./TreeTwin.sol";

/// @notice A term of epochs with real balance trees, honest auditors, a pool and a local beacon.
abstract contract RewardsTest is PobsTest {
    uint32 internal constant TICKETS = 64;
    uint32 internal constant AUDIT_ROWS = 3;
    uint64 internal constant COMMIT_PERIOD = 1 hours;
    uint64 internal constant SEED_DELAY = 2 hours;
    uint64 internal constant CLAIM_PERIOD = 3 days;
    uint128 internal constant WEIGHT_CAP = 200 ether;
    uint128 internal constant FUNDS = 6_400;
    /// @dev Epochs of the term: three stand at an odd place of the term's tree.
    uint64 internal constant EPOCHS = 3;
    /// @dev Rows of each asset, over two lines: one tree is empty, none is full.
    uint256 internal constant ROWS = 10;

    TestToken internal reward;
    DrandBeacon internal beacon;
    RewardPool internal pool;
    uint256 internal beaconSecret;
    address internal operator = makeAddr("operator");

    function setUp() public virtual override {
        super.setUp();
        string memory vectors = vm.readFile("protocol/vectors/beacon.json");
        beaconSecret = vm.parseJsonUint(vectors, ".local.secret");
        beacon = new DrandBeacon(vm.parseJsonBytes(vectors, ".local.publicKey"), T0 - 1 days, 3);
        reward = new TestToken("Reward", "RWD", 18);
        pool = _deployPool(_poolParameters());
        reward.mint(operator, 1e9);
        vm.prank(operator);
        reward.approve(address(pool), type(uint256).max);
    }

    function _poolParameters() internal view returns (RewardPool.Parameters memory) {
        return RewardPool.Parameters({
            token: reward,
            manager: manager,
            sets: sets,
            beacon: beacon,
            salt: salt,
            weightCap: WEIGHT_CAP,
            tickets: TICKETS,
            auditRows: AUDIT_ROWS,
            commitPeriod: COMMIT_PERIOD,
            seedDelay: SEED_DELAY,
            claimPeriod: CLAIM_PERIOD
        });
    }

    function _deployPool(RewardPool.Parameters memory parameters) internal returns (RewardPool) {
        return RewardPool(_proxy(address(new RewardPool(parameters)), abi.encodeCall(RewardPool.initialize, (admin))));
    }

    /* SHEETS */

    /// @dev Rows of line `l`, asset `a`.
    function _rowCount(uint256 l, uint256 a) internal pure returns (uint256) {
        if (l == 0) return a == 0 ? 3 : 5;
        return a == 0 ? 0 : 2;
    }

    function _rows(uint64 epoch, uint256 l, uint256 a) internal pure returns (GpmpLib.Row[] memory rows) {
        rows = new GpmpLib.Row[](_rowCount(l, a));
        for (uint256 i = 0; i < rows.length; ++i) {
            uint64 lots = uint64(1_000 * (i + 1) + epoch);
            rows[i] = GpmpLib.Row(bytes24(keccak256(abi.encode(l, a, i))), lots, lots - 1, uint64(i));
        }
    }

    function _sheetLines(uint64 epoch) internal view returns (Line[] memory lines) {
        lines = new Line[](2);
        for (uint256 l = 0; l < 2; ++l) {
            lines[l].chainId = uint64(block.chainid + l);
            lines[l].custody = address(custody);
            lines[l].payoutRoot = PayoutLib.EMPTY_ROOT;
            lines[l].assets = new AssetLine[](2);
            for (uint16 a = 0; a < 2; ++a) {
                GpmpLib.Row[] memory rows = _rows(epoch, l, a);
                GpmpLib.Sums memory sums = GpmpTwin.top(a, rows).sums;
                AssetLine memory asset = lines[l].assets[a];
                (asset.token, asset.lotSize) = (address(uint160(a)), 1);
                (asset.liabilities, asset.withdrawable) = (sums.total, sums.withdrawable);
                (asset.withdrawals, asset.count) = (sums.withdrawal, sums.count);
                asset.root = GpmpLib.root(a, asset.token, 1, GpmpTwin.top(a, rows).hash, sums);
            }
        }
    }

    function _sheetSummary(uint64 epoch, Line[] memory lines) internal view returns (Summary memory summary) {
        summary.epoch = epoch;
        summary.snapshotTime = _timeOf(epoch);
        summary.setId = setId;
        summary.lineCount = uint32(lines.length);
        summary.linesRoot = this.linesRootOf(lines);
        summary.snapshotCid = keccak256("cid");
        summary.rulesHash = RULES;
    }

    function linesRootOf(Line[] calldata lines) external pure returns (bytes32) {
        return SummaryLib.linesRoot(lines);
    }

    function _timeOf(uint64 epoch) internal pure returns (uint64) {
        return T0 + 10 * epoch;
    }

    function _proposeSheet(uint64 epoch) internal returns (bytes32 digest) {
        vm.warp(_timeOf(epoch));
        Line[] memory lines = _sheetLines(epoch);
        Summary memory summary = _sheetSummary(epoch, lines);
        vm.prank(poster);
        manager.propose(summary, lines);
        return manager.digestOf(epoch);
    }

    /// @dev Epochs 1 to {EPOCHS}, approved by all but `absent`.
    function _runTerm(uint256[] memory absent) internal {
        for (uint64 epoch = 1; epoch <= EPOCHS; ++epoch) {
            bytes32 digest = _proposeSheet(epoch);
            manager.certify(epoch, _approvalWithout(epoch, digest, absent));
        }
    }

    /* AUDITS */

    function _saltOf(address validator, uint64 epoch) internal pure returns (bytes32) {
        return keccak256(abi.encode("salt", validator, epoch));
    }

    /// @dev Leaves of a validator's audit tree, in the order of lines, assets and files.
    function _auditLeaves(address validator, uint64 epoch) internal pure returns (bytes32[] memory) {
        return _auditLeaves(validator, epoch, 0);
    }

    /// @param invented Lots added to every row's total: zero gives the sheet's own rows.
    function _auditLeaves(address validator, uint64 epoch, uint64 invented)
        internal
        pure
        returns (bytes32[] memory leaves)
    {
        leaves = new bytes32[](ROWS);
        uint256 next;
        for (uint256 l = 0; l < 2; ++l) {
            for (uint16 a = 0; a < 2; ++a) {
                GpmpLib.Row[] memory rows = _rows(epoch, l, a);
                for (uint256 i = 0; i < rows.length; ++i) {
                    rows[i].total += invented;
                    leaves[next++] = keccak256(
                        abi.encodePacked(uint8(0x30), validator, _saltOf(validator, epoch), GpmpLib.leaf(a, rows[i]))
                    );
                }
            }
        }
    }

    function _epochLeaves(address validator) internal pure returns (bytes32[] memory) {
        return _epochLeaves(validator, 0);
    }

    function _epochLeaves(address validator, uint64 invented) internal pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](EPOCHS);
        for (uint64 epoch = 1; epoch <= EPOCHS; ++epoch) {
            bytes32 root = TreeTwin.root(0x31, _auditLeaves(validator, epoch, invented));
            leaves[epoch - 1] = keccak256(abi.encodePacked(uint8(0x32), epoch, root));
        }
    }

    function _commit(address validator) internal {
        vm.prank(validator);
        pool.commitAuditRoot(setId, TreeTwin.root(0x33, _epochLeaves(validator)));
    }

    function _commitAll() internal {
        for (uint256 i = 0; i < committee.count(); ++i) {
            _commit(committee.member(i).validator);
        }
    }

    /* DRAW AND CLAIM */

    function _fund(uint128 amount) internal {
        vm.prank(operator);
        pool.fund(setId, amount);
    }

    function _draw() internal {
        uint64 round = pool.seedRoundOf(setId);
        vm.warp(beacon.timeOf(round));
        beacon.submit(round, BeaconSigner.sign(beaconSecret, round));
        pool.draw(setId);
    }

    /// @dev A funded term in which all four voted and audited, up to its draw.
    function _drawnTerm() internal {
        _fund(FUNDS);
        _runTerm(new uint256[](0));
        _commitAll();
        _draw();
    }

    /// @dev The first ticket from `from` on whose member's weight is above the bar.
    function _winning(uint32 from) internal view returns (uint32 ticket) {
        for (ticket = from; ticket < TICKETS; ++ticket) {
            (uint256 index, uint256 bar,) = pool.ticketOf(setId, ticket);
            if (committee.member(index).weight > bar) return ticket;
        }
        revert("RewardsTest: no such ticket");
    }

    function _groups(bool absent, uint16 rule, uint256[] memory listed)
        internal
        pure
        returns (IEpochManager.GroupInfo[] memory groups)
    {
        groups = new IEpochManager.GroupInfo[](1);
        groups[0] = IEpochManager.GroupInfo(rule, absent, new uint32[](listed.length));
        for (uint256 i = 0; i < listed.length; ++i) {
            groups[0].indices[i] = uint32(listed[i]);
        }
    }

    /// @dev An honest claim in a term that all approved.
    function _claimOf(uint32 ticket) internal view returns (IRewardPool.TicketClaim memory given) {
        (uint256 index,, uint64 epoch) = pool.ticketOf(setId, ticket);
        given.member = committee.member(index);
        given.path = committee.path(index);
        given.agreed = _groups(true, 0, new uint256[](0));
        given.audit = _auditOf(given.member.validator, ticket, epoch);
    }

    function _auditOf(address validator, uint32 ticket, uint64 epoch)
        internal
        view
        returns (IRewardPool.Audit memory audit)
    {
        bytes32[] memory leaves = _auditLeaves(validator, epoch);
        audit.salt = _saltOf(validator, epoch);
        audit.auditRoot = TreeTwin.root(0x31, leaves);
        audit.path = TreeTwin.path(0x33, _epochLeaves(validator), epoch - 1);
        audit.lines = _sheetLines(epoch);
        audit.summary = _sheetSummary(epoch, audit.lines);
        audit.openings = new AuditLib.RowOpening[](AUDIT_ROWS);
        for (uint32 i = 0; i < AUDIT_ROWS; ++i) {
            uint256 position = pool.rowOf(setId, ticket, i, ROWS);
            audit.openings[i] = _openingAt(epoch, position);
            audit.openings[i].path = TreeTwin.path(0x31, leaves, position);
        }
    }

    function _openingAt(uint64 epoch, uint256 position) internal pure returns (AuditLib.RowOpening memory opening) {
        uint256 index = position;
        for (uint256 l = 0; l < 2; ++l) {
            for (uint16 a = 0; a < 2; ++a) {
                GpmpLib.Row[] memory rows = _rows(epoch, l, a);
                if (index < rows.length) {
                    opening.row = rows[index];
                    opening.siblings = GpmpTwin.siblings(a, rows, index);
                    return opening;
                }
                index -= rows.length;
            }
        }
    }
}
